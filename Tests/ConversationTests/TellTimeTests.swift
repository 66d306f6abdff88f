import Actions
import Base
import Conversation
import Formats
import RoomTesting
import Testing

@Suite struct TellTimeTests {
  @Test(
    "tells now, and how far a day is",
    arguments: [
      (nil, "It is 10:00 am. Today is Monday, 23 November 2026."),
      ("2026-11-23", "It is 10:00 am. Today is Monday, 23 November 2026."),
      ("2026-11-24", "24 November 2026 is a Tuesday, 1 day from now."),
      ("2027-01-15", "15 January 2027 is a Friday, 53 days from now."),
      ("2026-11-20", "20 November 2026 was a Friday, 3 days ago."),
    ])
  func tells(_ day: String?, _ text: String) async throws {
    let house = try await RoomHarness([AssistantRoom.room], now: "2026-11-23T04:30:00Z")
    let told = try await house.run("assistant.clock", day.map { ["day": .string($0)] } ?? [:])
    #expect(house.text(told.say) == text)
  }
}
