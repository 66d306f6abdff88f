// Trades the code behind the # for a session. The code never reaches a server's log: it is posted, not requested.

import { say, setLanguage } from '/pages/chat/words.js'

const [title, text] = ['title', 'text'].map((id) => document.getElementById(id))

function tell(heading, words) {
  title.textContent = heading
  text.textContent = words
}

async function signIn(code) {
  tell(say('signInTitle'), say('signInWork'))
  try {
    const answer = await fetch('/signin', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }),
    })
    if (answer.ok) return location.replace('/')
    const { error } = await answer.json()
    tell(say('signInFailed'), error?.sentence ?? say('signInHow'))
  } catch {
    tell(say('offline'), say('tryLater'))
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
  tell(say('signInNeeded'), say('signInHow'))
}

setLanguage(navigator.language ?? 'en')
// a link opened on this very page only changes what is behind the #
addEventListener('hashchange', start)
start()
