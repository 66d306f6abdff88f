// What can be started, with a field for each thing it takes.

import { element } from '../page/dom.js'
import { say, shown } from '../page/words.js'

export function startForm(workflow, start) {
  const box = element('details', '', element('summary', '', shown(workflow).title))
  if (workflow.summary) box.append(element('p', 'quiet', shown(workflow).summary))
  const form = element('form')
  const fields = workflow.inputs.map((input) => {
    const field = element('input')
    field.required = input.required
    field.autocomplete = 'off'
    if (input.default !== null && input.default !== undefined) field.placeholder = words(input.default)
    form.append(element('label', '', shown(input).summary || input.name, field))
    return [input, field]
  })
  const control = element('button', 'main', say('workflowBegin'))
  form.append(control)
  form.onsubmit = (event) => {
    event.preventDefault()
    const values = {}
    for (const [input, field] of fields) if (field.value !== '') values[input.name] = read(field.value, input.default)
    start(values, control)
  }
  box.append(form)
  return box
}

function words(value) { return typeof value === 'string' ? value : JSON.stringify(value) }

/** Text is text; where the usual value is none (a number, a list), what was written is read as JSON. */
function read(text, usual) {
  if (typeof usual === 'string' || usual === null || usual === undefined) return text
  try { return JSON.parse(text) } catch { return text }
}
