// Keeps the pages of this version for when there is no line, and shows what is pushed. The house writes `shell` above:
// the version of the pages and their addresses; it changes with any of them, and so a new worker is installed.

const cacheName = `thinnai-${shell.version}`
const patience = 3_000

self.addEventListener('install', (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()))
})

/** All of one version, or nothing: a page never meets the script of another. */
async function keep() {
  const cache = await caches.open(cacheName)
  await cache.addAll(shell.files.map((path) => new Request(path, { cache: 'reload' })))
}

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()))
})

async function dropOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith('thinnai-') && name !== cacheName) await caches.delete(name)
  }
}

// The house first, as long as it answers; what people say and see is never kept here.
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || !shell.files.includes(url.pathname)) return
  event.respondWith(answer(request, url.pathname))
})

async function answer(request, path) {
  const kept = await caches.match(path, { cacheName })
  if (!kept) return fetch(request)
  try {
    const fresh = await Promise.race([fetch(request), late()])
    return fresh.status >= 500 ? kept : fresh
  } catch {
    return kept
  }
}

function late() {
  return new Promise((_, refuse) => setTimeout(() => refuse(new Error('late')), patience))
}

self.addEventListener('push', (event) => {
  let told = {}
  try {
    told = event.data?.json() ?? {}
  } catch {
    // a push without words is a push all the same
  }
  event.waitUntil(show(told))
})

async function show({ title = 'Thinnai', body = '', lang, tag }) {
  // whoever looks at the conversation has read it there
  const open = await self.clients.matchAll({ type: 'window' })
  if (open.some((page) => page.visibilityState === 'visible' && new URL(page.url).pathname === '/')) return
  await self.registration.showNotification(title, {
    body, lang, tag, icon: '/pages/page/icon-192.png', badge: '/pages/page/badge-96.png',
  })
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open())
})

async function open() {
  const pages = await self.clients.matchAll({ type: 'window' })
  const page = pages.find((page) => new URL(page.url).pathname === '/')
  if (page) return page.focus()
  return self.clients.openWindow('/')
}
