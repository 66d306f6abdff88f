// What the pages that are read from top to bottom have in common: the bar, and a line that says what was done.

import { barLink, element } from './dom.js'
import { say } from './words.js'

/** Fills the page and gives the part that holds its sections; `here` is the page itself, which its bar need not name. */
export function sheet(host, me, title, here) {
  const icon = element('img')
  icon.src = '/pages/page/icon.svg'
  icon.alt = ''
  const nav = element('nav')
  nav.ariaLabel = say('menu')
  nav.append(barLink('/', 'chat', say('chat')))
  if (here !== 'memory') nav.append(barLink('/memory', 'memory', say('memory')))
  const bar = element('header', 'bar', icon, element('div', '', element('h1', '', title)), nav)
  const main = element('main', 'sheet')
  host.classList.toggle('large', me.persona.plain)
  document.title = `${title} · ${say('title')}`
  host.replaceChildren(bar, main)
  return main
}

export function section(title, how) {
  const box = element('section', '', element('h2', '', title))
  if (how) box.append(element('p', 'quiet', how))
  return box
}

/** A line that is read aloud when it changes. */
export function toldLine() {
  const line = element('p', 'told')
  line.role = 'status'
  line.tell = (text, isBad = false) => {
    line.textContent = text
    line.classList.toggle('bad', isBad)
  }
  /** For whoever pressed what is gone now: the keyboard goes on from here, and not from the top of the page. */
  line.takeFocus = () => {
    line.tabIndex = -1
    line.focus({ preventScroll: true })
  }
  return line
}

/** Does something that may be refused; the button waits meanwhile, and the line says why not. */
export async function attempt(line, control, work) {
  if (control) control.disabled = true
  try {
    await work()
  } catch (error) {
    line.tell(error.message && error.status ? error.message : `${say('offline')}. ${say('tryLater')}`, true)
  } finally {
    if (control) control.disabled = false
  }
}
