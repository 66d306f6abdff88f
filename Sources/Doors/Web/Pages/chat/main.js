// Starts the chat for whoever is signed in.

import './chat.js'

async function me() {
  for (let delay = 500; ; delay = Math.min(delay * 2, 8_000)) {
    try {
      const answer = await fetch('/me', { cache: 'no-store' })
      if (answer.status === 401 || answer.status === 403) return null
      if (answer.ok) return await answer.json()
    } catch {
      // the house is starting, or the line is down
    }
    await new Promise((resume) => setTimeout(resume, delay))
  }
}

const hello = await me()
if (hello) document.querySelector('thinnai-chat').start(hello)
else location.replace('/signin')
