extension Words {
  static let tamil = Words(
    weekdays: [
      "திங்கட்கிழமை", "செவ்வாய்க்கிழமை", "புதன்கிழமை", "வியாழக்கிழமை", "வெள்ளிக்கிழமை", "சனிக்கிழமை",
      "ஞாயிற்றுக்கிழமை",
    ],
    weekdaysShort: ["திங்கள்", "செவ்வாய்", "புதன்", "வியாழன்", "வெள்ளி", "சனி", "ஞாயிறு"],
    months: [
      "ஜனவரி", "பிப்ரவரி", "மார்ச்", "ஏப்ரல்", "மே", "ஜூன்", "ஜூலை", "ஆகஸ்ட்", "செப்டம்பர்", "அக்டோபர்", "நவம்பர்",
      "டிசம்பர்",
    ],
    monthsShort: ["ஜன.", "பிப்.", "மார்.", "ஏப்.", "மே", "ஜூன்", "ஜூலை", "ஆக.", "செப்.", "அக்.", "நவ.", "டிச."],
    today: "இன்று", tomorrow: "நாளை", yesterday: "நேற்று", now: "இப்போது",
    parts: [
      (0, "நள்ளிரவு {t}"), (1, "இரவு {t}"), (4, "அதிகாலை {t}"), (6, "காலை {t}"), (12, "மதியம் {t}"), (16, "மாலை {t}"),
      (19, "இரவு {t}"),
    ],
    dayAtTime: "{d} {t} மணிக்கு", atTime: "{t} மணிக்கு",
    day: Unit("நாள்", "நாட்கள்"), hour: Unit("மணி நேரம்"), minute: Unit("நிமிடம்", "நிமிடங்கள்"),
    second: Unit("வினாடி", "வினாடிகள்"),
    ahead: "இன்னும் {d}", ago: "{d} முன்பு", and: "மற்றும்",
    lakh: "லட்சம்", crore: "கோடி", million: "மில்லியன்", billion: "பில்லியன்", metre: "மீ", kilometre: "கி.மீ.",
    rules: Rules(
      everyMinute: "ஒவ்வொரு நிமிடமும்", everyMinutes: "{n} நிமிடங்களுக்கு ஒருமுறை", everyHour: "ஒவ்வொரு மணி நேரமும்",
      everyHours: "{n} மணி நேரத்திற்கு ஒருமுறை", everyDay: "தினமும்", everyDays: "{n} நாட்களுக்கு ஒருமுறை",
      workdays: "திங்கள் முதல் வெள்ளி வரை தினமும்", weekend: "ஒவ்வொரு சனி, ஞாயிறும்", everyWeek: "ஒவ்வொரு வாரமும் {d}",
      everyWeeks: "{n} வாரங்களுக்கு ஒருமுறை {d}", everyMonth: "ஒவ்வொரு மாதமும் {d}",
      everyMonths: "{n} மாதங்களுக்கு ஒருமுறை {d}", everyYear: "ஒவ்வொரு ஆண்டும் {d}",
      everyYears: "{n} ஆண்டுகளுக்கு ஒருமுறை {d}",
      dayOfMonth: "{n}-ஆம் தேதி", lastDay: "கடைசி நாள்", nthWeekday: "{o} {w}", nthWeekdayOfMonth: "{m} மாதம் {o} {w}",
      ordinals: ["முதல்", "இரண்டாவது", "மூன்றாவது", "நான்காவது", "ஐந்தாவது", "கடைசி"],
      inMonths: "{m} மாதத்தில் {r}", atTimes: "{r} {t} மணிக்கு", times: "{r}, {n} முறை", until: "{r}, {d} வரை",
      byRule: "விதிப்படி: {r}"))

  static let tamilLatin = Words(
    weekdays: [
      "thingatkizhamai", "sevvaikizhamai", "budhankizhamai", "viyazhakkizhamai", "vellikizhamai", "sanikkizhamai",
      "gnayitrukkizhamai",
    ],
    weekdaysShort: ["thingal", "sevvai", "budhan", "viyazhan", "velli", "sani", "gnayiru"],
    months: englishMonths, monthsShort: englishMonthsShort,
    today: "indru", tomorrow: "naalai", yesterday: "netru", now: "ippo",
    parts: [
      (0, "nalliravu {t}"), (1, "iravu {t}"), (4, "adhikaalai {t}"), (6, "kaalai {t}"), (12, "madhiyam {t}"),
      (16, "maalai {t}"), (19, "iravu {t}"),
    ],
    dayAtTime: "{d} {t} manikku", atTime: "{t} manikku",
    day: Unit("naal", "naatkal"), hour: Unit("mani neram"), minute: Unit("nimidam"), second: Unit("vinaadi"),
    ahead: "innum {d}", ago: "{d} munbu", and: "matrum",
    lakh: "latcham", crore: "kodi", million: "million", billion: "billion", metre: "m", kilometre: "km",
    rules: Rules(
      everyMinute: "ovvoru nimidamum", everyMinutes: "{n} nimidathukku orumurai", everyHour: "ovvoru mani neramum",
      everyHours: "{n} mani nerathukku orumurai", everyDay: "dhinamum", everyDays: "{n} naalukku orumurai",
      workdays: "thingal mudhal velli varai dhinamum", weekend: "ovvoru sani, gnayirum",
      everyWeek: "ovvoru vaaramum {d}", everyWeeks: "{n} vaarathukku orumurai {d}",
      everyMonth: "ovvoru maadhamum {d}", everyMonths: "{n} maadhathukku orumurai {d}",
      everyYear: "ovvoru varushamum {d}", everyYears: "{n} varushathukku orumurai {d}",
      dayOfMonth: "{n}-aam thethi", lastDay: "kadaisi naal", nthWeekday: "{o} {w}",
      nthWeekdayOfMonth: "{m} maadham {o} {w}",
      ordinals: ["mudhal", "irandaavadhu", "moondraavadhu", "naangaavadhu", "aindhaavadhu", "kadaisi"],
      inMonths: "{m} maadhathil {r}", atTimes: "{r} {t} manikku", times: "{r}, {n} murai", until: "{r}, {d} varai",
      byRule: "vidhippadi: {r}"))
}
