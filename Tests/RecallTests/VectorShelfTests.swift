import CRecall
import Testing

@testable import Recall

@Suite("Vectors as bytes")
struct VectorShelfTests {
  @Test("every set of instructions finds the same, and nearly what floats find")
  func kernels() throws {
    let rows = 300
    var state: UInt64 = 7
    func vector() -> [Float] {
      var vector = (0..<VectorShelf.width).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 24) - 0.5
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in vector.indices { vector[index] /= length }
      return vector
    }
    let vectors = (0..<rows).map { _ in vector() }
    let asked = vector()
    let exact = vectors.map { zip($0, asked).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
    var before: [Float]?
    for name in VectorShelf.kernelNames {
      let shelf = try VectorShelf(nil, kernel: name)
      try shelf.reserve(rows)
      for (row, vector) in vectors.enumerated() { shelf.set(vector, row) }
      let query = VectorShelf.Query(asked)
      var likenesses: [Float] = []
      shelf.likenesses(query, (0..<UInt32(rows)).map { $0 }, into: &likenesses)
      #expect(before == nil || before == likenesses, "\(name)")
      before = likenesses
      for (row, likeness) in likenesses.enumerated() { #expect(abs(likeness - exact[row]) < 0.01) }
      let nearest = shelf.nearest(query, count: rows, allowed: nil, limit: 10)
      #expect(nearest.map { Int($0.row) } == (0..<rows).sorted { exact[$0] > exact[$1] }.prefix(10).map { $0 })
      for found in nearest { #expect(abs(found.likeness - exact[Int(found.row)]) < 1e-4) }
    }
    #expect(VectorShelf.kernelNames.last == "plain")
  }

  private struct Dice {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }

  @Test("every set of instructions counts the same differing signs, whatever the number of rows")
  func distances() throws {
    var dice = Dice(state: 3)
    var sets = [UnsafePointer<th_recall_kernels>?](repeating: nil, count: Int(TH_RECALL_SETS))
    let count = Int(th_recall_kernel_sets(&sets))
    let words = Int(TH_RECALL_WORDS)
    for rows in [1, 2, 3, 64, 65, 257] {
      let signs = (0..<rows * words).map { _ in dice.next() << 33 ^ dice.next() << 11 ^ dice.next() }
      let query = (0..<words).map { _ in dice.next() << 33 ^ dice.next() << 11 ^ dice.next() }
      let right = (0..<rows).map { row in
        UInt16((0..<words).reduce(0) { $0 + (signs[row * words + $1] ^ query[$1]).nonzeroBitCount })
      }
      for set in sets.prefix(count).compactMap(\.self) {
        var found = [UInt16](repeating: 0, count: rows)
        set.pointee.distances(signs, rows, query, &found)
        #expect(found == right, "\(String(cString: set.pointee.name)), \(rows) rows")
      }
    }
  }

  /// Goes red when what is found within the distance that a part of the rows shows is taken for the answer.
  @Test("the nearest rows are the nearest, and all that are as near as the last", arguments: [4_000, 70_000, 120_001])
  func nearest(_ rows: Int) {
    var dice = Dice(state: 9)
    // rising in the second half: the part that is looked at first may lie
    let distances = (0..<rows).map { row in
      UInt16((0..<6).reduce(0) { sum, _ in sum + dice.next() % 64 }) / (row < rows / 2 ? 2 : 1)
    }
    let allowed = (0..<rows).map { _ in UInt8(dice.next() % 3 == 0 ? 1 : 0) }
    for mask in [nil, allowed] {
      let open = (0..<rows).filter { mask?[$0] != 0 }
      let last = open.map { distances[$0] }.sorted()[499]
      let right = open.filter { distances[$0] <= last }.map(UInt32.init)
      var found = [UInt32](repeating: 0, count: 4_000)
      let count =
        mask.map { th_recall_nearest(distances, rows, $0, 500, &found, 4_000) }
        ?? th_recall_nearest(distances, rows, nil, 500, &found, 4_000)
      #expect(Array(found.prefix(count)) == right)
    }
  }
}
