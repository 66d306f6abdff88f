// Being told by this device when no page is open, where the browser can.

import { button } from '../page/dom.js'
import { post } from '../page/house.js'
import { attempt, section, toldLine } from '../page/sheet.js'
import { say } from '../page/words.js'

function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

export function notifications(me) {
  const box = section(say('notifications'), say('notificationsHow'))
  const line = toldLine()
  const control = button('', '', () => attempt(line, control, isOn ? turnOff : turnOn))
  let isOn = me.pushed
  function show(words = '') {
    control.textContent = say(isOn ? 'notificationsOff' : 'notificationsOn')
    line.tell(words || (isOn ? say('notificationsAre') : ''))
  }
  async function turnOn() {
    if (await Notification.requestPermission() !== 'granted') return line.tell(say('notificationsDenied'), true)
    const worker = await navigator.serviceWorker.ready
    let given
    try {
      given = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(me.push) })
    } catch {
      // its push service cannot be reached, or it has none
      return line.tell(say('notificationsNone'), true)
    }
    const { endpoint, keys } = given.toJSON()
    await post('/push/subscription', { endpoint, key: keys.p256dh, secret: keys.auth })
    isOn = true
    show()
  }
  async function turnOff() {
    await post('/push/end')
    const worker = await navigator.serviceWorker.ready
    await (await worker.pushManager.getSubscription())?.unsubscribe()
    isOn = false
    show()
  }
  if (me.push && 'PushManager' in window && navigator.serviceWorker) box.append(control, line)
  else box.append(line)
  show(box.contains(control) ? '' : say('notificationsNone'))
  return box
}
