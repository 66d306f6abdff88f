// Trades the code behind the # for a session. The code never reaches a server's log: it is posted, not requested.

import { keepPages, recall, remember } from '../page/device.js'
import { button } from '../page/dom.js'
import { post } from '../page/house.js'
import { say, setLanguage } from '../page/words.js'

const [title, text, way, languages] = ['title', 'text', 'way', 'languages'].map((id) => document.getElementById(id))
const names = { en: 'English', ta: 'தமிழ்', hi: 'हिन्दी' }

/** Kept as keys, so that another language says the same. */
let told = ['signInNeeded', 'signInHow']

/** What may still be good; it is out of the address, so it is kept here to be tried again. */
let waiting = null

function tell(...keys) {
  told = keys
  title.textContent = say(keys[0])
  text.textContent = say(keys[1])
  way.replaceChildren(...(waiting ? [button(say('again'), '', () => signIn(waiting))] : []))
}

async function signIn(code) {
  waiting = null
  tell('signInTitle', 'signInWork')
  try {
    await post('/signin', { code })
    return location.replace('/')
  } catch (error) {
    // too often, or the house cannot answer now: that says nothing about the link
    const isPassing = !error.status || error.status === 429 || error.status >= 500
    if (isPassing) waiting = code
    if (error.status === 429) tell('signInTooOften', 'tooMany')
    else if (isPassing) tell('offline', 'tryLater')
    else tell('signInFailed', 'signInFailedHow')
  }
  title.focus()
}

/** The code of the address, taken out of it at once. */
function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get('code')
  if (location.hash) history.replaceState(null, '', location.pathname)
  return code
}

async function start() {
  const code = takeCode()
  if (code) return signIn(code)
  try {
    if ((await fetch('/me', { cache: 'no-store' })).ok) return location.replace('/')
  } catch {
    // then the words below stand
  }
  tell('signInNeeded', 'signInHow')
}

/** Nobody is known yet: whoever reads chooses. */
async function speak(code) {
  await setLanguage(code)
  languages.ariaLabel = say('language')
  languages.replaceChildren(...Object.entries(names).map(([code, name]) => {
    const choice = button(name, '', () => {
      remember('language', code)
      speak(code).then(() => tell(...told))
    })
    choice.lang = code
    choice.ariaPressed = String(document.documentElement.lang === code)
    return choice
  }))
}

await speak(recall('language') ?? navigator.language ?? 'en')
// a link opened on this very page only changes what is behind the #
addEventListener('hashchange', start)
start()
keepPages()
