import Base
import Formats
import People
import Reminders
import RoomTesting
import Store
import Testing
import Time

/// "Every four hours from 8 to 20" is said of the clock on the wall, "every 6 hours" of time that passes: where clocks
/// change they part company.
struct IntervalTests {
  struct Change: CustomTestStringConvertible {
    let name: String
    /// Noon of the day before, in New York.
    let now: String
    let day: String
    var testDescription: String { name }
  }

  @Test(
    "a window keeps the hours of the wall, an interval its length",
    arguments: [
      Change(name: "back an hour", now: "2026-10-31T16:00:00Z", day: "2026-10-31"),
      Change(name: "forward an hour", now: "2027-03-13T17:00:00Z", day: "2027-03-13"),
    ])
  func changes(_ change: Change) async throws {
    let house = try await RoomHarness([Reminders.room], now: change.now)
    var person = house.owner
    person.zone = try Zone.named("America/New_York")
    let (people, moved) = (house.people, person)
    try await house.store.write { try people.update(moved, in: &$0) }
    for (text, schedule) in [
      ("water", ["at": .string(change.day + "T08:00"), "rrule": "FREQ=DAILY;BYHOUR=8,12,16,20;BYMINUTE=0"]),
      ("drops", ["at": .string(change.day + "T13:00"), "rrule": "FREQ=HOURLY;INTERVAL=6", "elapsed": "PT6H"]),
    ] as [(String, JSON)] {
      try await house.run("reminder.create", ["text": .string(text), "schedule": schedule], as: moved)
    }
    await house.advance(by: .hours(46))
    let fires = try await house.tenant().read { reader in
      try reader.query(
        """
        SELECT r.text, f.due_at FROM reminder_fires f JOIN reminders r ON r.tenant = f.tenant AND r.id = f.reminder
        WHERE f.tenant = :tenant ORDER BY f.due_at
        """
      ) { (text: $0.text(0), at: $0.instant(1)) }
    }
    let water = fires.filter { $0.text == "water" }.map { moved.zone.civil($0.at) }
    #expect(water.map { $0.time.hour } == [16, 20, 8, 12, 16, 20, 8], "\(water)")
    let drops = fires.filter { $0.text == "drops" }.map(\.at)
    #expect(drops.count == 8)
    #expect(zip(drops, drops.dropFirst()).allSatisfy { $1 - $0 == .hours(6) }, "\(drops)")
    #expect(moved.zone.civil(drops[0]).time.hour == 13)
  }
}
