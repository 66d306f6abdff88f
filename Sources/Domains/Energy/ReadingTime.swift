import Base
import Formats
import Time

/// Reads the times of meter files: with an offset, on the meter's own wall clock, or as seconds since 1970.
struct ReadingTime {
  /// The last time seen on the wall, so that the hour that comes twice in autumn is told apart by its order.
  private var lastWall = Int64.min
  private var isSecondPass = false

  /// - Returns: `nil` for what is no time.
  mutating func read(_ text: String, in zone: Zone, _ dates: TableDate = TableDate()) -> Instant? {
    if let instant = Instant(iso8601: text) { return instant }
    let bytes = text.utf8
    if bytes.count == 10 || bytes.count == 13, let number = Int64(text) {
      return bytes.count == 10 ? Instant(seconds: number) : Instant(microseconds: number * 1_000)
    }
    guard let local = Self.local(text) ?? dates.local(text) ?? Self.local(TableDate.wholeSeconds(text)) else {
      return nil
    }
    let (wall, resolved) = (local.wallSeconds, zone.resolve(local))
    defer { lastWall = wall }
    guard resolved.kind == .fold else {
      isSecondPass = false
      return resolved.instant
    }
    if wall <= lastWall { isSecondPass = true }
    guard isSecondPass, let end = zone.nextTransition(after: resolved.instant) else { return resolved.instant }
    // the clock goes back by as much as the two offsets differ
    let back = zone.offset(at: resolved.instant) - zone.offset(at: end)
    return resolved.instant + .seconds(back)
  }

  /// `2026-11-01 00:15`, `2026-11-01T00:15:00`, `2026-11-01`, `2026-11`.
  private static func local(_ text: String) -> CivilDateTime? {
    if let local = CivilDateTime(text) { return local }
    if let date = CivilDate(text) ?? CivilDate(text + "-01") { return date.at(.midnight) }
    return nil
  }
}
