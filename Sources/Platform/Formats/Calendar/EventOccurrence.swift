package import Base
package import Time

/// One event at one time.
package struct EventOccurrence: Hashable, Sendable {
  package let uid: String
  package let summary: String
  package let location: String?
  package let description: String?
  package let status: String?
  /// On the event's own wall clock; midnight for all-day events, whose end is the day after the last.
  package let start: CivilDateTime
  package let end: CivilDateTime
  /// `nil` for all-day and floating events unless a zone was given to read them in.
  package let startInstant: Instant?
  package let endInstant: Instant?
  package let isAllDay: Bool
  /// `nil` for all-day and floating events.
  package let zone: Zone?
  /// With `uid` what stays the same when the occurrence is moved: its start by the series' rule.
  package let original: CivilDateTime

  package var isCancelled: Bool { status == "CANCELLED" }
}
