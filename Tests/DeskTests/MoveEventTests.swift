import Actions
import Base
import Desk
import Formats
import Messages
import People
import RoomTesting
import Testing

/// Events of one's own at another time. It is Monday 23 November 2026, 10:00 in Kolkata.
struct MoveEventTests {
  private func moved(_ house: RoomHarness, _ arguments: JSONObject) async throws -> String {
    var arguments = arguments
    if arguments["event"] == nil { arguments["event"] = "bank" }
    return house.text(try await house.run("event.move", arguments).say)
  }

  private func bank() async throws -> RoomHarness {
    let house = try await RoomHarness([Desk.room])
    try await house.run("event.add", ["title": "Bank meeting", "starts": "2026-11-24T11:00", "minutes": "PT1H"])
    return house
  }

  @Test("by a length, to an hour or to a day; what is not said stays")
  func kept() async throws {
    let house = try await bank()
    #expect(try await moved(house, ["by": "PT30M"]) == "Moved: Bank meeting, now tomorrow at 11:30 am.")
    #expect(
      try await moved(house, ["by": "PT1H", "earlier": true]) == "Moved: Bank meeting, now tomorrow at 10:30 am.")
    let four: JSON = ["at": "2026-11-23T16:00", "day_given": false]
    #expect(try await moved(house, ["starts": four]) == "Moved: Bank meeting, now tomorrow at 4:00 pm.")
    let friday: JSON = ["at": "2026-11-27", "time_given": false]
    #expect(try await moved(house, ["starts": friday]) == "Moved: Bank meeting, now Friday at 4:00 pm.")
  }

  @Test("undo puts it back, and what it overlaps is named")
  func undone() async throws {
    let house = try await bank()
    try await house.run("event.add", ["title": "Call", "starts": "2026-11-24T15:00"])
    let outcome = try await house.run("event.move", ["event": "bank", "starts": "2026-11-24T15:30"])
    #expect(house.text(outcome.say).contains("Overlaps with Call") && outcome.data["conflicts"] == 1)
    let inverse = try #require(outcome.inverse)
    let back = try await house.run(inverse.name, inverse.arguments)
    #expect(house.text(back.say) == "Moved: Bank meeting, now tomorrow at 11:00 am.")
  }

  @Test("one that repeats keeps its days; the past, a stranger's and nothing at all are refused or asked for")
  func refused() async throws {
    let house = try await bank()
    try await house.run(
      "event.add", ["title": "Standup", "starts": ["start": "2026-11-24T09:00", "rrule": "FREQ=DAILY"]])
    #expect(
      try await moved(house, ["event": "standup", "by": "PT15M"]) == "Moved: Standup, now tomorrow at 9:15 am.")
    await #expect { try await moved(house, ["event": "standup", "starts": "2026-11-27T09:00"]) } throws: {
      ($0 as? ActionError)?.code == "desk.event_repeats"
    }
    await #expect { try await moved(house, ["starts": "2026-11-22T09:00"]) } throws: {
      ($0 as? ActionError)?.field == "starts"
    }
    await #expect { try await moved(house, [:]) } throws: { ($0 as? ActionError)?.field == "starts" }
    await #expect { try await house.run("event.move", ["event": "bank", "by": "PT1H"], as: house.elder) } throws: {
      ($0 as? ActionError)?.code == "desk.event_unknown"
    }
  }
}
