// Somebody or something: what is known of them now, what was known before, and the buttons to correct and forget it.

import { button, element } from '../page/dom.js'
import { say } from '../page/words.js'

const origins = { said: 'memoryTold', action: 'memoryDone', rule: 'memoryConcluded', model: 'memoryRead' }

export function thingCard(thing, tools, isOpen) {
  const box = element('details', 'thing')
  box.id = `thing-${thing.id}`
  const now = thing.facts.filter((fact) => fact.current)
  const before = thing.facts.filter((fact) => !fact.current && !isRewritten(fact, thing.facts))
  const pointing = thing.pointing.filter((fact) => fact.current)
  const count = element('span', 'quiet', ` · ${say('memoryCount', { n: now.length + pointing.length })}`)
  box.append(element('summary', '', thing.me ? say('memoryMe', { name: thing.name }) : thing.name, count))
  box.open = isOpen || thing.me || tools.open.has(thing.id)
  box.ontoggle = () => tools.open[box.open ? 'add' : 'delete'](thing.id)

  const others = thing.names.filter((name) => name.toLowerCase() !== thing.name.toLowerCase())
  if (others.length) box.append(element('p', 'quiet', say('memoryAlso', { names: others.join(', ') })))
  if (now.length) box.append(list(now.map((fact) => factRow(fact, thing, tools))))
  if (pointing.length) {
    box.append(element('h3', '', say('memoryPointing')))
    box.append(list(pointing.map((fact) => element('li', '',
      element('div', '', element('strong', '', `${fact.about}: `), fact.label)))))
  }
  if (before.length) {
    const past = element('details', '', element('summary', '', say('memoryHistory', { n: before.length })))
    past.append(list(before.reverse().map((fact) => element('li', '', words(fact, tools.calendar)))))
    box.append(past)
  }
  if (!thing.me) {
    const all = forgetting(say('memoryForgetAll', { name: thing.name }), { what: thing.name, id: thing.id }, tools)
    box.append(element('div', 'foot', all))
  }
  return box
}

/** Whether another version says the same and when it ended: one change is told once. */
function isRewritten(fact, all) {
  return Boolean(fact.superseded) && all.some((other) => other !== fact && !other.superseded && other.to
    && other.relation === fact.relation && other.value === fact.value && other.told === fact.told)
}

/** What an elder shares: to read, not to change. */
export function sharedCard(shared, tools) {
  const box = element('details', 'thing', element('summary', '', say('memoryShared', { name: shared.name })))
  box.append(list(shared.facts.map((fact) => element('li', '', words(fact, tools.calendar)))))
  return box
}

function list(rows) { return element('ul', 'rows', ...rows) }

/** "doctor: Dr. Latha", since when, and where it is known from. */
function words(fact, calendar) {
  const day = (text) => calendar.dayName(new Date(text))
  const when = []
  if (fact.from) when.push(say('memoryFrom', { day: day(fact.from) }))
  if (fact.to) when.push(say('memoryTo', { day: day(fact.to) }))
  when.push(say(origins[fact.origin] ?? 'memoryTold', { day: day(fact.told) }))
  if (fact.superseded) when.push(say('memorySuperseded', { day: day(fact.superseded) }))
  return element('div', '', element('div', '', element('strong', '', `${fact.label}: `), fact.value),
    element('div', 'quiet', when.join(' · ')))
}

function factRow(fact, thing, tools) {
  const row = element('li', '')
  const name = `${thing.name}, ${fact.label}: ${fact.value}`
  const tray = element('div', 'tray')
  const correct = button(say('memoryCorrect'), '', () => {
    row.append(correction(fact, tools, () => {
      row.lastChild.remove()
      tray.hidden = false
      correct.focus()
    }))
    tray.hidden = true
    row.querySelector('input').focus()
  })
  correct.ariaLabel = `${say('memoryCorrect')}: ${name}`
  const forget = forgetting(say('memoryForget'), { what: fact.value, id: fact.id }, tools, name)
  tray.append(correct, forget)
  row.append(words(fact, tools.calendar), tray)
  return row
}

function correction(fact, tools, close) {
  const field = element('input')
  field.value = fact.value
  field.required = true
  field.maxLength = 500
  field.autocomplete = 'off'
  const save = element('button', 'main', say('memorySave'))
  const form = element('form', '', element('label', '', say('memoryTruth', { what: fact.label }), field), save,
    button(say('memoryCancel'), '', close))
  form.onsubmit = (event) => {
    event.preventDefault()
    if (field.value.trim() === fact.value) return close()
    tools.change('memory.correct', { fact: field.value.trim(), id: fact.id }, save, { confirmed: true })
  }
  form.onkeydown = (event) => { if (event.key === 'Escape') close() }
  return form
}

/** A button that forgets. The house asks first, with what else would go and what stays; a yes is wanted for exactly that. */
export function forgetting(label, what, tools, name = '') {
  const box = element('span', 'asking')
  const start = button(label, '', () => tools.change('memory.forget', what, start, { ask }))
  if (name) start.ariaLabel = `${label}: ${name}`
  function ask(question) {
    const no = button(say('memoryNo'), '', close)
    const yes = button(say('memoryYes'), 'danger', () => tools.change('memory.forget', what, yes, { confirmed: true }))
    box.classList.add('asks')
    box.role = 'group'
    box.ariaLabel = question
    box.replaceChildren(element('span', '', question), yes, no)
    box.onkeydown = (event) => { if (event.key === 'Escape') close() }
    no.focus()
  }
  function close() {
    box.classList.remove('asks')
    box.removeAttribute('role')
    box.removeAttribute('aria-label')
    box.replaceChildren(start)
    start.focus()
  }
  box.append(start)
  return box
}
