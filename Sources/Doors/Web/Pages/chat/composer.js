// Where the person writes. Enter sends, Shift+Enter makes a line; while letters are being composed Enter does neither.

import { say } from './words.js'

const lengthLimit = 4_000

export class ChatComposer extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return
    const form = document.createElement('form')
    const label = document.createElement('label')
    label.className = 'hidden'
    label.htmlFor = 'words'
    this.label = label
    const area = document.createElement('textarea')
    area.id = 'words'
    area.rows = 1
    area.maxLength = lengthLimit
    area.autocomplete = 'off'
    area.enterKeyHint = 'send'
    area.dir = 'auto'
    this.area = area
    const button = document.createElement('button')
    button.className = 'send'
    button.disabled = true
    button.append(arrow())
    this.button = button
    form.append(label, area, button)
    this.append(form)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#send()
    })
    area.addEventListener('input', () => this.#fit())
    area.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
      event.preventDefault()
      this.#send()
    })
    this.speak()
  }

  /** Says its labels in the page's language. */
  speak() {
    this.label.textContent = say('placeholder')
    this.area.placeholder = say('placeholder')
    this.button.ariaLabel = say('send')
    this.button.title = say('send')
  }

  focusWords() { this.area.focus({ preventScroll: true }) }

  #fit() {
    this.button.disabled = !this.area.value.trim()
    if (CSS.supports('field-sizing', 'content')) return
    this.area.style.height = 'auto'
    this.area.style.height = `${this.area.scrollHeight + 3}px`
  }

  #send() {
    const text = this.area.value.trim()
    if (!text) return
    this.area.value = ''
    this.#fit()
    this.dispatchEvent(new CustomEvent('said', { bubbles: true, detail: text }))
    this.focusWords()
  }
}

function arrow() {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', 'M12 20V5m-6.5 6L12 4.5 18.5 11')
  path.setAttribute('fill', 'none')
  path.setAttribute('stroke', 'currentColor')
  path.setAttribute('stroke-width', '2.4')
  path.setAttribute('stroke-linecap', 'round')
  path.setAttribute('stroke-linejoin', 'round')
  svg.append(path)
  return svg
}

customElements.define('chat-composer', ChatComposer)
