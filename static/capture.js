// Offline capture: a form is sealed to the server's key as soon as it is kept, waits in IndexedDB as a box that this phone cannot
// open, and is sent once when there is a network and its officer is signed in.
import nacl from 'tweetnacl'
import { blake2b } from 'blakejs'
import './form.js'

const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')
const unhex = text => Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16))
const base64 = bytes => btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''))

// libsodium's crypto_box_seal: an ephemeral key, and a nonce that both sides can work out.
function seal (text, publicKey) {
  const ephemeral = nacl.box.keyPair()
  const both = new Uint8Array(64)
  both.set(ephemeral.publicKey)
  both.set(publicKey, 32)
  const box = nacl.box(new TextEncoder().encode(text), blake2b(both, undefined, 24), publicKey, ephemeral.secretKey)
  const sealed = new Uint8Array(32 + box.length)
  sealed.set(ephemeral.publicKey)
  sealed.set(box, 32)
  ephemeral.secretKey.fill(0)
  return base64(sealed)
}

// ---- The queue: { id, title, at, number, box }, and who last signed in here.
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('childfirst', 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('boxes', { keyPath: 'id' })
    request.result.createObjectStore('about')
  }
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})
async function store (name, mode, work) {
  const db = await opened
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, mode, { durability: 'strict' })
    const request = work(transaction.objectStore(name))
    transaction.oncomplete = () => resolve(request && request.result)
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
  })
}

const say = (parent, tag, words, className) => {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = words
  parent.append(element)
  return element
}

// ---- A form.
const form = document.querySelector('form[data-offline]')
if (form) {
  const note = document.getElementById('capture-note')
  const now = new Date()
  const london = Object.fromEntries(new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London', year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'
  }).formatToParts(now).map(part => [part.type, part.value]))
  for (const part of ['day', 'month', 'year']) form.elements['when.' + part].value = Number(london[part])
  form.elements['when.time'].value = london.hour + ':' + london.minute
  for (const fresh of form.querySelectorAll('input[name$=".fresh"]')) fresh.value = hex(nacl.randomBytes(16))

  form.addEventListener('submit', async event => {
    event.preventDefault()
    const sent = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (value !== '') sent.append(name, value)
    const id = hex(nacl.randomBytes(16))
    sent.append('offline.id', id)
    sent.append('offline.kind', form.dataset.kind)
    const officer = await store('about', 'readonly', about => about.get('officer'))
    if (officer) sent.append('offline.officer', officer)
    const kept = { id, title: form.dataset.title, at: Date.now(), number: form.dataset.keyNumber, box: seal(sent.toString(), unhex(form.dataset.key)) }
    try {
      await store('boxes', 'readwrite', boxes => boxes.put(kept))
    } catch (error) {
      note.textContent = 'This phone has no room to keep the form. It is still here on the screen: write it down or make room, then try again.'
      note.focus()
      return
    }
    form.reset()
    location.assign('/offline')
  })
}

// ---- What waits.
const place = document.querySelector('[data-capture]')
const queue = document.getElementById('queue')
const told = new Map() // id -> what the server said

async function show () {
  const boxes = await store('boxes', 'readonly', all => all.getAll())
  queue.textContent = ''
  for (const [, answer] of told) {
    if (answer.state !== 'recorded' && answer.state !== 'draft') continue
    const line = say(queue, 'div', '', 'cf-queue')
    say(line, 'strong', answer.state === 'recorded' ? 'Sent' : 'Kept as a draft', 'govuk-tag ' + (answer.state === 'recorded' ? 'govuk-tag--green' : 'govuk-tag--yellow'))
    say(line, 'span', ' ' + answer.title + '. ' + answer.words + ' ', 'govuk-body')
    const link = say(line, 'a', answer.state === 'recorded' ? 'What follows' : 'Finish it', 'govuk-link')
    link.href = answer.href
  }
  for (const box of boxes) {
    const line = say(queue, 'div', '', 'cf-queue')
    say(line, 'strong', 'Waiting', 'govuk-tag govuk-tag--grey')
    say(line, 'span', ' ' + box.title + ', filled in ' + new Date(box.at).toLocaleString('en-GB', { timeZone: 'Europe/London' }) +
      (told.has(box.id) ? '. ' + told.get(box.id).words : '. Sealed: this phone cannot open it.'), 'govuk-body')
  }
  if (!boxes.length && !told.size) say(queue, 'p', 'Nothing waits to be sent.', 'govuk-body')
  const signedIn = place.dataset.signedIn === 'yes'
  document.getElementById('send').hidden = !boxes.length || !signedIn
  document.getElementById('signin').hidden = !boxes.length || signedIn
  return boxes
}

let sending = false
async function send () {
  if (sending) return
  sending = true
  try {
    // The page may be the one that was kept: ask who is signed in now, and for a form that counts.
    const fresh = await fetch('/offline', { headers: { 'X-Requested-With': 'childfirst' }, cache: 'no-store' })
    const page = new DOMParser().parseFromString(await fresh.text(), 'text/html')
    const there = page.querySelector('[data-capture]')
    if (!there) return
    place.dataset.signedIn = there.dataset.signedIn
    if (there.dataset.signedIn !== 'yes') return
    await store('about', 'readwrite', about => about.put(there.dataset.officer, 'officer'))
    const csrf = page.querySelector('[data-capture] input[name=csrf]').value
    for (const box of await store('boxes', 'readonly', all => all.getAll())) {
      const answer = await fetch('/offline/send', {
        method: 'POST',
        headers: { 'X-Requested-With': 'childfirst' },
        body: new URLSearchParams({ csrf, number: box.number, box: box.box })
      })
      if (!answer.ok) {
        told.set(box.id, { state: 'waits', words: answer.status === 403 || answer.status === 404 ? 'It is not yours to enter; it stays here.' : 'It could not be sent; it stays here.' })
        continue
      }
      const said = await answer.json()
      told.set(box.id, { ...said, title: box.title })
      if (said.state === 'recorded' || said.state === 'draft') await store('boxes', 'readwrite', all => all.delete(box.id))
    }
  } catch (error) {
    // no network: everything stays
  } finally {
    sending = false
    await show()
  }
}

if (place) {
  document.getElementById('send').addEventListener('click', send)
  window.addEventListener('online', send)
  show().then(send)
}
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/worker.js', { scope: '/offline' }).then(() => {
    document.documentElement.dataset.offline = 'registered'
  }).catch(() => {})
}
