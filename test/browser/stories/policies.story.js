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
  }
]
