package import Base
package import Store

/// Where events lie in their order and each consumer has its place: the house's own store, or an engine that several houses
/// share. Parking, retries and dead letters are the same over both.
package protocol EventLog: Sendable {
  /// Takes what was written since the last time to where it lies.
  func relay() async throws
  /// Gives a new consumer its place: behind all that has happened.
  func admit(_ consumer: String) async throws
  /// The next events, oldest first; empty when there are none now.
  func next(_ consumer: EventConsumer, limit: Int) async throws -> EventBatch
  /// Moves the consumer's place behind the batch. In the transaction of the effects.
  ///
  /// - Throws: `EventsMoved` when the place has been moved by somebody else meanwhile.
  func settle(_ batch: EventBatch, _ consumer: String, in house: HouseTransaction) throws
  /// After the commit.
  func acknowledge(_ batch: EventBatch, _ consumer: String) async throws
  /// Sets the place back (or forward) to the first event at or after an instant.
  func rewind(_ consumer: String, to instant: Instant) async throws
  /// Deletes events older than that which every consumer has passed. - Returns: how many.
  func trim(before instant: Instant, consumers: Set<String>) async throws -> Int
  /// How often to look for news that nobody tells; `nil` when all are told.
  var poll: Duration? { get }
}

/// Some events with their marks in the log.
package struct EventBatch: Sendable {
  package var events: [StoredEvent]
  /// What the engine knows each event by, where that is not its place.
  package var marks: [String]
  /// Where the consumer stood, and where it stands when all is handled (other events may lie behind the last).
  package var from: String
  package var through: String
  package init(events: [StoredEvent] = [], marks: [String] = [], from: String = "", through: String = "") {
    self.events = events
    self.marks = marks
    self.from = from
    self.through = through
  }
}

/// The place of a consumer was moved while it worked: what it did is undone, and it looks again.
package struct EventsMoved: Error {}
