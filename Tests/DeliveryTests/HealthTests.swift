import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Telemetry
import Testing

@testable import Delivery

@Suite("How the doors do") struct HealthTests {
  /// What is written in the background is on the disk once a later change is.
  private func stored(_ house: RoomHarness) async throws -> [String: DoorHealth.State] {
    try await house.store.write { _ in }
    return try await house.store.read { try DoorHealth.read($0) }
  }

  @Test("what came, went and failed is told, to the owner only; a day later a failure is no news")
  func told() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let start = house.clock.now
    let inbox = Inbox(store: house.store, metrics: Metrics(), isFull: { false }, handOver: { _ in })
    try await inbox.accept([
      InboundMessage(
        from: Address(door: "telegram", account: "1", user: "Ravi"), kind: "message", externalID: "1", chat: "Ravi",
        content: .text("hello"))
    ])
    let owner = house.owner
    for (words, outcome) in [("one", OutboxRecord.Outcome.sent(externalID: nil)), ("two", .failed("it was blocked"))] {
      try await house.tenant().write { try $0.tell(owner.id, .words(words)) }
      try await house.store.write { transaction in
        for item in try transaction.unsettledOutbox() {
          try transaction.write(OutboxRecord(item: item, at: transaction.now, outcome: outcome))
        }
      }
    }
    house.delivery.open(door: "whatsapp")
    let outcome = try await house.run("doors.health")
    let text = house.text(outcome.say)
    #expect(
      text.contains("telegram: last received today at 10:00 am, last delivered today at 10:00 am; 1 message failed"))
    #expect(text.contains("the last because: it was blocked") && text.contains("whatsapp: last received never"))
    let telegram = outcome.data["telegram"]
    #expect(telegram["last_received"].string == start.description && telegram["open"].bool == true)
    #expect(telegram["failures"].int == 1 && telegram["cause"].string == "it was blocked")
    #expect(outcome.data["whatsapp"]["last_delivered"].isNull)
    await #expect(throws: (any Error).self) { try await house.run("doors.health", as: house.elder) }
    house.clock.advance(by: .days(2))
    #expect(try await stored(house)["telegram"]?.failures == 0)
  }

  @Test("what stands in the way is kept until it works again")
  func troubles() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let health = DoorHealth(store: house.store)
    for _ in 0..<3 { health.stands("another program polls", "telegram", .receiving) }
    health.stands("locked", "whatsapp", .sending)
    #expect(try await stored(house)["telegram"]?.troubles == [.receiving: "another program polls"])
    #expect(house.text(try await house.run("doors.health").say).contains("another program polls"))
    // going out does not mend coming in
    health.delivered("telegram")
    #expect(try await stored(house)["telegram"]?.troubles == [.receiving: "another program polls"])
    // an earlier run left it: what works now says so all the same
    let later = DoorHealth(store: house.store)
    later.stands(nil, "telegram", .receiving)
    later.delivered("whatsapp")
    #expect(try await stored(house).values.allSatisfy { $0.troubles.isEmpty })
  }
}
