import Base

/// Whether somebody is at a place, from fixes that are never exact.
///
/// Between "is there" and "is away" lie three fixes and five minutes that all agree; a fix that says neither for sure
/// (nearer than the radius and its accuracy together, or too vague) counts for nothing. So a phone that guesses wrong
/// once, or somebody who walks along the edge, alarms nobody.
struct Fence: Sendable, Hashable {
  enum Side: String { case inside, outside }

  static let fixes = 3
  static let span: Duration = .minutes(5)
  /// Metres, for a fix that does not say how good it is.
  private static let usualAccuracy = 50.0

  /// `nil` until enough is known.
  var side: Side?
  /// How many fixes in a row speak for the other side.
  var count = 0
  var since: Instant?
  /// The last fix that was looked at; older ones that come late are left out.
  var seenAt: Instant?

  /// What one fix says for sure; `nil` when it could be either.
  static func reading(distance: Double, accuracy: Double?, radius: Double) -> Side? {
    let accuracy = accuracy ?? usualAccuracy
    if distance > radius + accuracy { return .outside }
    return distance <= radius && accuracy <= max(radius, usualAccuracy) ? .inside : nil
  }

  /// Takes a fix in. - Returns: the side, when it has changed with this fix.
  mutating func see(_ reading: Side?, at: Instant) -> Side? {
    if let seenAt, at <= seenAt { return nil }
    seenAt = at
    guard let reading else { return nil }
    guard reading != side else {
      count = 0
      since = nil
      return nil
    }
    // before anything is known, fixes of both kinds must not add up
    if side == nil, pending != reading {
      pending = reading
      count = 0
    }
    if count == 0 { since = at }
    count += 1
    guard let since, count >= Self.fixes, at - since >= Self.span else { return nil }
    side = reading
    pending = nil
    count = 0
    self.since = nil
    return reading
  }

  /// What the fixes counted so far say, while no side is known.
  var pending: Side?
}
