import Base
import Testing

@testable import Care

struct FenceTests {
  private static let start = Instant(iso8601: "2026-11-23T04:30:00Z") ?? .epoch

  struct Fix: Sendable {
    let minute: Int
    let metres: Double
    var accuracy: Double? = 20
  }

  struct Walk: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let fixes: [Fix]
    /// Minute and side of every change.
    let changes: [String]
  }

  /// A fix a minute.
  private static func many(_ minutes: Range<Int>, _ metres: Double, _ accuracy: Double? = 20) -> [Fix] {
    minutes.map { Fix(minute: $0, metres: metres, accuracy: accuracy) }
  }

  /// Three fixes at home over five minutes: she is inside.
  private static let home = [Fix(minute: 0, metres: 10), Fix(minute: 3, metres: 10), Fix(minute: 5, metres: 10)]

  @Test(
    "a side changes after three fixes and five minutes that all say so, and not before",
    arguments: [
      Walk(testDescription: "at home", fixes: home, changes: ["5 inside"]),
      Walk(
        testDescription: "leaves",
        fixes: home + [
          Fix(minute: 10, metres: 400), Fix(minute: 12, metres: 700), Fix(minute: 14, metres: 900),
          Fix(minute: 15, metres: 900),
        ], changes: ["5 inside", "15 outside"]),
      Walk(
        testDescription: "two fixes, however long apart, are too few",
        fixes: home + [Fix(minute: 10, metres: 400), Fix(minute: 60, metres: 400)], changes: ["5 inside"]),
      Walk(
        testDescription: "many fixes within five minutes are too soon",
        fixes: home + many(10..<15, 900), changes: ["5 inside"]),
      Walk(
        testDescription: "one that jumps alarms nobody",
        fixes: home + [
          Fix(minute: 10, metres: 5_000), Fix(minute: 12, metres: 10), Fix(minute: 14, metres: 5_000),
          Fix(minute: 16, metres: 5_000), Fix(minute: 18, metres: 10),
        ], changes: ["5 inside"]),
      Walk(
        testDescription: "beyond the radius but within the accuracy is not outside",
        fixes: home + many(10..<30, 300, 200), changes: ["5 inside"]),
      Walk(
        testDescription: "comes back in the same way",
        fixes: home + many(10..<18, 900) + [
          Fix(minute: 30, metres: 10), Fix(minute: 33, metres: 10), Fix(minute: 34, metres: 10),
          Fix(minute: 35, metres: 10),
        ], changes: ["5 inside", "15 outside", "35 inside"]),
      Walk(
        testDescription: "a vague fix near the middle is not back",
        fixes: home + many(10..<18, 900)
          + many(30..<40, 10, 2_000),
        changes: ["5 inside", "15 outside"]),
      Walk(
        testDescription: "fixes that come late or twice count once",
        fixes: home + [
          Fix(minute: 10, metres: 900), Fix(minute: 10, metres: 900), Fix(minute: 8, metres: 900),
          Fix(minute: 15, metres: 900),
        ], changes: ["5 inside"]),
      Walk(
        testDescription: "before anything is known, both kinds do not add up",
        fixes: [Fix(minute: 0, metres: 10), Fix(minute: 3, metres: 900), Fix(minute: 6, metres: 10)], changes: []),
    ])
  func walks(_ walk: Walk) {
    var fence = Fence()
    var changes: [String] = []
    for fix in walk.fixes {
      let reading = Fence.reading(distance: fix.metres, accuracy: fix.accuracy, radius: 150)
      if let side = fence.see(reading, at: Self.start + .minutes(fix.minute)) {
        changes.append("\(fix.minute) \(side.rawValue)")
      }
    }
    #expect(changes == walk.changes)
  }
}
