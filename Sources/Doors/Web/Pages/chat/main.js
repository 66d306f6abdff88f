// Starts the chat for whoever is signed in.

import { keepPages } from '../page/device.js'
import { leave, whoAmI } from '../page/house.js'
import { setLanguage } from '../page/words.js'
import './chat.js'

const me = await whoAmI()
if (me) {
  await setLanguage(me.person.language)
  document.querySelector('thinnai-chat').start(me)
  keepPages()
} else {
  leave()
}
