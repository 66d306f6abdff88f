// Making elements. Everything said is put in as text, never as markup.

import { say } from './words.js'

export function element(name, className, ...content) {
  const node = document.createElement(name)
  if (className) node.className = className
  node.append(...content.filter((part) => part !== undefined && part !== null))
  return node
}

export function button(label, className, act) {
  const node = element('button', className, label)
  node.type = 'button'
  node.onclick = act
  return node
}

/** A button that asks first: a second press within a few seconds does it. */
export function sure(label, question, act) {
  const control = button(say(label), '', () => {
    if (control.dataset.sure) return act(control)
    control.dataset.sure = 'yes'
    control.textContent = say(question)
    setTimeout(() => {
      delete control.dataset.sure
      control.textContent = say(label)
    }, 5_000)
  })
  return control
}

const space = 'http://www.w3.org/2000/svg'
const drawings = {
  send: 'M12 20V5m-6.5 6L12 4.5 18.5 11',
  family: 'M12 20s-7.5-4.6-7.5-10A4.3 4.3 0 0 1 12 7.3 4.3 4.3 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5',
  workflows: 'M5 5.5h5v5H5zM14 13.5h5v5h-5zM10 8h4.5a2 2 0 0 1 2 2v3.5',
  memory: 'M12 6.5C10 5 7.5 4.5 4.5 4.8v13c3-.3 5.5.2 7.5 1.7 2-1.5 4.5-2 7.5-1.7v-13c-3-.3-5.5.2-7.5 1.7zM12 6.5v13',
  chat: 'M15 5l-7 7 7 7',
}

/** A line drawing of ours, for the eye only. */
export function drawing(name) {
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', drawings[name])
  for (const [key, value] of Object.entries({
    fill: 'none', stroke: 'currentColor', 'stroke-width': '2.2', 'stroke-linecap': 'round', 'stroke-linejoin': 'round',
  })) path.setAttribute(key, value)
  svg.append(path)
  return svg
}

/** A link of the bar: a drawing, and its name where there is room for it. */
export function barLink(href, name, label) {
  const link = element('a', 'bar-link', drawing(name), element('span', '', label))
  link.href = href
  link.title = label
  return link
}
