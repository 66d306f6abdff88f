// Asking the house: who is signed in, and actions by their names.

import { forget, recall, remember } from './device.js'

const patience = 8_000

/** Why a request was refused, in a sentence. */
export class Refusal extends Error {
  constructor(status, error) {
    // in the reader's language where the house has it
    super(error?.shown ?? error?.sentence ?? '')
    this.status = status
    /** What it is about, by its name. */
    this.field = error?.field
    /** What a yes would answer, where only that is missing. */
    this.question = error?.question
  }
}

export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  })
  const json = await answer.json().catch(() => ({}))
  if (answer.ok) return json
  if (answer.status === 401 && path !== '/signin') leave()
  throw new Refusal(answer.status, json.error)
}

/** Runs an action as the person; `confirmed` is their yes to exactly this. Without it a `Refusal` has the question. */
export function act(name, values = {}, confirmed = false) {
  return post(`/api/v1/actions/${name}${confirmed ? '?confirmed=true' : ''}`, values)
}

/** Nobody is signed in here any more; what was not sent waits for the next sign-in. */
export function leave() {
  forget('me')
  location.replace('/signin')
}

/**
 * Who is signed in: asked of the house, and what this device remembers while there is no line.
 * `null` when nobody is.
 */
export async function whoAmI() {
  for (let delay = 500; ; delay = Math.min(delay * 2, 8_000)) {
    try {
      const answer = await fetch('/me', { cache: 'no-store', signal: AbortSignal.timeout(patience) })
      if (answer.status === 401 || answer.status === 403) return null
      if (answer.ok) {
        const me = await answer.json()
        remember('me', me)
        return me
      }
    } catch {
      // the house is starting, or the line is down
    }
    const remembered = recall('me')
    if (remembered) return remembered
    await new Promise((resume) => setTimeout(resume, delay))
  }
}
