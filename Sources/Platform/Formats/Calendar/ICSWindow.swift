import Base
import Time

/// The time asked about: days on each event's own wall clock, or instants.
struct ICSWindow {
  private let from: Int64
  private let to: Int64
  /// Set when the bounds are instants: where to read events that have no zone.
  private let zone: Zone?

  init(from: CivilDate, to: CivilDate) {
    self.from = from.at(.midnight).wallSeconds
    self.to = to.at(.midnight).wallSeconds
    zone = nil
  }

  init(from: Instant, to: Instant, zone: Zone) {
    self.from = from.seconds
    self.to = to.seconds
    self.zone = zone
  }

  /// Wall times that may be inside, whatever the zone.
  var earliest: Int64 { from - 200_000 }
  var latest: Int64 { to + 200_000 }

  /// Whether a time span touches the window; one without length must begin in it.
  func touches(_ start: CivilDateTime, _ end: CivilDateTime, startInstant: Instant?, endInstant: Instant?) -> Bool {
    let (begins, ends) =
      if let zone {
        (
          (startInstant ?? zone.instant(of: start)).seconds, (endInstant ?? zone.instant(of: end)).seconds
        )
      } else {
        (start.wallSeconds, end.wallSeconds)
      }
    return begins < to && (ends > from || begins >= from)
  }
}
