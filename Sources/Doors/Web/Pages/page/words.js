// What the pages themselves say: one file a language. Replies come in the person's language from the house.

const written = ['en', 'ta', 'hi']
let language = ''
let words = {}

/** Tamil or Hindi in Latin letters gets the English words: short labels that its readers know. */
export async function setLanguage(code) {
  const base = code.slice(0, 2).toLowerCase()
  const wanted = !code.includes('-Latn') && written.includes(base) ? base : 'en'
  if (wanted === language) return
  const answer = await fetch(`/pages/words/${wanted}.json`)
  if (!answer.ok) throw new Error(`no words in ${wanted}`)
  words = await answer.json()
  language = wanted
  document.documentElement.lang = wanted
}

export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

/** Data of the house with the words of whoever reads it in the place of the English ones. */
export function shown(data) { return { ...data, ...data.shown } }

/** Digits stay those of the replies. */
export function locale() {
  if (language === 'en') return navigator.language?.startsWith('en') ? navigator.language : 'en-IN'
  return `${language}-IN-u-nu-latn`
}

/** One formatter a page: they are dear. */
export class Calendar {
  constructor(zone) {
    const options = { timeZone: zone }
    try {
      new Intl.DateTimeFormat('en', options)
    } catch {
      delete options.timeZone
    }
    this.clock = new Intl.DateTimeFormat(locale(), { ...options, hour: 'numeric', minute: '2-digit' })
    this.days = new Intl.DateTimeFormat('en-CA', { ...options, year: 'numeric', month: '2-digit', day: '2-digit' })
    this.names = new Intl.DateTimeFormat(locale(), { ...options, weekday: 'long', day: 'numeric', month: 'long' })
    this.years = new Intl.DateTimeFormat(locale(), { ...options, day: 'numeric', month: 'long', year: 'numeric' })
  }

  time(date) { return this.clock.format(date) }

  /** Whether another calendar's clock shows another time. */
  differs(other, now = new Date()) { return this.moment(now) !== other.moment(now) || this.day(now) !== other.day(now) }

  /** The time of today, else the day too. */
  moment(date, now = new Date()) {
    return this.day(date) === this.day(now) ? this.time(date) : `${this.dayName(date, now)}, ${this.time(date)}`
  }

  day(date) { return this.days.format(date) }

  dayName(date, now = new Date()) {
    const day = this.day(date)
    if (day === this.day(now)) return say('today')
    if (day === this.day(new Date(now.getTime() - 86_400_000))) return say('yesterday')
    return (day.slice(0, 4) === this.day(now).slice(0, 4) ? this.names : this.years).format(date)
  }
}
