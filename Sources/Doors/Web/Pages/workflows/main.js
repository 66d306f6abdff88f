// Work of several steps: what is under way, what can be started, and what somebody may do about it.

import { keepPages } from '../page/device.js'
import { button, element } from '../page/dom.js'
import { act, leave, whoAmI } from '../page/house.js'
import { attempt, section, sheet, toldLine } from '../page/sheet.js'
import { Calendar, say, setLanguage } from '../page/words.js'
import { startForm } from './start.js'
import { runCard } from './run.js'

// while something is under way people watch; else it is enough now and then
const watching = 2_000
const calm = 30_000

const me = await whoAmI()
if (me) {
  await setLanguage(me.person.language)
  const calendar = new Calendar(me.person.zone)
  const main = sheet(document.querySelector('workflows-page'), me, say('workflows'))
  const line = toldLine()
  const runs = section(say('workflowRuns'))
  const list = element('div')
  runs.append(list)
  const starting = section(say('workflowStart'), say('workflowStartHow'))
  main.append(line, runs, starting)
  const open = new Set()
  let timer

  async function show() {
    const { data } = await act('workflow.list', { limit: 30 })
    // what somebody is about to press stays where it is
    if (list.contains(document.activeElement) && document.activeElement.tagName === 'BUTTON') return again(true)
    const shown = await Promise.all(data.runs.map(async (run) => {
      const isOver = ['done', 'failed', 'cancelled'].includes(run.state)
      const details = open.has(run.run) || !isOver ? (await act('workflow.show', { run: run.run })).data : null
      return runCard(run, details, calendar, {
        isOpen: open.has(run.run),
        toggle: (isOpen) => {
          if (isOpen) open.add(run.run)
          else open.delete(run.run)
          if (isOpen && !details) attempt(line, null, show)
        },
        steer: (action, values, control) => attempt(line, control, async () => {
          const { text } = await act(action, { run: run.run, ...values })
          line.tell(text)
          control.blur()
          await show()
        }),
      })
    }))
    list.replaceChildren(...(shown.length ? shown : [element('p', 'quiet', say('workflowNone'))]))
    again(data.runs.some((run) => ['running', 'undoing'].includes(run.state)))
  }

  function again(isBusy) {
    clearTimeout(timer)
    timer = setTimeout(() => document.hidden ? again(false) : attempt(line, null, show), isBusy ? watching : calm)
  }

  async function offer() {
    const { data } = await act('workflow.catalogue')
    const forms = data.workflows.map((workflow) => startForm(workflow, (values, control) =>
      attempt(line, control, async () => {
        const { text } = await act('workflow.start', { workflow: workflow.name, inputs: values })
        line.tell(text)
        await show()
        runs.scrollIntoView({ block: 'start' })
      })))
    starting.append(...forms)
  }

  attempt(line, null, async () => {
    await show()
    await offer()
  })
  keepPages()
} else {
  leave()
}
