// youth_workers: a youth worker of Engage offers, meets, screens, refers; nothing of it, nor of a no, stands in the custody record.
const born = years => ({ day: 14, month: 2, year: new Date().getFullYear() - years })
const ofEngage = { Service: 'Engage' }

async function broughtIn (t, given, years) {
  await t.signIn('brandt', 'safeguarding')
  const about = await t.record('arrival', { 'Arrested at': t.ago(100), 'Arrested by': 'Metropolitan Police', Offence: 'Robbery', Station: 'Invented station' },
    { who: { 'Given name': given, 'Family name': 'Inventhorpe', Born: born(years), Sex: 'Male' }, ago: 90 })
  await t.record('booked_in', { 'Waited where': 'Waiting room', 'Child said': 'who are you' }, { about, ago: 80 })
  return about
}

export default [
  {
    name: 'a youth worker sees who is in and not yet met, and each step is met in time',
    run: async t => {
      const about = await broughtIn(t, t.scripts ? 'Engagio' : 'Plaingagio', 16)
      await t.says('Offer every child a youth worker, or say why not')
      await t.press('Sign out')
      await t.signIn('mbeki', 'safeguarding')
      await t.record('youth_offered', ofEngage, { about, ago: 60, look: 'youth-offered' })
      await t.record('youth_met', ofEngage, { about, ago: 55 })
      await t.record('youth_screened', ofEngage, { about, ago: 40 })
      await t.record('youth_harm', { 'Child told': 'No', 'Telling harms': 'No' }, { about, ago: 30, says: ['Something was passed on about this child, and the child was not told.'] })
      await t.says('Report to safeguarding what the youth worker fears')
      await t.press('Sign out')
      await t.signIn('brandt', 'safeguarding')
      await t.record('leaves_custody', { How: 'Home: no further action', 'Handed to': 'A parent or guardian', 'Agreed plan': 'Yes', 'Child said': 'bye' }, { about, ago: 10 })
      await t.says('Meet again between one and two days after release')
    }
  },
  {
    name: 'a child who wants no youth worker leaves no trace in the custody record',
    run: async t => {
      const given = t.scripts ? 'Nothanks' : 'Plainthanks'
      const about = await broughtIn(t, given, 15)
      await t.press('Sign out')
      await t.signIn('mbeki', 'safeguarding')
      await t.record('youth_offered', { Service: 'Youth worker of the custody suite' }, { about, ago: 60, says: ['This offer is written down for a service other than the worker\'s own'] })
      await t.record('youth_not_done', { Step: 'Screening for violence and exploitation', Why: 'Not done. Nobody asks why.' }, { about, ago: 50 })
      await t.says('Nothing more is due because of this.')
      await t.press('Sign out')
      await t.signIn('brandt', 'safeguarding')
      await t.go('/board/detention')
      await t.look('youth-board')
      const card = await t.page.locator('.cf-board__card', { hasText: given }).first().innerText()
      for (const trace of ['youth worker, or say why not', 'Why it was not done', 'A youth worker is offered', 'eclined']) {
        t.expect(!card.includes(trace), `the board says "${trace}" of a child who wanted no youth worker`)
      }
    }
  },
  {
    name: 'an adult is owed no youth worker',
    run: async t => {
      await broughtIn(t, t.scripts ? 'Grownengage' : 'Plaingrowngage', 18)
      await t.saysNot('youth worker')
    }
  }
]
