import Actions
import Base
import Desk
import Formats
import RoomTesting
import Testing
import Workflows

struct MonthReviewTests {
  private func compute(_ step: String, _ given: JSON) throws -> JSON {
    let library = try WorkflowLibrary([], swift: [MonthReview.self])
    return try #require(try library.compute("month-review@1/\(step)", given))
  }

  @Test(arguments: [
    ("2026-12-01T03:30:00Z", "2026-11", "2026-10"), ("2026-02-28T23:00:00Z", "2026-01", "2025-12"),
    ("2026-01-31T00:00:00Z", "2025-12", "2025-11"),
  ])
  func months(_ now: String, _ last: String, _ before: String) throws {
    #expect(try compute("months", ["now": .string(now)]) == ["last": .string(last), "before": .string(before)])
  }

  @Test("what rose is pointed out, what is new or gone is there as well")
  func changes() throws {
    func row(_ project: JSON, _ amount: String) -> JSON {
      ["project": project, "amount": ["amount": .string(amount), "currency": "INR"]]
    }
    let found = try compute(
      "changes",
      [
        "last": [row("Nila", "2100.00"), row(.null, "500.00"), row("New", "70.00")],
        "before": [row("Nila", "1500.00"), row(.null, "480.00"), row("Gone", "90.00")], "rise": 25,
      ])
    #expect(
      found["text"].string == """
        Nila: 2100.00 INR (⚠️ +40%, 1500.00 INR)
        —: 500.00 INR (+4%, 480.00 INR)
        New: 70.00 INR
        Gone: 0 INR (-100%, 90.00 INR)
        """)
    #expect(found["risen"] == ["Nila"])
    #expect(try compute("changes", ["last": [], "before": .null])["text"] == "—")
  }
}
