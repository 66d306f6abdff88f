import Testing
import Text

@testable import Understanding

/// Kinds of times, a few sentences of each; now is Saturday, 21 November 2026, 10:00 in Chennai.
@Suite struct TimeKindsTests {
  static let ranges: [Found] = [
    .init("no earlier than 5 december", "daterange no earlier than 5 december = 2026-12-05.."),
    .init("no sooner than 8 pm", "timerange no sooner than 8 pm = 20:00:00.."),
    .init("not before friday", "daterange not before friday = 2026-11-27.."),
    .init("not until friday", "daterange not until friday = 2026-11-27.."),
    .init("from early june to late july", "daterange from early june to late july = 2027-06-01..2027-08-01"),
    .init("not after 9 pm", "timerange not after 9 pm = ..21:00:00"),
    .init("mon-wed", "daterange mon-wed = 2026-11-23..2026-11-26"),
    .init("away fri - sun", "daterange fri - sun = 2026-11-20..2026-11-23"),
    .init("i sat on the sofa", ""),
    .init("stay through friday", "daterange through friday = ..2026-11-27"),
    .init("go through the list", ""),
    .init("up to last week", "daterange up to last week = ..2026-11-16"),
    .init("away between mon and wed", "daterange between mon and wed = 2026-11-23..2026-11-26"),
    .init("from monday on", "daterange from monday on = 2026-11-23.."),
    .init("today till 5", "datetimerange today till 5 = ..2026-11-21T17:00:00"),
    .init("year to date", "daterange year to date = 2026-01-01..2026-11-22"),
    .init("the rest of december", "daterange rest of december = 2026-12-01..2026-12-31"),
    .init("i want to rest today", "date today = 2026-11-21"),
    .init("within the hour", "datetimerange within the hour = 2026-11-21T10:00:00..2026-11-21T11:00:00"),
    .init("within 10 days of 5 december", "daterange within 10 days of 5 december = 2026-12-05..2026-12-15"),
    .init("the next hour and a half", "datetimerange next hour and a half = 2026-11-21T10:00:00..2026-11-21T11:30:00"),
    .init(
      "from friday night until monday morning",
      "datetimerange from friday night until monday morning = 2026-11-20T20:00:00..2026-11-23T08:00:00"),
    .init(
      "late tomorrow afternoon", "datetimerange late tomorrow afternoon = 2026-11-22T14:00:00..2026-11-22T16:00:00"),
    .init("early friday morning", "datetimerange early friday morning = 2026-11-27T08:00:00..2026-11-27T10:00:00"),
    .init("5 to 6 this evening", "datetimerange 5 to 6 this evening = 2026-11-21T17:00:00..2026-11-21T18:00:00"),
    .init("open 10 to 12 files", ""),
    .init("the week ending 30 november", "daterange the week ending 30 november = 2026-11-24..2026-12-01"),
    .init("from jan. to mar. 2027", "daterange from jan. to mar. 2027 = 2027-01-01..2027-04-01"),
    .init("the last quarter of 2025", "daterange the last quarter of 2025 = 2025-10-01..2026-01-01"),
    .init("q1-q3 2027", "daterange q1-q3 2027 = 2027-01-01..2027-10-01"),
    .init("weeks 12 to 15 of 2027", "daterange weeks 12 to 15 of 2027 = 2027-03-22..2027-04-19"),
    .init("week number 31", "daterange week number 31 = 2026-07-27..2026-08-03"),
    .init("2027-W12", "daterange 2027-W12 = 2027-03-22..2027-03-29"),
    .init("the first half of march", "daterange the first half of march = 2027-03-01..2027-03-16"),
    .init("back in '87", "daterange '87 = 1987-01-01..1988-01-01"),
    .init("it costs '20 rupees'", ""),
    .init("the late sixties", "daterange late sixties = 1966-09-02..1970-01-01"),
    .init("he is in his early thirties", ""),
    .init(
      "from last monday to last wednesday", "daterange from last monday to last wednesday = 2026-11-16..2026-11-19"),
  ]

  static let lengths: [Found] = [
    .init("two point five hours", "duration two point five hours = PT2.5H"),
    .init("point 5 is wrong", ""),
    .init("one-and-a-half hours", "duration one-and-a-half hours = PT1.5H"),
    .init("three and 1/2 hours", "duration three and 1/2 hours = PT3.5H"),
    .init("1,000 days", "duration 1,000 days = P1000D"),
    .init("three point two five hours", "duration three point two five hours = PT3.25H"),
    .init("3 h", "duration 3 h = PT3H"),
    .init(".5 hours", "duration .5 hours = PT0.5H"),
    .init("2½ days", "duration 2½ days = P2.5D"),
    .init("1hr30min", "duration 1hr30min = PT1H30M"),
    .init("1 h 30 m", "duration 1 h 30 m = PT1H30M"),
    .init("another 3 weeks", "duration another 3 weeks = P3W"),
    .init("another 2 tablets", ""),
    .init("open 24 hours a day", "duration 24 hours = PT24H"),
  ]

  static let sets: [Found] = [
    .init("every few days", "set every few days = 2026-11-22T09:00:00 FREQ=DAILY;INTERVAL=3"),
    .init("every half an hour", "set every half an hour = 2026-11-21T10:30:00 FREQ=MINUTELY;INTERVAL=30"),
    .init("every 1.5 hours", "set every 1.5 hours = 2026-11-21T11:30:00 FREQ=MINUTELY;INTERVAL=90"),
    .init("every hour and a half", "set every hour and a half = 2026-11-21T11:30:00 FREQ=MINUTELY;INTERVAL=90"),
    .init("monday mornings at 9am", "set monday mornings at 9am = 2026-11-23T09:00:00 FREQ=WEEKLY;BYDAY=MO"),
    .init("9am every monday morning", "set 9am every monday morning = 2026-11-23T09:00:00 FREQ=WEEKLY;BYDAY=MO"),
    .init(
      "weekday afternoons at 3", "set weekday afternoons at 3 = 2026-11-23T15:00:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    .init("every year on christmas", "set every year on christmas = 2026-12-25T09:00:00 FREQ=YEARLY"),
    .init("thursday nights", "set thursday nights = 2026-11-26T21:00:00 FREQ=WEEKLY;BYDAY=TH"),
    .init("march 9th every year", "set march 9th every year = 2027-03-09T09:00:00 FREQ=YEARLY"),
    .init("every january", "set every january = 2027-01-01T09:00:00 FREQ=YEARLY"),
    .init("each may take two", "daterange may = 2027-05-01..2027-06-01"),
    .init("every christmas", "set every christmas = 2026-12-25T09:00:00 FREQ=YEARLY"),
    .init("the semi-monthly review", "set semi-monthly = 2026-12-01T09:00:00 FREQ=MONTHLY;BYMONTHDAY=1,15"),
    .init("weekly on monday at 9am", "set weekly on monday at 9am = 2026-11-23T09:00:00 FREQ=WEEKLY;BYDAY=MO"),
    .init(
      "monthly on the first monday at 10",
      "set monthly on the first monday at 10 = 2026-12-07T10:00:00 FREQ=MONTHLY;BYDAY=1MO"),
    .init("alternate weeks", "set alternate weeks = 2026-11-28T09:00:00 FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"),
    .init("हर तीन हफ्ते में", "set हर तीन हफ्ते में = 2026-11-28T09:00:00 FREQ=WEEKLY;INTERVAL=3;BYDAY=SA", .hindi),
    .init("दोपहर 3 बजे हर दिन", "set दोपहर 3 बजे हर दिन = 2026-11-21T15:00:00 FREQ=DAILY", .hindi),
  ]

  static let points: [Found] = [
    .init(
      "monday 9am, tuesday 10am",
      "datetime monday 9am = 2026-11-23T09:00:00; datetime tuesday 10am = 2026-11-24T10:00:00"
    ),
    .init(
      "25.11.2026 14:55\n30.11.2026 12:04",
      "datetime 25.11.2026 14:55 = 2026-11-25T14:55:00; datetime 30.11.2026 12:04 = 2026-11-30T12:04:00"),
    .init("may 5th next year", "date may 5th next year = 2027-05-05"),
    .init("next month on the 15th", "date next month on the 15th = 2026-12-15"),
    .init("the second last friday of december", "date the second last friday of december = 2026-12-18"),
    .init("next year on may 5", "date next year on may 5 = 2027-05-05"),
    .init("friday at 9am next week", "datetime friday at 9am next week = 2026-11-27T09:00:00"),
    .init("the day before my birthday", ""),
    .init("three quarters past four", "time three quarters past four = 16:45:00"),
    .init("ten past noon", "time ten past noon = 12:10:00"),
    .init("two years ago today", "date two years ago today = 2024-11-21"),
    .init("a week tomorrow", "date a week tomorrow = 2026-11-29"),
    .init("2 hours before noon", "time 2 hours before noon = 10:00:00"),
    .init("the monday before christmas", "date the monday before christmas = 2026-12-21"),
    .init("half six pm", "time half six pm = 18:30:00"),
    .init("tomorrow 0900", "datetime tomorrow 0900 = 2026-11-22T09:00:00"),
    .init("11 / 12 / 2026", "date 11 / 12 / 2026 = 2026-12-11"),
    .init("five a side", ""),
    .init("call at eight thirty-five", "time eight thirty-five = 08:35:00"),
    .init("अगले महीने 20 को", "date अगले महीने 20 = 2026-12-20", .hindi),
    .init("शाम के 9 पैंतालिस", "time शाम के 9 पैंतालिस = 21:45:00", .hindi),
    .init("5 बजे शाम को", "time 5 बजे शाम = 17:00:00", .hindi),
    .init("शाम को मिलते हैं", "timerange शाम को = 16:00:00..20:00:00", .hindi),
    .init("सोमवार से बुधवार तक अगले सप्ताह", "daterange सोमवार से बुधवार तक अगले सप्ताह = 2026-11-23..2026-11-26", .hindi),
    .init("सुबह 9-11", "timerange सुबह 9-11 = 09:00:00..11:00:00", .hindi),
  ]

  @Test("are read", arguments: ranges + lengths + sets + points) func kind(_ row: Found) async throws {
    let found = try await TimeGrammarTests.parse(row.text, language: row.language)
    #expect(TimeGrammarTests.spell(found) == row.wanted)
  }
}
