package import Base
package import Formats
package import Store
import Synchronization

/// A fact that happened in one room and that others may react to. Named `room.fact`.
package struct Event: Sendable {
  package let name: String
  package let payload: JSON
  /// Whom it is about.
  package let person: PersonID?

  package init(_ name: String, person: PersonID? = nil, _ payload: JSON = .null) {
    self.name = name
    self.payload = payload
    self.person = person
  }
}

/// What a room does when an event is emitted: runs in the emitter's transaction, so both commit together.
package struct Reaction: Sendable {
  package let event: String
  package let body: @Sendable (Event, inout Transaction) throws -> Void
  package init(to event: String, _ body: @escaping @Sendable (Event, inout Transaction) throws -> Void) {
    self.event = event
    self.body = body
  }
}

/// The reactions of all rooms, by event.
package final class EventHub: Sendable {
  private let reactions: [String: [Reaction]]
  private static let depthLimit = 8
  private let depth = Mutex(0)

  package init(_ reactions: [Reaction]) {
    self.reactions = Dictionary(grouping: reactions, by: \.event)
  }

  package func emit(_ event: Event, in transaction: inout Transaction) throws {
    guard let reactions = reactions[event.name] else { return }
    // one writer thread runs all transactions, so a plain count bounds a loop of events
    let level = depth.withLock { depth in
      depth += 1
      return depth
    }
    defer { depth.withLock { $0 -= 1 } }
    guard level <= Self.depthLimit else {
      throw StoreError(.misuse, "The event \(event.name) sets off a loop of reactions.")
    }
    for reaction in reactions { try reaction.body(event, &transaction) }
  }
}

extension Transaction {
  /// Tells the other rooms; their reactions commit with this transaction or not at all.
  package mutating func emit(_ event: Event) throws {
    try service(EventHub.self)?.emit(event, in: &self)
  }
}
