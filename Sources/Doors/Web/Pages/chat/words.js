// What the page itself says, by language. Replies come in the person's language from the house.

const words = {
  en: {
    greeting: 'Hello, {name}', invite: 'Say what you need in your own words, or try one of these.',
    placeholder: 'Write a message', send: 'Send', log: 'Conversation', online: 'Connected',
    connecting: 'Connecting…', offline: 'No connection', kept: 'What you write is kept and sent later.',
    signOut: 'Sign out', today: 'Today', yesterday: 'Yesterday', you: 'You', sending: 'waiting to be sent',
    failed: 'Not sent: {reason}', again: 'Try again', newer: 'New messages', typing: 'Writing an answer',
    picture: 'Picture', file: '📄 Open the file', enlarge: 'Show the picture large', close: 'Close', place: 'Show the place',
    signInTitle: 'Signing in', signInWork: 'One moment…',
    signInNeeded: 'You are not signed in',
    signInHow: 'Open the sign-in link that was made for you. Whoever runs this house prints a new one when it starts.',
    signInFailed: 'This link no longer works', tryLater: 'Check the line, then open the link again.',
  },
  ta: {
    greeting: 'வணக்கம், {name}', invite: 'வேண்டியதை உங்கள் சொற்களிலேயே எழுதுங்கள், அல்லது இவற்றில் ஒன்றைத் தொடுங்கள்.',
    placeholder: 'செய்தி எழுதுங்கள்', send: 'அனுப்பு', log: 'உரையாடல்', online: 'இணைந்துள்ளது',
    connecting: 'இணைகிறது…', offline: 'இணைப்பு இல்லை', kept: 'நீங்கள் எழுதுவது பத்திரமாக இருக்கும், பிறகு அனுப்பப்படும்.',
    signOut: 'வெளியேறு', today: 'இன்று', yesterday: 'நேற்று', you: 'நீங்கள்', sending: 'அனுப்பக் காத்திருக்கிறது',
    failed: 'அனுப்ப முடியவில்லை: {reason}', again: 'மீண்டும் முயல்க', newer: 'புதிய செய்திகள்',
    typing: 'பதில் எழுதப்படுகிறது', picture: 'படம்', file: '📄 கோப்பைத் திற', enlarge: 'படத்தைப் பெரிதாகக் காட்டு', close: 'மூடு',
    place: 'இடத்தைக் காட்டு', signInTitle: 'உள்நுழைகிறது', signInWork: 'ஒரு நிமிடம்…',
    signInNeeded: 'நீங்கள் உள்நுழையவில்லை',
    signInHow: 'உங்களுக்காகத் தரப்பட்ட உள்நுழைவு இணைப்பைத் திறக்கவும். இந்த வீட்டை நடத்துபவரிடம் புதிய இணைப்பு கேளுங்கள்.',
    signInFailed: 'இந்த இணைப்பு இனி வேலை செய்யாது',
    tryLater: 'இணையத்தைப் பார்த்துவிட்டு, இணைப்பை மீண்டும் திறக்கவும்.',
  },
  hi: {
    greeting: 'नमस्ते, {name}', invite: 'जो चाहिए अपने शब्दों में लिखिए, या इनमें से कोई एक आज़माइए।',
    placeholder: 'संदेश लिखिए', send: 'भेजें', log: 'बातचीत', online: 'जुड़ा हुआ',
    connecting: 'जुड़ रहा है…', offline: 'कनेक्शन नहीं है', kept: 'आपका लिखा सुरक्षित है, बाद में भेजा जाएगा।',
    signOut: 'साइन आउट', today: 'आज', yesterday: 'कल', you: 'आप', sending: 'भेजे जाने की प्रतीक्षा में',
    failed: 'नहीं भेजा जा सका: {reason}', again: 'फिर कोशिश करें', newer: 'नए संदेश',
    typing: 'जवाब लिखा जा रहा है', picture: 'तस्वीर', file: '📄 फ़ाइल खोलें', enlarge: 'तस्वीर बड़ी दिखाएँ', close: 'बंद करें',
    place: 'जगह दिखाएँ', signInTitle: 'साइन इन हो रहा है', signInWork: 'एक क्षण…',
    signInNeeded: 'आप साइन इन नहीं हैं',
    signInHow: 'आपके लिए बनाया गया साइन-इन लिंक खोलिए। इस घर को चलाने वाले से नया लिंक माँगिए।',
    signInFailed: 'यह लिंक अब काम नहीं करता', tryLater: 'इंटरनेट देखिए, फिर लिंक दोबारा खोलिए।',
  },
}

let language = 'en'

/** Tamil or Hindi in Latin letters gets the English words: short labels that its readers know. */
export function setLanguage(code) {
  const latin = code.includes('-Latn')
  const base = code.slice(0, 2).toLowerCase()
  language = !latin && words[base] ? base : 'en'
  document.documentElement.lang = code
}

export function say(key, values = {}) {
  const text = words[language][key] ?? words.en[key] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

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
  day(date) { return this.days.format(date) }

  dayName(date, now = new Date()) {
    const day = this.day(date)
    if (day === this.day(now)) return say('today')
    if (day === this.day(new Date(now.getTime() - 86_400_000))) return say('yesterday')
    return (day.slice(0, 4) === this.day(now).slice(0, 4) ? this.names : this.years).format(date)
  }
}
