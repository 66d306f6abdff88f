// The talks by day, newest first, or what a search found, best first.

import { button, element } from '../page/dom.js'
import { act } from '../page/house.js'
import { attempt } from '../page/sheet.js'
import { say } from '../page/words.js'
import { forgetting } from './things.js'

export function turnList(tools, wanted) {
  const box = element('div')
  const older = button(say('memoryOlder'), '', () => attempt(tools.line, older, async () => {
    const [first] = await load()
    first?.focus()
  }))
  let last = null
  let day = ''
  let list = null

  async function load() {
    const { data } = await act('memory.turns', { limit: 20, ...(wanted && { search: wanted }), ...(last && { before: last }) })
    older.remove()
    const rows = data.turns.map((turn) => {
      const at = new Date(turn.at)
      const named = tools.calendar.dayName(at)
      if (named !== day || !list) {
        day = named
        list = element('ol', 'rows')
        box.append(element('h3', '', named), list)
      }
      const row = turnRow(turn, at, tools)
      list.append(row)
      return row
    })
    if (!box.children.length) box.append(element('p', 'quiet', say(wanted ? 'memoryNothing' : 'memoryNoTalks')))
    last = data.turns.at(-1)?.at
    if (data.more && !wanted) box.append(older)
    return rows
  }
  return { box, show: load }
}

function turnRow(turn, at, tools) {
  const time = element('time', 'quiet', tools.calendar.time(at))
  time.dateTime = turn.at
  const text = element('div', '', time)
  if (turn.said) text.append(element('p', 'said', element('span', 'hidden', `${say('you')}: `), turn.said))
  if (turn.replied) text.append(element('p', 'replied', element('span', 'hidden', `${say('title')}: `), turn.replied))
  const forget = forgetting(say('memoryForget'), { what: turn.said || turn.replied, turn: turn.at }, tools,
    `${tools.calendar.moment(at)}, ${(turn.said || turn.replied).slice(0, 60)}`)
  const row = element('li', '', text, forget)
  row.tabIndex = -1
  return row
}
