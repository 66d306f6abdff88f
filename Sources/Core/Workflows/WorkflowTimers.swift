import Actions
package import Base
package import Events
package import Formats
import Messages
package import People
package import Schedule
package import Store
import Time

/// What starts workflows and lets them go on by the clock.
package enum WorkflowTimers {
  static let kind = "workflow.wake"
  static let start = "workflow.start"

  package static let handlers = [
    WorkflowProgress.handler,
    DueHandler(kind) { items, transaction in
      guard let engine = transaction.service(WorkflowEngine.self) else { return }
      // with the timer that is gone commits what it set off: no crash can come between
      for run in Set(items.map(\.subject)).sorted() { try engine.wake(run, in: &transaction) }
    },
    DueHandler(start) { items, transaction in
      guard let engine = transaction.service(WorkflowEngine.self), let item = items.last,
        let definition = try engine.definition(item.subject, transaction),
        let owner = engine.parts.people.owner(of: transaction.tenant)
      else { return }
      for (index, inputs) in given(by: definition, at: item.at, in: owner.zone).enumerated() {
        let key = "\(definition.name)@\(item.at.microseconds)" + (index == 0 ? "" : "/\(index)")
        try engine.start(definition, for: owner.id, inputs: inputs, dedupeKey: key, in: &transaction)
      }
      try plan(definition, for: owner, in: &transaction)
    },
  ]

  /// Sees to it that every workflow that begins by the clock has its next time, and no other has one.
  package static func plan(_ engine: WorkflowEngine, for owner: Person, in transaction: inout Transaction) throws {
    let all = try engine.definitions(transaction).filter(\.beginsByItself)
    let planned = try transaction.query("SELECT DISTINCT subject FROM due WHERE tenant = :tenant AND kind = ?", start) {
      $0.text(0)
    }
    for name in planned where !all.contains(where: { $0.name == name }) {
      try transaction.unschedule(start, subject: name)
    }
    for definition in all {
      if try transaction.nextDue(start, subject: definition.name) == nil {
        try plan(definition, for: owner, in: &transaction)
      }
    }
  }

  static func plan(
    _ definition: WorkflowDefinition, for owner: Person, in transaction: inout Transaction
  ) throws {
    let now = transaction.now
    var next: Instant?
    for case .every(let rule, let time) in definition.starts {
      let first = owner.zone.date(now).adding(days: -1).at(time)
      guard let found = try Recurrence(start: first, zone: owner.zone, rule: rule).next(after: now)?.instant else {
        continue
      }
      next = min(next ?? found, found)
    }
    if let next { try transaction.schedule(start, subject: definition.name, person: nil, at: next) }
  }

  /// The inputs of the runs that begin at a time: one run, or one for each of the starts of that time that give different ones.
  private static func given(by definition: WorkflowDefinition, at time: Instant, in zone: Zone) -> [JSONObject] {
    let starts = zip(definition.starts, definition.startInputs)
    guard definition.startInputs.contains(where: { !$0.isEmpty }) else { return [[:]] }
    var all: [JSONObject] = []
    var usual: JSONObject = [:]
    for case (.every(let rule, let clock), let inputs) in starts {
      if usual.isEmpty { usual = inputs }
      let first = zone.date(time).adding(days: -1).at(clock)
      let next = try? Recurrence(start: first, zone: zone, rule: rule).next(after: time - .milliseconds(1))?.instant
      if next == time, !all.contains(inputs) { all.append(inputs) }
    }
    // the owner's zone may have changed since it was planned
    return all.isEmpty ? [usual] : all
  }

  private static let consumerName = "workflows.start"

  /// Begins the workflows that wait for an event, once for each.
  ///
  /// - Parameter own: the sources of workflows that tenants keep already; `hear` sees to those that come later.
  package static func consumer(_ library: WorkflowLibrary, own: [String]) -> EventConsumer? {
    let names = (library.all + own.compactMap { try? library.read($0) }).reduce(into: Set()) { $0.formUnion($1.heard) }
    return names.isEmpty ? nil : consumer(of: names)
  }

  private static func consumer(of names: Set<String>) -> EventConsumer {
    EventConsumer(consumerName, to: names.sorted()) { stored, transaction in
      guard let engine = transaction.service(WorkflowEngine.self) else { return }
      let since = Dictionary(
        try transaction.query("SELECT name, added_at FROM workflow_own WHERE tenant = :tenant") {
          ($0.text(0), $0.instant(1))
        }, uniquingKeysWith: { first, _ in first })
      let isEcho = try isEcho(stored, transaction)
      for definition in try engine.definitions(transaction) {
        // what lay in the log before somebody kept it begins nothing
        if let since = since[definition.name], stored.at < since { continue }
        if isEcho, definition.heard.contains(stored.name) { continue }
        for case (.event(stored.name, let condition), let inputs) in zip(definition.starts, definition.startInputs) {
          let payload = stored.payload
          if let condition, !Expression.isTrue(condition.value { $0 == "event" ? payload : .null }) { continue }
          guard stored.chain < EventChain.limit else { throw EventFailure.loop }
          guard let person = stored.person ?? engine.parts.people.owner(of: transaction.tenant)?.id else { continue }
          try engine.start(
            definition, for: person, inputs: inputs, event: payload, dedupeKey: "\(definition.name)#\(stored.id)",
            in: &transaction)
        }
      }
    }
  }

  /// Whether what ended was itself begun by an end: what hears of ends would begin itself for ever.
  private static func isEcho(_ stored: StoredEvent, _ transaction: Transaction) throws -> Bool {
    guard stored.name == WorkflowEngine.endedEvent, let id = stored.payload["run"].string,
      let ended = try StoredRun.read(id, transaction)?.run
    else { return false }
    return ended.event["run"].string != nil && ended.event["phase"].string != nil
  }

  /// Hears of the events that a workflow waits for from now on: those of this very transaction too, so that none falls between
  /// its commit and the next start. Where nothing commits, more is written than anybody asks for, until then.
  static func hear(_ definition: WorkflowDefinition, in transaction: Transaction) {
    guard !definition.heard.isEmpty, let bus = transaction.service(EventBus.self) else { return }
    let known = Set(bus.consumers.first { $0.name == consumerName }?.patterns ?? [])
    guard !definition.heard.isSubset(of: known) else { return }
    bus.add(consumer(of: known.union(definition.heard)))
  }
}

extension WorkflowDefinition {
  var beginsByItself: Bool { starts.contains { if case .every = $0 { true } else { false } } }
  /// The events that begin it.
  var heard: Set<String> { Set(starts.compactMap { if case .event(let name, _) = $0 { name } else { nil } }) }
}

extension WorkflowEngine {
  /// Begins a run with its inputs complete; those with a value of their own may be left out.
  ///
  /// - Parameters:
  ///   - scopes: what whoever begins it is allowed: its steps are allowed no more.
  ///   - watch: the door of the chat in which it is begun, where it is shown how far it has come.
  @discardableResult
  package func start(
    _ definition: WorkflowDefinition, for person: PersonID, inputs given: JSONObject = [:], event: JSON = .null,
    stepping: Bool = false, breakpoints: [String] = [], scopes: Set<String>? = nil, watch: String? = nil,
    dedupeKey: String? = nil, in transaction: inout Transaction
  ) throws -> String {
    guard transaction.chain < EventChain.limit else {
      throw ActionError(
        "workflows.loop", ["workflow": .term(definition.title)],
        sentence: "\(definition.name) is not begun: workflows set each other off \(EventChain.limit) times in a row.")
    }
    var inputs: JSONObject = [:]
    for input in definition.inputs { inputs[input.name] = given[input.name] ?? input.initial }
    var data: JSONObject = ["inputs": .object(inputs)]
    if !event.isNull { data["event"] = event }
    if stepping { data["stepping"] = true }
    if let watch, definition.isWorthWatching { data["watch"] = .string(watch) }
    if let scopes { data["scopes"] = JSON(scopes.sorted()) }
    if !breakpoints.isEmpty { data["breakpoints"] = JSON(breakpoints) }
    return try begin(
      definition, for: person, begun: WorkflowEvent(.begun, "", .object(data)), dedupeKey: dedupeKey, in: &transaction)
  }
}
