// What the house remembers of somebody: people and facts, how they are connected, and the talks; to search, correct, forget.

import { keepPages } from '../page/device.js'
import { element } from '../page/dom.js'
import { act, leave, whoAmI } from '../page/house.js'
import { attempt, section, sheet, toldLine } from '../page/sheet.js'
import { Calendar, say, setLanguage } from '../page/words.js'
import { graphPicture } from './graph.js'
import { sharedCard, thingCard } from './things.js'
import { turnList } from './turns.js'

const page = 30

const me = await whoAmI()
if (me) {
  await setLanguage(me.person.language)
  const calendar = new Calendar(me.person.zone)
  const main = sheet(document.querySelector('memory-page'), me, say('memory'), 'memory')
  const line = toldLine()
  const facts = section(say('memoryFacts'), say('memoryFactsHow'))
  const picture = section(say('memoryGraph'))
  const talks = section(say('memoryTalks'))
  const things = element('div')
  const model = element('div', 'foot')
  model.hidden = true
  const open = new Set()
  facts.append(things)
  main.append(element('p', 'quiet', say('memoryHow')), searchForm(), line, facts, picture, talks, model)
  let wanted = ''

  function searchForm() {
    const field = element('input')
    field.type = 'search'
    field.name = 'search'
    field.maxLength = 120
    field.autocomplete = 'off'
    const form = element('form', '', element('label', '', say('memorySearch'), field), element('button', 'main', say('memoryFind')))
    form.role = 'search'
    form.onsubmit = (event) => {
      event.preventDefault()
      wanted = field.value.trim()
      attempt(line, form.lastChild, async () => {
        line.tell('')
        await show()
        facts.querySelector('h2').focus()
      })
    }
    // emptied, everything is shown again
    field.addEventListener('search', () => { if (!field.value && wanted) form.requestSubmit() })
    return form
  }

  /** Corrects or forgets, says what came of it, and looks again; the person stays where they were. */
  const tools = {
    calendar, line, open,
    /** `ask` gets the question where a yes is needed first, which then comes as `confirmed`. */
    async change(action, values, control, { confirmed = false, ask } = {}) {
      await attempt(line, control, async () => {
        let text
        try {
          ({ text } = await act(action, values, confirmed))
        } catch (refusal) {
          if (!ask || !refusal.question) throw refusal
          line.tell('')
          ask(refusal.question)
          return
        }
        await show()
        line.tell(text)
        line.tabIndex = -1
        line.focus()
      })
    },
    show(id) {
      const card = document.getElementById(`thing-${id}`)
      if (!card) return
      card.open = true
      card.scrollIntoView({ block: 'start' })
      card.querySelector('summary').focus()
    },
  }

  async function showThings(skip = 0) {
    const { data } = await act('memory.facts', { limit: page, skip, ...(wanted && { search: wanted }) })
    const cards = data.things.map((thing) => thingCard(thing, tools, Boolean(wanted)))
    for (const one of data.shared) cards.push(sharedCard(one, tools))
    if (!skip) showModel(data.model)
    if (skip) things.lastChild.remove()
    else things.replaceChildren()
    things.append(...(cards.length || skip ? cards : [element('p', 'quiet', say(wanted ? 'memoryNothing' : 'memoryNone'))]))
    if (data.more) {
      const more = element('button', '', say('memoryMore'))
      more.onclick = () => attempt(line, more, () => showThings(skip + page))
      things.append(element('div', 'foot', more))
    }
  }

  /** Whether a language model, where the house has one, may read what this person tells. */
  function showModel(isOn) {
    model.hidden = isOn === undefined
    if (model.hidden) return
    const change = element('button', '', say(isOn ? 'memoryModelStop' : 'memoryModelLet'))
    change.onclick = () => tools.change('memory.model', { on: !isOn }, change, { confirmed: true })
    model.replaceChildren(element('p', 'quiet', say(isOn ? 'memoryModelOn' : 'memoryModelOff')), change)
  }

  async function show() {
    const list = turnList(tools, wanted)
    await Promise.all([showThings(), list.show()])
    talks.replaceChildren(talks.firstChild, list.box)
    picture.hidden = Boolean(wanted)
    if (wanted) return
    const { data } = await act('memory.graph')
    picture.replaceChildren(picture.firstChild, ...graphPicture(data, tools))
  }

  for (const box of [facts, picture, talks]) box.querySelector('h2').tabIndex = -1
  attempt(line, null, show)
  keepPages()
} else {
  leave()
}
