// Counts how long something lasts: <time data-since="SECONDS"> says "6 h 20 min". The server wrote it right; this keeps it so.
const opened = Math.floor(Date.now() / 1000)
const shift = Number(document.documentElement.dataset.now || 0) || opened
function lasting (minutes) {
  if (minutes >= 48 * 60) return Math.floor(minutes / 1440) + ' days'
  if (minutes >= 60) return Math.floor(minutes / 60) + ' h ' + String(minutes % 60).padStart(2, '0') + ' min'
  return minutes + ' min'
}
function count () {
  const now = shift + Math.floor(Date.now() / 1000) - opened
  for (const clock of document.querySelectorAll('time[data-since]')) {
    const words = lasting(Math.max(0, Math.floor((now - Number(clock.dataset.since)) / 60)))
    if (clock.textContent !== words) clock.textContent = words
  }
}
count()
setInterval(count, 10000)
