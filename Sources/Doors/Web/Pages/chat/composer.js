// Where the person writes. Enter sends, Shift+Enter makes a line; while letters are being composed Enter does neither.

import { drawing } from '../page/dom.js'
import { say } from '../page/words.js'

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
    area.autocomplete = 'off'
    area.enterKeyHint = 'send'
    area.dir = 'auto'
    this.area = area
    const button = document.createElement('button')
    button.className = 'send'
    button.disabled = true
    button.append(drawing('send'))
    this.button = button
    // what is too long is kept, and told before it is sent: a field that cuts it says nothing
    const long = document.createElement('p')
    long.className = 'long'
    long.id = 'long'
    long.role = 'status'
    long.hidden = true
    this.long = long
    form.append(label, area, button)
    this.append(long, form)
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
    this.#fit()
  }

  focusWords() { this.area.focus({ preventScroll: true }) }

  /** As the house counts them: letters beyond the first plane are one. */
  #excess() { return [...this.area.value.trim()].length - lengthLimit }

  #fit() {
    const excess = this.#excess()
    this.button.disabled = !this.area.value.trim() || excess > 0
    this.long.hidden = excess <= 0
    this.long.textContent = excess > 0 ? say('tooLong', { n: excess, most: lengthLimit }) : ''
    this.area.setAttribute('aria-invalid', String(excess > 0))
    if (excess > 0) this.area.setAttribute('aria-describedby', 'long')
    else this.area.removeAttribute('aria-describedby')
    if (CSS.supports('field-sizing', 'content')) return
    this.area.style.height = 'auto'
    this.area.style.height = `${this.area.scrollHeight + 3}px`
  }

  #send() {
    const text = this.area.value.trim()
    if (!text || this.#excess() > 0) return
    this.area.value = ''
    this.#fit()
    this.dispatchEvent(new CustomEvent('said', { bubbles: true, detail: text }))
    this.focusWords()
  }
}

customElements.define('chat-composer', ChatComposer)
