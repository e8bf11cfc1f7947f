// custody: a custody sergeant takes a child through custody with every clock kept; another child's goes wrong; an adult is owed none of it.
const born = years => ({ day: 14, month: 2, year: new Date().getFullYear() - years })
const person = (given, years, sex) => ({ 'Given name': given, 'Family name': 'Inventhorpe', Born: born(years), Sex: sex })
const arrested = (t, minutes) => ({
  'Arrested at': t.ago(minutes),
  'Arrested by': 'British Transport Police',
  Offence: 'Theft offences, burglary and vehicle crime included',
  Station: 'Invented station'
})
const detained = { Answer: 'Detained', 'Can charge': 'No', Ground: 'To obtain such evidence by questioning', Alternative: 'No', Reason: 'Others are still sought.', 'Child present': 'Yes' }
const fit = { Who: 'Parent or guardian', Involved: 'No', Police: 'No', 'Of age': 'Yes', Unwelcome: 'No' }

// From the door to the detention room: what each step is, how many minutes after arrival, and its answers.
const firstHour = [
  ['booked_in', 10, { 'Waited where': 'Waiting room', 'Child said': 'are you going to ring my mum' }],
  ['authorised', 20, detained],
  ['home_told', 22, { Who: 'Parent or guardian', 'Told arrested': 'Yes', 'Told why': 'Yes', 'Told where': 'Yes', Spoke: 'Yes' }],
  ['adult_called', 25, { Who: 'Parent or guardian', 'Told why': 'Yes', 'Told where': 'Yes' }],
  ['solicitor_called', 27, { 'Asked by': 'Presumed', Own: 'No' }],
  ['risk_assessed', 30, { Observation: 'General: visited at intervals', Healthcare: 'No', Exploitation: 'Yes', Needs: 'Asthma: inhaler with her.', 'Child said': 'I don’t like small rooms' }],
  ['rights_given', 35, { Adult: 'Absent', 'In writing': 'Yes', Understood: 'Yes', 'Child said': 'I can ask for a lawyer and it’s free' }],
  ['custody_explained', 38, { How: 'Video book', Understood: 'Yes', 'Child asked': 'how long' }],
  ['distraction_offered', 40, { Item: 'Colouring', Taken: 'Yes' }],
  ['placed', 42, { Room: 'Detention room', 'With adult': 'Nobody', 'Child said': 'ok' }]
]

export default [
  {
    name: 'a custody sergeant keeps every clock, from the door to the handover to her mother',
    run: async t => {
      await t.signIn('brandt', 'safeguarding')
      const about = await t.record('arrival', arrested(t, 130), { who: person(t.scripts ? 'Customina' : 'Plainmina', 15, 'Female'), ago: 120 })
      const step = (kind, after, answers, how) => t.record(kind, answers, { about, ago: 120 - after, ...how })
      for (const [kind, after, answers] of firstHour) await step(kind, after, answers, kind === 'authorised' ? { look: 'custody-authorised' } : {})
      await t.go('/board/detention')
      await t.says(t.scripts ? 'Customina' : 'Plainmina')
      await t.says('Tell children\'s services that the child is here')
      await t.look('custody-board')
      await step('adult_arrived', 70, fit)
      await t.says('Give them again, with the adult there')
      await step('rights_given', 75, { Adult: 'Present', 'In writing': 'Yes', Understood: 'Yes', 'Child said': 'same as before' })
      await step('advice_given', 80, { How: 'In person', Alone: 'Yes' })
      await step('release_planned', 100, { 'To whom': 'Parent or guardian', 'How home': 'Collected', 'Safe there': 'Yes', Worries: 'The boys who gave her the bag.', 'Child wants': 'to go to school tomorrow' })
      await t.child(about, ['Tell children\'s services that the child is here'], ['The appropriate adult is with the child', 'Give the child their rights', 'Plan the child\'s release'])
      await t.look('custody-child')
      await t.go('/record/leaves_custody?about=' + about)
      t.expect((await t.page.content()).includes('Needed if “How” is “Home: on bail before charge”'), 'the form does not say when bail needs its day')
      await step('leaves_custody', 118, { How: 'Home: released under investigation', 'Handed to': 'A parent or guardian', 'Agreed plan': 'Yes', 'Child said': 'thanks for the colouring' }, { look: 'custody-leaves' })
      await t.says('Ask the child how it was in custody')
      await t.saysNot('Breach')
      await t.go('/board/detention')
      await t.saysNot(t.scripts ? 'Customina' : 'Plainmina')
    }
  },
  {
    name: 'a late call, a cell that need not be, an adult who may not act, and a review by the wrong rank are breaches with their reasons',
    run: async t => {
      await t.signIn('brandt', 'safeguarding')
      const about = await t.record('arrival', arrested(t, 490), { who: person(t.scripts ? 'Lateson' : 'Plainlate', 14, 'Male'), ago: 480 })
      const step = (kind, after, answers, how) => t.record(kind, answers, { about, ago: 480 - after, ...how })
      await step('booked_in', 90, { 'Waited where': 'Cell', 'Child said': 'I’ve been here ages' })
      await t.says('Book the child in')
      await step('authorised', 95, detained)
      await step('placed', 100, { Room: 'Cell', 'With adult': 'Nobody', 'Other secure': 'Yes', Supervisable: 'Yes', 'Cell better': 'No', 'Why cell': 'Busy night.', 'Child said': 'it smells' },
        { says: ['Recorded as it stands, this will be a breach', 'Another room was free'], look: 'custody-cell' })
      await step('adult_called', 200, { Who: 'Another responsible adult, no police officer and not employed by the police', 'Told why': 'Yes', 'Told where': 'Yes', 'Why not home': 'No answer at home.' })
      await step('adult_arrived', 300, { ...fit, Who: 'Another responsible adult, no police officer and not employed by the police', Involved: 'Yes' },
        { says: ['This person may not act as the child\'s appropriate adult'] })
      await step('review', 470, { Involved: 'No', 'Grounds remain': 'Yes', 'Child heard': 'Yes', 'Adult heard': 'No', Reason: 'Still questioning.', 'Child said': 'can I go' },
        { says: ['This review was not held by the officer whom the law asks for, so it does not count.'] })
      await t.child(about, ['First review of detention', 'The appropriate adult is with the child'])
      await t.says('A cell only when nothing else is free and nothing else can be done')
      await t.look('custody-child-late')
    }
  },
  {
    name: 'an adult who is brought in is owed none of what a child is owed',
    run: async t => {
      await t.signIn('brandt', 'safeguarding')
      await t.record('arrival', arrested(t, 30), { who: person(t.scripts ? 'Grownup' : 'Plaingrown', 19, 'Female'), ago: 20 })
      await t.says('Nothing more is due because of this.')
    }
  }
]
