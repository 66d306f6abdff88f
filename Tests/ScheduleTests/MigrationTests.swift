import Actions
import Synchronization
import Base
import Conversation
import Foundation
import People
import RoomTesting
import Schedule
import Store
import Telemetry
import Testing

struct ScheduleMigrationTests {
  @Test("rows of an older store fire at their time")
  func olderStore() async throws {
    let folder = try TestFolder("schedule")
    let (clock, bells) = (VirtualClock(), Bells())
    var options = StoreOptions(clock: clock, random: SeededRandom(seed: 1))
    options.ballastBytes = 4_096
    let database = try SQLiteDatabase(path: folder.path + "/house.db", options: options)
    try await database.migrate(Array(ScheduleMigrations.all.prefix(1)))
    let at = clock.now + .minutes(1)
    try await database.house.write { house in
      try house.execute(
        """
        INSERT INTO due (tenant, id, kind, person, subject, at, payload)
        VALUES ('home', 'i', 'bells.ring', NULL, 'old', ?, 'null')
        """, at)
    }
    try await database.migrate(ScheduleMigrations.all + bells.room().migrations)
    let scheduler = Scheduler(
      store: database.house, clock: clock, handlers: bells.room().dueHandlers, metrics: Metrics())
    await scheduler.fireDue()
    #expect(bells.calls.withLock { $0 } == [])
    clock.set(at)
    await scheduler.fireDue()
    #expect(bells.calls.withLock { $0 } == [["old"]])
    await database.close()
  }
}
