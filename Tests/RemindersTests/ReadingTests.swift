import Actions
import Base
import Care
import Conversation
import Formats
import Reminders
import RoomTesting
import Store
import Testing

/// Looking at what is planned changes nothing of it. It is Monday 23 November 2026, 10:00 in Kolkata.
struct ReadingTests {
  @Test("no action that reads changes what is due, however often it is asked")
  func reading() async throws {
    let house = try await RoomHarness([AssistantRoom.room, Care.room, Reminders.room])
    let daily: JSON = ["at": "2026-11-23T18:00", "rrule": "FREQ=DAILY"]
    for person in [house.owner, house.elder] {
      try await house.run("reminder.create", ["text": "walk", "schedule": daily], as: person)
      try await house.run("reminder.create", ["text": "bank", "schedule": "2026-11-24T12:00"], as: person)
      try await house.run("medicine.add", ["name": "Telma", "schedule": daily], as: person)
      try await house.run("appointment.add", ["title": "Scan", "starts": "2026-11-26T16:00"], as: person)
    }
    // some told and open, some still to come
    await house.advance(by: .hours(9))
    func planned() async throws -> [String] {
      try await house.store.read { reader in
        try ["due", "reminders", "reminder_fires", "medicines", "doses", "appointments", "checkins"].flatMap { table in
          try reader.query("SELECT * FROM \(table) ORDER BY rowid") { row in
            table + (0..<row.count).map { " " + (row.optionalText($0) ?? "-") }.joined()
          }
        }
      }
    }
    let before = try await planned()
    let reading = house.runner.registry.all.filter { $0.effect == .read }.map(\.name)
    #expect(before.count > 16 && reading.count > 10)
    for name in reading {
      for arguments in [[:], ["person": "me"], ["day": "2026-11-24"], ["person": "Amma"]] as [JSONObject] {
        for _ in 0..<3 { _ = try? await house.run(name, arguments) }
      }
      #expect(try await planned() == before, "\(name)")
    }
  }
}
