// The person's language: of every reply and of the pages.

import { element } from '../page/dom.js'
import { act } from '../page/house.js'
import { attempt, section, toldLine } from '../page/sheet.js'
import { say } from '../page/words.js'

export const languages = {
  en: 'English', ta: 'தமிழ்', hi: 'हिन्दी', 'ta-Latn': 'Tamil (abc)', 'hi-Latn': 'Hindi (abc)',
}

/** A list to choose one of, with its label. */
export function choice(label, options, chosen) {
  const select = element('select')
  for (const [value, name] of options) {
    const option = element('option', '', name)
    option.value = value
    option.defaultSelected = value === chosen
    select.append(option)
  }
  return { select, field: element('label', '', label, select) }
}

export function language(me) {
  const box = section(say('language'), say('languageHow'))
  const line = toldLine()
  const { select, field } = choice(say('language'), Object.entries(languages), me.person.language)
  select.onchange = () => attempt(line, select, async () => {
    await act('assistant.language', { language: select.value })
    location.reload()
  })
  box.append(element('form', '', field), line)
  return box
}
