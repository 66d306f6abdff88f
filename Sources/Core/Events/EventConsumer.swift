package import Base
package import Store

/// Who wants events after they have happened, with a durable place of its own in them.
///
/// An event reaches it at least once; its effect and its place commit together, so inside the house each takes effect once.
package struct EventConsumer: Sendable {
  /// What is written because of an event. May look again and refuse.
  package typealias Effect = @Sendable (inout Transaction) throws -> Void

  enum Work: Sendable {
    /// Everything happens in the transaction: many events share one.
    case transactional(@Sendable (StoredEvent, inout Transaction) throws -> Void)
    /// Something must be asked or called first; it may be asked again after a crash, with the same event's id.
    case prepared(@Sendable (StoredEvent) async throws -> Effect)
  }

  /// `room.what`, stable: its place is kept under it.
  package let name: String
  package let patterns: [String]
  /// Only of this tenant; of all when `nil`.
  package let tenant: TenantID?
  package let retry: EventRetry
  let work: Work

  package init(
    _ name: String, to patterns: [String], retry: EventRetry = EventRetry(),
    _ body: @escaping @Sendable (StoredEvent, inout Transaction) throws -> Void
  ) {
    self.name = name
    self.patterns = patterns
    self.retry = retry
    tenant = nil
    work = .transactional(body)
  }

  package init(
    _ name: String, to patterns: [String], of tenant: TenantID? = nil, retry: EventRetry = EventRetry(),
    preparing body: @escaping @Sendable (StoredEvent) async throws -> Effect
  ) {
    self.name = name
    self.patterns = patterns
    self.tenant = tenant
    self.retry = retry
    work = .prepared(body)
  }

  func wants(_ event: StoredEvent) -> Bool {
    (tenant == nil || tenant == event.tenant) && EventPattern.matches(patterns, event.name)
  }
}

/// How often and when a failed event is tried again.
package struct EventRetry: Sendable {
  /// The first try counts; after the last the event is set aside as a dead letter.
  package let limit: Int
  package let first: Duration
  package let longest: Duration

  package init(limit: Int = 8, first: Duration = .seconds(2), longest: Duration = .hours(1)) {
    self.limit = limit
    self.first = first
    self.longest = longest
  }

  /// How long to wait after so many tries: doubled each time.
  func pause(after attempts: Int) -> Duration {
    min(.microseconds(first.microseconds << min(max(attempts - 1, 0), 20)), longest)
  }
}

/// A consumer's handler asks for a later try, or for none.
package struct EventFailure: Error, CustomStringConvertible {
  package let description: String
  /// Not before that.
  package let after: Duration?
  /// Trying again is of no use.
  package let isFinal: Bool

  package init(_ description: String, after: Duration? = nil, isFinal: Bool = false) {
    self.description = description
    self.after = after
    self.isFinal = isFinal
  }

  /// It would go on for ever.
  package static let loop = EventFailure(
    "\(EventChain.limit) consequences in a row led to this: workflows or reactions set each other off.", isFinal: true)
}
