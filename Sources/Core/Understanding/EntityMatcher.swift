import Base

/// Finds rows of a tenant's lists in a sentence, small slips of spelling forgiven.
enum EntityMatcher {
  struct Match {
    var tokens: Range<Int>
    var entry: EntityEntry
    /// 1 for the very words.
    var score: Double
  }

  /// The best match; ties go to the longer name, then to the earlier row.
  static func best(in sentence: Sentence, _ entries: [EntityEntry], free: (Int) -> Bool) -> Match? {
    var best: Match?
    for entry in entries {
      for name in [entry.name, entry.id] + entry.aliases {
        guard let match = match(name, in: sentence, free: free) else { continue }
        let score = match.score + Double(match.tokens.count) * 0.001
        if best.map({ score > $0.score }) ?? true { best = Match(tokens: match.tokens, entry: entry, score: score) }
      }
    }
    return best
  }

  private static func match(_ name: String, in sentence: Sentence, free: (Int) -> Bool) -> (
    tokens: Range<Int>, score: Double
  )? {
    let wanted = Sentence(name)
    let count = wanted.tokens.count
    guard count > 0, count <= sentence.tokens.count, count <= 8 else { return nil }
    var best: (Range<Int>, Double)?
    for start in 0...(sentence.tokens.count - count) where (start..<(start + count)).allSatisfy(free) {
      var score = 0.0
      for offset in 0..<count {
        let a = wanted.tokens[offset]
        let b = sentence.tokens[start + offset]
        if a.hash == b.hash {
          score += 1
        } else if a.skeleton == b.skeleton, a.kind == .word {
          score += 0.95
        } else {
          guard a.kind == .word, b.kind == .word, a.foldedSpan.count >= 4 else {
            score = -1
            break
          }
          let left = wanted.folded(offset)
          let right = sentence.folded(start + offset)
          let limit = a.foldedSpan.count >= 7 ? 2 : 1
          guard let slips = EditDistance.between(left, right, limit: limit) else {
            score = -1
            break
          }
          score += 0.9 - Double(slips) * 0.15
        }
      }
      guard score > 0 else { continue }
      score /= Double(count)
      if best.map({ score > $0.1 }) ?? true { best = (start..<(start + count), score) }
    }
    // "infosys" for "Infosys Limited": the first word of a longer name.
    if best == nil, count > 1, wanted.tokens[0].foldedSpan.count >= 4,
      let index = sentence.tokens.indices.first(where: { free($0) && sentence.tokens[$0].hash == wanted.tokens[0].hash }
      )
    {
      return (index..<(index + 1), 0.7)
    }
    return best.map { ($0.0, $0.1) }
  }
}
