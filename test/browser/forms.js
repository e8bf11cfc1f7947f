// forms: fills the forms of records as a person reads them: by the words of each question and of each answer. Given to every story
// as t.newChild, t.answer, t.record, t.child, t.ago.

// words: the whole of them, or a pattern.
const choiceOf = (group, words) => group.locator('label.govuk-radios__label, label.govuk-checkboxes__label')
  .filter({ hasText: words instanceof RegExp ? words : new RegExp('^' + words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') + '$') }).first()

// What the question is asked with: the group around the legend or the label that says these words.
const groupOf = (page, question) => page.locator(
  `xpath=//form[@data-form]//*[(self::legend or self::label) and normalize-space(text()[1])=${JSON.stringify(question)}]` +
  '/ancestor::div[contains(concat(" ", @class, " "), " govuk-form-group ")][1]').first()

async function unfold (at) {
  for (const folded of await at.locator('details:not([open]) > summary').all()) await folded.click()
}

// { day, month, year, time }, in London, of so many minutes ago.
function ago (minutes) {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', day: 'numeric', month: 'numeric', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .formatToParts(new Date(Date.now() - minutes * 60000))
  const { day, month, year, hour, minute } = Object.fromEntries(parts.map(p => [p.type, p.value]))
  return { day, month, year, time: `${hour}:${minute}` }
}

async function fillDate (group, when) {
  const boxes = group.locator('.govuk-date-input').first()
  for (const [part, value] of Object.entries(when)) await boxes.locator(`input[name$=".${part}"]`).fill(String(value))
}

async function answer (page, question, given) {
  const group = groupOf(page, question)
  if (!await group.count()) throw new Error(`${page.url()} does not ask "${question}"`)
  if (Array.isArray(given)) {
    for (const one of given) await choiceOf(group, one).click()
  } else if (typeof given === 'object' && !(given instanceof RegExp)) {
    await fillDate(group, given)
  } else if (await choiceOf(group, given).count()) {
    if (!await choiceOf(group, given).isVisible()) await unfold(group)
    await choiceOf(group, given).click()
  } else if (await group.locator('select option', { hasText: given }).count()) {
    await group.locator('select').first().selectOption({ label: given })
  } else {
    await group.locator('textarea, input[type=text]').first().fill(given)
  }
}

export function forms (t) {
  const page = t.page
  const tell = async answers => { for (const [question, given] of Object.entries(answers)) await answer(page, question, given) }
  t.ago = ago
  t.answer = tell
  // Says on the form that stands open that it is about somebody new: { 'Given name': …, Born: { day, month, year }, … }.
  t.newChild = async who => {
    await page.locator('[id^="a."][id$="-new"]').first().check()
    for (const fold of await page.locator('details:has-text("Who somebody new is"):not([open]) > summary').all()) await fold.click()
    await tell(who)
  }
  // Records one thing of one kind through its form, its check page and its confirmation. how: { about, who, ago, look, says, part }
  // about: the child's number; who: a new child instead; ago: minutes; says: words of the check page; look: a name for pictures.
  t.record = async (kind, answers, how = {}) => {
    await t.go(`/record/${kind}${how.about ? '?about=' + how.about : ''}`)
    if (how.who) await t.newChild(how.who)
    if (how.ago !== undefined) await tell({ 'When it happened': ago(how.ago) })
    await tell(answers)
    if (how.look) await t.look(how.look + '-form')
    await t.press('Check your answers')
    await t.says('Check your answers')
    for (const words of how.says || []) await t.says(words)
    if (how.look) await t.look(how.look + '-check')
    await t.press('Record it')
    await t.says('Recorded')
    if (how.look) await t.look(how.look)
    const href = await page.getByRole('link', { name: 'The child’s page' }).first().getAttribute('href', { timeout: 500 }).catch(() => '')
    return (/child\/([0-9a-f]{32})/.exec(href || '') || [])[1]
  }
  // Opens the child's page; what stands under "What is owed to this child" says each of `owed` and none of `done`.
  t.child = async (about, owed = [], done = []) => {
    await t.go('/child/' + about)
    const due = await page.innerText('section[aria-labelledby=due]')
    for (const duty of owed) t.expect(due.includes(duty), `the child’s page does not say that "${duty}" is owed`)
    for (const duty of done) t.expect(!due.includes(duty), `the child’s page says that "${duty}" is owed`)
  }
}
