// What waits for a yes: requests of the approval desk, each with what exactly would be done.

import { button, element } from '../page/dom.js'
import { say, shown } from '../page/words.js'

/** `titles` are those of workflows by their names: the house knows who asks by the name. */
export function approvalCard(request, calendar, titles, decide) {
  const card = element('article', 'run')
  const agent = titles.get(request.agent) ?? request.agent
  card.append(
    element('h3', '', say('approvalWants', { who: agent || request.by || say('approvalSomebody'), what: shown(request).does })),
    facts(request.facts),
    element('p', 'quiet', [
      say('approvalUntil', { when: calendar.moment(new Date(request.expires_at)) }),
      ...(request.agent && request.by ? [say('approvalFor', { name: request.by })] : []),
      ...(request.tier === 'two' ? [say('approvalTwo')] : []),
      ...(request.may_decide ? [] : [say('approvalOthers')]),
    ].join(' · ')))
  if (!request.may_decide) return card
  const buttons = element('div', 'buttons')
  for (const [label, decision] of [['approvalYes', 'yes'], ['approvalNo', 'no'], ['approvalAlways', 'always']]) {
    const control = button(say(label), decision === 'yes' ? 'main' : '', () => decide(decision, control))
    buttons.append(control)
  }
  card.append(buttons)
  return card
}

/** The arguments of a call, one a line, as they would be used. */
function facts(given) {
  const list = element('dl', 'facts')
  for (const { name, value } of given ?? []) list.append(element('dt', '', name), element('dd', '', value))
  return list
}
