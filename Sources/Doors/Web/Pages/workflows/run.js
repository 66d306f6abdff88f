// One run: how far it is, its steps, and the buttons that fit its state.

import { button, element, sure } from '../page/dom.js'
import { say, shown } from '../page/words.js'

const states = {
  running: 'stateRunning', paused: 'statePaused', undoing: 'stateUndoing', done: 'stateDone', failed: 'stateFailed',
  cancelled: 'stateCancelled', started: 'stateRunning', waiting: 'stateWaiting', skipped: 'stateSkipped',
}

export function runCard(run, details, calendar, { isOpen, toggle, steer }) {
  const card = element('article', 'run')
  const bad = run.state === 'failed' ? 'bad' : run.state === 'done' ? 'good' : ''
  const settled = details?.steps.filter((step) => !step.step.includes('/') && ['done', 'skipped'].includes(step.state)).length
  card.append(
    element('h3', '', shown(run).title),
    element('p', '', element('strong', bad, say(states[run.state] ?? run.state)), ' ',
      element('span', 'quiet', say('workflowSince', { when: calendar.moment(new Date(run.created)) }))))
  // why it ended stands here, also where nobody opens its steps
  const why = shown(run).ending ?? (details?.error && shown(details).error)
  if (why) card.append(element('p', run.state === 'done' ? '' : 'bad', why))
  if (details && ['running', 'undoing', 'paused'].includes(run.state)) {
    const words = [say('workflowSteps', { n: settled, all: details.total })]
    if (details.remaining_s > 0) words.push(say('workflowLeft', { time: spoken(details.remaining_s) }))
    const bar = element('progress')
    bar.max = details.total
    bar.value = settled
    bar.ariaLabel = words[0]
    card.append(bar, element('p', 'quiet', words.join(' · ')))
    for (const step of details.steps.filter((step) => step.asks)) card.append(question(step, steer))
  }
  const buttons = element('div', 'buttons')
  const steering = (label, action, values = {}) => {
    const control = button(say(label), '', () => steer(action, values, control))
    buttons.append(control)
  }
  if (run.state === 'running') steering('workflowPause', 'workflow.pause')
  if (run.state === 'paused') steering('workflowResume', 'workflow.resume')
  if (['running', 'paused'].includes(run.state)) {
    buttons.append(sure('workflowStop', 'workflowStopSure', (control) => steer('workflow.cancel', {}, control)))
  }
  if (buttons.children.length) card.append(buttons)

  const more = element('details', '', element('summary', '', say('workflowDetails')))
  more.open = isOpen
  more.ontoggle = () => { if (more.open !== isOpen) toggle(more.open) }
  if (details) more.append(steps(details, calendar))
  card.append(more)
  return card
}

/** What a step asks: answered here as in chat. */
function question(step, steer) {
  const buttons = element('div', 'buttons')
  for (const [label, yes] of [['approvalYes', true], ['approvalNo', false]]) {
    const control = button(say(label), yes ? 'main' : '', () =>
      steer('workflow.decide', { step: step.step, yes, generation: step.generation }, control))
    buttons.append(control)
  }
  return element('div', 'question', element('p', '', shown(step).asks), buttons)
}

/** Seconds as a person says them. */
function spoken(seconds) {
  const [unit, size] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]].find(([, size]) => seconds >= size)
  return new Intl.NumberFormat(document.documentElement.lang || 'en', { style: 'unit', unit, unitDisplay: 'long' })
    .format(Math.round(seconds / size))
}

function steps(details, calendar) {
  const list = element('ol', 'rows')
  for (const step of details.steps) {
    const bad = step.state === 'failed' ? 'bad' : step.state === 'done' ? 'good' : ''
    const words = [say(states[step.state] ?? step.state)]
    if (step.until) words.push(say('workflowUntil', { when: calendar.moment(new Date(step.until)) }))
    if (step.attempt > 1) words.push(say('workflowAttempt', { n: step.attempt }))
    const box = element('div', '', element('strong', '', shown(step).label))
    if (step.error) box.append(element('div', 'bad', shown(step).error))
    list.append(element('li', '', box, element('span', bad, words.join(' · '))))
  }
  return list
}
