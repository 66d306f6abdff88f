import Actions
import Base
import Events
import Formats
import Operations
import RoomTesting
import Store
import Testing

private struct Poison: Error {}

struct EventActionTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([OperationsRoom.room], schemas: false)
    house.events.add(
      EventConsumer("test.keep", to: ["thing.*"], retry: EventRetry(limit: 1)) { event, _ in
        if event.payload["n"] == 1 { throw Poison() }
      })
    try await house.events.drain()
    try await house.tenant().write { transaction in
      for number in 0..<3 { try transaction.emit(Event("thing.made", key: "k", ["n": JSON(number)])) }
    }
    try await house.events.drain()
    return house
  }

  @Test("the owner sees what happened, what was not handled and who consumes")
  func looks() async throws {
    let house = try await house()
    #expect(try await house.run("event.list", ["name": "thing.*"]).data.array?.count == 3)
    #expect(try await house.run("event.list", ["name": "other.*"]).data.array?.isEmpty == true)
    let letters = try await house.run("event.deadletters").data
    #expect(letters.array?.count == 1)
    #expect(letters[0]["data"]["n"] == 1)
    #expect(letters[0]["error"].string?.contains("Poison") == true)
    let consumers = try await house.run("event.consumers").data.array ?? []
    let own = consumers.first { $0["name"] == "test.keep" }
    #expect(own?["dead"] == 1)
  }

  @Test("dead letters are given again or dropped; a consumer gets everything again")
  func mends() async throws {
    let house = try await house()
    #expect(try await house.run("event.retry", ["consumer": "test.keep"]).data["count"] == 1)
    try await house.events.drain()
    #expect(try await house.run("event.deadletters").data.array?.count == 1)
    #expect(try await house.run("event.drop", ["consumer": "test.keep"]).data["count"] == 1)
    #expect(try await house.run("event.deadletters").data.array?.isEmpty == true)
    _ = try await house.run("event.replay", ["consumer": "test.keep", "since": "2026-01-01T00:00:00Z"])
    try await house.events.drain()
    #expect(try await house.run("event.deadletters").data.array?.count == 1)
    await #expect(throws: ActionError.self) {
      _ = try await house.run("event.replay", ["consumer": "nobody", "since": "2026-01-01T00:00:00Z"])
    }
  }

  @Test(
    "nobody but the owner, in person, looks or mends", arguments: ["event.list", "event.deadletters", "event.retry"])
  func ownerOnly(_ action: String) async throws {
    let house = try await house()
    await #expect(throws: ActionError.self) { _ = try await house.run(action, as: house.elder) }
    let agent = house.context(
      house.owner, door: "workflow", authority: .init(scopes: ActionContext.Authority.full.scopes, agent: "a"))
    await #expect(throws: ActionError.self) { _ = try await house.runner.run(ActionCall(action), in: agent) }
  }
}
