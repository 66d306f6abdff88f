package import Base

/// One time of a recurrence.
package struct Occurrence: Hashable, Sendable {
  package let local: CivilDateTime
  /// `nil` for all-day and floating recurrences, which have no zone.
  package let instant: Instant?

  package init(local: CivilDateTime, instant: Instant?) {
    self.local = local
    self.instant = instant
  }
}
