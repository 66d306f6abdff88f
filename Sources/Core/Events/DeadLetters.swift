package import Base
package import Formats
package import Store

/// An event that a consumer could not handle, as people look at it.
package struct ParkedEvent: Sendable {
  package let consumer: String
  package let event: StoredEvent
  /// Set aside for good; otherwise it is tried again.
  package let isDead: Bool
  package let attempts: Int
  package let tryAt: Instant?
  package let error: String?

  package var json: JSON {
    var json = event.json
    json["consumer"] = .string(consumer)
    json["state"] = isDead ? "dead" : "waiting"
    json["attempts"] = JSON(attempts)
    json["try_at"] = JSON(tryAt?.description)
    json["error"] = JSON(error)
    return json
  }
}

extension TenantReader {
  /// What consumers could not handle, newest first.
  package func parkedEvents(of consumer: String? = nil, deadOnly: Bool = true, limit: Int = 100) throws -> [ParkedEvent]
  {
    try query(
      """
      SELECT \(EventRows.columns), consumer, state, attempts, try_at, error FROM event_parked
      WHERE tenant = :tenant AND (? IS NULL OR consumer = ?) AND (state = 'dead' OR ?) ORDER BY place DESC LIMIT ?
      """, consumer, consumer, !deadOnly, limit
    ) { row in
      ParkedEvent(
        consumer: row.text(9), event: EventRows.read(row), isDead: row.text(10) == "dead", attempts: row.integer(11),
        tryAt: row.optionalInstant(12), error: row.optionalText(13))
    }
  }

  /// What happened and was written, newest first.
  package func events(like pattern: String? = nil, since: Instant? = nil, limit: Int = 50) throws -> [StoredEvent] {
    var found: [StoredEvent] = []
    try scan(
      "SELECT \(EventRows.columns) FROM events WHERE tenant = :tenant AND at >= ? ORDER BY seq DESC", since ?? .epoch
    ) { row in
      let event = EventRows.read(row)
      if pattern.map({ EventPattern.matches([$0], event.name) }) ?? true { found.append(event) }
      return found.count < limit
    }
    return found
  }
}

/// A consumer as the owner sees it.
package struct EventConsumerState: Sendable {
  package let name: String
  package let patterns: [String]
  /// Tried again later, or waiting behind such a one.
  package let waiting: Int
  package let dead: Int

  package var json: JSON {
    [
      "name": .string(name), "events": JSON(patterns), "waiting": JSON(waiting), "dead": JSON(dead),
    ]
  }
}

extension TenantReader {
  package func eventConsumers() throws -> [EventConsumerState] {
    return try (service(EventBus.self)?.consumers ?? []).map { consumer in
      func parked(_ state: String) throws -> Int {
        try count(
          "SELECT count(*) FROM event_parked WHERE tenant = :tenant AND consumer = ? AND state = ?", consumer.name,
          state)
      }
      return EventConsumerState(
        name: consumer.name, patterns: consumer.patterns, waiting: try parked("waiting"), dead: try parked("dead"))
    }
  }
}

extension Transaction {
  /// Gives dead letters another series of tries, in their old order. - Returns: how many.
  package func reviveDeadLetters(of consumer: String? = nil, id: String? = nil) throws -> Int {
    let bus = service(EventBus.self)
    afterCommit { for consumer in bus?.consumers ?? [] { bus?.wake(consumer.name) } }
    return try execute(
      """
      UPDATE event_parked SET state = 'waiting', attempts = 0, try_at = ?
      WHERE tenant = :tenant AND state = 'dead' AND (? IS NULL OR consumer = ?) AND (? IS NULL OR id = ?)
      """, now, consumer, consumer, id, id)
  }

  /// Lets dead letters go for good. - Returns: how many.
  package func dropDeadLetters(of consumer: String? = nil, id: String? = nil) throws -> Int {
    try execute(
      """
      DELETE FROM event_parked
      WHERE tenant = :tenant AND state = 'dead' AND (? IS NULL OR consumer = ?) AND (? IS NULL OR id = ?)
      """, consumer, consumer, id, id)
  }
}
