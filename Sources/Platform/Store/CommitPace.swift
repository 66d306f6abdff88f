/// When what nobody outside waits for is committed.
///
/// Each commit costs a sync and writes the same few pages again. While arrivals come quickly, the other changes wait a moment
/// for each other, so an arrival seldom finds the writer in the midst of somebody else's commit. Times are nanoseconds of a
/// monotonic clock.
struct CommitPace {
  /// Longest pause between two commits of such changes, in nanoseconds; 0 for none.
  let pause: UInt64
  /// So many waiting changes are company enough.
  static let company = 16
  private static let quick = 8
  /// Arrivals come quickly when eight came within this time, in nanoseconds: from 200 a second on.
  private let window: UInt64

  private var arrivals = [UInt64](repeating: 0, count: quick)
  private var oldest = 0
  private var lastTaken: UInt64 = 0

  init(pause: UInt64, window: UInt64 = 40_000_000) {
    self.pause = pause
    self.window = window
  }

  /// Something arrived that is committed at once.
  mutating func arrived(at now: UInt64) {
    arrivals[oldest] = now
    oldest = (oldest + 1) % Self.quick
  }

  /// Changes that can wait were taken into a commit.
  mutating func took(at now: UInt64) { lastTaken = now }

  /// Until when `waiting` changes that can wait should do so; `nil`: now is the time.
  func pausedUntil(now: UInt64, waiting: Int) -> UInt64? {
    guard pause > 0, waiting < Self.company, now < lastTaken &+ pause else { return nil }
    let since = arrivals[oldest]
    guard since > 0, now &- since < window else { return nil }
    return lastTaken + pause
  }
}
