import Actions
import Base
import Events
import Formats
import People
import RoomTesting
import Store
import Synchronization
import Telemetry
import Testing

/// Makes the log that a house's events go through. Called anew for every start, as after a crash.
typealias LogMaker = @Sendable (HouseStore) async throws -> any EventLog

/// A small house with an event bus that can be ended and started again over the same store.
final class EventHouse: Sendable {
  let rooms: RoomHarness
  let hub: EventHub
  private let make: LogMaker
  let consumers = Mutex<[EventConsumer]>([])

  init(_ make: @escaping LogMaker) async throws {
    self.make = make
    let notes = Room(
      name: "notes",
      migrations: [
        Migration(
          room: "notes", number: 1,
          sql: [
            """
            CREATE TABLE notes (tenant TEXT NOT NULL, number INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL) STRICT
            """
          ])
      ], actions: [], forget: { _, _ in 0 }, export: { _, _ in .null })
    rooms = try await RoomHarness([notes], schemas: false)
    hub = EventHub([], isStrict: true)
    rooms.services.register(hub)
  }

  func start(_ consumers: [EventConsumer]) async throws -> EventBus {
    let bus = EventBus(
      store: rooms.store, hub: hub, log: try await make(rooms.store), consumers: consumers, clock: rooms.clock,
      metrics: Metrics())
    rooms.services.register(bus)
    try await settle(bus)
    return bus
  }

  /// Handles all that can be handled now.
  func settle(_ bus: EventBus) async throws {
    for _ in 0..<3 {
      try await bus.drain()
    }
  }

  func emit(_ name: String, _ payload: JSON, key: String = "a", person: PersonID? = nil) async throws {
    try await rooms.tenant().write { try $0.emit(Event(name, person: person, key: key, payload)) }
  }

  func notes() async throws -> [String] {
    try await rooms.tenant().read {
      try $0.query("SELECT text FROM notes WHERE tenant = :tenant ORDER BY number") { $0.text(0) }
    }
  }

  func parked(dead: Bool = true) async throws -> [String] {
    try await rooms.tenant().read { reader in
      try reader.parkedEvents(deadOnly: dead).map { "\($0.event.payload["n"].int ?? -1):\($0.attempts)" }.sorted()
    }
  }

  static func note(_ text: String, _ transaction: Transaction) throws {
    try transaction.execute("INSERT INTO notes (tenant, text) VALUES (:tenant, ?)", text)
  }
}

private struct Poison: Error {}

/// What holds over every engine.
struct EventBusConformance {
  let make: LogMaker

  /// Notes key and number; fails on those it is told to.
  private func noting(
    _ name: String = "notes.keep", failing: @escaping @Sendable (Int) -> Bool = { _ in false }
  ) -> EventConsumer {
    EventConsumer(name, to: ["thing.*"], retry: EventRetry(limit: 3, first: .seconds(2))) { event, transaction in
      let number = event.payload["n"].int ?? -1
      // what was written before the failure must not stay
      try EventHouse.note("\(event.key)\(number)", transaction)
      if failing(number) { throw Poison() }
    }
  }

  func oncePerConsumerAndAfterRestart() async throws {
    let house = try await EventHouse(make)
    var bus = try await house.start([noting()])
    for number in 0..<150 { try await house.emit("thing.made", ["n": JSON(number)], key: "k\(number % 7)") }
    try await house.emit("other.made", ["n": 999])
    try await house.settle(bus)
    let first = try await house.notes()
    #expect(first == (0..<150).map { "k\($0 % 7)\($0)" })
    // while nobody consumes, and after a start of its own
    try await house.emit("thing.made", ["n": 150])
    bus = try await house.start([noting()])
    try await house.settle(bus)
    #expect(try await house.notes() == first + ["a150"])
  }

  func poisonBlocksItsKeyOnly() async throws {
    let house = try await EventHouse(make)
    let isIll = Mutex(true)
    let bus = try await house.start([noting { number in number == 1 && isIll.withLock { $0 } }])
    for (number, key) in [(0, "a"), (1, "a"), (2, "b"), (3, "a"), (4, "b")] {
      try await house.emit("thing.made", ["n": JSON(number)], key: key)
    }
    try await house.settle(bus)
    #expect(try await house.notes() == ["a0", "b2", "b4"])
    #expect(try await house.parked(dead: false) == ["1:1", "3:0"])
    // second try after 2 s, third and last after 4 s more
    house.rooms.clock.advance(by: .milliseconds(1_900))
    try await house.settle(bus)
    #expect(try await house.parked(dead: false) == ["1:1", "3:0"])
    house.rooms.clock.advance(by: .milliseconds(200))
    try await house.settle(bus)
    #expect(try await house.parked(dead: false) == ["1:2", "3:0"])
    house.rooms.clock.advance(by: .seconds(4))
    try await house.settle(bus)
    #expect(try await house.notes() == ["a0", "b2", "b4", "a3"])
    #expect(try await house.parked() == ["1:3"])
    // looked at, mended, given again
    isIll.withLock { $0 = false }
    #expect(try await house.rooms.tenant().write { try $0.reviveDeadLetters() } == 1)
    try await house.settle(bus)
    #expect(try await house.notes().last == "a1")
    #expect(try await house.parked(dead: false) == [])
  }

  func replaysFromAnyTime() async throws {
    let house = try await EventHouse(make)
    let bus = try await house.start([noting(), noting("notes.other")])
    var middle = house.rooms.clock.now
    for number in 0..<6 {
      if number == 3 { middle = house.rooms.clock.now }
      try await house.emit("thing.made", ["n": JSON(number)])
      house.rooms.clock.advance(by: .seconds(10))
    }
    try await house.settle(bus)
    #expect(try await house.notes().count == 12)
    let from = middle
    #expect(try await house.rooms.tenant().write { try $0.replayEvents(to: "notes.keep", from: from) })
    try await house.settle(bus)
    #expect(try await house.notes().suffix(3) == ["a3", "a4", "a5"])
    #expect(try await house.notes().count == 15)
  }

  func keepsWhatSomebodyStillNeeds() async throws {
    let house = try await EventHouse(make)
    var bus = try await house.start([noting()])
    try await house.emit("thing.made", ["n": 0])
    try await house.settle(bus)
    try await house.emit("thing.made", ["n": 1])
    house.rooms.clock.advance(by: .days(40))
    // not yet handled: it stays whatever its age
    try await bus.trim(before: house.rooms.clock.now - .days(30))
    bus = try await house.start([noting()])
    try await house.settle(bus)
    #expect(try await house.notes() == ["a0", "a1"])
    try await bus.trim(before: house.rooms.clock.now - .days(30))
    #expect(try await house.rooms.tenant().write { try $0.replayEvents(to: "notes.keep", from: .epoch) })
    try await house.settle(bus)
    #expect(try await house.notes() == ["a0", "a1"])
  }

  func effectsOfPreparedCommitWithThePlace() async throws {
    let house = try await EventHouse(make)
    let calls = Mutex<[Int]>([])
    let consumer = EventConsumer("notes.call", to: ["thing.made"], retry: EventRetry(limit: 2, first: .seconds(1))) {
      event in
      let number = event.payload["n"].int ?? -1
      calls.withLock { $0.append(number) }
      if number == 1 { throw EventFailure("not now", after: .seconds(30)) }
      if number == 2 { throw EventFailure("never", isFinal: true) }
      return { try EventHouse.note("called \(number)", $0) }
    }
    let bus = try await house.start([consumer])
    for number in 0..<4 { try await house.emit("thing.made", ["n": JSON(number)], key: "\(number)") }
    try await house.settle(bus)
    #expect(try await house.notes() == ["called 0", "called 3"])
    #expect(calls.withLock { $0 } == [0, 1, 2, 3])
    #expect(try await house.parked() == ["2:1"])
    // the receiver's own wish goes before the usual pause
    house.rooms.clock.advance(by: .seconds(29))
    try await house.settle(bus)
    #expect(calls.withLock { $0.count } == 4)
    house.rooms.clock.advance(by: .seconds(2))
    try await house.settle(bus)
    #expect(calls.withLock { $0 } == [0, 1, 2, 3, 1])
    #expect(try await house.parked() == ["1:2", "2:1"])
  }
}

struct StoreEventBusTests {
  private let suite = EventBusConformance { StoreEventLog(store: $0) }

  @Test("each consumer handles each event once, in order, also after a restart")
  func once() async throws { try await suite.oncePerConsumerAndAfterRestart() }
  @Test("a poison event blocks only its own key, then nobody; it can be looked at and given again")
  func poison() async throws { try await suite.poisonBlocksItsKeyOnly() }
  @Test("a consumer is given everything again from any time on, and others are not")
  func replays() async throws { try await suite.replaysFromAnyTime() }
  @Test("what a consumer has not handled is never trimmed; the rest is")
  func trims() async throws { try await suite.keepsWhatSomebodyStillNeeds() }
  @Test("a call outside is made, retried as the receiver wishes, and its effect commits with the place")
  func calls() async throws { try await suite.effectsOfPreparedCommitWithThePlace() }

  @Test("what nobody wants is not written")
  func unwanted() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    try await house.emit("thing.made", ["n": 1])
    let bus = try await house.start([
      EventConsumer("notes.keep", to: ["thing.made"]) { event, _ in #expect(event.payload["n"] == 3) }
    ])
    try await house.emit("other.made", ["n": 2])
    try await house.emit("thing.made", ["n": 3])
    try await house.settle(bus)
    #expect(
      try await house.rooms.tenant().read { try $0.events().map { $0.payload["n"].int } } == [3])
  }

  @Test("an emission that is undone leaves no event")
  func undone() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let bus = try await house.start([EventConsumer("notes.keep", to: ["*"]) { try EventHouse.note($0.name, $1) }])
    try await house.rooms.tenant().write { transaction in
      _ = try? transaction.savepoint { inner in
        try inner.emit(Event("thing.lost"))
        throw Poison()
      }
      try transaction.emit(Event("thing.kept"))
    }
    try await house.settle(bus)
    #expect(try await house.notes() == ["thing.kept"])
  }

  @Test("a running bus brings an event by itself")
  func running() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let heard = AsyncStream.makeStream(of: String.self)
    let bus = try await house.start([
      EventConsumer("notes.keep", to: ["*"]) { event, transaction in
        transaction.afterCommit { heard.continuation.yield(event.name) }
      }
    ])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await bus.run() }
      var names = heard.stream.makeAsyncIterator()
      for name in ["thing.one", "thing.two"] {
        try await house.emit(name, .null)
        #expect(await names.next() == name)
      }
      group.cancelAll()
    }
  }

  @Test("of somebody who is forgotten no event stays, and their name goes out of those about others")
  func forgets() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let (owner, elder) = (house.rooms.owner, house.rooms.elder)
    _ = try await house.start([EventConsumer("notes.keep", to: ["*"]) { _, _ in throw Poison() }])
    try await house.emit("thing.made", ["n": 1], key: elder.id.text, person: elder.id)
    try await house.emit(
      "thing.made", ["by": .string(elder.id.text), "name": .string(elder.name)], key: owner.id.text, person: owner.id)
    let exported = try await house.rooms.store.read { try Keeper.events.export(elder.id, $0) }
    #expect(exported.array?.count == 1)
    try await house.rooms.tenant().write { transaction in _ = try Keeper.events.forget(elder.id, &transaction) }
    let events = try await house.rooms.tenant().read { try $0.events() }
    #expect(events.map(\.payload) == [["by": "", "name": ""]])
  }
}
