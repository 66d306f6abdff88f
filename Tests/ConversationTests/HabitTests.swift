import Actions
import Base
import Conversation
import Formats
import Testing
import Time

@Suite("What somebody usually has at such a time")
struct HabitTests {
  private let zone = try? Zone.named("Asia/Kolkata")

  /// Times are those of Kolkata.
  private func habit(_ done: [(String, String)], now: String) throws -> Habit {
    let zone = try #require(zone)
    func moment(_ text: String) throws -> Instant { zone.instant(of: try #require(CivilDateTime(text))) }
    let calls = try done.map { DoneBefore(at: try moment($0.0), arguments: ["item": .string($0.1), "to": .null]) }
    return Habit(calls.sorted { $0.at > $1.at }, now: try moment(now), zone: zone)
  }

  private static let week = [
    ("2026-11-16T08:00:00", "idli"), ("2026-11-17T08:10:00", "idli"), ("2026-11-18T07:30:00", "dosa"),
    ("2026-11-16T19:00:00", "soup"), ("2026-11-18T19:30:00", "soup"), ("2026-11-20T20:00:00", "biryani"),
    ("2026-11-13T20:10:00", "biryani"), ("2026-11-19T19:00:00", "soup"),
  ]

  @Test(
    "is what was mostly chosen at this time of day, on this weekday before others",
    arguments: [
      ("2026-11-24T08:00:00", "idli"), ("2026-11-24T19:10:00", "soup"), ("2026-11-27T20:00:00", "biryani"),
      ("2026-11-24T00:30:00", "soup"),
    ])
  func usual(_ now: String, _ expected: String) throws {
    #expect(try habit(Self.week, now: now).usual("item") == .string(expected))
  }

  @Test("the last time is the last time, whenever it was")
  func last() throws {
    let habit = try habit(Self.week, now: "2026-11-24T08:00:00")
    #expect(habit.last("item") == "biryani")
    #expect(habit.usual("to") == nil && habit.last("to") == nil && habit.usual("none") == nil)
  }

  @Test("of what was chosen as often the latest counts; what was had once is usual")
  func few() throws {
    let two = [("2026-11-22T10:00:00", "tea"), ("2026-11-23T10:00:00", "coffee")]
    #expect(try habit(two, now: "2026-11-26T10:00:00").usual("item") == "coffee")
    #expect(try habit([two[0]], now: "2026-11-26T22:00:00").usual("item") == "tea")
    #expect(try habit([], now: "2026-11-26T22:00:00").usual("item") == nil)
  }

  @Test("an hour before midnight is near an hour after it")
  func midnight() throws {
    let calls = [
      ("2026-11-20T23:40:00", "milk"), ("2026-11-19T23:30:00", "milk"), ("2026-11-21T12:00:00", "lunch"),
      ("2026-11-22T12:00:00", "lunch"), ("2026-11-23T12:00:00", "lunch"),
    ]
    #expect(try habit(calls, now: "2026-11-24T00:20:00").usual("item") == "milk")
  }
}
