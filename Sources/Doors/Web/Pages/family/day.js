// One person's day. What is not allowed says so, and never looks like "nothing there".

import { element } from '../page/dom.js'
import { section } from '../page/sheet.js'
import { say } from '../page/words.js'

const states = { taken: 'taken', missed: 'missed', skipped: 'skipped', unknown: 'unknown', waiting: 'waitingDose' }
const emergencies = {
  fall: 'sosFall', chest: 'sosChest', breath: 'sosBreath', unconscious: 'sosUnconscious', bleeding: 'sosBleeding',
  help: 'sosHelp', ambulance: 'sosAmbulance', fire: 'sosFire', intruder: 'sosIntruder',
  poison: 'sosPoison', injury: 'sosInjury',
}
const checkins = { answered: 'checkinAnswered', asked: 'checkinAsked', silent: 'checkinSilent' }

export function day(person, calendar) {
  const moment = (at) => calendar.moment(new Date(at))
  const box = section(person.own ? say('ownDay') : person.called || person.name)
  box.append(...alerts(person.alerts, moment))
  const facts = element('dl', 'facts')
  const fact = (name, ...value) => facts.append(element('dt', '', name), element('dd', '', ...value))
  fact(say('lastContact'), person.last_contact ? moment(person.last_contact) : say('never'))
  if (person.checkin) fact(say('checkin'), checkin(person.checkin))
  if (person.refill) {
    const words = say('refillDays', { name: person.refill.name, n: person.refill.days })
    fact(say('refill'), person.refill.low ? element('span', 'bad', `${words} · ${say('refillLow')}`) : words)
  }
  box.append(facts, ...doses(person.doses, calendar), ...plan(person.plan, calendar), ...notes(person.notes, moment))
  if (person.relatives?.length) {
    box.append(element('h3', '', say('relatives')), element('p', '', person.relatives.map((one) => one.name).join(', ')))
  }
  return box
}

function alerts(alerts, moment) {
  if (!alerts) return [element('p', 'quiet', `${say('noAlerts')}: ${say('notAllowed')}`)]
  if (!alerts.length) return [element('p', 'good', say('noAlerts'))]
  return alerts.map((alert) => {
    const when = moment(alert.raised)
    const head = alert.taken_by ? say('alertTaken', { when, name: alert.taken_by.name }) : say('alertOpen', { when })
    const box = element('div', 'alert', head)
    if (alert.what) box.append(element('div', '', emergencies[alert.what] ? say(emergencies[alert.what]) : `“${alert.what}”`))
    if (!alert.taken_by) box.append(element('div', '', say('nobodyOnIt')))
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

function plan(plan, calendar) {
  const title = element('h3', '', say('plan'))
  if (!plan.length) return [title, element('p', 'quiet', say('planNone'))]
  const list = element('ul', 'rows')
  for (const entry of plan) {
    list.append(element('li', '', element('span', 'quiet', calendar.time(new Date(entry.at))), element('div', '', entry.text)))
  }
  return [title, list]
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
