// One message as a bubble. Everything said is put in as text, never as markup.

import { element } from '../page/dom.js'
import { say } from '../page/words.js'

const tags = { bold: 'strong', italic: 'em', code: 'code' }

/** Text with styled runs, as nodes. Offsets count UTF-16 units, as JavaScript does. */
export function styled(text, runs = []) {
  const fragment = document.createDocumentFragment()
  const cuts = new Set([0, text.length])
  for (const run of runs) {
    cuts.add(Math.min(run.start, text.length))
    cuts.add(Math.min(run.start + run.length, text.length))
  }
  const places = [...cuts].sort((a, b) => a - b)
  for (let index = 0; index + 1 < places.length; index++) {
    const [from, to] = [places[index], places[index + 1]]
    let node = document.createTextNode(text.slice(from, to))
    for (const run of runs) {
      if (run.start > from || run.start + run.length < to || !tags[run.style]) continue
      const element = document.createElement(tags[run.style])
      element.append(node)
      node = element
    }
    fragment.append(node)
  }
  return fragment
}

const doors = { telegram: 'Telegram', whatsapp: 'WhatsApp', terminal: 'Terminal', rest: 'API' }

/** `item` is a frame of the history or the line, or a message of this page with `state` waiting, sent or failed. */
export class ChatMessage extends HTMLElement {
  show(item, calendar) {
    this.item = item
    const isMine = item.type === 'message' || item.type === 'press'
    this.className = isMine ? 'mine' : 'theirs'
    this.classList.toggle('waiting', item.state === 'waiting')
    this.classList.toggle('failed', item.state === 'failed')
    this.replaceChildren()
    if (isMine) this.append(element('span', 'hidden', `${say('you')}: `))
    if (item.picture) this.append(this.#picture(item))
    if (item.text) {
      const bubble = element('div', 'bubble')
      bubble.dir = 'auto'
      bubble.append(styled(item.text, item.runs))
      this.append(bubble)
    }
    if (item.location) this.append(this.#pin(item.location))
    if (item.buttons?.length) this.append(this.#choices(item))
    this.meta = element('div', 'meta')
    this.append(this.meta)
    this.#tell(item, calendar)
    return this
  }

  #tell(item, calendar) {
    const parts = [calendar.time(new Date(item.at))]
    if (doors[item.door]) parts.push(doors[item.door])
    if (item.state === 'waiting') parts.push(say('sending'))
    if (item.state === 'failed') parts.splice(0, parts.length, say('failed', { reason: item.reason ?? '' }))
    this.meta.textContent = parts.join(' · ')
    if (item.state === 'failed') {
      const again = element('button', '', say('again'))
      again.type = 'button'
      again.onclick = () => this.dispatchEvent(new CustomEvent('again', { bubbles: true, detail: item }))
      this.meta.append(again)
    }
  }

  #picture(item) {
    const button = element('button', 'picture')
    button.type = 'button'
    button.ariaLabel = say('enlarge')
    const image = element('img')
    image.src = item.picture
    image.alt = (item.text ?? '').split('\n')[0] || say('picture')
    image.loading = 'lazy'
    image.onload = () => this.dispatchEvent(new Event('grown', { bubbles: true }))
    // what is no picture is a file to keep
    image.onerror = () => {
      const link = element('a', 'file', say('file'))
      link.href = item.picture
      link.download = ''
      button.replaceWith(link)
    }
    button.append(image)
    button.onclick = () => this.dispatchEvent(new CustomEvent('enlarge', { bubbles: true, detail: image }))
    return button
  }

  #pin({ lat, lon }) {
    const link = element('a', 'pin', say('place'))
    link.href = `geo:${lat},${lon}`
    return link
  }

  #choices(item) {
    const group = element('div', 'choices')
    group.role = 'group'
    // the first line says what is asked
    if (item.text) group.ariaLabel = item.text.split('\n')[0]
    for (const choice of item.buttons) {
      const button = element('button', choice.chosen ? 'chosen' : '', choice.label)
      button.type = 'button'
      button.disabled = choice.open === false || item.pressed === true
      button.onclick = () => this.dispatchEvent(new CustomEvent('press', { bubbles: true, detail: { item, choice } }))
      group.append(button)
    }
    return group
  }
}

customElements.define('chat-message', ChatMessage)
