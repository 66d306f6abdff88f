import Base
import Messages
import People
import RoomTesting
import Store
import Testing

@testable import Delivery

@Suite("How the doors do") struct HealthTests {
  /// What is written in the background is on the disk once a later change is.
  private func stored(_ house: RoomHarness) async throws -> [String: DoorHealth.State] {
    try await house.store.write { _ in }
    return try await house.store.read { try DoorHealth.read($0) }
  }

  @Test("what came, went and failed is told from memory, and from the rows after a restart")
  func told() async throws {
    let house = try await RoomHarness([])
    let health = DoorHealth(store: house.store, clock: house.clock)
    let (start, owner) = (house.clock.now, house.owner)
    try await house.tenant().write { try $0.tell(owner.id, .words("one")) }
    try await house.store.write { transaction in
      for item in try transaction.unsettledOutbox() {
        try transaction.write(OutboxRecord(item: item, at: transaction.now, outcome: .failed("blocked")))
      }
    }
    health.failed("telegram", "blocked")
    health.received("telegram")
    #expect(health.all["telegram"]?.lastReceived == start && health.all["telegram"]?.failures == 1)
    let later = DoorHealth(store: house.store, clock: house.clock)
    await later.restore()
    let state = try #require(later.all["telegram"])
    #expect(state.failures == 1 && state.cause == "blocked" && state.lastFailure == start)
    #expect(state.sentence.contains("1 failed within a day, the last: blocked"))
    // a day later it is no news
    house.clock.advance(by: .days(2))
    #expect(try await stored(house)["telegram"]?.failures ?? 0 == 0)
  }

  @Test("what stands in the way is kept until it works again")
  func troubles() async throws {
    let house = try await RoomHarness([])
    let health = DoorHealth(store: house.store, clock: house.clock)
    for _ in 0..<3 { health.stands("another program polls", "telegram", .receiving) }
    health.stands("locked", "whatsapp", .sending)
    #expect(try await stored(house)["telegram"]?.troubles == [.receiving: "another program polls"])
    // going out does not mend coming in
    health.delivered("telegram")
    #expect(try await stored(house)["telegram"]?.troubles == [.receiving: "another program polls"])
    health.stands(nil, "telegram", .receiving)
    health.delivered("whatsapp")
    let after = try await stored(house)
    #expect((after["telegram"]?.troubles ?? [:]).isEmpty && (after["whatsapp"]?.troubles ?? [:]).isEmpty)
    #expect(health.all["whatsapp"]?.lastDelivered == house.clock.now)
  }
}
