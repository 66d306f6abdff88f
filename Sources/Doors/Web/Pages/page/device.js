// What this device remembers: who is signed in, and what was said but not sent. A device that keeps nothing only forgets.

const prefix = 'thinnai.'

function stored() {
  try {
    return localStorage
  } catch {
    return null
  }
}

export function recall(key) {
  try {
    return JSON.parse(stored()?.getItem(prefix + key) ?? 'null')
  } catch {
    return null
  }
}

export function remember(key, value) {
  try {
    stored()?.setItem(prefix + key, JSON.stringify(value))
  } catch {
    // full, or not allowed
  }
}

export function forget(key) { stored()?.removeItem(prefix + key) }

/** All that is remembered under keys that begin so, in the order of the keys. */
export function recallAll(start) {
  const keys = Object.keys(stored() ?? {}).filter((key) => key.startsWith(prefix + start)).sort()
  return keys.map((key) => recall(key.slice(prefix.length))).filter(Boolean)
}

/** For whoever signs out: the next one at this device finds nothing. */
export function forgetAll() {
  for (const key of Object.keys(stored() ?? {})) if (key.startsWith(prefix)) stored().removeItem(key)
}

/** The pages without a line. Only browsers in a secure context take it; the others go on as they always did. */
export function keepPages() {
  navigator.serviceWorker?.register('/pages/page/service-worker.js', { scope: '/', updateViaCache: 'none' })
    .catch(() => {})
}
