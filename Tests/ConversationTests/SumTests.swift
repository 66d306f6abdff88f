import Testing

@testable import Conversation

@Suite("Sums that are typed between two other things") struct SumTests {
  @Test(
    "are reckoned by the usual rules",
    arguments: [
      ("whats 18% of 42500", 7_650), ("1200 + 18%", 1_416), ("3 x 450", 1_350), ("2 lakh / 12 please", 200_000.0 / 12),
      ("calculate 100 - 10%", 90), ("(2+3)*4", 20), ("2 + 3 * 4", 14), ("how much is 15 percent of 3k", 450),
      ("1,200 * 3", 3_600), ("what is 450 divided by 3", 150), ("₹500 + ₹250", 750),
    ] as [(String, Double)])
  func reckoned(_ text: String, _ value: Double) throws {
    #expect(abs(try #require(Sum(text)).value - value) < 1e-6)
  }

  @Test(
    "and what only looks like one is none",
    arguments: [
      "10/11", "10-11", "120/80", "12-11-2026", "98765 43210", "7", "50%", "buy 2 x 3", "1/0 please", "5 +", "call 108",
      "bp 120 / 80", "18% off", "a + b", "((((((((1", "0/0 is what", "2 2 + 2", "9 to 5", "+91 98765 43210",
    ])
  func none(_ text: String) { #expect(Sum(text) == nil) }
}
