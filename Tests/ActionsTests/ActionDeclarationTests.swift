import Actions
import Base
import Formats
import Messages
import RoomTesting
import Store
import Testing

private struct Note: Action {
  static let name = "notes.add"
  static let summary = "Keeps a note."
  static let effect = Effect.write

  @Parameter("What to keep.") var text: String
  @Parameter("How many times.", default: 1) var howOften: Int
  @Parameter("When.") var at: WhenValue?
  @Parameter("Which kind.", kind: .choice(["work", "home"])) var kind: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (text, howOften) = (text, howOften)
    return .change { transaction in
      try transaction.execute("INSERT INTO notes (tenant, id, text) VALUES (:tenant, ?, ?)", transaction.newID(), text)
      return Outcome(.words(text), data: ["count": .integer(Int64(howOften))])
    }
  }
}

private struct Spend: Action {
  static let name = "notes.spend"
  static let summary = "Spends money."
  static let effect = Effect.money
  @Parameter("How much.") var amount: Money

  func perform(in context: ActionContext) async throws -> ActionResult { .answer(.words(amount.description)) }
}

private let notes = Room(
  name: "notes",
  migrations: [
    Migration(
      room: "notes", number: 1,
      sql: [
        "CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
      ])
  ], actions: [Note.self, Spend.self], forget: { _, _ in 0 }, export: { _, _ in .null })

struct ActionDeclarationTests {
  @Test("a declaration is read once: names, kinds, what is required, defaults")
  func declaration() throws {
    let entry = try #require(try ActionRegistry([Note.self])["notes.add"])
    #expect(entry.parameters.map(\.name) == ["text", "how_often", "at", "kind"])
    #expect(entry.parameters.map(\.isRequired) == [true, false, false, false])
    #expect(ActionRegistry.schema(of: entry)["properties"]["how_often"]["default"].int == 1)
  }

  @Test("two actions of one name stop the start")
  func duplicate() { #expect(throws: ActionError.self) { try ActionRegistry([Note.self, Note.self]) } }

  @Test("arguments fill parameters; optionals may be absent and defaults hold")
  func fills() async throws {
    let house = try await RoomHarness([notes])
    let outcome = try await house.run("notes.add", ["text": "milk"])
    #expect(outcome.data["count"].int == 1)
    #expect(house.text(outcome.say) == "milk")
  }

  @Test("a missing, unknown or unreadable argument is a clear error that names it and changes nothing")
  func refuses() async throws {
    let house = try await RoomHarness([notes])
    await #expect { try await house.run("notes.add") } throws: { ($0 as? ActionError)?.code == "arguments.missing" }
    await #expect { try await house.run("notes.add", ["text": "a", "colour": "red"]) } throws: {
      ($0 as? ActionError)?.field == "colour"
    }
    await #expect { try await house.run("notes.add", ["text": "a", "how_often": "lots"]) } throws: {
      ($0 as? ActionError)?.field == "how_often"
    }
    await #expect { try await house.run("notes.add", ["text": "a", "kind": "garden"]) } throws: {
      ($0 as? ActionError)?.sentence.contains("work, home") == true
    }
    #expect(try await house.tenant().read { try $0.count("SELECT count(*) FROM notes WHERE tenant = :tenant") } == 0)
  }

  @Test("what costs money waits for a yes, and runs with it")
  func confirms() async throws {
    let house = try await RoomHarness([notes])
    await #expect { try await house.run("notes.spend", ["amount": "250"], approved: false) } throws: {
      ($0 as? ActionError)?.code == "actions.confirm"
    }
    #expect(house.text(try await house.run("notes.spend", ["amount": "250"]).say) == "250.00 INR")
    #expect(house.text(try await house.run("notes.spend", ["amount": "12,34,567.50"]).say) == "1234567.50 INR")
    // the front of what is no amount is none either
    for wrong: JSON in ["1.2.3", "1e400", "1,5", "-,5", ["amount": "1,5"]] {
      await #expect(throws: ActionError.self, "\(wrong)") {
        try await house.run("notes.spend", ["amount": wrong])
      }
    }
  }

  @Test("the audit chain holds, and shows a gap")
  func audit() async throws {
    let house = try await RoomHarness([notes])
    for text in ["a", "b", "c"] { try await house.run("notes.add", ["text": .string(text)]) }
    let audit = house.runner.audit
    #expect(try await house.tenant().read { try audit.firstBroken($0) } == nil)
    await #expect(throws: (any Error).self) {
      try await house.tenant().write { try $0.execute("DELETE FROM audit WHERE tenant = :tenant AND number = 2") }
    }
  }
}
