import Actions
import Base
import Events
import Formats
import RoomTesting
import Store
import Synchronization
import Testing

private struct Refused: Error {}

/// Rooms that note in a table what they heard.
private func rooms(_ reactions: [Reaction]) -> [Room] {
  [
    Room(
      name: "notes",
      migrations: [
        Migration(
          room: "notes", number: 1,
          sql: [
            "CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
          ])
      ], actions: [], reactions: reactions, forget: { _, _ in 0 }, export: { _, _ in .null })
  ]
}

private func note(_ text: String, _ transaction: Transaction) throws {
  try transaction.execute("INSERT INTO notes (tenant, id, text) VALUES (:tenant, ?, ?)", transaction.newID(), text)
}

extension RoomHarness {
  /// With events of the test's own.
  fileprivate convenience init(own rooms: [Room]) async throws { try await self.init(rooms, schemas: false) }

  fileprivate func notes() async throws -> [String] {
    try await tenant().read { try $0.query("SELECT text FROM notes WHERE tenant = :tenant ORDER BY id") { $0.text(0) } }
  }
}

struct EventTests {
  @Test("every reaction hears its event with payload and person, in the order of the rooms")
  func reacts() async throws {
    let reactions = ["first", "second"].map { name in
      Reaction(to: "door.opened") { event, transaction in
        try note("\(name) \(event.name) \(event.payload["by"].string ?? "") \(event.person?.text ?? "")", transaction)
      }
    }
    let house = try await RoomHarness(own: rooms(reactions + [Reaction(to: "door.closed") { try note($0.name, $1) }]))
    try await house.tenant().write { transaction in
      try transaction.emit(Event("door.opened", person: PersonID("p"), ["by": "Amma"]))
      try transaction.emit(Event("nobody.listens"))
    }
    #expect(try await house.notes() == ["first door.opened Amma p", "second door.opened Amma p"])
  }

  @Test("what the emitter and the reactions write commits together or not at all", arguments: [true, false])
  func together(_ reactionFails: Bool) async throws {
    let house = try await RoomHarness(
      own: rooms([
        Reaction(to: "door.opened") { _, transaction in
          try note("heard", transaction)
          if reactionFails { throw Refused() }
        }
      ]))
    await #expect(throws: Refused.self) {
      try await house.tenant().write { transaction in
        try note("opened", transaction)
        try transaction.emit(Event("door.opened"))
        throw Refused()
      }
    }
    #expect(try await house.notes() == [])
  }

  @Test("reactions may set off others, to a depth; a loop is an error that undoes the turn and nothing else")
  func bounded() async throws {
    let house = try await RoomHarness(
      own: rooms([
        Reaction(to: "ping.down") { event, transaction in
          let left = event.payload["left"].int ?? 0
          try note("\(left)", transaction)
          if left > 1 { try transaction.emit(Event("ping.down", ["left": .integer(Int64(left - 1))])) }
        },
        Reaction(to: "ping.loop") { event, transaction in try transaction.emit(event) },
      ]))
    await #expect { try await house.tenant().write { try $0.emit(Event("ping.loop")) } } throws: {
      ($0 as? StoreError)?.kind == .misuse
    }
    // the depth is counted down again after the error
    for _ in 0..<20 {
      await #expect(throws: StoreError.self) { try await house.tenant().write { try $0.emit(Event("ping.loop")) } }
    }
    try await house.tenant().write { try $0.emit(Event("ping.down", ["left": 8])) }
    #expect(try await house.notes().count == 8)
    await #expect(throws: StoreError.self) {
      try await house.tenant().write { try $0.emit(Event("ping.down", ["left": 9])) }
    }
    #expect(try await house.notes().count == 8)
  }
}
