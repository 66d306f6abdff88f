import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

private struct Note: Action {
  static let name = "notes.add"
  static let summary = "Keeps nothing but an audit line."
  static let effect = Effect.write
  @Parameter("What.") var text: String
  func perform(in context: ActionContext) async throws -> ActionResult { .change { _ in Outcome(.words("kept")) } }
}

private let notes = Room(
  name: "notes", migrations: [], actions: [Note.self], forget: { _, _ in 0 }, export: { _, _ in .null })

/// A change that somebody makes behind the house's back, and the first line that shows it.
struct Tampering: CustomTestStringConvertible {
  let what: String
  let statements: [String]
  let broken: Int64
  var testDescription: String { what }
  init(_ what: String, _ statements: [String], _ broken: Int64) {
    self.what = what
    self.statements = statements
    self.broken = broken
  }
}

struct AuditTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([notes, PeopleRoom.room])
    for (number, text) in ["one", "two", "three", "four", "five"].enumerated() {
      house.clock.advance(by: .seconds(1))
      try await house.run(
        "notes.add", ["text": .string(text)], as: number % 2 == 0 ? house.owner : house.elder)
    }
    return house
  }

  private func broken(_ house: RoomHarness) async throws -> Int64? {
    let audit = house.runner.audit
    return try await house.tenant().read { try audit.firstBroken($0) }
  }

  /// Takes the triggers away and changes the rows, as somebody with the file in hand can.
  private func tamper(_ house: RoomHarness, _ statements: [String]) async throws {
    let triggers = ["audit_no_update", "audit_no_delete"].map { "DROP TRIGGER IF EXISTS \($0)" }
    let known = house.keepers.flatMap(\.migrations) + house.rooms.flatMap(\.migrations)
    try await house.store.database.migrate(
      known + [Migration(room: "burglar", number: 1, sql: triggers + statements)])
  }

  @Test("an untouched chain holds")
  func holds() async throws { #expect(try await broken(try await house()) == nil) }

  @Test(
    "every edit, deletion, swap and insertion shows at its line",
    arguments: [
      Tampering("other words", ["UPDATE audit SET arguments = '{\"text\":\"2\"}' WHERE number = 2"], 2),
      Tampering("another actor", ["UPDATE audit SET actor = 'eve' WHERE number = 3"], 3),
      Tampering("another door", ["UPDATE audit SET door = 'rest' WHERE number = 1"], 1),
      Tampering("another action", ["UPDATE audit SET action = 'notes.read' WHERE number = 5"], 5),
      Tampering("another time", ["UPDATE audit SET at = at + 1 WHERE number = 4"], 4),
      Tampering("another seal", ["UPDATE audit SET seal = zeroblob(32) WHERE number = 2"], 2),
      Tampering("the first line gone", ["DELETE FROM audit WHERE number = 1"], 1),
      Tampering("a line in the middle gone", ["DELETE FROM audit WHERE number = 3"], 3),
      Tampering(
        "a line gone and the gap closed",
        [
          "DELETE FROM audit WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4",
          "UPDATE audit SET number = 4 WHERE number = 5",
        ], 3),
      Tampering(
        "two lines swapped",
        [
          "UPDATE audit SET number = 99 WHERE number = 2", "UPDATE audit SET number = 2 WHERE number = 4",
          "UPDATE audit SET number = 4 WHERE number = 99",
        ], 2),
      Tampering(
        "a line written twice",
        [
          "INSERT INTO audit SELECT tenant, 6, at, actor, door, action, arguments, seal, erased FROM audit WHERE number = 5"
        ],
        6),
      Tampering("a line moved to another tenant", ["UPDATE audit SET tenant = 'other' WHERE number = 2"], 2),
      Tampering("words taken out", ["UPDATE audit SET arguments = '' WHERE number = 2"], 2),
      Tampering(
        "words taken out under a made-up seal",
        ["UPDATE audit SET arguments = '', erased = randomblob(32) WHERE number = 2"], 2),
    ])
  func shows(_ tampering: Tampering) async throws {
    let house = try await house()
    try await tamper(house, tampering.statements)
    #expect(try await broken(house) == tampering.broken)
  }

  @Test("the house itself can neither change nor delete a line")
  func appendOnly() async throws {
    let house = try await house()
    for statement in [
      "UPDATE audit SET arguments = '{}' WHERE tenant = :tenant AND number = 2",
      "UPDATE audit SET actor = 'eve' WHERE tenant = :tenant AND number = 2",
      "UPDATE audit SET arguments = '', erased = x'00', actor = 'eve' WHERE tenant = :tenant AND number = 2",
      "DELETE FROM audit WHERE tenant = :tenant",
    ] {
      await #expect(throws: StoreError.self) { try await house.tenant().write { try $0.execute(statement) } }
    }
    #expect(try await broken(house) == nil)
  }

  @Test("the words of somebody who is forgotten go, and the chain holds before and after them")
  func erases() async throws {
    let house = try await house()
    try await house.run("notes.add", ["text": "Lakshmi likes jasmine"])
    try await house.run("people.forget", ["person": "Lakshmi"])
    try await house.run("notes.add", ["text": "life goes on"])
    #expect(try await broken(house) == nil)
    let lines = try await house.tenant().read {
      try $0.query("SELECT arguments FROM audit WHERE tenant = :tenant ORDER BY number") { $0.text(0) }
    }
    #expect(lines.enumerated().filter { $0.element.isEmpty }.map(\.offset) == [1, 3, 5])
    #expect(lines[0] == "{\"text\":\"one\"}")
    #expect(!lines.joined().contains("jasmine") && !lines.joined().contains("Lakshmi"))
  }

  @Test(
    "an erased line is still guarded",
    arguments: [
      "UPDATE audit SET actor = 'eve' WHERE number = 2", "UPDATE audit SET at = at + 1 WHERE number = 2",
      "UPDATE audit SET arguments = '{}' WHERE number = 2", "UPDATE audit SET erased = NULL WHERE number = 2",
      "UPDATE audit SET seal = zeroblob(32) WHERE number = 2", "DELETE FROM audit WHERE number = 2",
      "UPDATE audit SET erased = (SELECT erased FROM audit WHERE number = 4) WHERE number = 2",
    ])
  func erasedIsGuarded(_ statement: String) async throws {
    let house = try await house()
    try await house.run("people.forget", ["person": "Lakshmi"])
    try await tamper(house, [statement])
    #expect(try await broken(house) == 2)
  }

  @Test("erasing twice erases once")
  func erasesOnce() async throws {
    let house = try await house()
    let (audit, elder) = (house.runner.audit, house.elder.id)
    #expect(try await house.tenant().write { try audit.erase(elder, naming: [], in: $0) } == 2)
    #expect(try await house.tenant().write { try audit.erase(elder, naming: [], in: $0) } == 0)
    #expect(try await broken(house) == nil)
  }
}
