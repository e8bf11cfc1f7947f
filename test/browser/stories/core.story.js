// core: what every visit needs: the first page, signing in and out, why one looks, what goes wrong.
export default [
  {
    name: 'a visitor sees what this is, and what is open to everybody',
    run: async t => {
      await t.go('/')
      await t.says('What must follow when police meet a child')
      await t.look('welcome')
      await t.follow('Accessibility')
      await t.look('accessibility')
      await t.follow('Privacy and cookies')
      await t.look('privacy')
    }
  },
  {
    name: 'an inspector signs in, says why, and signs out',
    run: async t => {
      await t.go('/sign-in')
      await t.look('sign-in')
      await t.signIn('rahman')
      await t.says('Inspector Tariq Rahman')
      await t.look('home')
      await t.go('/purpose')
      await t.look('purpose')
      await t.press('Continue')
      await t.says('Say why you are looking')
      await t.look('purpose-wrong')
      await t.purpose('supervision')
      await t.says('To supervise the officers and duties of my unit')
      await t.go('/password')
      await t.look('password')
      await t.press('Sign out')
      await t.saysNot('Rahman, Central')
      await t.go('/purpose')
      t.expect(t.page.url().includes('/sign-in'), 'a page is shown after signing out')
    }
  },
  {
    name: 'a wrong password is said in the same words as a wrong name',
    run: async t => {
      const said = []
      for (const [login, word] of [['rahman', 'not the right words'], ['nobody', 'not the right words']]) {
        await t.go('/sign-in')
        await t.page.fill('#login', login)
        await t.page.fill('#password', word)
        await t.press('Sign in')
        said.push(await t.page.innerText('.govuk-error-summary'))
      }
      t.expect(said[0] === said[1], `${said[0]} is not ${said[1]}`)
      await t.look('sign-in-wrong')
    }
  },
  {
    name: 'what is not there says so, and says what to do',
    run: async t => {
      t.expect(await t.go('/no-such-page') === 404, 'not 404')
      await t.look('problem')
    }
  }
]
