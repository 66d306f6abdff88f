// The line to the house: a WebSocket, or server-sent events and posts where there is none. What is said is kept here,
// and on this device, until the house has it on disk; it carries an id, so that saying it twice has one effect.

import { forget, recallAll, remember } from '../page/device.js'

const firstDelay = 500
const longestDelay = 15_000

export function newID() {
  // randomUUID needs a secure context; a house on the home network may have none
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Fires `frame`, `state` and `refused`. */
export class Live extends EventTarget {
  state = 'connecting'
  unsent = new Map()
  #socket = null
  #events = null
  #delay = firstDelay
  #failures = 0
  #usesEvents = false
  #timer = null
  #watch = null
  #posting = false
  #flying = null
  #pause = null
  #store

  constructor(person) {
    super()
    // a key an entry: two pages of one person take nothing from each other
    this.#store = `unsent.${person}.`
    const entries = recallAll(this.#store).sort((a, b) => a.at.localeCompare(b.at))
    for (const entry of entries) this.unsent.set(entry.id, entry)
    addEventListener('online', () => this.#retryNow())
    addEventListener('offline', () => { if (this.state !== 'offline') this.#lost() })
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#retryNow() })
  }

  connect() {
    clearTimeout(this.#timer)
    if (this.#usesEvents) this.#openEvents()
    else this.#openSocket()
  }

  say(entry) {
    this.unsent.set(entry.id, entry)
    remember(this.#store + entry.id, entry)
    this.#next()
  }

  forget(id) {
    this.unsent.delete(id)
    forget(this.#store + id)
    if (this.#flying === id) this.#flying = null
    this.#next()
  }

  #set(state) {
    if (this.state === state) return
    this.state = state
    this.dispatchEvent(new Event('state'))
  }

  #openSocket() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    let opened = false
    const socket = new WebSocket(`${scheme}://${location.host}/live`)
    this.#socket = socket
    socket.onopen = () => {
      opened = true
      this.#failures = 0
      this.#watchLine(() => socket.send('{"type":"ping"}'))
    }
    socket.onmessage = (event) => this.#take(event.data)
    socket.onclose = () => {
      if (this.#socket !== socket) return
      if (!opened && ++this.#failures >= 2) this.#usesEvents = true
      this.#lost()
    }
  }

  #openEvents() {
    const events = new EventSource('/live/events')
    this.#events = events
    events.onmessage = (event) => this.#take(event.data)
    events.onerror = () => {
      if (this.#events !== events) return
      // a network that lets no WebSocket through may be another one by now
      this.#usesEvents = false
      this.#failures = 1
      this.#lost()
    }
  }

  /** Notices a line that died without a word. */
  #watchLine(ping) {
    clearInterval(this.#watch)
    this.#heard = Date.now()
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heard > 45_000) {
        this.#drop()
        this.#lost()
      } else {
        ping()
      }
    }, 20_000)
  }
  #heard = 0

  #drop() {
    clearInterval(this.#watch)
    const [socket, events] = [this.#socket, this.#events]
    this.#socket = null
    this.#events = null
    socket?.close()
    events?.close()
  }

  #lost() {
    this.#drop()
    clearTimeout(this.#timer)
    this.#set('offline')
    this.#timer = setTimeout(() => this.#again(), this.#delay * (0.7 + Math.random() * 0.6))
    this.#delay = Math.min(this.#delay * 2, longestDelay)
  }

  async #again() {
    try {
      const answer = await fetch('/me', { cache: 'no-store' })
      if (answer.status === 401) return this.dispatchEvent(new Event('refused'))
    } catch {
      return this.#lost()
    }
    this.#set('connecting')
    this.connect()
  }

  #retryNow() {
    if (this.state !== 'offline') return
    clearTimeout(this.#timer)
    this.#delay = firstDelay
    this.#again()
  }

  #take(text) {
    this.#heard = Date.now()
    const frame = JSON.parse(text)
    if (frame.type === 'pong') return
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }))
    if (frame.type === 'ack') {
      this.forget(frame.id)
    } else if (frame.type === 'error' && frame.id) {
      if (frame.code === 'web.too_many' || frame.code?.startsWith('store.')) this.#later()
      else this.forget(frame.id)
    } else if (frame.type === 'history') {
      this.#delay = firstDelay
      this.#set('online')
      this.#flying = null
      this.#next()
    }
  }

  #later() {
    this.#flying = null
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      this.#pause = null
      this.#next()
    }, 2_500)
  }

  /** One at a time: whatever the house refuses for now is said again before anything that was said after it. */
  #next() {
    if (this.state !== 'online' || this.#pause) return
    if (this.#events) return this.#post()
    if (this.#flying || this.#socket?.readyState !== WebSocket.OPEN) return
    const [entry] = this.unsent.values()
    if (!entry) return
    this.#flying = entry.id
    const { label, at, ...frame } = entry
    this.#socket.send(JSON.stringify(frame))
  }

  /** One after the other, so that they arrive in the order they were said. */
  async #post() {
    if (this.#posting) return
    this.#posting = true
    try {
      for (const entry of [...this.unsent.values()]) {
        const { label, at, ...frame } = entry
        const answer = await fetch('/live/messages', {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(frame),
        })
        const json = await answer.json()
        this.#take(JSON.stringify(json.error ? { type: 'error', id: entry.id, ...json.error } : json))
        if (json.error && this.unsent.has(entry.id)) break
      }
    } catch {
      this.#lost()
    } finally {
      this.#posting = false
    }
  }
}
