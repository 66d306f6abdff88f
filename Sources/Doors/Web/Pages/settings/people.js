// The people of the house: inviting them, letting them in, and ending their sessions.

import { button, element } from '../page/dom.js'
import { act } from '../page/house.js'
import { attempt, section, toldLine } from '../page/sheet.js'
import { Calendar, say } from '../page/words.js'
import { sessions } from './devices.js'
import { choice, languages } from './language.js'

function input(label, name) {
  const field = element('input')
  field.name = name
  field.required = true
  field.maxLength = 80
  field.autocomplete = 'off'
  return { field, label: element('label', '', label, field) }
}

function submit(label) {
  const send = element('button', 'main', label)
  send.type = 'submit'
  return send
}

export function people(me) {
  const box = section(say('people'), say('peopleHow'))
  const list = element('ul', 'rows')
  const place = element('div')
  const line = toldLine()
  const calendar = new Calendar(me.person.zone)

  async function invite(person) {
    const { data } = await act('session.invite', { person: person.id, origin: location.origin })
    place.replaceChildren(invitation(person.name, data, calendar))
    place.firstChild.querySelector('h3').focus()
  }
  function row(person) {
    const what = [person.persona, languages[person.language] ?? person.language]
    if (person.owner) what.push(say('owner'))
    const ask = button(say('invite'), '', () => attempt(line, ask, () => invite(person)))
    ask.ariaLabel = `${say('invite')}: ${person.name}`
    const item = element('li', '', element('div', '', element('strong', '', element('bdi', '', person.name)), element('div', 'quiet', what.join(' · '))), ask)
    if (person.id !== me.person.id) {
      const more = button(say('devices'), '', () => {
        more.remove()
        item.append(sessions(me, person.id))
      })
      more.ariaLabel = `${say('devices')}: ${person.name}`
      item.append(more)
    }
    return item
  }
  async function show() {
    const { data } = await act('people.list')
    list.replaceChildren(...data.people.map(row))
  }

  const form = element('form')
  const name = input(say('name'), 'name')
  const persona = choice(say('persona'), me.personas.map((name) => [name, name]), 'elder')
  const spoken = choice(say('language'), Object.entries(languages), me.person.language)
  const add = submit(say('add'))
  form.append(name.label, persona.field, spoken.field, add)
  form.onsubmit = (event) => {
    event.preventDefault()
    attempt(line, add, async () => {
      const values = { name: name.field.value.trim(), persona: persona.select.value, language: spoken.select.value }
      const { data } = await act('people.add', values)
      form.reset()
      line.tell('')
      await show()
      await invite(data)
    })
  }
  box.append(list, place, element('h3', '', say('addPerson')), form, line)
  box.refresh = show
  attempt(line, null, show)
  return box
}

/** The link, and the same as a code for a camera. */
function invitation(name, { link, expires, code }, calendar) {
  const title = element('h3', '', say('inviteTitle', { name }))
  title.tabIndex = -1
  const line = toldLine()
  const copy = button(say('copy'), '', async () => {
    try {
      await navigator.clipboard.writeText(link)
      line.tell(say('copied'))
    } catch {
      // not over plain http: the words are there to be marked
      getSelection().selectAllChildren(words)
    }
  })
  const words = element('p', 'link', link)
  const box = element('div', 'invitation', title,
    element('p', '', say('inviteHow', { name, when: calendar.moment(new Date(expires)) })), words)
  if (code) box.append(squares(code))
  const done = button(say('done'), '', () => box.remove())
  box.append(element('div', '', copy, done), line)
  return box
}

function squares({ size, path }) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', `-4 -4 ${size + 8} ${size + 8}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  svg.role = 'img'
  svg.ariaLabel = say('qr')
  const drawn = document.createElementNS(space, 'path')
  drawn.setAttribute('d', path)
  svg.append(drawn)
  return svg
}

/** Strangers who wrote at a door; the code that each was given proves that it is them. */
export function waiting(me, changed) {
  const box = section(say('waiting'), say('waitingHow'))
  const list = element('ul', 'rows')
  const line = toldLine()
  const calendar = new Calendar(me.person.zone)
  const form = element('form')
  const code = input(say('code'), 'code')
  const persona = choice(say('persona'), [...me.personas.map((name) => [name, name]), ['', say('itIsMe')]], 'client')
  const spoken = choice(say('language'), Object.entries(languages), me.person.language)
  const enter = submit(say('letIn'))
  form.append(code.label, persona.field, spoken.field, enter)
  async function show() {
    const { data } = await act('people.list')
    list.replaceChildren(...data.waiting.map((stranger) => element('li', '', element('div', '',
      element('strong', '', element('bdi', '', stranger.name || '?')),
      element('div', 'quiet', `${stranger.door} · ${say('asked', { when: calendar.moment(new Date(stranger.asked)) })}`)))))
    if (!data.waiting.length) list.append(element('li', 'quiet', say('waitingNone')))
    form.hidden = !data.waiting.length
  }
  form.onsubmit = (event) => {
    event.preventDefault()
    attempt(line, enter, async () => {
      const { text } = await act('pairing.approve', {
        code: code.field.value.trim(),
        ...persona.select.value ? { persona: persona.select.value, language: spoken.select.value } : { person: 'me' },
      })
      form.reset()
      line.tell(text)
      await Promise.all([show(), changed()])
    })
  }
  form.hidden = true
  box.append(list, form, line)
  attempt(line, null, show)
  return box
}
