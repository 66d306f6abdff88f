import Actions
import Base
import Testing
import Text
import Time

@testable import Understanding

struct Spoken: CustomTestStringConvertible, Sendable {
  var text: String
  /// `2026-11-22T08:00`, with the rule after a space; "-" for nothing.
  var wanted: String
  var language = Language.english
  var testDescription: String { "\(language) \(text)" }

  init(_ text: String, _ wanted: String, _ language: Language = .english) {
    self.text = text
    self.wanted = wanted
    self.language = language
  }
}

@Suite struct TimeReadingTests {
  // Now is Saturday, 21 November 2026, 10:00 in Chennai.
  static let english: [Spoken] = [
    .init("at 8", "2026-11-21T20:00"), .init("8pm", "2026-11-21T20:00"), .init("8 pm", "2026-11-21T20:00"),
    .init("20:00", "2026-11-21T20:00"), .init("03:34", "2026-11-22T03:34"), .init("at 05:15", "2026-11-22T05:15"),
    .init("3:34", "2026-11-21T15:34"), .init("tomorrow at 04:45", "2026-11-22T04:45"),
    .init("3 a day at most", "2026-11-21T14:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,14,20"),
    .init("not more than 3 in 24 hours", "2026-11-21T14:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,14,20"),
    .init("half past 8", "2026-11-21T20:30"), .init("noon", "2026-11-21T12:00"),
    .init("30 minutes before 5", "2026-11-21T16:30"), .init("half an hour before 7:30 pm", "2026-11-21T19:00"),
    .init("an hour before 1 tomorrow", "2026-11-22T12:00"), .init("at 1830", "2026-11-21T18:30"),
    .init("tomorrow at 0730", "2026-11-22T07:30"), .init("quarter to 9", "2026-11-21T20:45"),
    .init("10 to 6", "2026-11-21T17:50"),
    .init("tonight", "2026-11-21T21:00"), .init("tomorrow morning", "2026-11-22T08:00"),
    .init("tomorrow", "2026-11-22T09:00 day"), .init("day after tomorrow", "2026-11-23T09:00 day"),
    .init("tomorrow at 5", "2026-11-22T17:00"), .init("tmrw 7am", "2026-11-22T07:00"),
    .init("tomorrow 6.45 to stretch", "2026-11-22T18:45"), .init("move it to 5.15", "2026-11-21T17:15"),
    .init("naalaikku 4.30 ku", "2026-11-22T16:30", .tamilLatin), .init("today 120.50 for tea", "2026-11-21T09:00 day"),
    .init("8:30 in the evening", "2026-11-21T20:30"), .init("6 in the morning", "2026-11-22T06:00"),
    .init("next friday", "2026-11-27T09:00 day"), .init("friday", "2026-11-27T09:00 day"),
    .init("on friday at 4 pm", "2026-11-27T16:00"), .init("this sunday at 11 am", "2026-11-22T11:00"),
    .init("on 5th december", "2026-12-05T09:00 day"), .init("dec 5", "2026-12-05T09:00 day"),
    .init("5/12", "2026-12-05T09:00 day"), .init("5/12/2027", "2027-12-05T09:00 day"),
    .init("2026-12-24 18:30", "2026-12-24T18:30"), .init("december 5 2027 at 6:15 pm", "2027-12-05T18:15"),
    .init("3rd jan at 12", "2027-01-03T12:00"), .init("on the 5th", "2026-12-05T09:00 day"),
    .init("the 24th at 7 pm", "2026-11-24T19:00"), .init("in 20 minutes", "2026-11-21T10:20 PT20M"),
    .init("after an hour", "2026-11-21T11:00 PT1H"), .init("in 2 hours", "2026-11-21T12:00 PT2H"),
    .init("in half an hour", "2026-11-21T10:30 PT30M"), .init("in an hour and a half", "2026-11-21T11:30 PT1H30M"),
    .init("in 2 days", "2026-11-23T09:00 day"), .init("in 2 weeks at 9 am", "2026-12-05T09:00"),
    .init("next week", "2026-11-28T09:00 day"), .init("next month", "2026-12-21T09:00 day"),
    .init("every day at 8", "2026-11-22T08:00 FREQ=DAILY"), .init("daily at 8 pm", "2026-11-21T20:00 FREQ=DAILY"),
    .init("every morning at 7:30", "2026-11-22T07:30 FREQ=DAILY"),
    .init("every night", "2026-11-21T21:00 FREQ=DAILY"),
    .init("weekdays at 6:30 am", "2026-11-23T06:30 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    .init("every weekday at 9", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    .init("every 6 hours", "2026-11-21T16:00 FREQ=HOURLY;INTERVAL=6 PT6H"),
    .init("every hour", "2026-11-21T11:00 FREQ=HOURLY PT1H"),
    .init("every 30 minutes", "2026-11-21T10:30 FREQ=MINUTELY;INTERVAL=30 PT30M"),
    .init("every 2 hours from 8 to 20", "2026-11-21T12:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,10,12,14,16,18,20"),
    .init("every other tuesday at 6 pm", "2026-11-24T18:00 FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
    .init("every second day at 9 am", "2026-11-22T09:00 FREQ=DAILY;INTERVAL=2"),
    .init("every alternate day at 9 am", "2026-11-22T09:00 FREQ=DAILY;INTERVAL=2"),
    .init("every monday", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO day"),
    .init("every 3 days at 8 am", "2026-11-22T08:00 FREQ=DAILY;INTERVAL=3"),
    .init("every month on the 1st", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1 day"),
    .init("on the 5th of every month at 10 am", "2026-12-05T10:00 FREQ=MONTHLY;BYMONTHDAY=5"),
    .init("first monday of the month at 10", "2026-12-07T10:00 FREQ=MONTHLY;BYDAY=1MO"),
    .init("last friday of every month at 5 pm", "2026-11-27T17:00 FREQ=MONTHLY;BYDAY=-1FR"),
    .init("mon wed fri at 9", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    .init("twice a day", "2026-11-21T20:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20"),
    .init("three times a day", "2026-11-21T14:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,14,20"),
    .init("morning and night", "2026-11-21T21:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,21"),
    .init("daily morning and night", "2026-11-21T21:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,21"),
    .init("every day at 8 am and 8:30 pm", "2026-11-21T20:30 FREQ=DAILY;BYMINUTE=0,30;BYHOUR=8,20;BYSETPOS=1,4"),
    .init("once a week on sunday at 7", "2026-11-22T07:00 FREQ=WEEKLY;BYDAY=SU"),
    .init("weekly", "2026-11-28T09:00 FREQ=WEEKLY;BYDAY=SA day"),
    .init("every year on 12 march", "2027-03-12T09:00 FREQ=YEARLY day"),
    .init("weekend", "2026-11-28T09:00 day"), .init("midnight", "2026-11-22T00:00"),
    .init("early morning at 5", "2026-11-22T05:00"), .init("12 am", "2026-11-22T00:00"),
    .init("12:30 pm", "2026-11-21T12:30"), .init("at 11", "2026-11-21T11:00"), .init("at 6", "2026-11-21T18:00"),
    .init("at 9", "2026-11-21T21:00"), .init("8", "2026-11-21T20:00"), .init("after lunch", "2026-11-21T14:00"),
    .init("daily except sunday at 9 am", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
    .init(
      "on the last working day of the month at 4pm",
      "2026-11-30T16:00 FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    .init("last friday of the month at 5 pm", "2026-11-27T17:00 FREQ=MONTHLY;BYDAY=-1FR"),
    .init("first monday of every month at 10", "2026-12-07T10:00 FREQ=MONTHLY;BYDAY=1MO"),
    .init("every second saturday at 10 am", "2026-12-12T10:00 FREQ=MONTHLY;BYDAY=2SA"),
    .init(
      "every 45 minutes between 9 and 11", "2026-11-21T10:30 FREQ=DAILY;BYMINUTE=0,30,45;BYHOUR=9,10;BYSETPOS=1,3,5"),
    .init("at half 3", "2026-11-21T15:30"), .init("in 20 mins", "2026-11-21T10:20 PT20M"),
    .init("half past 7", "2026-11-21T19:30"), .init("8 in the morning", "2026-11-22T08:00"),
    .init("every month end", "2026-11-30T09:00 FREQ=MONTHLY;BYMONTHDAY=-1 day"),
    .init("at the end of the month", "2026-11-30T09:00 day"),
    .init("every 15th", "2026-12-15T09:00 FREQ=MONTHLY;BYMONTHDAY=15 day"),
    .init("once a day for 3 days at 9 pm", "2026-11-21T21:00 FREQ=DAILY;COUNT=3"),
    .init("every day at 9 pm until 5 march", "2026-11-21T21:00 FREQ=DAILY;UNTIL=20270305T235959"),
    .init("at 9 pm until friday", "2026-11-21T21:00 FREQ=DAILY;UNTIL=20261127T235959"),
    .init("after breakfast and after dinner", "2026-11-21T21:00 FREQ=DAILY;BYMINUTE=0,30;BYHOUR=8,21;BYSETPOS=2,3"),
  ]

  /// Several days, how often, and lengths with two ends.
  static let several: [Spoken] = [
    .init("mon, wed and fri at 6pm", "2026-11-23T18:00 FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    .init("tue/thu 7am", "2026-11-24T07:00 FREQ=WEEKLY;BYDAY=TU,TH"),
    .init("mon-wed-fri 6am", "2026-11-23T06:00 FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    .init("mon + thu 9am", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TH"),
    .init("dentist sun 10 am", "2026-11-22T10:00"), .init("plumber sat 10.30 am", "2026-11-21T10:30"),
    .init("after breakfast and dinner", "2026-11-21T21:00 FREQ=DAILY;BYMINUTE=0,30;BYHOUR=8,21;BYSETPOS=2,3"),
    .init(
      "after breakfast and dinner 5 days", "2026-11-21T21:00 FREQ=DAILY;COUNT=10;BYMINUTE=0,30;BYHOUR=8,21;BYSETPOS=2,3"
    ),
    .init("sat/sun 7am", "2026-11-22T07:00 FREQ=WEEKLY;BYDAY=SA,SU"),
    .init("mon to fri at 6pm", "2026-11-23T18:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    .init("mon-fri 6pm", "2026-11-23T18:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    .init("not monday, tuesday at 6pm", "2026-11-24T18:00"), .init("saturday or sunday", "2026-11-28T09:00 day"),
    .init("the 1st and 3rd saturday of every month at 10", "2026-12-05T10:00 FREQ=MONTHLY;BYDAY=1SA,3SA"),
    .init("every 2nd and 4th saturday 9am", "2026-11-28T09:00 FREQ=MONTHLY;BYDAY=2SA,4SA"),
    .init("1st and 15th of every month", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1,15 day"),
    .init("on the 5th and 20th every month 8am", "2026-12-05T08:00 FREQ=MONTHLY;BYMONTHDAY=5,20"),
    .init("3 times a week", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,WE,FR day"),
    .init("twice a week at 6am", "2026-11-23T06:00 FREQ=WEEKLY;BYDAY=MO,TH"),
    .init("4 days a week 7am", "2026-11-23T07:00 FREQ=WEEKLY;BYDAY=MO,TU,TH,FR"),
    .init("6 times a week 7am", "2026-11-23T07:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
    .init("twice a week on tue and sat 7am", "2026-11-24T07:00 FREQ=WEEKLY;BYDAY=TU,SA"),
    .init("twice a month at 9 am", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1,15"),
    .init("thrice a month at 9 am", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1,11,21"),
    .init("in 20-30 minutes", "2026-11-21T10:20 PT20M"), .init("in 2 to 3 hours", "2026-11-21T12:00 PT2H"),
    .init("thingal budhan velli kaalai 6 manikku", "2026-11-23T06:00 FREQ=WEEKLY;BYDAY=MO,WE,FR", .tamilLatin),
    .init("திங்கள் புதன் வெள்ளி காலை 6 மணிக்கு", "2026-11-23T06:00 FREQ=WEEKLY;BYDAY=MO,WE,FR", .tamil),
    .init("somvar aur guruvar ko subah 7 baje", "2026-11-23T07:00 FREQ=WEEKLY;BYDAY=MO,TH", .hindiLatin),
    .init("हर महीने की 1 और 15 तारीख", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1,15 day", .hindi),
    .init("hafte mein 3 baar", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,WE,FR day", .hindiLatin),
  ]

  static let named: [Spoken] = [
    .init("on diwali", "2027-10-29T09:00 day"), .init("on christmas at 7 pm", "2026-12-25T19:00"),
    .init("the day before pongal", "2027-01-14T09:00 day"), .init("in two working days", "2026-11-24T09:00 day"),
    .init("3 weeks from tomorrow", "2026-12-13T09:00 day"), .init("2 days after christmas", "2026-12-27T09:00 day"),
  ]

  static let others: [Spoken] = [
    .init("saayangaalam 5 manikku 30 nimisham munnadi", "2026-11-21T16:30", .tamilLatin),
    .init("சாயங்காலம் 5 மணிக்கு 30 நிமிடம் முன்னாடி", "2026-11-21T16:30", .tamil),
    .init("shaam 5 baje se 30 minute pehle", "2026-11-21T16:30", .hindiLatin),
    .init("शाम 5 बजे से 30 मिनट पहले", "2026-11-21T16:30", .hindi), .init("1830 baje", "2026-11-21T18:30", .hindiLatin),
    .init("kaalai 8 mani", "2026-11-22T08:00", .tamilLatin),
    .init("naalaikku kaalaila 8 manikku", "2026-11-22T08:00", .tamilLatin),
    .init("naalaiku saayangaalam 5 manikku", "2026-11-22T17:00", .tamilLatin),
    .init("raathiri 9 manikku", "2026-11-21T21:00", .tamilLatin),
    .init("kaalai ettarai mani", "2026-11-22T08:30", .tamilLatin),
    .init("10 nimishathula", "2026-11-21T10:10 PT10M", .tamilLatin),
    .init("oru mani neram kazhichu", "2026-11-21T11:00 PT1H", .tamilLatin),
    .init("dhinamum kaalai 7 manikku", "2026-11-22T07:00 FREQ=DAILY", .tamilLatin),
    .init("rendu naalukku oru murai", "2026-11-22T09:00 FREQ=DAILY;INTERVAL=2 day", .tamilLatin),
    .init("oru naalaikku rendu thadava", "2026-11-21T20:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20", .tamilLatin),
    .init("velli kizhamai 4 manikku", "2026-11-27T16:00", .tamilLatin),
    .init("3 mani nerathuku oru thadava", "2026-11-21T13:00 FREQ=HOURLY;INTERVAL=3 PT3H", .tamilLatin),
    .init("maasam 1 am thethi", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1 day", .tamilLatin),
    .init("மூணு மணி நேரத்துக்கு ஒரு தடவை", "2026-11-21T13:00 FREQ=HOURLY;INTERVAL=3 PT3H", .tamil),
    .init("மாதம் 1ம் தேதி", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1 day", .tamil),
    .init("har mahine ki 1 tarikh ko", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1 day", .hindiLatin),
    .init("हर महीने की 1 तारीख को", "2026-12-01T09:00 FREQ=MONTHLY;BYMONTHDAY=1 day", .hindi),
    .init("हर 3 घंटे में", "2026-11-21T13:00 FREQ=HOURLY;INTERVAL=3 PT3H", .hindi),
    .init("roz raat 10 baje", "2026-11-21T22:00 FREQ=DAILY", .hindiLatin),
    .init("நாளை காலை 8 மணிக்கு", "2026-11-22T08:00", .tamil),
    .init("இன்று இரவு 9 மணிக்கு", "2026-11-21T21:00", .tamil),
    .init("தினமும் காலை 7 மணிக்கு", "2026-11-22T07:00 FREQ=DAILY", .tamil),
    .init("10 நிமிடத்தில்", "2026-11-21T10:10 PT10M", .tamil),
    .init("ஒரு மணி நேரம் கழித்து", "2026-11-21T11:00 PT1H", .tamil),
    .init("வெள்ளிக்கிழமை மாலை 5 மணிக்கு", "2026-11-27T17:00", .tamil),
    .init("ஒரு நாளைக்கு இரண்டு முறை", "2026-11-21T20:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20", .tamil),
    .init("எட்டரை மணிக்கு", "2026-11-21T20:30", .tamil),
    .init("kal subah 7 baje", "2026-11-22T07:00", .hindiLatin),
    .init("har roz subah 8 baje", "2026-11-22T08:00 FREQ=DAILY", .hindiLatin),
    .init("aaj shaam 6 baje", "2026-11-21T18:00", .hindiLatin),
    .init("raat ko saadhe nau baje", "2026-11-21T21:30", .hindiLatin),
    .init("20 minute baad", "2026-11-21T10:20 PT20M", .hindiLatin),
    .init("ek ghante mein", "2026-11-21T11:00 PT1H", .hindiLatin),
    .init("din mein do baar", "2026-11-21T20:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20", .hindiLatin),
    .init("somvar ko 10 baje", "2026-11-23T10:00", .hindiLatin),
    .init("har mangalvar shaam 5 baje", "2026-11-24T17:00 FREQ=WEEKLY;BYDAY=TU", .hindiLatin),
    .init("parson dopahar 2 baje", "2026-11-23T14:00", .hindiLatin),
    .init("कल सुबह 7 बजे", "2026-11-22T07:00", .hindi),
    .init("रोज़ रात 9 बजे", "2026-11-21T21:00 FREQ=DAILY", .hindi),
    .init("आज शाम 6 बजे", "2026-11-21T18:00", .hindi),
    .init("20 मिनट बाद", "2026-11-21T10:20 PT20M", .hindi),
    .init("साढ़े आठ बजे", "2026-11-21T20:30", .hindi),
    .init("दिन में तीन बार", "2026-11-21T14:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,14,20", .hindi),
    .init("सोमवार को सुबह ८ बजे", "2026-11-23T08:00", .hindi),
    .init("raat 9 baje 5 din tak", "2026-11-21T21:00 FREQ=DAILY;COUNT=5", .hindiLatin),
    .init("5 मार्च तक रोज़ रात 9 बजे", "2026-11-21T21:00 FREQ=DAILY;UNTIL=20270305T235959", .hindi),
    .init("மார்ச் 5 வரை தினமும் இரவு 9 மணிக்கு", "2026-11-21T21:00 FREQ=DAILY;UNTIL=20270305T235959", .tamil),
  ]

  @Test(
    "a meal is read as its usual hour and named as a meal",
    arguments: [
      ("after breakfast and at 9 pm", ["08:30:00"]), ("at bedtime", ["21:30:00"]), ("every day at 8:30 am", []),
      ("காலை சாப்பாட்டுக்கு அப்புறம்", ["08:30:00"]), ("dinner ku munnadi", ["19:30:00"]), ("naashte se pehle", ["07:30:00"]),
    ])
  func meals(_ text: String, _ meals: [String]) async throws {
    let engine = try await Engine.shared()
    let all = Language.all
    guard case .when(let when)? = engine.read(text, as: .when, Engine.request(text, languages: all)) else {
      Issue.record("nothing was read")
      return
    }
    #expect(when.meals.map(\.description) == meals)
    #expect(WhenValue(json: when.json, zone: .utc, now: .epoch)?.meals == when.meals)
  }

  @Test(
    "what has been is the last of its hour",
    arguments: [
      ("at 9", "2026-11-21T09:00"), ("at 11", "2026-11-20T23:00"), ("yesterday at 9 pm", "2026-11-20T21:00"),
    ])
  func past(_ text: String, _ wanted: String) async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request("I took my bp tablet \(text)"))
    #expect(understood.intent == "medicine.taken")
    #expect(Self.spell(understood.slots["at"]) == wanted)
  }

  static func spell(_ value: SlotValue?) -> String {
    guard case .when(let when)? = value else { return "-" }
    var text = String(when.start.description.prefix(16))
    if let rule = when.rule { text += " \(rule)" }
    if let elapsed = when.elapsed { text += " \(elapsed.iso8601)" }
    if !when.isTimeGiven { text += " day" }
    return text
  }

  @Test("reads moments and recurrences", arguments: english + several + named + others)
  func reads(_ spoken: Spoken) async throws {
    let engine = try await Engine.shared()
    let request = Engine.request(spoken.text, languages: [spoken.language])
    #expect(Self.spell(engine.read(spoken.text, as: .when, request)) == spoken.wanted)
  }

  @Test("keeps the wall clock of the person's zone")
  func newYork() async throws {
    let engine = try await Engine.shared()
    let zone = try Zone.named("America/New_York")
    // Friday evening there, an hour before the clocks go back on Sunday 1 November 2026.
    func read(_ text: String) -> String {
      Self.spell(engine.read(text, as: .when, Engine.request(text, zone: zone, at: "2026-10-30T19:00:00")))
    }
    #expect(read("tomorrow at 8 am") == "2026-10-31T08:00")
    #expect(read("in 2 hours") == "2026-10-30T21:00 PT2H")
    #expect(read("sunday 7am") == "2026-11-01T07:00")
    #expect(read("at 8") == "2026-10-30T20:00")
    #expect(read("at 6") == "2026-10-31T06:00")
    let late = Engine.request("in 8 hours", zone: zone, at: "2026-10-31T20:00:00")
    // Elapsed time: 4 hours to midnight, then an hour that happens twice.
    #expect(Self.spell(engine.read("in 8 hours", as: .when, late)) == "2026-11-01T03:00 PT8H")
  }

  @Test(
    "leaves alone what is no time",
    arguments: [
      "may I ask something", "the first one", "price 3500", "march ahead", "version 2.5", "call 9876543210",
      "he sat there", "no", "chicken 65",
    ])
  func noTime(_ text: String) async throws {
    let engine = try await Engine.shared()
    let pieces = Pieces(Sentence(text), [engine.library.lexicon(.english)])
    #expect(TimeReader(pieces).drafts.isEmpty)
  }

  @Test("an open hour names both halves of the day")
  func alternatives() async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request("remind me to call the plumber tomorrow at 5"))
    let when = try #require(understood.entities.first { $0.kind == .when })
    #expect(when.alternatives.map(Self.spell) == ["2026-11-22T05:00"])
  }
}

extension IntentLibrary {
  func lexicon(_ language: Language) -> Lexicon { lexicons[language] ?? Lexicon() }
}
