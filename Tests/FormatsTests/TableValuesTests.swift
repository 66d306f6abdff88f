import Formats
import Testing
import Time

struct TableValuesTests {
  @Test(
    "numbers of many countries become plain ones",
    arguments: [
      ("12.5", false, "12.5"), ("-12", false, "-12"), ("1,234.5", false, "1234.5"), ("1.234,5", false, "1234.5"),
      ("1 234,5", true, "1234.5"), ("$1,234.50", false, "1234.50"), ("1,234", false, "1234"), ("1,234", true, "1.234"),
      ("0,5", false, "0.5"), ("1,234,567", false, "1234567"), ("1.234.567", true, "1234567"),
      ("1'234.5", false, "1234.5"),
      ("1e-05", false, "1e-05"), ("n/a", false, "n/a"), ("", false, ""), ("12,34,567.89", false, "1234567.89"),
    ])
  func numbers(_ text: String, _ commaIsDecimal: Bool, _ plain: String) {
    #expect(TableNumber.plain(text, commaIsDecimal: commaIsDecimal) == plain)
  }

  @Test(
    "dates with the year last, day first unless the file shows otherwise",
    arguments: [
      ("31/12/2026 23:45", "2026-12-31T23:45:00"), ("01.02.2026", "2026-02-01T00:00:00"),
      ("1-2-26 00:15:30", "2026-02-01T00:15:30"), ("01/02/2026 12:05 AM", "2026-02-01T00:05:00"),
      ("01/02/2026 12:05 p.m.", "2026-02-01T12:05:00"),
    ])
  func dayFirst(_ text: String, _ local: String) {
    #expect(TableDate().local(text)?.description == local)
  }

  @Test("one date that can only be American makes the whole file American")
  func monthFirst() {
    let date = TableDate(of: ["01/02/2026", "12/31/2026 11:45 PM"])
    #expect(date.isMonthFirst)
    #expect(date.local("01/02/2026")?.description == "2026-01-02T00:00:00")
    #expect(date.local("12/31/2026 11:45 PM")?.description == "2026-12-31T23:45:00")
    #expect(!TableDate(of: ["31/12/2026", "01/13/2026"]).isMonthFirst)
  }

  @Test(
    "what is no such date is none", arguments: ["", "/", "2026-01-02", "1/2", "40/40/2026", "1/2/2026 25:00", "a/b/c"])
  func none(_ text: String) {
    #expect(TableDate().local(text) == nil)
  }
}
