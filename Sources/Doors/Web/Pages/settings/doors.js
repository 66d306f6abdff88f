// How each door does: whether messages come and go, and why not.

import { element } from '../page/dom.js'
import { act } from '../page/house.js'
import { attempt, section, toldLine } from '../page/sheet.js'
import { Calendar, say } from '../page/words.js'

const names = { telegram: 'Telegram', whatsapp: 'WhatsApp', mail: 'E-mail', webhook: 'Webhook' }

export function doors(me) {
  const box = section(say('doors'))
  const list = element('ul', 'rows')
  const line = toldLine()
  const calendar = new Calendar(me.person.zone)
  const moment = (at) => at ? calendar.moment(new Date(at)) : say('never')
  box.append(list, line)
  attempt(line, null, async () => {
    const { data } = await act('doors.health')
    list.replaceChildren(...Object.entries(data).map(([name, door]) => row(name, door)))
    if (!list.children.length) list.append(element('li', 'quiet', say('doorsNone')))
  })
  function row(name, door) {
    const facts = element('div', 'quiet',
      `${say('received', { when: moment(door.last_received) })} · ${say('delivered', { when: moment(door.last_delivered) })}`)
    const state = element('span', door.open ? 'good' : 'bad', say(door.open ? 'doorOpen' : 'doorClosed'))
    const item = element('div', '', element('strong', '', names[name] ?? name), ' · ', state, facts)
    if (door.failures) item.append(element('div', 'bad', say('failures', { n: door.failures, cause: door.cause ?? '–' })))
    for (const trouble of [door.receiving, door.sending]) if (trouble) item.append(element('div', 'bad', trouble))
    return element('li', '', item)
  }
  return box
}
