// policies: anyone reads the rules, their sources and examples; names lead to where they are declared.
const ready = async (t, path) => {
  for (let i = 0; i < 40; i++) {
    await t.go(path)
    if (!(await t.text()).includes('are being run')) return
    await t.page.waitForTimeout(500)
  }
  t.expect(false, `the examples were not run for ${path}`)
}

export default [
  {
    name: 'the public finds a rule by its words and reads it beside its source',
    run: async t => {
      await ready(t, '/policies')
      await t.says('which all pass')
      await t.look('policies')
      await t.page.fill('#q', 'call the custody sergeant back')
      await t.press('Show')
      await t.says('Shown 1 of ')
      await t.follow('Children\'s services know within the hour')
      await t.says('Values still to verify: 3')
      await t.says('Call the custody sergeant back')
      await t.look('policy')
      await t.page.locator('#tell_services a', { hasText: 'booked_in' }).first().click()
      t.expect(t.page.url().endsWith('/policies/custody.booking_in#booked_in'), `a name leads to ${t.page.url()}`)
    }
  },
  {
    name: 'rules of every kind are readable on a phone and in the dark',
    run: async t => {
      await ready(t, '/policies/access.break_glass')
      await t.look('policy-glass')
      await t.go('/policies/search.often')
      await t.look('policy-often')
      await t.go('/policies/custody.first_hour/changes')
      await t.says('only one version')
      await t.look('policy-changes')
      t.expect(await t.go('/policies/no.such_policy') === 404, 'not 404')
    }
  },
  {
    name: 'an author tries a change and sees what it would do, naming nobody',
    run: async t => {
      const replayed = async () => {
        for (let i = 0; i < 120 && await t.page.locator('text=This page looks again by itself').count(); i++) {
          await t.page.waitForTimeout(500)
          await t.page.goto(t.page.url())
        }
      }
      await t.signIn('adeyemi')
      await t.go('/')
      await t.follow('Try a change of a policy')
      await t.look('replay-empty')
      await t.press('Check and replay')
      await t.says('Paste the text of a policy')
      await t.look('replay-wrong')
      await t.page.selectOption('#policy', 'custody.first_hour 2024-03-01')
      await t.press('Take its text')
      const text = await t.page.inputValue('#text')
      t.expect(text.includes('services_told_within'), 'the text in force is not there')
      await t.page.fill('#text', text.replace('    within  ', '    wihtin  '))
      await t.press('Check and replay')
      await replayed()
      await t.says('What is wrong: ')
      await t.look('replay-faults')
      await t.page.fill('#text', text.replace(/services_told_within( +)1 hour/, 'services_told_within$130 minutes'))
      await t.press('Check and replay')
      await replayed()
      await t.says('By which rules')
      await t.says('30 minutes')
      t.expect(await t.page.locator('main a[href*="/child/"]').count() === 0, 'a child is named')
      await t.look('replay-done')
    }
  }
]
