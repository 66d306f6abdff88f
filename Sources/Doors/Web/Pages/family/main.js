// How those whom one looks after are today. Each part is there as far as the person allows it.

import { keepPages } from '../page/device.js'
import { button, element } from '../page/dom.js'
import { act, leave, whoAmI } from '../page/house.js'
import { attempt, section, sheet, toldLine } from '../page/sheet.js'
import { Calendar, say, setLanguage } from '../page/words.js'
import { day } from './day.js'

const pause = 60_000

const me = await whoAmI()
if (me) {
  await setLanguage(me.person.language)
  const main = sheet(document.querySelector('family-page'), me, say('family'))
  const line = toldLine()
  const seen = element('span', 'quiet')
  const again = button(say('reload'), '', () => attempt(line, again, show))
  const foot = element('div', 'foot', seen, again)
  main.append(element('p', 'quiet', say('familyHow')), line, foot)

  async function show() {
    const { data } = await act('care.family').catch((refusal) => {
      // who looks after nobody has no such page
      if (refusal.status === 403) return { data: { people: [] } }
      throw refusal
    })
    line.tell('')
    const mine = new Calendar(me.person.zone)
    const days = data.people.map((person) => day(person, new Calendar(person.zone), mine, answer))
    for (const old of main.querySelectorAll(':scope > section')) old.remove()
    foot.before(...(days.length ? days : [section(say('familyNone'))]))
    seen.textContent = say('updated', { when: mine.time(new Date()) })
  }

  /** A call that is taken is somebody's: the others are told, and called no more. Who took it says when all is well. */
  function answer(action, alert, control) {
    attempt(line, control, async () => {
      const { text } = await act(action, { alert })
      await show()
      line.tell(text)
      line.takeFocus()
    })
  }
  answer.me = me.person.id
  attempt(line, null, show)
  // what somebody is about to press stays where it is
  const isIdle = () => !document.hidden && !main.querySelector('section button:focus')
  setInterval(() => { if (isIdle()) attempt(line, null, show) }, pause)
  keepPages()
} else {
  leave()
}
