import Base
import Testing
import Time

@testable import Text

@Suite struct TextFormatterTests {
  /// Saturday 21 November 2026, 14:00 in Chennai.
  static let now = Instant(seconds: 1_795_249_800)

  static func formatter(_ language: Language, zone: String = "Asia/Kolkata") throws -> TextFormatter {
    TextFormatter(language: language, zone: try Zone.named(zone), now: now)
  }
  static func local(_ text: String) throws -> CivilDateTime { try #require(CivilDateTime(text)) }

  @Test(arguments: [
    (
      "2026-11-21T20:00", "today at 8:00 pm", "இன்று இரவு 8:00 மணிக்கு", "आज रात 8:00 बजे", "indru iravu 8:00 manikku",
      "aaj raat 8:00 baje"
    ),
    (
      "2026-11-22T08:05", "tomorrow at 8:05 am", "நாளை காலை 8:05 மணிக்கு", "कल सुबह 8:05 बजे", "naalai kaalai 8:05 manikku",
      "kal subah 8:05 baje"
    ),
    (
      "2026-11-20T00:30", "yesterday at 12:30 am", "நேற்று நள்ளிரவு 12:30 மணிக்கு", "बीते कल रात 12:30 बजे",
      "netru nalliravu 12:30 manikku", "beete kal raat 12:30 baje"
    ),
    (
      "2026-11-27T12:00", "Friday at 12:00 pm", "வெள்ளிக்கிழமை மதியம் 12:00 மணிக்கு", "शुक्रवार दोपहर 12:00 बजे",
      "vellikizhamai madhiyam 12:00 manikku", "shukravaar dopahar 12:00 baje"
    ),
    (
      "2026-12-01T17:15", "Tue 1 Dec at 5:15 pm", "செவ்வாய் 1 டிச. மாலை 5:15 மணிக்கு", "मंगल 1 दिस॰ शाम 5:15 बजे",
      "sevvai 1 Dec maalai 5:15 manikku", "mangal 1 Dec shaam 5:15 baje"
    ),
    (
      "2027-11-27T05:00", "27 Nov 2027 at 5:00 am", "27 நவ. 2027 அதிகாலை 5:00 மணிக்கு", "27 नव॰ 2027 सुबह 5:00 बजे",
      "27 Nov 2027 adhikaalai 5:00 manikku", "27 Nov 2027 subah 5:00 baje"
    ),
  ])
  func saysWhen(_ at: String, _ en: String, _ ta: String, _ hi: String, _ taLatn: String, _ hiLatn: String) throws {
    for (language, expected) in zip(Language.all, [en, ta, hi, taLatn, hiLatn]) {
      let formatter = try Self.formatter(language)
      #expect(formatter.when(try Self.local(at)) == expected)
      #expect(formatter.when(formatter.zone.instant(of: try Self.local(at))) == expected)
    }
  }

  @Test func daysAreThoseOfTheZone() throws {
    // 20:00 UTC on the 21st is already the 22nd in Chennai.
    let instant = Instant(seconds: 1_795_291_200)
    #expect(try Self.formatter(.english).day(instant) == "tomorrow")
    #expect(try Self.formatter(.english, zone: "Europe/London").day(instant) == "today")
  }

  @Test(arguments: [
    (0, "0 s"), (45, "45 s"), (60, "1 min"), (90, "1 min 30 s"), (3_600, "1 h"), (9_000, "2 h 30 min"), (7_199, "2 h"),
    (86_400, "1 day"), (97_200, "1 day 3 h"), (172_800, "2 days"), (86_400 * 400, "400 days"),
  ])
  func saysDurations(_ seconds: Int, _ expected: String) throws {
    #expect(try Self.formatter(.english).duration(.seconds(seconds)) == expected)
  }

  @Test func saysDurationsInOtherLanguages() throws {
    #expect(try Self.formatter(.tamil).duration(.minutes(150)) == "2 மணி நேரம் 30 நிமிடங்கள்")
    #expect(try Self.formatter(.hindi).duration(.hours(1)) == "1 घंटा")
    #expect(try Self.formatter(.hindi).duration(.hours(2)) == "2 घंटे")
    #expect(try Self.formatter(.english).relative(Self.now + .minutes(10)) == "in 10 min")
    #expect(try Self.formatter(.english).relative(Self.now - .hours(2)) == "2 h ago")
    #expect(try Self.formatter(.hindi).relative(Self.now - .hours(2)) == "2 घंटे पहले")
    #expect(try Self.formatter(.hindiLatin).relative(Self.now) == "abhi")
  }

  @Test func groupsNumbersAndMoney() throws {
    let indian = try Self.formatter(.english)
    let western = try Self.formatter(.english, zone: "Europe/London")
    #expect(indian.number(1_234_567) == "12,34,567")
    #expect(western.number(-1_234_567) == "-1,234,567")
    #expect(indian.number(999) == "999")
    #expect(indian.number(100_000) == "1,00,000")
    #expect(western.number(1234.5) == "1,234.5")
    #expect(western.number(1234.5, fixed: true) == "1,234.50")
    #expect(western.number(-0.001) == "0")
    #expect(western.number(.nan) == "–")
    #expect(western.money(Money(minor: 12_500_050, currency: "INR")) == "₹1,25,000.50")
    #expect(indian.money(Money(minor: 125_000, currency: "USD")) == "$1,250.00")
    #expect(indian.money(Money(minor: -5, currency: "INR")) == "-₹0.05")
    #expect(indian.money(Money(minor: 1_500, currency: "JPY")) == "¥1,500")
    #expect(indian.money(Money(minor: 1_500, currency: "KWD")) == "KWD\u{A0}1.500")
    #expect(indian.money(Money(minor: .min, currency: "INR")) == "-₹92,23,37,20,36,85,47,758.08")
    #expect(indian.roundMoney(Money(minor: 12_500_000, currency: "INR")) == "₹1.25 lakh")
    #expect(indian.roundMoney(Money(minor: 2_300_000_000, currency: "INR")) == "₹2.3 crore")
    #expect(try Self.formatter(.tamil).roundMoney(Money(minor: 2_300_000_000, currency: "INR")) == "₹2.3 கோடி")
    #expect(indian.roundMoney(Money(minor: 99_900, currency: "INR")) == "₹999")
    #expect(indian.roundMoney(Money(minor: 99_950, currency: "INR")) == "₹999.50")
    #expect(indian.roundMoney(Money(minor: 120_000_000, currency: "USD")) == "$1.2 million")
    #expect(indian.percent(12.5) == "12.5%")
    #expect(indian.distance(metres: 352) == "350 m")
    #expect(indian.distance(metres: 2_520) == "2.5 km")
    #expect(indian.distance(metres: 12_400) == "12 km")
  }

  @Test func listsAndCounts() throws {
    #expect(try Self.formatter(.english).list(["a", "b", "c"]) == "a, b and c")
    #expect(try Self.formatter(.tamil).list(["a", "b"]) == "a மற்றும் b")
    #expect(try Self.formatter(.english).list([]) == "")
    #expect(try Self.formatter(.english).plural(0, one: "x", other: "y") == "y")
    #expect(try Self.formatter(.hindi).plural(0, one: "x", other: "y") == "x")
    #expect(
      try [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map { try Self.formatter(.english).ordinal($0) } == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
      ])
  }

  @Test(arguments: [
    ("FREQ=DAILY", "every day at 8:00 am"),
    ("FREQ=DAILY;INTERVAL=2", "every 2 days at 8:00 am"),
    ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", "every day at 8:00 am and 8:00 pm"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 8:00 am"),
    ("FREQ=DAILY;BYDAY=SA,SU", "every weekend at 8:00 am"),
    ("FREQ=WEEKLY;BYDAY=FR,MO", "every Monday and Friday at 8:00 am"),
    ("FREQ=WEEKLY", "every Saturday at 8:00 am"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday at 8:00 am"),
    ("FREQ=HOURLY;INTERVAL=6", "every 6 hours"),
    ("FREQ=MINUTELY;INTERVAL=30", "every 30 minutes"),
    ("FREQ=MONTHLY;BYMONTHDAY=1", "on the 1st of each month at 8:00 am"),
    ("FREQ=MONTHLY", "on the 21st of each month at 8:00 am"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of each month at 8:00 am"),
    ("FREQ=MONTHLY;BYDAY=2TU", "on the second Tuesday of each month at 8:00 am"),
    ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=3", "every 3 months on the last Friday at 8:00 am"),
    ("FREQ=YEARLY", "every year on 21 November at 8:00 am"),
    ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "every year on the second Sunday of May at 8:00 am"),
    ("FREQ=DAILY;COUNT=10", "every day at 8:00 am, 10 times"),
    ("FREQ=DAILY;UNTIL=20271127", "every day at 8:00 am until 27 Nov 2027"),
    ("FREQ=DAILY;BYMONTH=6,7", "every day in June and July at 8:00 am"),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "by the rule FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
    ("FREQ=YEARLY;BYDAY=20MO", "by the rule FREQ=YEARLY;BYDAY=20MO"),
  ])
  func saysRules(_ rule: String, _ expected: String) throws {
    let formatter = try Self.formatter(.english)
    let start = try Self.local("2026-11-21T08:00")
    #expect(formatter.recurrence(try RecurrenceRule(parsing: rule), start: start) == expected)
  }

  @Test func saysRulesInOtherLanguages() throws {
    let start = try Self.local("2026-11-21T20:00")
    func say(_ language: Language, _ rule: String) throws -> String {
      try Self.formatter(language).recurrence(try RecurrenceRule(parsing: rule), start: start)
    }
    #expect(try say(.tamil, "FREQ=DAILY") == "தினமும் இரவு 8:00 மணிக்கு")
    #expect(try say(.tamil, "FREQ=HOURLY;INTERVAL=6") == "6 மணி நேரத்திற்கு ஒருமுறை")
    #expect(try say(.tamil, "FREQ=MONTHLY;BYMONTHDAY=1") == "ஒவ்வொரு மாதமும் 1-ஆம் தேதி இரவு 8:00 மணிக்கு")
    #expect(try say(.hindi, "FREQ=WEEKLY;BYDAY=MO,FR") == "हर सोमवार और शुक्रवार को रात 8:00 बजे")
    #expect(try say(.hindi, "FREQ=MONTHLY;BYDAY=2TU") == "हर महीने दूसरे मंगलवार को रात 8:00 बजे")
    #expect(try say(.hindiLatin, "FREQ=DAILY;COUNT=5") == "har din raat 8:00 baje, 5 baar")
    #expect(try say(.tamilLatin, "FREQ=WEEKLY;BYDAY=MO") == "ovvoru vaaramum thingatkizhamai iravu 8:00 manikku")
  }

  @Test func everyLanguageHasEveryWord() {
    for words in Language.all.map({ Words.of($0) }) {
      #expect([words.weekdays, words.weekdaysShort].allSatisfy { $0.count == 7 })
      #expect([words.months, words.monthsShort].allSatisfy { $0.count == 12 })
      #expect(words.rules.ordinals.count == 6)
      #expect(words.parts.first?.from == 0)
      for child in Mirror(reflecting: words).children.map(\.value)
        + Mirror(reflecting: words.rules).children.map(\.value)
      {
        if let text = child as? String { #expect(!text.isEmpty) }
      }
    }
  }
}
