// The settings of whoever is signed in; who runs the house also sees its people and doors.

import { keepPages } from '../page/device.js'
import { leave, whoAmI } from '../page/house.js'
import { sheet } from '../page/sheet.js'
import { say, setLanguage } from '../page/words.js'
import { devices, signingOut } from './devices.js'
import { doors } from './doors.js'
import { language } from './language.js'
import { notifications } from './notifications.js'
import { people, waiting } from './people.js'

const me = await whoAmI()
if (me) {
  await setLanguage(me.person.language)
  const main = sheet(document.querySelector('house-settings'), me, say('settings'))
  main.append(language(me), notifications(me), devices(me))
  if (me.person.owner) {
    const known = people(me)
    // whoever is let in is one of the people at once
    main.append(known, waiting(me, () => known.refresh()), doors(me))
  }
  main.append(signingOut())
  keepPages()
} else {
  leave()
}
