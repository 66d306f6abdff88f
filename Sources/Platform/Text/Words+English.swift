extension Words {
  static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let englishMonthsShort = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static let english = Words(
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    weekdaysShort: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    months: englishMonths, monthsShort: englishMonthsShort,
    today: "today", tomorrow: "tomorrow", yesterday: "yesterday", now: "now",
    parts: [(0, "{t} am"), (12, "{t} pm")],
    dayAtTime: "{d} at {t}", atTime: "at {t}",
    day: Unit("day", "days"), hour: Unit("h"), minute: Unit("min"), second: Unit("s"),
    ahead: "in {d}", ago: "{d} ago", and: "and",
    lakh: "lakh", crore: "crore", million: "million", billion: "billion", metre: "m", kilometre: "km",
    rules: Rules(
      everyMinute: "every minute", everyMinutes: "every {n} minutes", everyHour: "every hour",
      everyHours: "every {n} hours", everyDay: "every day", everyDays: "every {n} days",
      workdays: "every weekday", weekend: "every weekend", everyWeek: "every {d}", everyWeeks: "every {n} weeks on {d}",
      everyMonth: "on {d} of each month", everyMonths: "every {n} months on {d}",
      everyYear: "every year on {d}", everyYears: "every {n} years on {d}",
      dayOfMonth: "the {n}", lastDay: "the last day", nthWeekday: "the {o} {w}",
      nthWeekdayOfMonth: "the {o} {w} of {m}",
      ordinals: ["first", "second", "third", "fourth", "fifth", "last"],
      inMonths: "{r} in {m}", atTimes: "{r} at {t}", times: "{r}, {n} times", until: "{r} until {d}",
      byRule: "by the rule {r}"))
}
