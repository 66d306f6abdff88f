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
    tell(say('signInFailed'), say('offline'))
  }
  title.focus()
}

setLanguage(navigator.language ?? 'en')
const code = new URLSearchParams(location.hash.slice(1)).get('code')
history.replaceState(null, '', location.pathname)
if (code) {
  await signIn(code)
} else if ((await fetch('/me', { cache: 'no-store' })).ok) {
  location.replace('/')
} else {
  tell(say('signInNeeded'), say('signInHow'))
}
