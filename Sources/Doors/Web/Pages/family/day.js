// One person's day. What is not allowed says so, and never looks like "nothing there".

import { button, element } from '../page/dom.js'
import { section } from '../page/sheet.js'
import { say } from '../page/words.js'

const states = { taken: 'taken', missed: 'missed', skipped: 'skipped', unknown: 'unknown', waiting: 'waitingDose' }
const emergencies = {
  fall: 'sosFall', chest: 'sosChest', breath: 'sosBreath', unconscious: 'sosUnconscious', bleeding: 'sosBleeding',
  help: 'sosHelp', ambulance: 'sosAmbulance', fire: 'sosFire', intruder: 'sosIntruder',
  poison: 'sosPoison', injury: 'sosInjury',
}
const checkins = { answered: 'checkinAnswered', asked: 'checkinAsked', silent: 'checkinSilent' }

/** `mine` is the calendar of whoever reads; `answer` does something about a call for help, by its action. */
export function day(person, calendar, mine, answer) {
  const name = person.called || person.name
  const box = section(person.own ? say('ownDay') : name)
  const now = new Date()
  const isElsewhere = !person.own && calendar.differs(mine, now)
  const moment = (at) => calendar.moment(new Date(at))
  // of what is urgent nobody should have to reckon
  const both = (at) => isElsewhere ? say('bothClocks', { there: moment(at), here: mine.moment(new Date(at)), name }) : moment(at)
  if (isElsewhere) {
    box.append(element('p', 'quiet', say('otherClock', { name, there: calendar.time(now), here: mine.time(now) })))
  }
  box.append(...alerts(person, both, answer))
  const facts = element('dl', 'facts')
  const fact = (name, ...value) => facts.append(element('dt', '', name), element('dd', '', ...value))
  fact(say('lastContact'), person.last_contact ? moment(person.last_contact) : say('never'))
  if (person.checkin) fact(say('checkin'), checkin(person.checkin))
  if (person.refill) {
    const words = refill(person.refill)
    fact(say('refill'), person.refill.low ? element('span', 'bad', `${words} · ${say('refillLow')}`) : words)
  }
  box.append(facts, ...doses(person.doses, calendar), ...plan(person, calendar), ...notes(person.notes, moment))
  if (person.relatives?.length) {
    box.append(element('h3', '', say('relatives')), element('p', '', person.relatives.map((one) => one.name).join(', ')))
  }
  return box
}

function refill({ name, days, left }) {
  if (left === 0) return say('refillNone', { name })
  return days === 0 ? say('refillToday', { name }) : say('refillDays', { name, n: days })
}

function alerts({ alerts, own }, moment, answer) {
  if (!alerts) return [element('p', 'quiet', `${say('noAlerts')}: ${say('notAllowed')}`)]
  if (!alerts.length) return [element('p', 'good', say('noAlerts'))]
  return alerts.map((alert) => {
    const when = moment(alert.raised)
    const head = alert.taken_by ? say('alertTaken', { when, name: alert.taken_by.name }) : say('alertOpen', { when })
    const box = element('div', 'alert', head)
    if (alert.what) box.append(element('div', '', emergencies[alert.what] ? say(emergencies[alert.what]) : `“${alert.what}”`))
    if (!alert.taken_by) box.append(element('div', '', say('nobodyOnIt')))
    // whoever took it ends it
    const [label, action] = alert.taken_by ? ['resolveAlert', 'emergency.resolve'] : ['takeAlert', 'emergency.acknowledge']
    if (!own && (!alert.taken_by || alert.taken_by.id === answer.me)) {
      const control = button(say(label), 'main', () => answer(action, alert.id, control))
      box.append(control)
    }
    return box
  })
}

function checkin({ state }) {
  const words = say(checkins[state] ?? 'checkinCalm')
  return state === 'silent' ? element('span', 'bad', words) : words
}

function doses(doses, calendar) {
  const title = element('h3', '', say('dosesToday'))
  if (!doses) return [title, element('p', 'quiet', say('notAllowed'))]
  if (!doses.items.length) return [title, element('p', 'quiet', say('noDoses'))]
  const counts = Object.entries(doses.counts).filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${say(states[state])}`).join(' · ')
  const list = element('ul', 'rows')
  for (const dose of doses.items) {
    const isBad = dose.state === 'missed' || dose.state === 'unknown'
    const state = element('span', isBad ? 'bad' : dose.state === 'taken' ? 'good' : '', say(states[dose.state] ?? dose.state))
    const by = dose.by ? ` ${say('by', { name: dose.by })}` : ''
    list.append(element('li', '', element('div', '', element('strong', '', dose.name ?? ''),
      element('div', 'quiet', calendar.time(new Date(dose.due)))), element('span', '', state, by)))
  }
  return [title, element('p', 'quiet', counts), list]
}

function plan({ plan, rights }, calendar) {
  const title = element('h3', '', say('plan'))
  // of what is not shared nobody says that it is nothing
  const hidden = [['medicines', 'planMedicines'], ['calendar', 'planCalendar']].filter(([right]) => !rights.includes(right))
    .map(([, key]) => element('p', 'quiet', `${say(key)}: ${say('notAllowed')}`))
  if (!plan.length) return [title, ...(hidden.length ? hidden : [element('p', 'quiet', say('planNone'))])]
  const list = element('ul', 'rows')
  for (const entry of plan) {
    list.append(element('li', '', element('span', 'quiet', calendar.time(new Date(entry.at))), element('div', '', entry.text)))
  }
  return [title, list, ...hidden]
}

function notes(notes, moment) {
  if (!notes?.length) return []
  const list = element('ul', 'rows')
  for (const note of notes) {
    list.append(element('li', '', element('div', '', element('div', '', note.text),
      element('div', 'quiet', `${note.by_name ?? ''} · ${moment(note.at)}`))))
  }
  return [element('h3', '', say('notes')), list]
}
