package import Base
package import Formats
package import Time

/// The kinds of value a slot can ask for.
package enum SlotKind: Sendable, Hashable {
  case text, integer, number, money, duration, date, time
  /// A moment or a recurrence.
  case when
  case person, place, phone
  case choice([String])
  /// A row of the tenant's list of this name.
  case entity(String)
}

/// A value found in a message.
package struct Entity: Sendable, Hashable {
  package var kind: SlotKind
  /// UTF-8 offsets in the normalised text.
  package var span: Range<Int>
  package var text: String
  package var value: SlotValue
  /// Other readings, likeliest first: "8" may be morning or evening.
  package var alternatives: [SlotValue]

  package init(kind: SlotKind, span: Range<Int>, text: String, value: SlotValue, alternatives: [SlotValue] = []) {
    self.kind = kind
    self.span = span
    self.text = text
    self.value = value
    self.alternatives = alternatives
  }
}

package enum SlotValue: Sendable, Hashable {
  case text(String)
  case integer(Int64)
  case number(Double)
  case money(Money)
  case duration(Duration)
  case date(CivilDate)
  case time(CivilTime)
  case when(WhenValue)
  case person(String)
  case place(String)
  case phone(String)
  case choice(String)
  /// `id` is the row's; `name` as the tenant wrote it.
  case entity(id: String, name: String)
}

/// A moment or a recurrence on the person's wall clock.
package struct WhenValue: Sendable, Hashable, Codable {
  package enum Grain: String, Sendable, Codable { case exact, minute, day }

  package var start: CivilDateTime
  package var rule: RecurrenceRule?
  package var grain: Grain
  /// False when only a day was named: "tomorrow".
  package var isTimeGiven: Bool
  /// Counted on the clock, not on the calendar. Without a rule: "in 2 hours", so the instant is now plus this.
  /// With a rule: "every 6 hours", so each next one is this long after the last.
  package var elapsed: Duration?

  package init(
    start: CivilDateTime, rule: RecurrenceRule? = nil, grain: Grain = .minute, isTimeGiven: Bool = true,
    elapsed: Duration? = nil
  ) {
    self.start = start
    self.rule = rule
    self.grain = grain
    self.isTimeGiven = isTimeGiven
    self.elapsed = elapsed
  }
}
