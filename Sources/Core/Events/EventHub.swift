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
    /// What is done now is so many consequences away from what a person or a timer did.
    var chain = 0
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

  /// What is emitted now follows from that many consequences. One writer thread runs all transactions, so this is known.
  fileprivate var chain: Int { state.withLock { $0.chain } }

  fileprivate func following<T>(_ chain: Int, _ body: () throws -> T) rethrows -> T {
    let before = state.withLock { state in
      defer { state.chain = chain }
      return state.chain
    }
    defer { state.withLock { $0.chain = before } }
    return try body()
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
        at: transaction.now, payload: event.payload, chain: chain), in: transaction)
    guard let written = state.withLock({ $0.written }) else { return }
    transaction.afterCommit { written.call() }
  }
}

extension Transaction {
  /// How many consequences what is done now follows from: an event that begins a workflow whose step emits another event,
  /// and so on. 0 for what people and timers do.
  package var chain: Int { service(EventHub.self)?.chain ?? 0 }
}

/// Things that set each other off would do so for ever.
package enum EventChain {
  /// So many consequences follow from what a person or a timer did, and no more.
  package static let limit = 24

  /// Does something in a transaction as what follows from so many others.
  package static func following<T>(
    _ chain: Int, _ transaction: Transaction, _ body: () throws -> T
  ) rethrows -> T {
    guard let hub = transaction.service(EventHub.self) else { return try body() }
    return try hub.following(chain, body)
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
