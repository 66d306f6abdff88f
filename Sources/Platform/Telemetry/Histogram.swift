import Base
import Synchronization

/// How long something took, in fixed buckets spaced evenly on a logarithmic scale: 10 µs to 60 s.
///
/// `@unchecked Sendable`: the cells are atomics in memory that is allocated once and freed in `deinit`.
package final class Histogram: @unchecked Sendable {
  /// Upper bounds in nanoseconds, included; one bucket more holds what is slower.
  package static let bounds: [Int64] = [
    10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
    50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    30_000_000_000, 60_000_000_000,
  ]
  private static let count = bounds.count + 1

  /// One cell a bucket; the last holds the sum in nanoseconds.
  private let cells = UnsafeMutablePointer<Atomic<Int64>>.allocate(capacity: Histogram.count + 1)

  package init() {
    for index in 0...Histogram.count { (cells + index).initialize(to: Atomic(0)) }
  }
  deinit {
    cells.deinitialize(count: Histogram.count + 1)
    cells.deallocate()
  }

  package func observe(_ duration: Duration) {
    let parts = duration.components
    observe(nanoseconds: parts.seconds &* 1_000_000_000 &+ parts.attoseconds / 1_000_000_000)
  }

  package func observe(nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    let bucket = Histogram.bounds.withUnsafeBufferPointer { bounds in
      var low = 0
      var high = bounds.count
      while low < high {
        let middle = (low + high) / 2
        if bounds[middle] < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
    cells[bucket].wrappingAdd(1, ordering: .relaxed)
    cells[Histogram.count].wrappingAdd(value, ordering: .relaxed)
  }

  package func time<T>(_ body: () throws -> T) rethrows -> T {
    let start = ContinuousClock.now
    defer { observe(ContinuousClock.now - start) }
    return try body()
  }

  package func time<T>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
  ) async rethrows -> T {
    let start = ContinuousClock.now
    defer { observe(ContinuousClock.now - start) }
    return try await body()
  }

  package struct Snapshot: Sendable {
    package let counts: [Int]
    package let sum: Duration
    package var count: Int { counts.reduce(0, +) }

    /// The bound below which the share of observations lies, interpolated inside its bucket; `nil` without any.
    package func quantile(_ share: Double) -> Duration? {
      let total = count
      guard total > 0 else { return nil }
      let rank = min(max(share, 0), 1) * Double(total)
      var seen = 0.0
      for (index, count) in counts.enumerated() where count > 0 {
        if seen + Double(count) >= rank {
          guard index < Histogram.bounds.count else { break }
          let low = index == 0 ? 0 : Double(Histogram.bounds[index - 1])
          let inside = (rank - seen) / Double(count)
          return .nanoseconds(Int64(low + (Double(Histogram.bounds[index]) - low) * inside))
        }
        seen += Double(count)
      }
      return .nanoseconds(Histogram.bounds[Histogram.bounds.count - 1])
    }
  }

  package func snapshot() -> Snapshot {
    let counts = (0..<Histogram.count).map { Int(cells[$0].load(ordering: .relaxed)) }
    return Snapshot(counts: counts, sum: .nanoseconds(cells[Histogram.count].load(ordering: .relaxed)))
  }
}
