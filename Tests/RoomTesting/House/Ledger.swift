package import Actions
package import Base
import Formats
import Messages
import Store
import Text
package import Understanding

/// A room whose effects are easy to count: one row for each time that an action ran.
package enum Ledger {
  package static let room = Room(
    name: "ledger",
    migrations: [
      Migration(
        room: "ledger", number: 1,
        sql: [
          """
          CREATE TABLE ledger (tenant TEXT NOT NULL, id TEXT NOT NULL, token TEXT NOT NULL, PRIMARY KEY (tenant, id))
          STRICT
          """
        ])
    ], actions: [AddNote.self, RemoveNote.self, RefuseNote.self, SendNote.self], forget: { _, _ in 0 },
    export: { _, _ in .null })

  static func insert(_ token: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO ledger (tenant, id, token) VALUES (:tenant, ?, ?)", transaction.newID(), token)
  }
}

struct AddNote: Action {
  static let name = "note.add"
  static let summary = "Writes a note."
  static let effect = Effect.write
  @Parameter("What.") var token: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let token = token
    return .change { transaction in
      try Ledger.insert(token, transaction)
      return Outcome(Say.words("noted \(token) ."), inverse: ActionCall(RemoveNote.name, ["token": .string(token)]))
    }
  }
}

struct RemoveNote: Action {
  static let name = "note.remove"
  static let summary = "Takes a note back."
  static let effect = Effect.write
  @Parameter("What.") var token: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let token = token
    return .change { transaction in
      try transaction.execute("DELETE FROM ledger WHERE tenant = :tenant AND token = ?", token)
      return Outcome(Say.words("removed \(token) ."))
    }
  }
}

/// Writes, then finds that it may not: the whole turn is undone.
struct RefuseNote: Action {
  static let name = "note.refuse"
  static let summary = "Never works."
  static let effect = Effect.write
  @Parameter("What.") var token: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let token = token
    return .change { transaction in
      try Ledger.insert(token, transaction)
      throw ActionError("ledger.refused", sentence: "refused \(token) .")
    }
  }
}

/// Needs a yes.
struct SendNote: Action {
  static let name = "note.send"
  static let summary = "Sends a note away."
  static let effect = Effect.outbound
  @Parameter("What.") var token: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let token = token
    return .change { transaction in
      try Ledger.insert(token, transaction)
      return Outcome(Say.words("sent \(token) ."))
    }
  }
}

/// Understands `action name=value name=value`, "yes", "no", "undo" and "no, name=value"; `~20 …` takes twenty seconds to think.
package struct ScriptedUnderstanding: Understanding {
  package let clock: any WallClock

  package func understand(_ request: UnderstandingRequest) async -> Understood {
    var words = request.text.split(separator: " ").map(String.init)
    if let first = words.first, first.hasPrefix("~"), let seconds = Int64(first.dropFirst()) {
      words.removeFirst()
      try? await clock.sleep(for: .seconds(seconds))
    }
    func said(_ kind: Understood.Kind, _ intent: String? = nil, _ slots: [String: SlotValue] = [:]) -> Understood {
      Understood(
        language: request.languages[0], intent: intent, confidence: 1, slots: slots, kind: kind,
        isNewRequest: intent != nil)
    }
    guard let name = words.first else { return said(.outOfScope) }
    switch name {
    case "yes": return said(.affirm)
    case "no": return said(.deny)
    case "undo": return said(.undo)
    default: break
    }
    if name == "no," {
      let slots = Self.slots(words.dropFirst(), request)
      return said(.correction(.init(slots: slots, text: words.dropFirst().joined(separator: " "))))
    }
    guard name.contains("."), request.allowedIntents?.contains(name) ?? true else { return said(.outOfScope) }
    return said(.intent, name, Self.slots(words.dropFirst(), request))
  }

  private static func slots(_ words: ArraySlice<String>, _ request: UnderstandingRequest) -> [String: SlotValue] {
    var slots: [String: SlotValue] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      slots[parts[0]] = parts[1] == "true" ? .boolean(true) : .text(parts[1])
    }
    if case .text(let at)? = slots["schedule"], case .text(let rule)? = slots["rule"],
      let when = WhenValue(json: ["at": .string(at), "rrule": .string(rule)], zone: request.zone, now: request.now)
    {
      slots["schedule"] = .when(when)
    }
    slots["rule"] = nil
    return slots
  }

  package func read(_ text: String, as kind: SlotKind, _ request: UnderstandingRequest) -> SlotValue? {
    kind == .text ? .text(text) : nil
  }
}
