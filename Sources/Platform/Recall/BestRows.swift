/// The best of many rows, of which most are not even looked at closely: the first ones show how good a row must be.
struct BestRows {
  typealias Row = (row: UInt32, likeness: Float)

  private let limit: Int
  private var found: [Row] = []
  private var room: Int
  /// A row below it is not among the best.
  private(set) var least = -Float.infinity

  init(limit: Int) {
    self.limit = limit
    room = 4 * limit
    found.reserveCapacity(room)
  }

  mutating func add(_ row: UInt32, _ likeness: Float) {
    found.append((row, likeness))
    guard found.count >= room else { return }
    Self.keep(limit, of: &found)
    least = found.reduce(.infinity) { min($0, $1.likeness) }
    // Many can be as good as the last.
    room = max(room, 2 * found.count)
  }

  /// What `keep` leaves of all that came.
  var rows: [UInt32] {
    var found = found
    Self.keep(limit, of: &found)
    return found.map(\.row)
  }

  /// Leaves the `limit` best in some order, and those that are as good as the last of them to a thousandth of the range.
  static func keep(_ limit: Int, of found: inout [Row]) {
    guard found.count > limit, let first = found.first?.likeness else { return }
    var (least, most) = (first, first)
    for one in found {
      least = min(least, one.likeness)
      most = max(most, one.likeness)
    }
    guard most > least else { return found.removeSubrange(limit...) }
    // Counted by steps of the range instead of sorted.
    let scale = Float(steps) / (most - least)
    var counts = [Int](repeating: 0, count: steps + 1)
    for one in found { counts[Int((one.likeness - least) * scale)] += 1 }
    var (step, total) = (steps, counts[steps])
    while total < limit {
      step -= 1
      total += counts[step]
    }
    found.removeAll { Int(($0.likeness - least) * scale) < step }
  }

  private static let steps = 4_096
}
