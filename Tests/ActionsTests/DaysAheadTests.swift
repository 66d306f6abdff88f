import Actions
import Testing
import Time

@Suite struct DaysAheadTests {
  @Test(
    "days that are to come, by their names",
    arguments: [
      (DaysAhead.week, "2026-11-23", "2026-11-23", "2026-11-29"), (.week, "2026-11-29", "2026-11-29", "2026-11-29"),
      (.nextWeek, "2026-11-23", "2026-11-30", "2026-12-06"), (.nextWeek, "2026-11-29", "2026-11-30", "2026-12-06"),
      (.weekend, "2026-11-23", "2026-11-28", "2026-11-29"), (.weekend, "2026-11-29", "2026-11-29", "2026-11-29"),
    ])
  func days(_ span: DaysAhead, _ today: String, _ first: String, _ last: String) throws {
    let days = span.days(from: try #require(CivilDate(today)))
    #expect("\(days.first)" == first && "\(days.last)" == last)
  }
}
