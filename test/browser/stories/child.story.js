// child: a supervisor's queue, a child's page, journey and account, boards; as they look on a desk, on a phone, in the dark.
// The child of the boards with the shortest page: a picture of a whole long history is too big to take.
async function oneChild (t) {
  const found = []
  for (const kind of ['detention', 'complaint', 'victim_case']) {
    await t.go('/board/' + kind + '?unit=all')
    for (const link of await t.page.locator('.cf-board__head a').all()) found.push(new URL(await link.getAttribute('href'), t.base).pathname)
  }
  let best = null
  let least = Infinity
  for (const path of new Set(found)) {
    await t.go(path + '/account')
    const n = (await t.page.content()).length
    if (n < least) [best, least] = [path, n]
  }
  return best
}

export default [
  {
    name: 'a supervisor sees what the team owes, what was broken, and who carries what',
    run: async t => {
      await t.signIn('lindqvist', 'supervision')
      await t.go('/team')
      await t.says('Team duties')
      await t.look('team')
      await t.follow('Carried by nobody')
      await t.go('/breaches?days=365')
      await t.says('Breaches')
      await t.look('breaches')
      await t.go('/workload')
      await t.says('Workload by officer')
      await t.look('workload')
      await t.go('/duties')
      await t.look('duties')
    }
  },
  {
    name: 'a child is understood from one page, and every part can be followed',
    run: async t => {
      await t.signIn('brandt', 'safeguarding')
      const child = await oneChild(t)
      await t.go(child)
      await t.says('What is owed to this child')
      await t.look('child')
      await t.go(child + '/journey')
      await t.look('journey')
      await t.go(child + '/account')
      await t.says('How long we keep this')
      await t.look('account')
      await t.go(child)
      await t.page.locator('.cf-duty__what a').first().click()
      await t.says('Why')
      await t.look('child-why')
    }
  },
  {
    name: 'a thing is given to somebody, and stands in their duties',
    run: async t => {
      await t.signIn('lindqvist', 'supervision')
      await t.go('/team?view=nobody')
      if (!(await t.page.getByRole('link', { name: 'Assign or hand over' }).count())) return
      await t.page.getByRole('link', { name: 'Assign or hand over' }).first().click()
      await t.look('team-assign')
      await t.press('Assign')
      await t.says('Choose who carries it')
      await t.look('team-assign-wrong')
      await t.page.selectOption('#officer', { index: 1 })
      await t.press('Assign')
      await t.says('Team duties')
    }
  },
  {
    name: 'a board shows every open episode with its clocks',
    run: async t => {
      await t.signIn('brandt', 'safeguarding')
      await t.go('/boards')
      await t.look('boards')
      await t.go('/board/detention?unit=all')
      await t.says('Clocks that run')
      await t.look('board')
    }
  }
]
