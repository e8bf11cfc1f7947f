// Keeps the offline page, its forms, styles and scripts on the phone; nothing else, and nothing about anybody: pages are fetched
// without the session, so that what is kept names no officer and no child.
const KEPT = 'childfirst-offline-1'

async function keep (cache, address) {
  const answer = await fetch(address, { credentials: 'omit', cache: 'no-cache' })
  if (!answer.ok) throw new Error(address)
  await cache.put(address, answer.clone())
  return answer.text()
}
const found = (text, pattern) => Array.from(text.matchAll(pattern), match => match[1])

async function keepAll () {
  const cache = await caches.open(KEPT)
  const page = await keep(cache, '/offline')
  const forms = found(page, /href="(\/offline\/form\/[a-z0-9_]+)"/g)
  const assets = new Set(found(page, /(?:href|src)="(\/static\/[^"]+)"/g))
  for (const address of [...assets, ...forms]) await keep(cache, address)
}

self.addEventListener('install', event => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()))
})
self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name)
    await self.clients.claim()
  })())
})
self.addEventListener('fetch', event => {
  const address = new URL(event.request.url)
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return
  if (address.pathname.startsWith('/static/')) {
    event.respondWith(caches.match(address.pathname).then(kept => kept || fetch(event.request)))
  } else if (address.pathname.startsWith('/offline')) {
    event.respondWith(fetch(event.request).catch(async () => (await caches.match(address.pathname)) || Response.error()))
  }
})
