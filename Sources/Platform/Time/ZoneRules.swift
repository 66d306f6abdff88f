/// Offsets over time: explicit changes, then a yearly rule for ever.
///
/// Immutable. Lookups are O(log changes).
package struct ZoneRules: Hashable, Sendable {
  /// A local time type of a zone, such as CEST.
  package struct Kind: Hashable, Sendable {
    package var offset: Int
    package var isDaylightSaving: Bool
    package var abbreviation: String

    package init(offset: Int, isDaylightSaving: Bool, abbreviation: String) {
      self.offset = offset
      self.isDaylightSaving = isDaylightSaving
      self.abbreviation = abbreviation
    }
  }

  /// One stretch of time with one offset: `start ..< end` in seconds since 1970, `Int64.min`/`max` when open.
  struct Period {
    var start: Int64
    var end: Int64
    var kind: Kind
    var offset: Int { kind.offset }
    var abbreviation: String { kind.abbreviation }
    var isDaylightSaving: Bool { kind.isDaylightSaving }
  }

  private let storage: Storage

  /// - Parameter changes: strictly increasing in time; `kind` in effect from `time` on.
  /// - Parameter initial: in effect before the first change.
  package init(initial: Kind, changes: [(time: Int64, kind: Kind)], footer: PosixRule? = nil) {
    storage = Storage(initial: initial, times: changes.map(\.time), kinds: changes.map(\.kind), footer: footer)
  }

  package static func fixed(offset: Int, abbreviation: String) -> ZoneRules {
    ZoneRules(initial: Kind(offset: offset, isDaylightSaving: false, abbreviation: abbreviation), changes: [])
  }

  private final class Storage: Hashable, Sendable {
    let initial: Kind
    let times: [Int64]
    let kinds: [Kind]
    let footer: PosixRule?

    init(initial: Kind, times: [Int64], kinds: [Kind], footer: PosixRule?) {
      self.initial = initial
      self.times = times
      self.kinds = kinds
      self.footer = footer
    }

    static func == (a: Storage, b: Storage) -> Bool {
      a === b || (a.initial == b.initial && a.times == b.times && a.kinds == b.kinds && a.footer == b.footer)
    }
    func hash(into hasher: inout Hasher) {
      hasher.combine(initial)
      hasher.combine(times.count)
    }
  }

  package var changeTimes: [Int64] { storage.times }

  func period(at seconds: Int64) -> Period {
    let times = storage.times
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    if low == times.count, let footer = storage.footer {
      // The footer rules from the last change on; with no change at all, always.
      return footer.period(at: seconds, notBefore: times.last ?? Int64.min)
    }
    return Period(
      start: low == 0 ? Int64.min : times[low - 1], end: low == times.count ? Int64.max : times[low],
      kind: low == 0 ? storage.initial : storage.kinds[low - 1])
  }

  /// The instant a wall clock means; see `Zone.instant(of:)`.
  func resolve(_ wall: Int64) -> (seconds: Int64, kind: Zone.Resolved.Kind) {
    // No zone is further than 26 hours from UTC, so the first period that can show `wall` is in effect by then.
    var period = period(at: wall - 93_600)
    var earlier = period
    for _ in 0..<64 {
      let seconds = wall - Int64(period.offset)
      if seconds < period.start { return (wall - Int64(earlier.offset), .gap) }
      if seconds < period.end {
        return (seconds, isShownAgain(wall, after: period) ? .fold : .normal)
      }
      earlier = period
      period = self.period(at: period.end)
    }
    return (wall - Int64(period.offset), .normal)
  }

  private func isShownAgain(_ wall: Int64, after period: Period) -> Bool {
    var end = period.end
    // A second showing is at most 26 hours behind the change.
    for _ in 0..<8 where end != Int64.max && end <= wall + 93_600 {
      let next = self.period(at: end)
      let seconds = wall - Int64(next.offset)
      if seconds >= next.start, seconds < next.end { return true }
      end = next.end
    }
    return false
  }
}
