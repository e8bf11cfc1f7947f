// voice: a child is heard in his own words, his wish is answered, and later he asks for the account and writes his own note on it.
const born = years => ({ day: 14, month: 2, year: new Date().getFullYear() - years })
const person = (given, years) => ({ 'Given name': given, 'Family name': 'Inventhorpe', Born: born(years), Sex: 'Male' })
const heard = {
  Asked: 'Asked',
  Answered: 'In words',
  Words: 'he’s my mate, leave him alone',
  Seen: 'He turned away and covered his phone.',
  Reading: 'He may be afraid.',
  Present: 'Nobody',
  Talks: 'In words, as most do',
  Wants: 'to stay at the same school',
  'Told before': 'No'
}

export default [
  {
    name: 'a child is heard in his own words, apart from what was seen, and learns what became of his wish',
    run: async t => {
      await t.signIn('castell', 'safeguarding')
      const about = await t.record('child_heard', heard, { who: person(t.scripts ? 'Voicimir' : 'Plainvoice', 13), ago: 120, look: 'voice-heard' })
      await t.says('Say what was done with what the child wants')
      await t.child(about)
      await t.says('he’s my mate, leave him alone')
      await t.look('voice-child')
      await t.record('wish_answered', { Heard: /What the child said/, Did: 'Followed', Why: 'The school keeps his place.', Told: 'No' }, { about, ago: 60, says: ['The child does not know what became of what they asked for.'] })
      await t.record('child_heard', { ...heard, Present: 'Adult in conflict', Talks: 'In signs', Helped: 'No', 'Told before': 'Yes', 'Why again': 'Not known' }, {
        about,
        ago: 30,
        says: ['The child was made to tell again, and nobody says why.', 'What this child needs in order to be heard was not there.', 'Somebody was there before whom a child may not be able to speak.']
      })
      await t.says('Find what the child needs in order to be heard')
    }
  },
  {
    name: 'a child asks what happened, gets the account that says what is withheld, and his own note is answered',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      const about = await t.record('account_asked', { 'Asked by': 'Child', Form: 'Printed', About: 'why they searched me' }, { who: person(t.scripts ? 'Accountius' : 'Plainaccount', 14), ago: 300 })
      await t.says('Check who is asking')
      await t.press('Sign out')
      await t.signIn('ogilvie', 'complaint')
      const step = (kind, answers, how) => t.record(kind, answers, { about, ago: 60, ...how })
      await t.child(about, ['Give the account'])
      const account = { Given: 'Part', Withheld: ['It is about somebody else'], 'Says so': 'Yes', Plain: 'Yes', 'Reads at': '11', 'As wanted': 'Yes', 'Told who': 'Yes' }
      await step('account_given', account, { ago: 200, says: ['It was given before it was known whose account it is'], look: 'voice-account' })
      await step('asker_checked', { May: 'The child' }, { ago: 190 })
      await step('account_given', account, { ago: 180 })
      await t.says('Look again at what is withheld')
      await t.saysNot('Breach')
      await step('account_note', { Note: 'nobody asked if I was ok', 'Asks for': 'An answer' }, { ago: 100 })
      await t.says('Answer the child\'s note')
      await step('note_answered', { 'To note': /own note/, Did: 'Stands beside', 'Told why': 'Yes' })
      await step('account_closed', { Why: 'Given' }, { ago: 5 })
      await t.child(about, [], ['Answer the child\'s note'])
      await t.says('nobody asked if I was ok')
      await t.look('voice-note')
    }
  },
  {
    name: 'a grown-up who is heard is owed no answer of a child’s',
    run: async t => {
      await t.signIn('castell', 'safeguarding')
      await t.record('child_heard', heard, { who: person(t.scripts ? 'Grownvoice' : 'Plaingrownvoice', 22), ago: 20 })
      await t.says('Nothing more is due because of this.')
    }
  }
]
