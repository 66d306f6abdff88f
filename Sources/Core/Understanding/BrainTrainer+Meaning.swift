import Dispatch
import Synchronization
import Text

/// Trains the classifier that looks at meaning besides words. The encoder takes most of the time: a minute or two for all
/// sentences, on as many cores as there are, beside a house that answers by words meanwhile.
extension BrainTrainer {
  /// - Returns: `nil` when the encoder cannot be used.
  func meaning(_ encoder: any MeaningEncoder) -> Meaning? {
    var copies = self.copies(library.examples.map { reading($0.text, $0.language) })
    // Other words in a slot move a point too little to be worth the time; slips of the finger do not.
    for place in copies.indices { copies[place] = Array(copies[place].prefix(2)) }
    let byWords = BrainTrainer.split(copies.map { $0.map(\.row) })
    guard let rows = located(copies, encoder) else { return nil }
    let (kept, held) = BrainTrainer.split(rows)

    var first = LinearTrainer(labels: labels, rows: kept, features: Meaning.rows)
    first.train(kept, epochs: max(3, epochs / 3), seed: 11)
    let temperature = Self.temperature(first.model(), held)

    let all = rows.flatMap { $0 }
    var second = LinearTrainer(labels: labels, rows: all, features: Meaning.rows)
    second.train(all, epochs: max(4, epochs / 2), seed: 7)
    var classifier = second.model()
    classifier.temperature = temperature
    return Meaning(classifier: classifier, identity: encoder.identity, surety: surety(byWords))
  }

  /// The rows with the points of their texts added.
  private func located(_ copies: [[Copy]], _ encoder: any MeaningEncoder) -> [[LinearTrainer.Row]]? {
    let flat = copies.flatMap { $0 }
    let size = 64
    let points = Points(count: flat.count)
    DispatchQueue.concurrentPerform(iterations: (flat.count + size - 1) / size) { part in
      let range = part * size..<min(flat.count, (part + 1) * size)
      guard let some = encoder.points(flat[range].map { ($0.text, $0.language) }) else { return }
      points.put(some, at: range.lowerBound)
    }
    let found = points.all
    guard !found.contains(where: \.isEmpty) else { return nil }
    var next = 0
    return copies.map { group in
      group.map { copy in
        var row = copy.row
        Meaning.append(found[next], to: &row.rows, &row.values)
        next += 1
        return row
      }
    }
  }

  /// Filled from several threads.
  private final class Points: Sendable {
    private let rows: Mutex<[[Float]]>
    init(count: Int) { rows = Mutex([[Float]](repeating: [], count: count)) }
    func put(_ points: [[Float]], at start: Int) {
      rows.withLock { rows in for (place, point) in points.enumerated() { rows[start + place] = point } }
    }
    var all: [[Float]] { rows.withLock { $0 } }
  }

  /// The least probability from which on words alone are wrong in one sentence of fifty at most, on sentences that a
  /// classifier of the others judges. Bounded: most messages must do without the encoder.
  private func surety(_ rows: (kept: [LinearTrainer.Row], held: [LinearTrainer.Row])) -> Float {
    var trainer = LinearTrainer(labels: labels, rows: rows.kept)
    trainer.train(rows.kept, epochs: max(4, epochs * 2 / 3), seed: 11)
    var words = trainer.model()
    words.temperature = Self.temperature(words, rows.held)
    let judged = rows.held.map { row in
      let shares = words.probabilities(row.rows, row.values)
      let best = shares.indices.max { shares[$0] < shares[$1] } ?? 0
      return (share: shares[best], isRight: best == row.label)
    }.sorted { $0.share > $1.share }
    var (surety, wrong): (Float, Int) = (1.1, 0)
    for (place, sentence) in judged.enumerated() {
      if !sentence.isRight { wrong += 1 }
      if wrong * 50 <= place + 1 { surety = sentence.share }
    }
    return min(max(surety, 0.5), 0.85)
  }
}
