package import Base

/// A time zone and its rules as they were read; look it up again by `identifier` after new rules arrive.
package struct Zone: Hashable, Sendable, Codable, CustomStringConvertible {
  /// IANA name, such as `Asia/Kolkata`.
  package let identifier: String
  private let rules: ZoneRules

  package init(identifier: String, rules: ZoneRules) {
    self.identifier = identifier
    self.rules = rules
  }

  package static let utc = Zone(identifier: "UTC", rules: .fixed(offset: 0, abbreviation: "UTC"))

  /// - Throws: `ZoneError` when the zone is not in the data.
  package static func named(_ identifier: String, in database: ZoneDatabase = .shared) throws -> Zone {
    try database.zone(identifier)
  }

  package var description: String { identifier }

  /// As people read it: `America/New York`, `UTC`.
  package var label: String {
    identifier.hasPrefix("Etc/") ? String(identifier.dropFirst(4)) : identifier.replacing("_", with: " ")
  }

  /// Seconds east of UTC.
  package func offset(at instant: Instant) -> Int { rules.period(at: instant.seconds).offset }
  package func abbreviation(at instant: Instant) -> String { rules.period(at: instant.seconds).abbreviation }
  package func isDaylightSaving(at instant: Instant) -> Bool { rules.period(at: instant.seconds).isDaylightSaving }

  /// The next clock change after an instant, `nil` when none is known.
  package func nextTransition(after instant: Instant) -> Instant? {
    let end = rules.period(at: instant.seconds).end
    return end == Int64.max ? nil : Instant(seconds: end)
  }

  /// What clocks show, fractions of a second dropped.
  package func civil(_ instant: Instant) -> CivilDateTime {
    let seconds = instant.seconds
    return CivilDateTime(wallSeconds: seconds &+ Int64(rules.period(at: seconds).offset))
  }

  package func date(_ instant: Instant) -> CivilDate { civil(instant).date }

  /// RFC 5545 §3.3.5: of two the first; one that does not exist takes the offset before the gap (02:30 becomes 03:30).
  package func instant(of local: CivilDateTime) -> Instant { resolve(local).instant }

  package func startOfDay(_ date: CivilDate) -> Instant { instant(of: date.at(.midnight)) }

  package func resolve(_ local: CivilDateTime) -> Resolved {
    let (seconds, kind) = rules.resolve(local.wallSeconds)
    return Resolved(instant: Instant(seconds: seconds), kind: kind)
  }

  package struct Resolved: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      case normal
      /// No clock shows this time: it was skipped.
      case gap
      /// Clocks show this time twice; the instant is the first.
      case fold
    }
    package let instant: Instant
    package let kind: Kind
  }

  /// Period in effect, for calculations that cross clock changes.
  func period(at seconds: Int64) -> ZoneRules.Period { rules.period(at: seconds) }

  package init(from decoder: any Decoder) throws {
    self = try Zone.named(decoder.singleValueContainer().decode(String.self))
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(identifier)
  }
}
