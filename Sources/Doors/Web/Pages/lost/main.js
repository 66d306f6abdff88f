// Where nothing is: says so, and leads to the conversation.

import { recall } from '../page/device.js'
import { say, setLanguage } from '../page/words.js'

const me = recall('me')
await setLanguage(me?.person.language ?? recall('language') ?? navigator.language ?? 'en')
document.getElementById('title').textContent = say('lost')
document.getElementById('text').textContent = say('lostHow')
document.getElementById('way').textContent = say('chat')
document.title = `${say('lost')} · ${say('title')}`
