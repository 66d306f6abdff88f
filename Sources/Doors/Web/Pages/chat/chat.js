// The whole page: the bar, the log and the composer, and what the line says about them.

import { barLink, button, element } from '../page/dom.js'
import { leave } from '../page/house.js'
import { Calendar, say, setLanguage } from '../page/words.js'
import { Live, newID } from './live.js'
import './message.js'
import './composer.js'

const typingLimit = 30_000

export class ThinnaiChat extends HTMLElement {
  /** In the order they are shown: frames, and messages of this page. */
  items = []

  start(me) {
    this.#build()
    this.#greet(me)
    this.live = new Live(me.person.id)
    this.live.addEventListener('frame', (event) => this.#take(event.detail))
    this.live.addEventListener('state', () => this.#showState())
    this.live.addEventListener('refused', leave)
    for (const entry of this.live.unsent.values()) this.items.push(this.#own(entry))
    if (this.items.length) this.#showAll()
    this.live.connect()
  }

  // MARK: The parts

  #build() {
    this.bar = element('header', 'bar')
    const icon = element('img')
    icon.src = '/pages/page/icon.svg'
    icon.alt = ''
    const titles = element('div')
    this.heading = element('h1', '', 'Thinnai')
    this.state = element('p', 'state')
    this.state.role = 'status'
    titles.append(this.heading, this.state)
    this.pages = element('nav')
    this.bar.append(icon, titles, this.pages)

    this.scroller = element('main', 'scroller')
    this.log = element('div', 'log')
    this.log.role = 'log'
    this.log.tabIndex = 0
    this.scroller.append(this.log)
    this.latest = button('', 'latest', () => this.#toEnd(true))
    this.latest.hidden = true
    this.scroller.append(this.latest)
    this.scroller.addEventListener('scroll', () => { if (this.#isAtEnd()) this.latest.hidden = true })

    this.typing = element('div', 'bubble typing')
    this.typing.append(element('span', 'hidden'), element('i'), element('i'), element('i'))

    this.kept = element('p', 'kept')
    this.kept.hidden = true
    this.composer = element('chat-composer')
    const foot = element('footer')
    foot.append(this.kept, this.composer)
    this.replaceChildren(this.bar, this.scroller, foot)

    this.addEventListener('said', (event) => this.#say(event.detail))
    this.addEventListener('press', (event) => this.#press(event.detail))
    this.addEventListener('again', (event) => this.#again(event.detail))
    this.addEventListener('grown', () => { if (this.#followsEnd) this.#toEnd() })
    this.addEventListener('enlarge', (event) => this.#enlarge(event.detail))
    new ResizeObserver(() => { if (this.#followsEnd) this.#toEnd() }).observe(this.scroller)
    this.scroller.addEventListener('scroll', () => { this.#followsEnd = this.#isAtEnd() })
  }
  #followsEnd = true

  #greet(hello) {
    this.me = hello
    this.calendar = new Calendar(hello.person.zone)
    this.classList.toggle('large', hello.persona.plain)
    this.pages.ariaLabel = say('menu')
    this.pages.replaceChildren()
    if (hello.family) this.pages.append(barLink('/family', 'family', say('family')))
    if (!hello.persona.plain) this.pages.append(barLink('/workflows', 'workflows', say('workflows')))
    this.pages.append(barLink('/memory', 'memory', say('memory')))
    this.pages.append(barLink('/settings', 'settings', say('settings')))
    this.log.ariaLabel = say('log')
    this.log.lang = hello.person.language
    this.latest.textContent = `↓ ${say('newer')}`
    this.typing.firstChild.textContent = say('typing')
    this.composer.speak()
    this.#showState()
  }

  #showState() {
    const state = this.live?.state ?? 'connecting'
    this.state.dataset.state = state
    this.kept.hidden = state !== 'offline'
    this.kept.textContent = say('kept')
    if (state !== 'online') return this.state.replaceChildren(say(state))
    const title = this.me.persona.title
    const shown = title.charAt(0).toLocaleUpperCase() + title.slice(1)
    this.state.replaceChildren(shown, element('span', 'hidden', `. ${say('online')}`))
  }

  // MARK: What the line says

  #take(frame) {
    switch (frame.type) {
      case 'hello': return setLanguage(frame.person.language).then(() => this.#greet(frame), () => this.#greet(frame))
      case 'history': return this.#takeHistory(frame.items)
      case 'message': return this.#takeOwn(frame)
      case 'reply':
      case 'proactive':
        if (frame.changes) return this.#takeChange(frame)
        this.#endTyping()
        if (!this.items.some((item) => item.id === frame.id)) this.#add(frame)
        return
      case 'pressed': return this.#takePressed(frame.button)
      case 'typing': return this.#beginTyping()
      case 'ack': return this.#takeAck(frame)
      case 'error': return this.#fail(frame)
    }
  }

  /** A state that is shown: the same message again, with other words. */
  #takeChange(frame) {
    const known = this.items.find((item) => item.id === frame.id)
    if (!known) return this.#add(frame)
    this.#change(frame.id, { runs: undefined, buttons: undefined, ...frame, at: known.at })
  }

  /** The house's record replaces ours; what it does not hold yet stays behind it. */
  #takeHistory(history) {
    const last = history.length ? Date.parse(history.at(-1).at) : 0
    const found = new Set()
    const kept = this.items.filter((item) => {
      if (!item.state) return false
      if (item.state !== 'sent') return true
      const accepted = Date.parse(item.acceptedAt)
      const match = history.find(
        (other) => other.type === 'message' && other.text === item.text && !found.has(other.id)
          && Date.parse(other.at) >= accepted)
      if (match) found.add(match.id)
      return !match && accepted > last
    })
    this.items = [...history, ...kept]
    this.#showAll()
  }

  /** Said on another page of the same person, or the echo of ours; its answer may be here already. */
  #takeOwn(frame) {
    const at = Date.parse(frame.at)
    // the record knows no ids of pages: the same words at the same time are the same message
    const isKnown = (item) => item.id === frame.id
      || item.id.startsWith('h') && item.text === frame.text && Math.abs(Date.parse(item.at) - at) < 5_000
    if (this.items.some(isKnown)) return
    const before = this.items.findIndex((item) => !item.state && Date.parse(item.at) > at)
    if (before < 0) return this.#add(frame)
    this.items.splice(before, 0, frame)
    this.#showAll()
  }

  /** A button was pressed, here or on another page of the same person. */
  #takePressed(id) {
    const item = this.items.find((item) => item.buttons?.some((choice) => choice.id === id))
    if (!item || item.pressed) return
    const choice = item.buttons.find((choice) => choice.id === id)
    Object.assign(choice, { chosen: true })
    item.pressed = true
    this.#node(item.id)?.show(item, this.calendar)
    const said = { type: 'message', id: `p-${id}`, text: choice.label, at: new Date().toISOString(), door: 'web' }
    this.#takeOwn(said)
  }

  /** A repeat was taken before the line broke: the record may show it already. */
  #takeAck(frame) {
    const item = this.items.find((item) => item.id === frame.id)
    if (!item) return
    const from = Date.parse(item.at) - 120_000
    const isShown = frame.repeat && this.items.some(
      (other) => !other.state && other.type === 'message' && other.text === item.text && Date.parse(other.at) > from)
    if (!isShown) return this.#change(frame.id, { state: 'sent', acceptedAt: frame.at })
    this.items = this.items.filter((other) => other !== item)
    this.#showAll()
  }

  #fail(frame) {
    const isPassing = frame.code === 'web.too_many' || frame.code?.startsWith('store.')
    if (!frame.id || isPassing) return
    this.#change(frame.id, { state: 'failed', reason: frame.sentence })
  }

  #beginTyping() {
    clearTimeout(this.typingTimer)
    this.typingTimer = setTimeout(() => this.#endTyping(), typingLimit)
    const follows = this.#followsEnd
    this.log.append(this.typing)
    if (follows) this.#toEnd()
  }

  #endTyping() {
    clearTimeout(this.typingTimer)
    this.typing.remove()
  }

  // MARK: What the person does

  #own(entry) {
    return {
      type: entry.type, id: entry.id, text: entry.text ?? entry.label, at: entry.at, door: 'web', state: 'waiting', entry,
    }
  }

  #say(text) {
    const entry = { type: 'message', id: newID(), text, at: new Date().toISOString() }
    this.#add(this.#own(entry))
    this.#toEnd()
    this.live.say(entry)
  }

  #press({ item, choice }) {
    choice.chosen = true
    item.pressed = true
    this.#node(item.id)?.show(item, this.calendar)
    const entry = { type: 'press', id: newID(), button: choice.id, label: choice.label, at: new Date().toISOString() }
    this.#add(this.#own(entry))
    this.#toEnd()
    this.live.say(entry)
    this.composer.focusWords()
  }

  #again(item) {
    this.#change(item.id, { state: 'waiting' })
    this.live.say(item.entry)
  }

  #enlarge(image) {
    const viewer = element('dialog', 'viewer')
    viewer.ariaLabel = image.alt
    const large = element('img')
    large.src = image.src
    large.alt = image.alt
    const close = button(large, '', () => viewer.close())
    close.ariaLabel = `${say('close')}: ${image.alt}`
    viewer.append(close)
    viewer.addEventListener('close', () => viewer.remove())
    this.append(viewer)
    viewer.showModal()
  }

  // MARK: The log

  #node(id) { return [...this.log.querySelectorAll('chat-message')].find((node) => node.item.id === id) }

  #change(id, values) {
    const item = this.items.find((item) => item.id === id)
    if (!item) return
    Object.assign(item, values)
    this.#node(id)?.show(item, this.calendar)
    this.#group()
  }

  #add(item) {
    const follows = this.#followsEnd
    this.items.push(item)
    if (this.items.length === 1) this.#showAll()
    else this.#append(item, this.items.at(-2))
    this.#group()
    if (this.typing.isConnected) this.log.append(this.typing)
    if (follows) this.#toEnd()
    else if (item.type !== 'message') this.latest.hidden = false
  }

  #append(item, before) {
    const at = new Date(item.at)
    if (!before || this.calendar.day(new Date(before.at)) !== this.calendar.day(at)) {
      const day = element('div', 'day')
      day.append(element('span', '', this.calendar.dayName(at)))
      this.log.append(day)
    }
    this.log.append(element('chat-message').show(item, this.calendar))
  }

  /** What one side says within two minutes stands together; a time that the next message tells too is left out. */
  #group() {
    const nodes = [...this.log.children]
    for (const [index, node] of nodes.entries()) {
      if (node.localName !== 'chat-message') continue
      const follows = (other) => other?.localName === 'chat-message' && other.className.split(' ')[0] === node.className.split(' ')[0]
        && Math.abs(Date.parse(other.item.at) - Date.parse(node.item.at)) < 120_000
      node.classList.toggle('next', follows(nodes[index - 1]))
      const isSettled = !node.item.state || node.item.state === 'sent'
      node.meta.hidden = isSettled && nodes[index + 1]?.meta?.textContent === node.meta.textContent
    }
  }

  #showAll() {
    const isTyping = this.typing.isConnected
    this.log.replaceChildren()
    if (!this.items.length) this.log.append(this.#empty())
    // a long record is not read aloud as news
    this.log.ariaLive = 'off'
    this.items.forEach((item, index) => this.#append(item, this.items[index - 1]))
    this.#group()
    if (isTyping) this.log.append(this.typing)
    this.#toEnd()
    requestAnimationFrame(() => { this.log.ariaLive = 'polite' })
  }

  #empty() {
    const box = element('section', 'empty')
    const icon = element('img')
    icon.src = '/pages/page/icon.svg'
    icon.alt = ''
    box.append(icon, element('h2', '', say('greeting', { name: this.me.person.name })), element('p', '', say('welcome')))
    const tries = element('div', 'tries')
    for (const text of this.me.suggestions) {
      tries.append(button(text, '', () => this.#say(text)))
    }
    box.append(tries)
    return box
  }

  #isAtEnd() { return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80 }

  #toEnd(isSmooth = false) {
    this.#followsEnd = true
    this.latest.hidden = true
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: isSmooth ? 'smooth' : 'instant' })
  }
}

customElements.define('thinnai-chat', ThinnaiChat)
