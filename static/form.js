// Forms: questions that are not asked, given the other answers, fold away; without this they are all shown with words that say when.
const form = document.querySelector('form[data-form]') || document.querySelector('form')

function answer (name) {
  const chosen = form.querySelector(`input[name="f.${name}"]:checked, select[name="f.${name}"]`)
  return chosen ? chosen.value : ''
}
// yes, no or not known (null), as the policies judge
function judge (condition) {
  const [op, ...rest] = condition
  if (op === 'is') {
    const value = answer(rest[0])
    return !value || value[0] === '~' ? null : rest.slice(1).includes(value)
  }
  const sides = rest.map(judge)
  if (op === 'not') return sides[0] === null ? null : !sides[0]
  const ends = op === 'or'
  if (sides.includes(ends)) return ends
  return sides.includes(null) ? null : !ends
}
function fold () {
  for (const group of form.querySelectorAll('[data-unless]')) {
    const flawed = group.classList.contains('govuk-form-group--error')
    group.hidden = judge(JSON.parse(group.dataset.unless)) === true && !flawed
  }
}
if (form) {
  form.addEventListener('change', fold)
  // Somebody new: ask who they are where the choice was made.
  form.addEventListener('change', event => {
    if (event.target.value !== 'new') return
    const group = event.target.closest('.govuk-form-group')
    const more = group && group.nextElementSibling
    if (more instanceof HTMLDetailsElement) more.open = true
  })
  fold()
  // Enter in a search box of the form searches, and does not go on.
  form.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return
    const find = event.target.closest('.cf-find')
    const button = find && find.querySelector('button')
    if (button) {
      event.preventDefault()
      button.click()
    }
  })
  // What was typed is not lost by a wrong click.
  let touched = false
  form.addEventListener('input', () => { touched = true })
  form.addEventListener('submit', () => { touched = false })
  window.addEventListener('beforeunload', event => { if (touched) event.preventDefault() })
}
