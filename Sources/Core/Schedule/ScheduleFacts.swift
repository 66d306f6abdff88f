import Base
package import Store

/// What the schedule must know of itself from one start to the next.
package enum ScheduleFacts {
  /// Notes a fact. - Returns: whether another one was noted before; at first nothing has changed.
  package static func note(_ name: String, _ value: String, _ house: HouseTransaction) throws -> Bool {
    let before = try house.first("SELECT value FROM schedule_facts WHERE name = ?", name) { $0.text(0) }
    try house.execute(
      """
      INSERT INTO schedule_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """, name, value)
    return before != nil && before != value
  }
}
