import Base
import Formats
package import Store
import Synchronization
import Telemetry

/// Takes what is emitted: lets reactions hear it at once, and writes what somebody wants later.
package final class EventHub: Sendable {
  private let reactions: [String: [Reaction]]
  package let schemas: EventSchemas
  private let isStrict: Bool
  private let log = Log("events")
  private static let depthLimit = 8

  private struct State {
    var depth = 0
    /// By the consumer's or subscription's name.
    var wishes: [String: [String]] = [:]
    /// Whether anybody wants an event, by its name; emptied when the wishes change.
    var isWanted: [String: Bool] = [:]
    var misfits: Set<String> = []
    /// A struct, because a bare closure behind a mutex is wrapped anew by every read of it.
    var written: Listener?
  }
  private struct Listener: Sendable { let call: @Sendable () -> Void }
  private let state = Mutex(State())

  /// - Parameter isStrict: an emission that does not fit its schema fails, as in tests; otherwise it is logged once.
  package init(_ reactions: [Reaction], schemas: EventSchemas = EventSchemas(), isStrict: Bool = false) {
    self.reactions = Dictionary(grouping: reactions, by: \.event)
    self.schemas = schemas
    self.isStrict = isStrict
  }

  /// From now on events of these names (or `room.*`) are written, for whoever asks under this name. An event that nobody
  /// wants is not.
  package func want(_ patterns: [String], as consumer: String) {
    state.withLock { state in
      state.wishes[consumer] = patterns
      state.isWanted = [:]
    }
  }

  package func forgo(_ consumer: String) {
    state.withLock { state in
      state.wishes[consumer] = nil
      state.isWanted = [:]
    }
  }

  /// - Parameter listener: called on the writer's thread after each commit that wrote events; must not wait.
  func onWritten(_ listener: @escaping @Sendable () -> Void) {
    state.withLock { $0.written = Listener(call: listener) }
  }

  package func emit(_ event: Event, in transaction: inout Transaction) throws {
    try check(event)
    if isWanted(event.name) { try write(event, in: transaction) }
    guard let reactions = reactions[event.name] else { return }
    // one writer thread runs all transactions, so a plain count bounds a loop of events
    let level = state.withLock { state in
      state.depth += 1
      return state.depth
    }
    defer { state.withLock { $0.depth -= 1 } }
    guard level <= Self.depthLimit else {
      throw StoreError(.misuse, "The event \(event.name) sets off a loop of reactions.")
    }
    for reaction in reactions { try reaction.body(event, &transaction) }
  }

  private func check(_ event: Event) throws {
    guard let misfit = schemas.misfit(of: event) else { return }
    guard !isStrict else { throw StoreError(.misuse, misfit) }
    // the same mistake is made again and again: one line is enough
    guard state.withLock({ $0.misfits.insert(event.name).inserted }) else { return }
    log.error("An event does not fit its schema", ["event": .text(event.name), "misfit": .text(misfit)])
  }

  private func isWanted(_ name: String) -> Bool {
    state.withLock { state in
      if let known = state.isWanted[name] { return known }
      let isWanted =
        schemas[name]?.isKept == true || state.wishes.values.contains { EventPattern.matches($0, name) }
      state.isWanted[name] = isWanted
      return isWanted
    }
  }

  private func write(_ event: Event, in transaction: Transaction) throws {
    let schema = schemas[event.name]
    try EventRows.insert(
      StoredEvent(
        id: transaction.newID(), tenant: transaction.tenant, name: event.name, version: schema?.version ?? 1,
        key: event.key ?? schema?.key(of: event) ?? event.person?.text ?? "", person: event.person,
        at: transaction.now, payload: event.payload), in: transaction)
    guard let written = state.withLock({ $0.written }) else { return }
    transaction.afterCommit { written.call() }
  }
}

/// Which events are meant: a name, `room.*` or `*`.
package enum EventPattern {
  package static func matches(_ patterns: [String], _ name: String) -> Bool {
    patterns.contains { pattern in
      pattern == "*" || pattern == name || pattern.hasSuffix(".*") && name.hasPrefix(pattern.dropLast())
    }
  }
}
