package import Base
package import Delivery
package import Messages
package import Store
import Synchronization
package import Telemetry

/// A real inbox on a file in a temporary folder, for tests of doors.
package final class InboxBench: Sendable {
  package let inbox: Inbox
  package let clock: VirtualClock
  package let metrics = Metrics()
  private let taken: Handed
  private let full: Flag
  private let folder: TestFolder

  private final class Handed: Sendable { let messages = Mutex<[InboundMessage]>([]) }
  private final class Flag: Sendable { let value = Atomic(false) }

  package init() async throws {
    folder = try TestFolder("inbox")
    clock = VirtualClock()
    var options = StoreOptions(clock: clock, random: SeededRandom(seed: 7))
    options.ballastBytes = 4_096
    let database = try SQLiteDatabase(path: folder.path + "/house.db", options: options)
    try await database.migrate(DeliveryMigrations.all)
    let (taken, full) = (Handed(), Flag())
    (self.taken, self.full) = (taken, full)
    inbox = Inbox(store: HouseStore(database), metrics: metrics, isFull: { full.value.load(ordering: .relaxed) }) {
      item in
      taken.messages.withLock { $0.append(item.message) }
    }
  }

  /// What was under way when the last process ended; the next one to ask finds what this one has not cleared.
  package func marks() throws -> CrashMarks { try CrashMarks(path: folder.path + "/underway") }

  /// Refuses everything, as when the disk is full.
  package var isFull: Bool {
    get { full.value.load(ordering: .relaxed) }
    set { full.value.store(newValue, ordering: .relaxed) }
  }

  /// What was handed on since the last call, repeats left out by the inbox.
  package func messages() -> [InboundMessage] {
    taken.messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
