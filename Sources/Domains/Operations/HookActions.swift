import Actions
import Base
import Events
import Formats
import HTTP
import Messages
import Store

private func hooks(_ found: EventHooks?) throws -> EventHooks {
  guard let found else { throw OperationsRoom.unavailable() }
  return found
}

private let unknown = ActionError("hook.unknown", sentence: "There is no such webhook.", field: "id")

/// What never happens would never be told: a slip of the finger is said at once.
private func unknownEvent(_ name: String, _ known: [String]) -> ActionError {
  let near = known.map { (EditDistance.between(name, $0, limit: 3) ?? 99, $0) }.min { $0 < $1 }
  let room = String(name.prefix { $0 != "." }) + ".*"
  let kin = known.contains { EventPattern.matches([room], $0) } ? room : nil
  let advice = (near.flatMap { $0.0 < 99 ? $0.1 : nil } ?? kin).map { "did you mean \($0)?" }
  return ActionError(
    "hook.event_unknown", ["name": .text(name)],
    sentence: "There is no event \(name); \(advice ?? "event.schemas lists them").", field: "events")
}

struct AddHook: Action {
  static let name = "hook.add"
  static let summary = "Tells another program of events, by signed calls to its address."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("The https address that is called.") var url: String
  @Parameter("Events' names or patterns such as dose.*.") var events: [String]

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (url, events) = (url, events)
    guard !events.isEmpty, events.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
      throw ActionError(
        "hook.events", sentence: "Name at least one event, such as dose.taken or dose.*.", field: "events")
    }
    return .change { transaction in
      let known = transaction.service(EventHub.self)?.schemas.byName.keys.sorted() ?? []
      for pattern in events where !known.contains(where: { EventPattern.matches([pattern], $0) }) {
        throw unknownEvent(pattern, known)
      }
      let hooks = try hooks(transaction.service(EventHooks.self))
      do { try hooks.check(url) } catch let error as HTTPClientError {
        throw ActionError("hook.url", ["sentence": .text(error.sentence)], sentence: error.sentence, field: "url")
      }
      let hook = try hooks.add(url, events, in: transaction)
      var data = hook.json
      data["secret"] = .string(hook.secret(hooks.masterKey, now: transaction.now))
      return Outcome(
        Say("hook.added", ["url": .text(url)]), data: data, inverse: ActionCall("hook.remove", ["id": .string(hook.id)])
      )
    }
  }
}

struct ListHooks: Action {
  static let name = "hook.list"
  static let summary = "Lists the programs that are told of events, and how that goes."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let hooks = try await context.store.read { try EventHook.all($0) }
    let lines = hooks.map { Say("hook.line", ["url": .text($0.url), "state": .text($0.state.rawValue)]) }
    return .answer(Say(hooks.isEmpty ? "hook.none" : "hook.list", lines: lines), data: .array(hooks.map(\.json)))
  }
}

struct PauseHook: Action {
  static let name = "hook.pause"
  static let summary = "Stops telling a program of events for now; they wait for it."
  static let effect = Effect.write

  @Parameter("Its id; hook.list shows them.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let id = id
    return .change { transaction in
      guard try hooks(transaction.service(EventHooks.self)).set(id, isPaused: true, in: transaction) else {
        throw unknown
      }
      return Outcome(Say("hook.paused"), inverse: ActionCall("hook.resume", ["id": .string(id)]))
    }
  }
}

struct ResumeHook: Action {
  static let name = "hook.resume"
  static let summary = "Goes on telling a program of events, from where it stopped."
  static let effect = Effect.write

  @Parameter("Its id; hook.list shows them.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let id = id
    return .change { transaction in
      guard try hooks(transaction.service(EventHooks.self)).set(id, isPaused: false, in: transaction) else {
        throw unknown
      }
      return Outcome(Say("hook.resumed"), inverse: ActionCall("hook.pause", ["id": .string(id)]))
    }
  }
}

struct RotateHook: Action {
  static let name = "hook.rotate"
  static let summary = "Makes a new secret for a program's calls; the old one goes on signing beside it for a day."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Its id; hook.list shows them.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let id = id
    return .change { transaction in
      let hooks = try hooks(transaction.service(EventHooks.self))
      guard let hook = try hooks.rotate(id, in: transaction) else { throw unknown }
      return Outcome(
        Say("hook.rotated"), data: ["secret": .string(hook.secret(hooks.masterKey, now: transaction.now))])
    }
  }
}

struct RemoveHook: Action {
  static let name = "hook.remove"
  static let summary = "Does not tell a program of events any more."
  static let effect = Effect.write

  @Parameter("Its id; hook.list shows them.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let id = id
    return .change { transaction in
      guard try hooks(transaction.service(EventHooks.self)).remove(id, in: transaction) else { throw unknown }
      return Outcome(Say("hook.removed"))
    }
  }
}
