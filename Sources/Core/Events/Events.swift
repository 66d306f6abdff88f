package import Base
package import Formats
package import Store

/// A fact that happened in one room and that others may react to. Named `room.fact`.
package struct Event: Sendable {
  package let name: String
  package let payload: JSON
  /// Whom it is about.
  package let person: PersonID?
  /// Events of one key are handled in their order; by default that of its schema, the person or the tenant.
  package let key: String?

  package init(_ name: String, person: PersonID? = nil, key: String? = nil, _ payload: JSON = .null) {
    self.name = name
    self.payload = payload
    self.person = person
    self.key = key
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

/// An event as it was written: what consumers get, once it has happened for good.
package struct StoredEvent: Sendable, Hashable {
  /// The same at every delivery, and everywhere.
  package let id: String
  package let tenant: TenantID
  package let name: String
  package let version: Int
  package let key: String
  package let person: PersonID?
  package let at: Instant
  package let payload: JSON
  /// How many consequences led to it, each following from the one before; 0 for what people and timers did.
  package let chain: Int

  /// As other programs get it.
  package var json: JSON {
    [
      "id": .string(id), "type": .string(name), "version": JSON(version), "timestamp": .string(at.description),
      "key": .string(key), "person": JSON(person?.text), "data": payload,
    ]
  }
}

extension Transaction {
  /// Tells the other rooms. Reactions commit with this transaction or not at all; what is consumed later is written with
  /// it.
  package mutating func emit(_ event: Event) throws {
    try service(EventHub.self)?.emit(event, in: &self)
  }
}
