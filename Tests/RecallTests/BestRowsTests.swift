import Base
import Testing

@testable import Recall

@Suite("The best of many rows")
struct BestRowsTests {
  @Test(
    "are those that a look at every row would find, in whatever order they come",
    arguments: [0, 1, 5, 1_000], [1, 7, 100])
  func best(_ kinds: Int, _ limit: Int) {
    let random = SeededRandom(seed: UInt64(kinds + limit))
    // Few kinds make many that are equally good.
    let likenesses = (0..<5_000).map { row -> Float in
      kinds == 0 ? Float(row) : Float(random.below(kinds)) / Float(kinds)
    }
    for all in [likenesses, likenesses.sorted(), likenesses.sorted(by: >)] {
      var best = BestRows(limit: limit)
      for (row, likeness) in all.enumerated() where likeness >= best.least { best.add(UInt32(row), likeness) }
      let rows = best.rows
      #expect(rows.count >= limit && Set(rows).count == rows.count)
      let expected = all.sorted(by: >).prefix(limit)
      #expect(rows.map { all[Int($0)] }.sorted(by: >).prefix(limit) == expected)
    }
  }

  @Test("of many only the best are kept, and all that are as good as the last")
  func keeping() {
    var found = (0..<1_000).map { (row: UInt32($0), likeness: Float($0 % 100)) }
    BestRows.keep(15, of: &found)
    #expect(Set(found.map(\.likeness)) == [98, 99])
    var equal = (0..<10).map { (row: UInt32($0), likeness: Float(1)) }
    BestRows.keep(3, of: &equal)
    #expect(equal.count == 3)
  }
}
