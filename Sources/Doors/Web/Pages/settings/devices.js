// Where somebody is signed in, and signing out.

import { button, element } from '../page/dom.js'
import { forgetAll } from '../page/device.js'
import { act, leave, post } from '../page/house.js'
import { attempt, section, toldLine } from '../page/sheet.js'
import { Calendar, say } from '../page/words.js'

export function devices(me) {
  const box = section(say('devices'), say('devicesHow'))
  box.append(sessions(me))
  return box
}

/** The sessions of a person as a list, each with its end. - `person` is somebody else's id, for who runs the house. */
export function sessions(me, person) {
  const host = element('div')
  const list = element('ul', 'rows')
  const line = toldLine()
  const calendar = new Calendar(me.person.zone)
  const whose = person ? { person } : {}
  const others = button(say('signOutOthers'), '', () => attempt(line, others, async () => {
    await act('session.revoke_all', person ? whose : { keep: me.session })
    await show()
    line.tell(say('done'))
    line.takeFocus()
  }))
  async function show() {
    const { data } = await act('session.list', whose)
    list.replaceChildren(...data.sessions.map(row))
    others.hidden = data.sessions.filter((session) => session.id !== me.session).length < 2
    if (!data.sessions.length) line.tell(say('notSignedIn'))
  }
  function row(session) {
    const name = session.device || say('unknownDevice')
    const isOwn = session.id === me.session
    const seen = isOwn ? say('thisDevice') : say('lastSeen', { when: calendar.moment(new Date(session.seen)) })
    const end = button(say('signOutDevice'), '', () => attempt(line, end, async () => {
      await act('session.revoke', { id: session.id })
      if (isOwn) return leave()
      await show()
      line.tell(say('signedOut', { name }))
      line.takeFocus()
    }))
    end.ariaLabel = `${say('signOutDevice')}: ${name}`
    return element('li', '', element('div', '', element('strong', '', name), element('div', 'quiet', seen)), isOwn ? null : end)
  }
  host.append(list, others, line)
  others.hidden = true
  attempt(line, null, show)
  return host
}

export function signingOut() {
  const box = section(say('signOut'))
  const line = toldLine()
  const out = button(say('signOut'), '', async () => {
    out.disabled = true
    try {
      await post('/signout')
      forgetAll()
      leave()
    } catch {
      // the cookie is not ours to take away: only the house ends a session
      line.tell(say('signOutOffline'), true)
      out.disabled = false
    }
  })
  box.append(out, line)
  return box
}
