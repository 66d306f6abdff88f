import Testing

@testable import Time

struct CivilTests {
  @Test(
    "reads and writes the same text", arguments: ["2026-11-21T08:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"])
  func roundTrip(_ text: String) throws {
    let value = try #require(CivilDateTime(text))
    #expect(value.description == text)
    #expect(CivilDateTime(wallSeconds: value.wallSeconds) == value)
  }

  @Test(
    "refuses what is not a date",
    arguments: ["", "2026-02-29", "2026-13-01", "2026-1-1", "2026-00-10", "0000-01-01", "２０２６-01-01", "2026-01-01Z"])
  func refusesDates(_ text: String) { #expect(CivilDate(text) == nil) }

  @Test("refuses what is not a time", arguments: ["", "24:00", "8:00", "08:60", "08:00:60", "08:00:00Z", "-8:00"])
  func refusesTimes(_ text: String) { #expect(CivilTime(text) == nil) }

  @Test func monthsClampToTheLastDay() throws {
    let january = try #require(CivilDate("2026-01-31"))
    #expect(january.adding(months: 1).description == "2026-02-28")
    #expect(january.adding(months: 25).description == "2028-02-29")
    #expect(january.adding(months: -2).description == "2025-11-30")
    #expect(january.adding(months: Int.max) == .distantFuture)
    #expect(january.adding(months: Int.min) == .distantPast)
    #expect(january.adding(days: Int.min) == .distantPast)
  }

  @Test func weekdaysAreRight() throws {
    #expect(try #require(CivilDate("2026-11-21")).weekday == .saturday)
    #expect(CivilDate.distantPast.weekday == .monday)
    #expect(CivilDate.distantFuture.weekday == .friday)
  }
}
