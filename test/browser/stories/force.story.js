// force: an officer writes down force on a child inside the arrest it belongs to; aftercare follows, and a supervisor sees both.
const born = years => ({ day: 14, month: 2, year: new Date().getFullYear() - years })
const person = (given, years) => ({ 'Given name': given, 'Family name': 'Inventhorpe', Born: born(years), Sex: 'Male' })
const used = {
  During: 'Arrest',
  Tactics: ['Ground restraint', 'Compliant handcuffing'],
  Strongest: 'Ground restraint',
  Reasons: ['To protect the child'],
  Why: 'He ran towards the road.',
  Tried: ['Talked, calmly and by name'],
  'At once': 'Yes',
  Least: 'Yes',
  'Age weighed': 'Yes',
  'Believed age': '11 - 17 years',
  Appearance: 'White',
  Injury: 'Minor',
  'Officer hurt': 'No',
  Video: 'Yes',
  Place: 'Invented Road',
  'Child said': 'my wrist hurts'
}

export default [
  {
    name: 'force is written down once, every step of aftercare is met, and the supervisor sees child and officer',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      const about = await t.record('force', used, { who: person(t.scripts ? 'Forcimir' : 'Plaincimir', 14), ago: 50, look: 'force' })
      await t.says('A health professional looks at the child')
      const after = (kind, answers, how) => t.record(kind, { Force: /^Force is used on a child/, ...answers }, { about, ago: 30, ...how })
      await after('force_aftercare', { Injury: 'Looked injured', Comforted: 'Yes', 'Child said': 'it’s better without the cuffs' })
      await after('force_health_seen', { Who: 'Paramedic' })
      await after('force_adult_told', { Answer: 'Told', Who: 'Parent or guardian' })
      await after('force_explained', { Answer: 'Explained', 'Why told': 'Yes', Complain: 'No', 'Child said': 'ok' }, { says: ['The child was not told why, or not how to complain.'] })
      await after('force_considered', { Answer: 'Concern reported', Reason: 'He was running from somebody.' })
      await t.press('Sign out')
      await t.signIn('lindqvist', 'safeguarding')
      await t.child(about, ['A supervisor sees the child and the officer'], ['Look at the child for injury, and comfort the child', 'Consider whether this child is safe'])
      await t.look('force-child')
      await after('force_seen', { 'Took part': 'No', 'Saw child': 'Yes', 'Saw officer': 'Yes', Necessary: 'Yes', Learning: 'His sister was near: ask her first.' })
      await t.child(about, [], ['A supervisor sees the child and the officer'])
    }
  },
  {
    name: 'more than would do, with nothing tried, in a custody that is not there: each is a breach with its reason',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.record('force', { ...used, During: 'In police custody', Tried: ['Nothing'], 'At once': 'No', Least: 'No', Injury: 'Serious' }, {
        who: person(t.scripts ? 'Forcelate' : 'Plainforcelate', 12),
        ago: 30 * 60,
        says: ['It was more than would do, or nobody weighed that this is a child.', 'Nothing else was tried, and waiting would have put nobody in danger.', 'It is said to belong to a search or a detention that is not there.']
      })
      await t.says('Refer a death or serious injury')
      await t.look('force-breach')
    }
  },
  {
    name: 'force on an adult owes none of a child’s aftercare',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.record('force', { ...used, 'Believed age': '18 - 34 years' }, { who: person(t.scripts ? 'Grownforce' : 'Plaingrownforce', 20), ago: 20 })
      await t.says('Nothing more is due because of this.')
    }
  }
]
