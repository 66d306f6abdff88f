import Base
import Crypto
import Events
import Formats
import HTTP
import RoomTesting
import Store
import Synchronization
import Testing

struct EventHookTests {
  private let key = SecretKey(Array(repeating: 7, count: 32)) ?? SecretKey()

  private func hooks(_ house: EventHouse, _ bus: EventBus, _ network: any HTTPTransport) -> EventHooks {
    EventHooks(
      store: house.rooms.store, bus: bus, transport: network, openNetworks: [], masterKey: key, clock: house.rooms.clock
    )
  }

  private func add(_ hooks: EventHooks, _ house: EventHouse) async throws -> EventHook {
    try await house.rooms.tenant().write { try hooks.add("https://example.org/told", ["thing.*"], in: $0) }
  }

  private func state(_ house: EventHouse) async throws -> EventHook {
    try #require(try await house.rooms.tenant().read { try EventHook.all($0) }.first)
  }

  @Test("an event is told once, signed over the very bytes, with an id that stays; after a restart the rest")
  func told() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    var bus = try await house.start([])
    let network = MemoryTransport([.fail(.timeout, .unknown)]) { _ in .json([:]) }
    let first = hooks(house, bus, network)
    let hook = try await add(first, house)
    try await house.emit("thing.made", ["n": 1])
    try await house.emit("other.made", ["n": 2])
    try await house.settle(bus)
    #expect(network.requests.count == 1)
    house.rooms.clock.advance(by: .seconds(5))
    try await house.settle(bus)
    #expect(network.requests.count == 2)
    let request = try #require(network.requests.last)
    #expect(request.headers["webhook-id"] == network.requests.first?.headers["webhook-id"])
    #expect(request.reach == .guarded)
    let (body, stamp) = (try #require(request.body), try #require(request.headers["webhook-timestamp"]))
    let secret = try #require(Base64.decode(String(hook.secret(key, now: house.rooms.clock.now).dropFirst(6))))
    let id = try #require(request.headers["webhook-id"])
    let expected = "v1," + Base64.encode(HMAC.sha256(key: secret, message: Array("\(id).\(stamp).".utf8) + body))
    #expect(request.headers["webhook-signature"] == expected)
    let json = try JSON.parse(body)
    #expect(json["type"] == "thing.made" && json["data"]["n"] == 1)

    bus = try await house.start([])
    let again = hooks(house, bus, network)
    try await again.load()
    try await house.emit("thing.made", ["n": 3])
    try await house.settle(bus)
    #expect(network.requests.count == 3)
    withExtendedLifetime((first, again)) {}
  }

  @Test("a paused one is told of what happened meanwhile once it goes on")
  func pauses() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let bus = try await house.start([])
    let network = MemoryTransport([]) { _ in .json([:]) }
    let hooks = hooks(house, bus, network)
    let hook = try await add(hooks, house)
    #expect(try await house.rooms.tenant().write { try hooks.set(hook.id, isPaused: true, in: $0) })
    try await house.emit("thing.made", ["n": 1])
    try await house.settle(bus)
    try await bus.trim(before: house.rooms.clock.now + .days(1))
    #expect(network.requests.isEmpty)
    #expect(try await house.rooms.tenant().write { try hooks.set(hook.id, isPaused: false, in: $0) })
    try await house.settle(bus)
    #expect(network.requests.count == 1)
  }

  @Test("after days of failing, or a final no, it is paused by itself, and its events wait", arguments: [500, 410])
  func fails(_ status: Int) async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let bus = try await house.start([])
    let network = MemoryTransport([]) { _ in .answer(HTTPClientResponse(status: status)) }
    let hooks = hooks(house, bus, network)
    _ = try await add(hooks, house)
    try await house.emit("thing.made", ["n": 1])
    try await house.settle(bus)
    #expect(try await state(house).state == (status == 410 ? .failed : .active))
    for _ in 0..<100 where try await state(house).state == .active {
      house.rooms.clock.advance(by: .hours(1))
      try await house.settle(bus)
    }
    #expect(try await state(house).state == .failed)
    #expect(try await state(house).error != nil)
    let calls = network.requests.count
    house.rooms.clock.advance(by: .days(1))
    try await house.settle(bus)
    #expect(network.requests.count == calls)
    withExtendedLifetime(hooks) {}
  }

  @Test("a new secret signs first, the old one beside it for a day")
  func rotates() async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let bus = try await house.start([])
    let network = MemoryTransport([]) { _ in .json([:]) }
    let hooks = hooks(house, bus, network)
    let hook = try await add(hooks, house)
    _ = try await house.rooms.tenant().write { try hooks.rotate(hook.id, in: $0) }
    #expect(try await state(house).secret(key, now: .epoch) != hook.secret(key, now: .epoch))
    try await house.emit("thing.made", ["n": 1])
    try await house.settle(bus)
    house.rooms.clock.advance(by: .days(1))
    try await house.emit("thing.made", ["n": 2])
    try await house.settle(bus)
    #expect(network.requests.map { $0.headers["webhook-signature"]?.split(separator: " ").count } == [2, 1])
  }

  @Test(
    "addresses inside, and those without TLS, are refused",
    arguments: ["http://example.org/x", "nonsense", "ftp://a.b"])
  func refuses(_ url: String) async throws {
    let house = try await EventHouse { StoreEventLog(store: $0) }
    let hooks = hooks(house, try await house.start([]), MemoryTransport([]) { _ in .json([:]) })
    #expect(throws: HTTPClientError.self) { try hooks.check(url) }
    try hooks.check("https://example.org/x")
  }
}
