import Base
import CVectors

#if canImport(Glibc)
  import Glibc
#endif

/// The sentences a classifier was trained on, as points on the unit sphere, to ask how near a new one is to any of them.
struct ExampleMemory: Sendable {
  /// A multiple of 16.
  let depth: Int
  /// 127 × the coordinate: the angle between two sentences changes by less than half a degree.
  private let points: Numbers<Int8>
  private let labels: Numbers<Int32>

  var count: Int { labels.count }

  struct Neighbours {
    /// Cosines, falling; as many as asked for, or as there are.
    var cosines: [Float] = []
    var labels: [Int] = []

    /// The logarithm of each intent's share of the neighbours, near ones counting more; empty without neighbours.
    func scores(classes: Int) -> [Float] {
      guard let nearest = cosines.first else { return [] }
      var shares = [Float](repeating: 0, count: classes)
      var total: Float = 0
      for (cosine, label) in zip(cosines, labels) {
        let weight = exp((cosine - nearest) * 20)
        shares[label] += weight
        total += weight
      }
      return shares.map { log(0.01 + $0 / total) }
    }
  }

  /// - Parameter points: `labels.count × depth`, each of length one.
  init(points: [Float], depth: Int, labels: [Int32]) {
    precondition(points.count == labels.count * depth && depth % 16 == 0)
    self.depth = depth
    self.points = Numbers(points.map { Int8(max(-127, min(127, ($0 * 127).rounded()))) })
    self.labels = Numbers(labels)
  }

  static let empty = ExampleMemory(points: [], depth: 0, labels: [])

  init(from reader: inout DataReader, classes: Int) throws {
    depth = try reader.int()
    (points, labels) = (try reader.numbers(), try reader.numbers())
    guard (0...(1 << 20)).contains(depth), depth % 16 == 0, points.count == labels.count * depth,
      labels.withUnsafeBufferPointer({ $0.allSatisfy { $0 >= 0 && $0 < classes } })
    else { throw DataReader.Damaged() }
  }

  func write(to writer: inout DataWriter) {
    writer.number(depth)
    writer.array(points.array)
    writer.array(labels.array)
  }

  func nearest(_ point: [Float], _ wanted: Int) -> Neighbours {
    guard count > 0, point.count >= depth else { return Neighbours() }
    var cosines = [Float](repeating: 0, count: count)
    points.withUnsafeBufferPointer { points in
      cosines.withUnsafeMutableBufferPointer { cosines in
        th_row_dots_i8(points.baseAddress, count, depth, point, cosines.baseAddress)
      }
    }
    var best: [(cosine: Float, index: Int)] = []
    for (index, cosine) in cosines.enumerated() where best.count < wanted || cosine > best[best.count - 1].cosine {
      let place = best.firstIndex { $0.cosine < cosine } ?? best.count
      best.insert((cosine, index), at: place)
      if best.count > wanted { best.removeLast() }
    }
    return labels.withUnsafeBufferPointer { labels in
      Neighbours(cosines: best.map { $0.cosine / 127 }, labels: best.map { Int(labels[$0.index]) })
    }
  }
}
