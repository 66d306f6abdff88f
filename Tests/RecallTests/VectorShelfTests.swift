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

  private static var sets: [th_recall_kernels] {
    var sets = [UnsafePointer<th_recall_kernels>?](repeating: nil, count: Int(TH_RECALL_SETS))
    let count = Int(th_recall_kernel_sets(&sets))
    return sets.prefix(count).compactMap { $0?.pointee }
  }

  private static func signs(_ rows: Int, _ dice: inout Dice) -> [UInt64] {
    (0..<rows * Int(TH_RECALL_WORDS)).map { _ in dice.next() << 33 ^ dice.next() << 11 ^ dice.next() }
  }

  @Test("every set of instructions counts the same for the differing signs of the same rows")
  func distances() throws {
    var dice = Dice(state: 3)
    let words = Int(TH_RECALL_WORDS)
    let signs = Self.signs(300, &dice)
    let query = Self.signs(1, &dice)
    let vector = (0..<VectorShelf.width).map { _ in Float(dice.next() % 2_001) / 1_000 - 1 }
    var worths = [UInt8](repeating: 0, count: VectorShelf.width)
    th_recall_sign_worths(vector, &worths)
    #expect(worths.reduce(0) { $0 + Int($1) } <= 4_000)
    // the largest numbers count most, and one alone fits into its byte
    #expect(abs(Float(worths.reduce(0) { $0 + Int($1) }) / 3_808 - 1) < 0.05)
    var one = [UInt8](repeating: 0, count: VectorShelf.width)
    th_recall_sign_worths((0..<VectorShelf.width).map { $0 == 7 ? -1 : 0 }, &one)
    #expect(one[7] == 255 && one.reduce(0) { $0 + Int($1) } == 255)
    for which in [[], [0], [7, 299], (0..<100).map { UInt32(3 * $0) }] as [[UInt32]] {
      let right = which.map { row in
        (0..<VectorShelf.width).reduce(UInt16(0)) { sum, number in
          let differs = (signs[Int(row) * words + number / 64] ^ query[number / 64]) >> UInt64(number % 64) & 1 == 1
          return differs ? sum + UInt16(worths[number]) : sum
        }
      }
      for set in Self.sets {
        var found = [UInt16](repeating: 0, count: which.count)
        set.distances(signs, which, which.count, query, worths, &found)
        #expect(found == right, "\(String(cString: set.name)), \(which.count) rows")
      }
    }
  }

  @Test("every set of instructions counts the heads alike, by how large the numbers of the question are")
  func heads() throws {
    var dice = Dice(state: 5)
    let (words, head, block) = (Int(TH_RECALL_WORDS), Int(TH_RECALL_HEAD), Int(TH_RECALL_BLOCK))
    var query = (0..<VectorShelf.width).map { _ in Float(dice.next() % 2_001) / 1_000 - 1 }
    for number in 0..<32 { query[number] = number % 2 == 0 ? 1 : -1 }
    var worths = [UInt8](repeating: 0, count: Int(TH_RECALL_WORTHS))
    th_recall_worths(query, &worths)
    for rows in [1, 31, 32, 33, 257] {
      var signs = Self.signs(rows, &dice)
      // all that can differ differs in the first row
      for number in 0..<VectorShelf.width {
        let bit = UInt64(1) << UInt64(number % 64)
        if query[number] > 0 { signs[number / 64] &= ~bit } else { signs[number / 64] |= bit }
      }
      let blocks = (rows + block - 1) / block
      var heads = [UInt8](repeating: 0, count: blocks * block * head)
      // in two pieces, as rows come
      th_recall_stand(signs, 0, rows / 2, &heads)
      th_recall_stand(signs, rows / 2, rows, &heads)
      let all = (0..<32).reduce(Float(0)) { $0 + abs(query[$1]) }
      var before: [UInt16]?
      for set in Self.sets {
        var found = [UInt16](repeating: 0, count: blocks * block)
        set.heads(heads, rows, worths, &found)
        #expect(before == nil || before == found, "\(String(cString: set.name)), \(rows) rows")
        before = found
        for row in 0..<rows {
          let right = (0..<8 * head).reduce(Float(0)) { sum, number in
            let isSet = signs[row * words + number / 64] >> UInt64(number % 64) & 1 == 1
            return isSet == (query[number] > 0) ? sum : sum + abs(query[number])
          }
          #expect(abs(Float(found[row]) - right * 251 / all) <= Float(head))
        }
      }
    }
  }

  @Test("every set of instructions finds the same near rows and high scores, wherever it begins and ends")
  func passingOver() {
    var dice = Dice(state: 11)
    let distances = (0..<500).map { _ in UInt16(dice.next() % 1_536) }
    let scores = (0..<500).map { _ in max(Float(dice.next() % 1_000) - 500, 0) }
    for (from, to) in [(0, 500), (3, 100), (64, 65), (7, 7), (450, 500)] {
      for set in Self.sets {
        var found = [UInt32](repeating: 0, count: 501)
        for last in [0, 77, 1_535] {
          let count = set.within(distances, from, to, UInt16(last), &found)
          #expect(found.prefix(count).map { Int($0) } == (from..<to).filter { distances[$0] <= last })
        }
        for least in [-Float.infinity, 0, 250] {
          let count = set.above(scores, from, to, least, &found)
          #expect(found.prefix(count).map { Int($0) } == (from..<to).filter { scores[$0] > 0 && scores[$0] >= least })
        }
      }
    }
  }

  @Test("the rows that are allowed, as far as there is room")
  func open() {
    var dice = Dice(state: 2)
    for (rows, part) in [(0, 2), (7, 2), (100, 40), (1_001, 3)] {
      let allowed = (0..<rows).map { _ in UInt8(dice.next() % UInt64(part) == 0 ? 1 : 0) }
      let right = allowed.indices.filter { allowed[$0] != 0 }.map { UInt32($0) }
      for room in [1, 10, 2_000] {
        var found = [UInt32](repeating: 0, count: room)
        let count = th_recall_open(allowed, rows, &found, room)
        #expect(Array(found.prefix(count)) == Array(right.prefix(room)))
      }
    }
  }

  /// Goes red when rows that came, changed or went after the first search are looked for by the signs they had.
  @Test("among many, each row is found by what it means now", arguments: [nil, "plain"])
  func many(_ kernel: String?) throws {
    let rows = 21_000
    var dice = Dice(state: 21)
    func vector() -> [Float] {
      var vector = (0..<VectorShelf.width).map { _ in Float(dice.next() % 2_001) / 1_000 - 1 }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in vector.indices { vector[index] /= length }
      return vector
    }
    let shelf = try VectorShelf(nil, kernel: kernel)
    var asked = vector()
    for row in 0..<rows {
      try shelf.reserve(row + 1)
      shelf.set(vector(), row)
      if row == 20_500 { _ = shelf.nearest(VectorShelf.Query(asked), count: row + 1, allowed: nil, limit: 1) }
    }
    for row in [0, 33, 20_400, 20_999] {
      asked = vector()
      shelf.set(asked, row)
      let query = VectorShelf.Query(asked)
      #expect(shelf.nearest(query, count: rows, allowed: nil, limit: 1).first?.row == UInt32(row))
      var allowed = [UInt8](repeating: 1, count: rows)
      allowed[row] = 0
      #expect(shelf.nearest(query, count: rows, allowed: allowed, limit: 1).first?.row != UInt32(row))
      shelf.clear(row)
      #expect(shelf.nearest(query, count: rows, allowed: nil, limit: 1).first?.row != UInt32(row))
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
      for var set in Self.sets {
        var found = [UInt32](repeating: 0, count: 4_000)
        let count =
          mask.map { th_recall_nearest(&set, distances, rows, $0, 500, &found, 4_000) }
          ?? th_recall_nearest(&set, distances, rows, nil, 500, &found, 4_000)
        #expect(Array(found.prefix(count)) == right)
      }
    }
  }
}
