// victims: an officer in the case tells a child victim in the way that the child chose, on time, and nobody whom the child excludes.
const person = (given, born) => ({ 'Given name': given, 'Family name': 'Inventhorpe', Born: born, Sex: 'Female' })
const later = days => {
  const d = new Date(Date.now() + days * 86400000)
  return { day: d.getDate(), month: d.getMonth() + 1, year: d.getFullYear() }
}
const wants = 'Offered: the child wants it'
const not = 'Offered: the child does not want it'

export default [
  {
    name: 'a child victim has a named contact, is told in the way she chose, and is offered every special measure',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      const about = await t.record('crime_reported', { Crime: 'Violence', 'Offence at': t.ago(3000), 'Child said': 'he pushed me down the stairs' },
        { who: person(t.scripts ? 'Victimina' : 'Plainvictima', { day: 14, month: 2, year: new Date().getFullYear() - 15 }), ago: 2900 })
      await t.says('Find out what the child needs')
      const step = (kind, answers, how) => t.record(kind, answers, { about, ago: 10, ...how })
      await step('contact_agreed', { Contact: /you/, How: 'By text', When: 'After six, not at home.', 'Next on': later(10), 'Child asked': 'Yes' }, { ago: 2800 })
      await step('needs_assessed', { Protection: 'No', Communicates: 'In words, with time.', Needs: 'Sleep, school.', 'Child wants': 'him to stay away' }, { ago: 2000 })
      await step('leaflet_given', { 'Named person': /you/, 'Next on': later(10), 'Read together': 'Yes' }, { ago: 1990 })
      await step('support_referral', { Answer: 'Declined' }, { ago: 1980 })
      await step('case_news', { What: 'A suspect is released on bail or under investigation', Reason: 'The court lets him wait at home.' }, { ago: 60 })
      await t.says('Tell the child what happened in the case')
      await step('victim_told', { News: /Something happens in the case/, How: 'By letter', Understood: 'Yes', 'Next on': later(10), 'Child said': 'ok' },
        { says: ['The child was told in another way than the child said was safe, or nobody had asked.'], look: 'victim-told' })
      await step('hearing_set', { 'Hearing on': later(90), Court: 'Invented Crown Court' })
      await t.says('Offer the child every special measure')
      await step('measures_offered', {
        Explained: 'Yes', Screen: wants, 'Live link': wants, 'In private': 'Not open in this case', 'Wigs off': not, 'Recorded evidence': wants, 'Recorded answers': not, Intermediary: not, Aids: not, 'Child said': 'I don’t want to see him'
      })
      await t.says('Ask the court for the measures that the child wants')
      await t.saysNot('Breach')
      await t.child(about, ['Ask the court for the measures that the child wants'], ['Give the child the leaflet', 'Tell the child what happened in the case'])
      await t.look('victim-child')
    }
  },
  {
    name: 'who was seventeen at the offence and is eighteen at the hearing keeps her rights, and other routes are looked for',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      const birthday = later(30)
      const about = await t.record('crime_reported', { Crime: 'Violence', 'Offence at': t.ago(300), 'Child said': 'it was on the bus' },
        { who: person(t.scripts ? 'Nearlyina' : 'Plainnearly', { ...birthday, year: birthday.year - 18 }), ago: 200 })
      await t.record('hearing_set', { 'Hearing on': later(60), Court: 'Invented Crown Court' }, { about, ago: 100 })
      await t.says('Who was a child at the offence and is 18 at the hearing: look at the other routes')
      await t.saysNot('Offer the child every special measure')
    }
  },
  {
    name: 'a grown-up victim is owed none of what a child is owed',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.record('crime_reported', { Crime: 'Violence', 'Offence at': t.ago(300), 'Child said': 'nothing' },
        { who: person(t.scripts ? 'Grownvictim' : 'Plaingrownvictim', { day: 1, month: 1, year: new Date().getFullYear() - 30 }), ago: 200 })
      await t.says('Nothing more is due because of this.')
    }
  }
]
