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
}
