// A goal in words: what would be done is shown first, and kept or started only when somebody says so.

import { button, element } from '../page/dom.js'
import { say, shown } from '../page/words.js'

export function planForm({ plan, keep }) {
  const form = element('form')
  const goal = element('textarea')
  goal.rows = 3
  goal.required = true
  goal.placeholder = say('planExample')
  const control = element('button', 'main', say('planMake'))
  const shown = element('div', 'plan')
  shown.role = 'status'
  form.append(element('label', '', say('planGoal'), goal), control)
  form.onsubmit = (event) => {
    event.preventDefault()
    plan(goal.value, control, (answer) => shown.replaceChildren(...proposal(answer, keep)))
  }
  return element('div', '', form, shown)
}

function proposal({ text, data }, keep) {
  const card = element('article', 'run')
  if (data.existing) {
    card.append(element('p', '', text))
    return [card]
  }
  // the first line says when it begins, too
  card.append(element('h3', '', text.split('\n')[0]))
  const list = element('ol', 'steps')
  for (const step of data.steps ?? []) {
    const item = element('li', step.step.includes('/') ? 'inner' : '', shown(step).does)
    if (step.asks && step.kind === 'action') item.append(element('span', 'quiet', ` ${say('planAsks')}`))
    if (step.conditional) item.append(element('span', 'quiet', ` ${say('planConditional')}`))
    list.append(item)
  }
  card.append(list)
  for (const problem of data.problems ?? []) {
    card.append(element('p', 'bad', problem.words ? `“${problem.words}”: ${shown(problem).sentence}` : shown(problem).sentence))
  }
  for (const note of data.notes_shown ?? []) card.append(element('p', 'quiet', note))
  if (data.inputs?.length) {
    card.append(element('p', 'quiet', say('planInputs', { inputs: data.inputs.map((input) => shown(input).name).join(', ') })))
  }
  if (data.feasible) {
    const buttons = element('div', 'buttons')
    const keeping = (label, run) => {
      const control = button(say(label), run ? 'main' : '', () => keep(data.source, run, control))
      buttons.append(control)
    }
    if (!data.inputs.length && !data.starts.length) keeping('planRun', true)
    keeping('planKeep', false)
    card.append(buttons)
  }
  if (data.source) {
    const more = element('details', '', element('summary', '', say('planSource')))
    const source = element('pre', '', data.source)
    source.tabIndex = 0
    more.append(source)
    card.append(more)
  }
  return [card]
}
