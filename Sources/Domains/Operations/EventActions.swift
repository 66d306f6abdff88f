import Actions
import Base
import Events
import Formats
import Messages
import People
import Store

struct ListEvents: Action {
  static let name = "event.list"
  static let summary = "Lists events that were written, newest first."
  static let effect = Effect.read

  @Parameter("An event's name, or a pattern such as dose.*.") var name: String?
  @Parameter("Only those since then, such as 2026-11-21T08:00:00Z.") var since: String?
  @Parameter("At most so many.", default: 20) var limit: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (name, since, limit) = (name, try Moment.read(since, "since"), min(max(limit, 1), 500))
    let events = try await context.store.read { try $0.events(like: name, since: since, limit: limit) }
    let lines = events.prefix(10).map { event in
      Say("event.line", ["name": .text(event.name), "at": .instant(event.at), "key": .text(event.key)])
    }
    return .answer(
      Say(events.isEmpty ? "event.none" : "event.list", ["count": .integer(Int64(events.count))], lines: Array(lines)),
      data: .array(events.map(\.json)))
  }
}

/// A moment as programs write it.
enum Moment {
  static func read(_ text: String?, _ field: String) throws -> Instant? {
    guard let text else { return nil }
    guard let instant = Instant(iso8601: text) else {
      throw ActionError(
        "operations.moment", ["field": .text(field)],
        sentence: "\(field): an instant such as 2026-11-21T08:00:00Z is needed.", field: field)
    }
    return instant
  }
}

struct ShowEventSchemas: Action {
  static let name = "event.schemas"
  static let summary = "Shows which events there are and what each carries."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let schemas = try await context.store.read { $0.service(EventHub.self)?.schemas.byName ?? [:] }
    let sorted = schemas.values.sorted { $0.name < $1.name }
    return .answer(
      Say(
        "event.schemas", ["count": .integer(Int64(sorted.count))],
        lines: sorted.map { Say("event.schema_line", ["name": .text($0.name), "summary": .text($0.summary)]) }),
      data: .array(sorted.map(\.json)))
  }
}

struct EmitEvent: Action {
  static let name = "event.emit"
  static let summary = "Tells the house that something happened, as an event that has a schema."
  static let effect = Effect.write

  @Parameter("The event's name, such as client.onboarded.") var name: String
  @Parameter("Its fields, as an object.") var data: JSON?
  @Parameter("What keeps events in order, if not what the schema says.") var key: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.actor.isOwner, context.authority.scopes.contains("admin") || context.authority.agent != nil else {
      throw ActionError("operations.owner_only", sentence: "Only the owner can do that, with the scope admin.")
    }
    let event = Event(name, person: context.actor.id, key: key, data ?? .null)
    return .change { transaction in
      guard let schema = transaction.service(EventHub.self)?.schemas[event.name], schema.isOpen else {
        throw ActionError(
          "event.not_open", ["name": .text(event.name)],
          sentence: "\(event.name) is no event that may be told from outside: its schema must say `open: true`.",
          field: "name")
      }
      if let misfit = schema.misfit(event.payload) {
        throw ActionError("event.misfit", ["sentence": .text(misfit)], sentence: "\(misfit).", field: "data")
      }
      try transaction.emit(event)
      return Outcome(Say("event.emitted", ["name": .text(event.name)]), data: ["name": .string(event.name)])
    }
  }
}

struct ShowConsumers: Action {
  static let name = "event.consumers"
  static let summary = "Shows who consumes events, and what each has still before it."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let states = try await context.store.read { try $0.eventConsumers() }
    let lines = states.map { state in
      Say(
        "event.consumer_line",
        ["name": .text(state.name), "waiting": .integer(Int64(state.waiting)), "dead": .integer(Int64(state.dead))])
    }
    return .answer(
      Say(states.isEmpty ? "event.no_consumers" : "event.consumers", lines: lines), data: .array(states.map(\.json)))
  }
}

struct ListDeadLetters: Action {
  static let name = "event.deadletters"
  static let summary = "Lists events that a consumer could not handle, and why."
  static let effect = Effect.read

  @Parameter("Only of this consumer.") var consumer: String?
  @Parameter("Also those that are still tried again.", default: false) var waiting: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (consumer, isWaitingToo) = (consumer, waiting)
    let letters = try await context.store.read { try $0.parkedEvents(of: consumer, deadOnly: !isWaitingToo) }
    let lines = letters.prefix(10).map { letter in
      Say(
        "event.letter_line",
        [
          "name": .text(letter.event.name), "consumer": .text(letter.consumer), "at": .instant(letter.event.at),
          "error": .text(letter.error ?? ""),
        ])
    }
    return .answer(
      Say(
        letters.isEmpty ? "event.no_letters" : "event.letters", ["count": .integer(Int64(letters.count))],
        lines: Array(lines)), data: .array(letters.map(\.json)))
  }
}

struct RetryDeadLetters: Action {
  static let name = "event.retry"
  static let summary = "Gives dead letters to their consumers again."
  static let effect = Effect.write

  @Parameter("Only of this consumer.") var consumer: String?
  @Parameter("Only the event of this id.") var event: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (consumer, event) = (consumer, event)
    return .change { transaction in
      let count = try transaction.reviveDeadLetters(of: consumer, id: event)
      return Outcome(Say("event.retried", ["count": .integer(Int64(count))]), data: ["count": JSON(count)])
    }
  }
}

struct DropDeadLetters: Action {
  static let name = "event.drop"
  static let summary = "Lets dead letters go for good."
  static let effect = Effect.write

  @Parameter("Of this consumer.") var consumer: String
  @Parameter("Only the event of this id.") var event: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (consumer, event) = (consumer, event)
    return .change { transaction in
      let count = try transaction.dropDeadLetters(of: consumer, id: event)
      return Outcome(Say("event.dropped", ["count": .integer(Int64(count))]), data: ["count": JSON(count)])
    }
  }
}

struct ReplayEvents: Action {
  static let name = "event.replay"
  static let summary = "Gives a consumer everything again that happened since a moment."
  static let effect = Effect.write

  @Parameter("The consumer's name; event.consumers lists them.") var consumer: String
  @Parameter("From when on, such as 2026-11-21T08:00:00Z.") var since: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try OperationsRoom.requireOperator(context)
    let (consumer, since) = (consumer, try Moment.read(since, "since") ?? .epoch)
    return .change { transaction in
      guard try transaction.replayEvents(to: consumer, from: since) else {
        throw ActionError(
          "event.no_consumer", ["name": .text(consumer)], sentence: "There is no consumer \(consumer).",
          field: "consumer")
      }
      return Outcome(Say("event.replayed", ["name": .text(consumer), "since": .instant(since)]))
    }
  }
}
