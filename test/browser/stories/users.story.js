// users: administration and audit: adding somebody and giving a role, what roles allow, an emergency opening and its review, who
// looked, the ledger verified.
let child // recorded by an officer; opened in an emergency by somebody who may not see it

// Somebody else at the same browser.
async function as (t, login, purpose) {
  await t.page.context().clearCookies()
  await t.signIn(login, purpose)
}

// Somebody invented whom an officer records, and a youth worker of another place may not see.
async function aChild (t) {
  if (child) return child
  await as(t, 'okafor', 'safeguarding')
  await t.go('/record/identity')
  await t.page.check('[id="a.person-new"]')
  await t.page.fill('[name="f.given_name"]', 'Zelphira')
  await t.page.fill('[name="f.family_name"]', 'Inventhorpe')
  for (const [part, value] of [['day', '4'], ['month', '3'], ['year', '2012']]) await t.page.fill(`[name="f.born.${part}"]`, value)
  await t.press('Check your answers')
  await t.press('Record it')
  await t.says('Recorded')
  child = (await t.page.locator('main a[href^="/child/"]').first().getAttribute('href')).slice(7, 39)
  return child
}

export default [
  {
    name: 'an administrator adds somebody, gives a role with its reason and a password',
    run: async t => {
      const login = t.scripts ? 'inventthorpe' : 'inventhurst'
      await t.signIn('whitlock', 'administration')
      await t.go('/users')
      await t.says('Sergeant Jo Brandt')
      await t.look('users')
      await t.page.fill('#login', 'nobody-of-that-name')
      await t.press('Open')
      await t.says('There is no such user')
      await t.look('users-wrong')
      await t.go('/users/roles')
      await t.look('users-roles')
      await t.go('/users/new')
      await t.press('Add the user')
      await t.says('Enter a user name')
      await t.look('users-new')
      await t.page.fill('#name', 'PC Ivo Inventthorpe')
      await t.page.fill('#login', login)
      await t.page.selectOption('#unit', 'central_east')
      await t.press('Add the user')
      await t.says('Cannot sign in yet')
      await t.follow('Give a role')
      await t.look('user-grant')
      await t.page.selectOption('#role', 'constable')
      await t.page.fill('#reason', 'Joined the response team.')
      await t.press('Give the role')
      await t.says('Given the role Constable')
      await t.follow('Give a new password')
      await t.look('user-reset')
      await t.press('Make a new password')
      await t.says('It is shown this once')
      await t.look('user-password')
      await t.follow('Back to')
      await t.saysNot('Cannot sign in yet')
      await t.look('user')
      await t.page.locator('main').getByRole('link', { name: 'Change', exact: false }).first().click()
      await t.look('user-unit')
    }
  },
  {
    name: 'an emergency opening asks why, opens one child, and is reviewed by somebody else',
    run: async t => {
      const id = await aChild(t)
      await as(t, 'mbeki', 'safeguarding')
      t.expect(await t.go('/child/' + id) === 404, 'the child is seen without an emergency')
      await t.go('/glass')
      await t.look('glass')
      await t.press('Open this child’s record')
      await t.says('Say what has happened')
      await t.look('glass-wrong')
      await t.page.fill('#child', id)
      await t.page.check('[name=reason][value=missing]')
      await t.page.fill('#why', 'Did not come home; the carer asks who the friends are.')
      await t.press('Open this child’s record')
      await t.says('Open to you now')
      await t.look('glass-open')
      t.expect(await t.go('/child/' + id) === 200, 'the child is not opened')
      await as(t, 'ferreira', 'audit')
      await t.go('/glass/reviews')
      await t.says('Thandi Mbeki')
      await t.look('glass-reviews')
      await t.follow('Review')
      await t.says('Did not come home')
      await t.look('glass-review')
      await t.page.check('#justified')
      await t.page.fill('#finding', 'It could not wait, and only what was needed was looked at.')
      await t.press('Record the review')
      await t.says('None waits for you')
    }
  },
  {
    name: 'a supervisor reviews the opening that one of the team made',
    run: async t => {
      const id = await aChild(t)
      await as(t, 'castell', 'safeguarding') // sees the child already, and may open another in an emergency too
      await t.go('/record')
      await t.saysNot('opened in an emergency')
      t.expect(await t.go('/record/break_glass') === 404, 'a form offers the opening')
      await t.go('/glass')
      await t.page.fill('#child', id)
      await t.page.check('[name=reason][value=risk_of_harm]')
      await t.page.fill('#why', 'A caller says she is in danger tonight.')
      await t.press('Open this child’s record')
      await t.says('Open to you now')
      await t.go('/glass/reviews')
      await t.says('None waits for you') // nobody reviews their own
      await as(t, 'lindqvist', 'supervision')
      await t.go('/glass/reviews')
      await t.says('Rhys Castell')
      await t.follow('Review')
      await t.says('in danger tonight')
      await t.press('Record the review')
      await t.says('Choose yes or no')
      await t.look('glass-review-supervisor')
      await t.page.check('#justified-no')
      await t.page.fill('#finding', 'The child could be seen without it. We spoke about it today.')
      await t.press('Record the review')
      await t.says('None waits for you')
      await t.go('/child/' + id + '/journey')
      await t.says('An emergency opening is reviewed')
    }
  },
  {
    name: 'an administrator makes a partner a key, sees it once, and ends it',
    run: async t => {
      const label = t.scripts ? 'The case system of Lewisham' : 'The case system of Bexley'
      await t.signIn('whitlock', 'administration')
      await t.go('/keys')
      await t.look('keys-none')
      await t.press('Make a key')
      await t.look('keys-partner')
      await t.page.selectOption('#partner', 'childrens_services')
      await t.press('Continue')
      await t.press('Make the key')
      await t.says('Say what the key is for')
      await t.look('keys-wrong')
      await t.page.fill('#label', label)
      await t.page.check('[name=purpose]')
      await t.page.check('[name=records][value=call_back]')
      await t.page.check('[name=shares][value=custody_details]')
      for (const [part, value] of [['day', '31'], ['month', '3'], ['year', '2090']]) await t.page.fill(`#until-${part}`, value)
      await t.press('Make the key')
      await t.says('It is shown this once')
      const key = (await t.page.locator('pre').innerText()).trim()
      t.expect(/^cfk_[\w-]{43}$/.test(key), 'no key is shown')
      await t.look('key-made')
      await t.follow('All keys')
      await t.says(label)
      await t.saysNot(key)
      await t.look('keys')
      const asked = await t.page.request.get(t.base + '/api/v1/session', { headers: { authorization: 'Bearer ' + key } })
      t.expect(asked.status() === 200, 'the key opens nothing')
      await t.page.locator('tr', { hasText: label }).getByRole('link', { name: 'End it' }).click()
      await t.look('key-end')
      await t.press('End the key')
      await t.says('Ended')
      const again = await t.page.request.get(t.base + '/api/v1/session', { headers: { authorization: 'Bearer ' + key } })
      t.expect(again.status() === 401, 'the key still opens')
    }
  },
  {
    name: 'an auditor sees who looked, why and where',
    run: async t => {
      const id = await aChild(t)
      await as(t, 'ferreira', 'audit')
      await t.go('/looked')
      await t.look('looked-ask')
      await t.page.fill('#child', 'somebody')
      await t.press('Show who looked')
      await t.says('Enter the number of the person')
      await t.page.fill('#child', id)
      await t.press('Show who looked')
      await t.says('Thandi Mbeki')
      await t.look('looked')
    }
  },
  {
    name: 'the ledger is verified in the background',
    run: async t => {
      await t.signIn('whitlock', 'administration')
      await t.go('/ledger')
      await t.look('ledger-before')
      await t.press('Verify everything now')
      for (let i = 0; i < 100 && !(await t.text()).includes('Last verified'); i++) {
        await t.page.waitForTimeout(200)
        await t.go('/ledger')
      }
      await t.says('All right')
      await t.look('ledger')
    }
  }
]
