import Base
import Events
import Formats
import Redis
import RoomTesting
import Store
import Telemetry
import Synchronization
import Testing

/// The same conformance as over the embedded log, over a real server.
@Suite(.enabled(if: RedisServer.isInstalled, "redis-server is not installed"))
struct RedisEventBusTests {
  /// A server of its own, and logs of one stream on it, each a node.
  private final class Engine: Sendable {
    let server: RedisServer
    private let nodes = Atomic(0)

    init() async throws { server = try await RedisServer() }

    var make: LogMaker { { self.log($0, lease: .milliseconds(100)) } }

    func log(_ store: HouseStore, lease: Duration) -> RedisEventLog {
      RedisEventLog(
        redis: server.client, store: store, node: "node\(nodes.wrappingAdd(1, ordering: .relaxed).newValue)",
        lease: lease)
    }

    /// Lets the leases of nodes that are gone run out, as their time would.
    func expireLeases() async throws {
      for name in ["notes.keep", "notes.other", "notes.call", "redis.relay"] {
        try await server.client.run("DEL", "thinnai:events:lease:\(name)")
      }
    }
  }

  private func suite() async throws -> (EventBusConformance, Engine) {
    let engine = try await Engine()
    let make = engine.make
    return (
      EventBusConformance {
        try await engine.expireLeases()
        return try await make($0)
      }, engine
    )
  }

  @Test("each consumer handles each event once, in order, also after a restart")
  func once() async throws { try await suite().0.oncePerConsumerAndAfterRestart() }
  @Test("a poison event blocks only its own key, then nobody; it can be looked at and given again")
  func poison() async throws { try await suite().0.poisonBlocksItsKeyOnly() }
  @Test("a consumer is given everything again from any time on, and others are not")
  func replays() async throws { try await suite().0.replaysFromAnyTime() }
  @Test("what a consumer has not handled is never trimmed; the rest is")
  func trims() async throws { try await suite().0.keepsWhatSomebodyStillNeeds() }
  @Test("a call outside is made, retried as the receiver wishes, and its effect commits with the place")
  func calls() async throws { try await suite().0.effectsOfPreparedCommitWithThePlace() }

  private func noting() -> EventConsumer {
    EventConsumer("notes.keep", to: ["thing.*"]) { event, transaction in
      try EventHouse.note("\(event.payload["n"].int ?? -1)", transaction)
    }
  }

  @Test("what a node took and never finished is rescued by another, in order and once")
  func rescue() async throws {
    let (_, engine) = try await suite()
    let house = try await EventHouse(engine.make)
    let first = try await engine.make(house.rooms.store)
    house.hub.want(["thing.*"], as: "notes.keep")
    try await first.admit("notes.keep")
    for number in 0..<4 { try await house.emit("thing.made", ["n": JSON(number)]) }
    try await first.relay()
    let taken = try await first.next(noting(), limit: 2)
    #expect(taken.events.count == 2)
    try await engine.expireLeases()
    let second = try await house.start([noting()])
    try await house.settle(second)
    #expect(try await house.notes() == ["0", "1", "2", "3"])
    // the late result of the first is refused
    await #expect(throws: EventsMoved.self) {
      try await house.rooms.store.write { try first.settle(taken, "notes.keep", in: $0) }
    }
    let pending = try await engine.server.client.run("XPENDING", "thinnai:events", "notes.keep")
    #expect(pending.list.first == .integer(0))
  }

  @Test("a consumer works on one node at a time")
  func lease() async throws {
    let (_, engine) = try await suite()
    let house = try await EventHouse(engine.make)
    // longer than a busy machine keeps the second node waiting
    let logs = (0..<2).map { _ in engine.log(house.rooms.store, lease: .hours(1)) }
    house.hub.want(["thing.*"], as: "notes.keep")
    try await logs[0].admit("notes.keep")
    for number in 0..<2 { try await house.emit("thing.made", ["n": JSON(number)]) }
    try await logs[0].relay()
    #expect(try await logs[0].next(noting(), limit: 1).events.count == 1)
    #expect(try await logs[1].next(noting(), limit: 1).events.isEmpty)
  }

  @Test("a server that lost everything is filled again, and nothing is handled twice")
  func lost() async throws {
    let (_, engine) = try await suite()
    let house = try await EventHouse(engine.make)
    var bus = try await house.start([noting()])
    for number in 0..<3 { try await house.emit("thing.made", ["n": JSON(number)]) }
    try await house.settle(bus)
    try await house.emit("thing.made", ["n": 3])
    try await engine.server.client.run("FLUSHALL")
    try await house.settle(bus)
    try await engine.server.client.run("FLUSHALL")
    bus = try await house.start([noting()])
    try await house.emit("thing.made", ["n": 4])
    try await house.settle(bus)
    #expect(try await house.notes() == ["0", "1", "2", "3", "4"])
  }

  @Test("without a server events wait in the store")
  func down() async throws {
    let place = try #require(RedisClient.Place("unix:///nowhere/redis.sock"))
    let house = try await EventHouse { RedisEventLog(redis: RedisClient(place), store: $0, node: "n") }
    let bus = EventBus(
      store: house.rooms.store, hub: house.hub,
      log: RedisEventLog(redis: RedisClient(place), store: house.rooms.store, node: "n"), consumers: [noting()],
      clock: house.rooms.clock, metrics: Metrics())
    try await house.emit("thing.made", ["n": 1])
    let error = await #expect(throws: RedisError.self) { try await bus.drain() }
    #expect(error?.kind == .unreachable)
    #expect(try await house.rooms.tenant().read { try $0.events().count } == 1)
  }
}
