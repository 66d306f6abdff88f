import Actions
import Base
import Events
import Formats
import Messages
import RoomTesting
import Store
import Testing

private struct Note: Action {
  static let name = "notes.add"
  static let summary = "Notes something."
  static let effect = Effect.write
  @Parameter("What.") var text: String
  @Parameter("How much.", default: 0) var score: Double

  func perform(in context: ActionContext) async throws -> ActionResult {
    let line = "\(text) \(score)"
    return .change { transaction in
      try transaction.execute("INSERT INTO notes (tenant, id, text) VALUES (:tenant, ?, ?)", transaction.newID(), line)
      return Outcome(.words(line))
    }
  }
}

private struct Send: Action {
  static let name = "notes.send"
  static let summary = "Sends something outside."
  static let effect = Effect.outbound
  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { _ in
      Issue.record("sent unasked")
      return Outcome(.words("sent"))
    }
  }
}

private let notes = Room(
  name: "notes",
  migrations: [
    Migration(
      room: "notes", number: 1,
      sql: [
        "CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
      ])
  ], actions: [Note.self, Send.self], forget: { _, _ in 0 }, export: { _, _ in .null })

struct ReactionRuleTests {
  private func house(_ yaml: String) async throws -> RoomHarness {
    let house = try await RoomHarness([notes], schemas: false)
    for rule in try ReactionRule.read([YAML.parse(yaml, file: "test")]) {
      house.events.add(
        rule.consumer(house.runner) { [weak house] _, authority in
          house.map { $0.context($0.owner, door: "reaction", authority: authority) }
        })
    }
    try await house.events.drain()
    return house
  }

  private func emit(_ event: Event, _ house: RoomHarness) async throws {
    try await house.tenant().write { try $0.emit(event) }
    try await house.events.drain()
  }

  private func texts(_ house: RoomHarness) async throws -> [String] {
    try await house.tenant().read { try $0.query("SELECT text FROM notes WHERE tenant = :tenant", map: { $0.text(0) }) }
  }

  @Test("an event that meets the conditions calls the action with its fields, once; others do not")
  func acts() async throws {
    let house = try await house(
      """
      note:
        summary: Notes it.
        on: anomaly.found
        when: {score: {above: 0.7}, place: roof}
        action: notes.add
        with: {text: "{place}: {why.short}", score: "{score}"}
      """)
    func event(_ score: Double, _ place: String) -> Event {
      Event("anomaly.found", ["score": .number(score), "place": .string(place), "why": ["short": "hot"]])
    }
    try await emit(event(0.9, "roof"), house)
    try await emit(event(0.7, "roof"), house)
    try await emit(event(0.9, "cellar"), house)
    try await emit(Event("anomaly.gone", ["score": 1, "place": "roof"]), house)
    #expect(try await texts(house) == ["roof: hot 0.9"])
  }

  @Test("what must be agreed to is asked for, not done")
  func asks() async throws {
    let house = try await house("send: {summary: Sends., on: anomaly.found, action: notes.send}")
    try await emit(Event("anomaly.found"), house)
    let waiting = try await house.tenant().read { try Approval.list(.waiting, limit: 10, $0) }
    #expect(waiting.map(\.agent) == ["reaction.send"])
  }

  @Test("what can never be done is a dead letter at once")
  func dead() async throws {
    let house = try await house("add: {summary: Adds., on: anomaly.found, action: notes.add, with: {text: x, more: 1}}")
    try await emit(Event("anomaly.found"), house)
    let letters = try await house.tenant().read { try $0.parkedEvents() }
    #expect(letters.map(\.attempts) == [1])
    #expect(letters.first?.error?.contains("arguments.unknown") == true)
  }

  @Test(
    "a rule that cannot be right is refused",
    arguments: [
      "a: {summary: s, on: x.y}", "a: {summary: s, on: x.y, workflow: w, action: z}", "a: {on: x.y, action: z}",
      "a: {summary: s, on: x.y, action: z, when: {f: {like: 1}}}",
      "a: {summary: s, on: x, action: z}\na: {summary: s, on: x, action: z}",
    ])
  func refuses(_ yaml: String) {
    #expect(throws: DataFileError.self) { try ReactionRule.read([YAML.parse(yaml, file: "test")]) }
  }
}
