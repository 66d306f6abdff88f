// What can be started, with a field for each thing it takes. What is written there is read by the house, as in a talk.

import { element, sure } from '../page/dom.js'
import { say, shown } from '../page/words.js'

const hints = {
  number: 'inputNumber', time: 'inputTime', duration: 'inputDuration', list: 'inputList', object: 'inputObject',
}

export function startForm(workflow, start, remove) {
  const box = element('details', '', element('summary', '', shown(workflow).title))
  if (workflow.summary) box.append(element('p', 'quiet', shown(workflow).summary))
  const form = element('form')
  form.noValidate = true
  const fields = workflow.inputs.map((input, index) => {
    const field = new Field(input, `${workflow.name}-${index}`)
    form.append(field.box)
    return field
  })
  const control = element('button', 'main', say('workflowBegin'))
  form.append(control)
  // what was kept here can be taken out again
  if (workflow.own) form.append(sure('workflowRemove', 'workflowRemoveSure', remove))
  form.onsubmit = (event) => {
    event.preventDefault()
    for (const field of fields) field.blame('')
    const missing = fields.find((field) => field.input.required && !field.value)
    if (missing) return missing.blame(say('inputMissing'))
    const values = {}
    for (const field of fields) if (field.value) values[field.input.name] = field.value
    // what is wrong with a field stands beside it
    start(values, control, (refusal) => {
      const field = fields.find((field) => refusal.field === `inputs.${field.input.name}`)
      if (field) field.blame(refusal.message)
      return Boolean(field)
    }, () => form.reset())
  }
  box.append(form)
  return box
}

/** One thing it takes: its name, where it is written, an example, and what was wrong with it. */
class Field {
  constructor(input, id) {
    this.input = input
    this.place = this.#made(input)
    this.place.required = input.required
    this.place.autocomplete = 'off'
    this.box = element('label', 'input', shown(input).summary || input.name, this.place)
    const hint = hints[input.kind] && element('span', 'quiet', say(hints[input.kind]))
    this.wrong = element('span', 'bad')
    this.wrong.id = `wrong-${id}`
    this.wrong.role = 'alert'
    const about = [this.wrong.id]
    if (hint) {
      hint.id = `hint-${id}`
      about.unshift(hint.id)
      this.box.append(hint)
    }
    this.box.append(this.wrong)
    this.place.setAttribute('aria-describedby', about.join(' '))
  }

  #made(input) {
    if (input.kind === 'yes') {
      const choice = element('select')
      for (const [value, label] of [['', '–'], ['true', say('approvalYes')], ['false', say('approvalNo')]]) {
        const option = element('option', '', label)
        option.value = value
        choice.append(option)
      }
      if (typeof input.default === 'boolean') choice.value = String(input.default)
      return choice
    }
    const place = element(input.kind === 'list' ? 'textarea' : 'input')
    if (input.kind === 'list') place.rows = 3
    if (input.kind === 'number') place.inputMode = 'decimal'
    place.placeholder = usual(input)
    return place
  }

  get value() { return this.place.value.trim() }

  blame(words) {
    this.wrong.textContent = words
    this.place.setAttribute('aria-invalid', String(Boolean(words)))
    if (words) this.place.focus()
  }
}

/** What it is when nothing is written. */
function usual({ default: value }) {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map((one) => typeof one === 'string' ? one : JSON.stringify(one)).join('\n')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
