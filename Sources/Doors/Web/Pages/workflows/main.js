// Work of several steps: what is under way, what can be started, and what somebody may do about it.

import { keepPages } from '../page/device.js'
import { button, element } from '../page/dom.js'
import { act, leave, whoAmI } from '../page/house.js'
import { attempt, section, sheet, toldLine } from '../page/sheet.js'
import { Calendar, say, setLanguage, shown } from '../page/words.js'
import { approvalCard } from './approvals.js'
import { planForm } from './plan.js'
import { runCard } from './run.js'
import { startForm } from './start.js'

// without the line that tells of changes, it is looked now and then
const watching = 3_000
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
  const asking = section(say('approvals'))
  asking.hidden = true
  const planning = section(say('planTitle'), say('planHow'))
  main.append(line, asking, runs, ...(me.person.owner ? [planning] : []), starting)
  const open = new Set()
  const titles = new Map()
  let timer
  let isTold = false

  async function ask() {
    const { data } = await act('approval.list').catch(() => ({ data: [] }))
    if (asking.contains(document.activeElement) && document.activeElement.tagName === 'BUTTON') return
    asking.hidden = !data.length
    asking.replaceChildren(asking.firstElementChild, ...data.map((request) =>
      approvalCard(request, calendar, titles, (decision, control) => attempt(line, control, async () => {
        const { text } = await act('approval.decide', { approval: request.id, hash: request.hash, decision })
        // the card is gone then, and its buttons with it
        line.tell(text)
        line.takeFocus()
        await refresh()
      }))))
  }

  async function refresh() {
    await show()
    await ask()
  }

  async function show() {
    const { data } = await act('workflow.list', { limit: 30 })
    for (const run of data.runs) titles.set(`workflow ${run.workflow}`, shown(run).title)
    // what somebody is about to press stays where it is
    if (list.contains(document.activeElement) && document.activeElement.tagName === 'BUTTON') return again(true)
    const cards = await Promise.all(data.runs.map(async (run) => {
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
          line.takeFocus()
          await refresh()
        }),
      })
    }))
    list.replaceChildren(...(cards.length ? cards : [element('p', 'quiet', say('workflowNone'))]))
    again(data.runs.some((run) => ['running', 'undoing'].includes(run.state)))
  }

  /** The house says when something has changed; how it stands is asked then. */
  function listen() {
    const events = new EventSource('/live/work')
    let soon
    events.onopen = () => { isTold = true }
    events.onmessage = () => {
      clearTimeout(soon)
      soon = setTimeout(() => { if (!document.hidden) attempt(line, null, refresh) }, 50)
    }
    events.onerror = () => { isTold = false }
    document.addEventListener('visibilitychange', () => { if (!document.hidden) attempt(line, null, refresh) })
  }

  function again(isBusy) {
    clearTimeout(timer)
    if (isTold) return
    timer = setTimeout(() => document.hidden ? again(false) : attempt(line, null, refresh), isBusy ? watching : calm)
  }

  async function offer() {
    const { data } = await act('workflow.catalogue')
    for (const workflow of data.workflows) titles.set(`workflow ${workflow.name}`, shown(workflow).title)
    const forms = data.workflows.map((workflow) => startForm(workflow, (values, control, blame, clear) =>
      attempt(line, control, async () => {
        line.tell('')
        let text
        try {
          ({ text } = await act('workflow.start', { workflow: workflow.name, inputs: values }))
        } catch (refusal) {
          if (!blame(refusal)) throw refusal
          return
        }
        clear()
        line.tell(text)
        await refresh()
        runs.scrollIntoView({ block: 'start' })
      }), (control) => attempt(line, control, async () => {
        const { text } = await act('workflow.remove', { workflow: workflow.name }, true)
        line.tell(text)
        line.takeFocus()
        await offer()
      })))
    starting.replaceChildren(...[...starting.children].slice(0, 2), ...forms)
  }

  planning.append(planForm({
    plan: (goal, control, show) => attempt(line, control, async () => {
      line.tell('')
      show(await act('workflow.plan', { goal }))
    }),
    keep: (source, run, control) => attempt(line, control, async () => {
      const { text } = await act('workflow.keep', { source, run })
      line.tell(text)
      line.takeFocus()
      await Promise.all([refresh(), offer()])
    }),
  }))

  attempt(line, null, async () => {
    await Promise.all([refresh(), offer()])
    // by now it is known what those that ask are called
    await ask()
    listen()
  })
  keepPages()
} else {
  leave()
}
