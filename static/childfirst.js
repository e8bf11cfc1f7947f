// Everything here only adds: each page is whole without it.
import { SkipLink, ErrorSummary, Button, Radios, Checkboxes, CharacterCount, ServiceNavigation, NotificationBanner, createAll } from 'govuk-frontend'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const part of [SkipLink, ErrorSummary, Button, Radios, Checkboxes, CharacterCount, ServiceNavigation, NotificationBanner]) {
  createAll(part)
}

// Clocks: <time data-clock="SECONDS"> says how long is left or ago; kept true while the page is open.
const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute']]
function said (at, now) {
  const apart = Math.abs(at - now)
  for (let i = 0; i < units.length; i++) {
    const n = Math.floor(apart / units[i][0])
    if (n >= (i + 1 < units.length ? 2 : 1)) {
      return (at > now ? 'in ' : '') + n + ' ' + units[i][1] + (n === 1 ? '' : 's') + (at > now ? '' : ' ago')
    }
  }
  return at > now ? 'in under a minute' : 'just now'
}
const shift = Number(document.documentElement.dataset.now || 0) || Math.floor(Date.now() / 1000)
const opened = Math.floor(Date.now() / 1000)
function tick () {
  const now = shift + Math.floor(Date.now() / 1000) - opened
  for (const clock of document.querySelectorAll('time[data-clock]')) {
    const words = said(Number(clock.dataset.clock), now)
    if (clock.textContent !== words) clock.textContent = words
  }
}
if (document.querySelector('time[data-clock]')) setInterval(tick, 15000)

// Boards: an element with data-stream="/boards/…/stream" fetches its page again when the stream says that something changed,
// and takes over the part with the same id, so that focus elsewhere and scrolling stay.
const board = document.querySelector('[data-stream]')
if (board && 'EventSource' in window) {
  const note = document.getElementById('stream-note')
  let asked = false
  async function fetchAgain () {
    if (asked) return
    asked = true
    await new Promise(resolve => setTimeout(resolve, 300)) // several changes in a row are one look
    asked = false
    const answer = await fetch(location.href, { headers: { 'X-Requested-With': 'childfirst' } })
    if (!answer.ok || answer.redirected) { location.reload(); return }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(board.id)
    if (fresh && fresh.innerHTML !== board.innerHTML) {
      const focused = document.activeElement && document.activeElement.id
      board.innerHTML = fresh.innerHTML
      if (focused && document.getElementById(focused)) document.getElementById(focused).focus()
    }
  }
  const stream = new EventSource(board.dataset.stream)
  stream.addEventListener('changed', fetchAgain)
  stream.onopen = () => { if (note) note.textContent = 'This page keeps itself up to date.' }
  stream.onerror = () => { if (note) note.textContent = 'The connection was lost. Trying again; reload the page to be sure.' }
  setInterval(fetchAgain, 60000) // clocks run out without anything being recorded
}
