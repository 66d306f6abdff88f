import Base

#if canImport(Glibc)
  import Glibc
#endif

/// A text classifier: sentence vectors and hashed n-grams under linear heads and a hidden layer, words in their order under a
/// small net, a temperature, and a detector of what is out of scope. Trained by `TextClassifierTrainer`; a value, safe from many tasks.
package struct TextClassifier: Sendable {
  package let intents: [String]
  /// How long its training took, sentence vectors included, in seconds.
  package internal(set) var trainingSeconds = 0.0
  /// `nil` when it was trained on n-grams alone.
  var vectorIdentity: UInt64?
  /// Dense numbers that the caller adds to every sentence.
  package let extras: Int
  let grams: NGrams
  let repair: SpellRepair
  /// Over sentence vectors alone; `nil` without them.
  var hidden: HiddenHead?
  /// Over the words in their order; `nil` where the sentences were too many to learn it from in time.
  var sequence: SequenceHead?
  var heads: [LinearHead]
  var memory: ExampleMemory
  /// What the hidden layer's scores, those of words in order, each head's and, last, the nearest examples' are multiplied with before they are added up.
  var mix: [Float]
  var detector = OutOfScopeDetector.byConfidence

  package var needsVectors: Bool { vectorIdentity != nil }

  /// The same classifier on n-grams alone, for a machine without the encoder: less exact, and it rejects by confidence.
  package var plain: TextClassifier {
    var plain = self
    let rest = heads.filter { $0.depth <= extras }
    plain.heads = rest
    plain.hidden = nil
    plain.mix =
      (sequence == nil ? [] : [Course.hiddenSharpness]) + rest.map { _ in Course.sharpness / Float(rest.count) } + [0]
    plain.memory = .empty
    plain.vectorIdentity = nil
    plain.detector = .byConfidence
    return plain
  }

  /// A sentence to be classified.
  package struct Query: Sendable {
    package var text: String
    /// What the encoder gets instead of the text: a translation, say.
    package var encoderText: String?
    package var extras: [Float]

    package init(_ text: String, encoderText: String? = nil, extras: [Float] = []) {
      self.text = text
      self.encoderText = encoderText
      self.extras = extras
    }
  }

  /// - Throws: `LearningError` when the vectors are not those of the training, or the encoder fails.
  package func predict(
    _ queries: [Query], vectors: (any SentenceVectors)?, candidates: Int = 5
  ) throws -> [TextPrediction] {
    let features = try features(queries, vectors)
    return Shards.map(queries.count) { range in range.map { prediction(features[$0], candidates) } }
  }

  package func predict(
    _ query: Query, vectors: (any SentenceVectors)?, candidates: Int = 5
  ) throws -> TextPrediction {
    prediction(try features([query], vectors)[0], candidates)
  }

  private func features(_ queries: [Query], _ vectors: (any SentenceVectors)?) throws -> [FeatureRow] {
    if let vectorIdentity {
      guard let vectors else {
        throw LearningError(.noVectors, "The model needs the sentence encoder it was trained with, which is not here.")
      }
      guard vectors.identity == vectorIdentity else {
        throw LearningError(.noVectors, "The model was trained with another sentence encoder; train it anew.")
      }
    }
    return try FeatureMaker(
      grams: grams, words: sequence?.words, repair: repair, vectors: vectorIdentity == nil ? nil : vectors,
      extras: extras
    )
    .rows(queries)
  }

  private func prediction(_ row: FeatureRow, _ wanted: Int) -> TextPrediction {
    let view = view(row)
    let order = view.probabilities.indices.sorted {
      (view.probabilities[$0], $1) > (view.probabilities[$1], $0)
    }
    let outOfScope = detector.probability(view.signals)
    return TextPrediction(
      candidates: order.prefix(max(1, wanted)).map {
        .init(intent: intents[$0], confidence: Double(view.probabilities[$0]))
      }, outOfScope: outOfScope, isOutOfScope: outOfScope >= detector.threshold)
  }

  /// What the hidden layer, words in order, each head and, last, the nearest examples say of every intent.
  struct Evidence: Sendable {
    var scores: [[Float]]
    var near: ExampleMemory.Neighbours
  }

  func evidence(_ row: FeatureRow) -> Evidence {
    let near = memory.nearest(row.point, Self.neighbours)
    return Evidence(
      scores: (hidden.map { [$0.scores(row.layers)] } ?? [])
        + (sequence.map { [$0.scores(row.words)] } ?? []) + heads.map { $0.scores(row.numbers, row.grams) }
        + [near.scores(classes: intents.count)], near: near)
  }

  struct View: Sendable {
    var probabilities: [Float]
    var signals: OutOfScopeDetector.Signals
  }

  func view(_ row: FeatureRow) -> View {
    let evidence = evidence(row)
    var sum = [Float](repeating: 0, count: intents.count)
    for (scores, weight) in zip(evidence.scores, mix) where weight > 0 {
      for index in sum.indices { sum[index] += scores[index] * weight }
    }
    let probabilities = Calibration.probabilities(sum)
    let best = Self.twoBest(sum)
    let near = evidence.near
    let kin = near.labels.isEmpty ? 0 : Double(near.labels.count { $0 == best.index }) / Double(near.labels.count)
    let five = near.cosines.prefix(5)
    let entropy = probabilities.reduce(0.0) { $0 - ($1 > 1e-9 ? Double($1) * Double(log($1)) : 0) }
    let heads = evidence.scores.dropLast()
    let agreeing = heads.count { Self.twoBest($0).index == best.index }
    let numbers: [Double] = [
      Double(probabilities[best.index]), Self.energy(sum), Double(best.score - best.second), Double(best.score),
      entropy,
      heads.first.map(Self.energy) ?? 0, heads.last.map(Self.energy) ?? 0,
      Double(agreeing) / Double(max(1, heads.count)), Double(near.cosines.first ?? 0),
      five.isEmpty ? 0 : Double(five.reduce(0, +)) / Double(five.count), kin, Double(row.grams.novelty),
    ]
    return View(probabilities: probabilities, signals: .init(numbers: numbers))
  }

  /// How many examples are asked.
  private static let neighbours = 16

  private static func twoBest(_ scores: [Float]) -> (index: Int, score: Float, second: Float) {
    var best = (index: 0, score: -Float.greatestFiniteMagnitude, second: -Float.greatestFiniteMagnitude)
    for (index, score) in scores.enumerated() {
      if score > best.score {
        best = (index, score, best.score)
      } else if score > best.second {
        best.second = score
      }
    }
    // One label alone has no rival.
    if scores.count < 2 { best.second = best.score }
    return best
  }

  /// log Σ exp: how much evidence there is for anything at all.
  private static func energy(_ scores: [Float]) -> Double {
    let top = scores.max() ?? 0
    return Double(top + log(scores.reduce(0) { $0 + exp($1 - top) }))
  }
}
