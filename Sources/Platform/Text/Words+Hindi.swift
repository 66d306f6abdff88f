extension Words {
  static let hindi = Words(
    weekdays: ["सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"],
    weekdaysShort: ["सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"],
    months: [
      "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
    ],
    monthsShort: ["जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्टू॰", "नव॰", "दिस॰"],
    today: "आज", tomorrow: "कल", yesterday: "बीते कल", now: "अभी",
    parts: [(0, "रात {t}"), (4, "सुबह {t}"), (12, "दोपहर {t}"), (16, "शाम {t}"), (20, "रात {t}")],
    dayAtTime: "{d} {t} बजे", atTime: "{t} बजे",
    day: Unit("दिन"), hour: Unit("घंटा", "घंटे"), minute: Unit("मिनट"), second: Unit("सेकंड"),
    ahead: "{d} में", ago: "{d} पहले", and: "और",
    lakh: "लाख", crore: "करोड़", million: "मिलियन", billion: "बिलियन", metre: "मी", kilometre: "किमी",
    rules: Rules(
      everyMinute: "हर मिनट", everyMinutes: "हर {n} मिनट में", everyHour: "हर घंटे", everyHours: "हर {n} घंटे में",
      everyDay: "हर दिन", everyDays: "हर {n} दिन में", workdays: "सोमवार से शुक्रवार हर दिन",
      weekend: "हर शनिवार और रविवार को", everyWeek: "हर {d} को", everyWeeks: "हर {n} हफ़्ते में {d} को",
      everyMonth: "हर महीने {d} को", everyMonths: "हर {n} महीने में {d} को", everyYear: "हर साल {d} को",
      everyYears: "हर {n} साल में {d} को",
      dayOfMonth: "{n} तारीख", lastDay: "आख़िरी दिन", nthWeekday: "{o} {w}", nthWeekdayOfMonth: "{m} के {o} {w}",
      ordinals: ["पहले", "दूसरे", "तीसरे", "चौथे", "पाँचवें", "आख़िरी"],
      inMonths: "{m} में {r}", atTimes: "{r} {t} बजे", times: "{r}, {n} बार", until: "{r}, {d} तक",
      byRule: "नियम के अनुसार: {r}"))

  static let hindiLatin = Words(
    weekdays: ["somvaar", "mangalvaar", "budhvaar", "guruvaar", "shukravaar", "shanivaar", "ravivaar"],
    weekdaysShort: ["som", "mangal", "budh", "guru", "shukr", "shani", "ravi"],
    months: englishMonths, monthsShort: englishMonthsShort,
    today: "aaj", tomorrow: "kal", yesterday: "beete kal", now: "abhi",
    parts: [(0, "raat {t}"), (4, "subah {t}"), (12, "dopahar {t}"), (16, "shaam {t}"), (20, "raat {t}")],
    dayAtTime: "{d} {t} baje", atTime: "{t} baje",
    day: Unit("din"), hour: Unit("ghanta", "ghante"), minute: Unit("minute"), second: Unit("second"),
    ahead: "{d} mein", ago: "{d} pehle", and: "aur",
    lakh: "lakh", crore: "crore", million: "million", billion: "billion", metre: "m", kilometre: "km",
    rules: Rules(
      everyMinute: "har minute", everyMinutes: "har {n} minute mein", everyHour: "har ghante",
      everyHours: "har {n} ghante mein", everyDay: "har din", everyDays: "har {n} din mein",
      workdays: "somvaar se shukravaar har din", weekend: "har shanivaar aur ravivaar ko", everyWeek: "har {d} ko",
      everyWeeks: "har {n} hafte mein {d} ko", everyMonth: "har mahine {d} ko",
      everyMonths: "har {n} mahine mein {d} ko",
      everyYear: "har saal {d} ko", everyYears: "har {n} saal mein {d} ko",
      dayOfMonth: "{n} tareekh", lastDay: "aakhri din", nthWeekday: "{o} {w}", nthWeekdayOfMonth: "{m} ke {o} {w}",
      ordinals: ["pehle", "doosre", "teesre", "chauthe", "paanchve", "aakhri"],
      inMonths: "{m} mein {r}", atTimes: "{r} {t} baje", times: "{r}, {n} baar", until: "{r}, {d} tak",
      byRule: "niyam ke anusaar: {r}"))
}
