import Base

/// Trains a `TextClassifier`: deterministic by its seed, on all cores.
package struct TextClassifierTrainer: Sendable {
  /// One sentence to learn from.
  package struct Example: Sendable {
    package var query: TextClassifier.Query
    /// `nil`: an example of what is out of scope.
    package var intent: String?
    /// What it weighs beside the others.
    package var weight: Float

    package init(_ query: TextClassifier.Query, intent: String?, weight: Float = 1) {
      self.query = query
      self.intent = intent
      self.weight = weight
    }

    package init(_ row: LabelledText) { self.init(TextClassifier.Query(row.text), intent: row.intent) }
  }

  package struct Options: Sendable {
    package var seed: UInt64 = 7
    /// The share of validation sentences in scope that is rejected.
    package var rejecting = 0.03
    /// What a copy with slips of the finger weighs; 0: there are none.
    package var noiseWeight: Float = 0.5
    /// Above this many sentences only every third gets a copy: repair does most, and time grows with the copies.
    package var copiedWhole = 4_000
    /// How many n-grams are told apart, beside sentence vectors and without.
    package var columns = (besideVectors: 8_192, alone: 32_768)

    package init() {}
  }

  package static let mostIntents = 5_000

  package var options: Options
  let vectors: (any SentenceVectors)?
  let extras: Int

  package init(vectors: (any SentenceVectors)?, extras: Int = 0, options: Options = Options()) {
    self.vectors = vectors
    self.extras = extras
    self.options = options
  }

  /// - Parameter validation: fixes temperature, detector and its threshold; without it a seventh of the examples does.
  /// - Throws: `LearningError` when no example has an intent or too many have one; what the encoder throws.
  package func train(_ examples: [Example], validation: [Example]? = nil) throws -> TextClassifier {
    let start = ContinuousClock().now
    let intents = Set(examples.compactMap(\.intent)).sorted()
    guard !intents.isEmpty else {
      throw LearningError(
        .noRows, "There is nothing to learn: no row has an intent other than \(LabelledFile.outOfScope).")
    }
    guard intents.count <= Self.mostIntents else {
      throw LearningError(
        .tooManyIntents, "\(intents.count) different intents are too many; \(Self.mostIntents) is the limit.")
    }
    let (inScope, outOfScope) = (examples.filter { $0.intent != nil }, examples.filter { $0.intent == nil })
    let known = Set(intents)
    // An intent that training never saw tells nothing about confidence in the others.
    var kept = inScope, held: [Example] = validation?.filter { $0.intent.map(known.contains) ?? false } ?? []
    if validation == nil { (kept, held) = split(inScope) }
    var course = Course(self, kept, intents)
    // Only judged and then thrown away, if all is trained again.
    if kept.count < inScope.count { course.iterations = course.iterations * 2 / 3 }
    let trained = try course.train()
    let judge = Judge(
      trainer: self, held: held, outOfScope: outOfScope + (validation?.filter { $0.intent == nil } ?? []))
    var classifier = try judge.judged(trained, intents: intents, examples: kept)
    if kept.count < inScope.count {
      // Judged on what was held out, then all is used.
      var whole = try Course(self, inScope, intents).train()
      (whole.mix, whole.detector) = (classifier.mix, classifier.detector)
      classifier = whole
    }
    classifier.trainingSeconds = Double((ContinuousClock().now - start) / .microseconds(1)) / 1_000_000
    return classifier
  }

  /// Every seventh example of an intent is held out; an intent's only example never.
  private func split(_ examples: [Example]) -> (kept: [Example], held: [Example]) {
    var places: [String: Int] = [:]
    var kept: [Example] = [], held: [Example] = []
    for index in shuffled(examples.count) {
      let place = places[examples[index].intent ?? "", default: 0]
      places[examples[index].intent ?? ""] = place + 1
      if place % 7 == 3 { held.append(examples[index]) } else { kept.append(examples[index]) }
    }
    return (kept, held)
  }

  private func shuffled(_ count: Int) -> [Int] {
    let random = SeededRandom(seed: options.seed)
    var order = Array(0..<count)
    for index in order.indices.reversed() where index > 0 { order.swapAt(index, random.below(index + 1)) }
    return order
  }
}

/// One training of all heads on one set of examples.
struct Course {
  let trainer: TextClassifierTrainer
  let examples: [TextClassifierTrainer.Example]
  let intents: [String]
  var iterations = 60

  /// Heads with decay are less sure than they may be; validation sentences tell by how much, this is for want of them.
  static let sharpness: Float = 1.6

  init(_ trainer: TextClassifierTrainer, _ examples: [TextClassifierTrainer.Example], _ intents: [String]) {
    self.trainer = trainer
    self.examples = examples
    self.intents = intents
  }

  func train() throws -> TextClassifier {
    let forms = Shards.map(examples.count) { $0.map { WordForms(examples[$0].query.text) } }
    let vectors = trainer.vectors
    let repair = SpellRepair(forms, alsoKnown: vectors?.knownWords ?? [])
    let grams = NGrams(
      forms, most: vectors == nil ? trainer.options.columns.alone : trainer.options.columns.besideVectors)
    let maker = FeatureMaker(grams: grams, repair: repair, vectors: vectors, extras: trainer.extras)

    var queries = zip(forms, examples).map { ($0, $1.query) }
    var weights = examples.map(\.weight)
    let noise = TypingNoise(seed: trainer.options.seed)
    let step = examples.count > trainer.options.copiedWhole ? 3 : 1
    let copied = trainer.options.noiseWeight > 0 ? Array(stride(from: 0, to: examples.count, by: step)) : []
    for (place, index) in copied.enumerated() {
      let noisy = noise.damaged(forms[index], share: [0.04, 0.08][place % 2])
      var query = examples[index].query
      // An encoder's own text is a translation: it has no slips.
      if query.encoderText == nil { query.text = noisy.text }
      queries.append((noisy, query))
      weights.append(examples[index].weight * trainer.options.noiseWeight)
    }
    let features = try maker.rows(queries)
    let numbers = Dictionary(uniqueKeysWithValues: intents.enumerated().map { ($1, Int32($0)) })
    let own = examples.map { $0.intent.flatMap { numbers[$0] } ?? 0 }
    let heads = heads(features, own + copied.map { own[$0] }, weights, grams.width)
    return TextClassifier(
      intents: intents, vectorIdentity: vectors?.identity, extras: trainer.extras, grams: grams, repair: repair,
      heads: heads,
      memory: ExampleMemory(
        points: features.prefix(examples.count).flatMap(\.point), depth: vectors?.width ?? 0,
        labels: vectors == nil ? [] : own),
      mix: heads.map { _ in Self.sharpness / Float(heads.count) } + [vectors == nil ? 0 : 0.1])
  }

  /// One head on dense numbers, one on both, one on n-grams: each errs elsewhere.
  private func heads(_ features: [FeatureRow], _ labels: [Int32], _ weights: [Float], _ columns: Int) -> [LinearHead] {
    func train(_ rows: TrainingRows, from start: [Float]? = nil, iterations: Int) -> [Float] {
      var options = SoftmaxTrainer.Options()
      options.iterations = iterations
      return SoftmaxTrainer(rows, classes: intents.count, options: options).train(from: start)
    }
    let width = SoftmaxTrainer.width(intents.count)
    func head(_ weights: [Float], depth: Int) -> LinearHead {
      LinearHead(weights, classes: intents.count, width: width, depth: depth)
    }
    var grams = TrainingRows()
    (grams.labels, grams.weights, grams.columns) = (labels, weights, columns)
    for row in features { grams.sparse.append(row.grams) }
    let gramWeights = train(grams, iterations: iterations)
    let depth = features.first?.numbers.count ?? 0
    guard depth > 0 else { return [head(gramWeights, depth: 0)] }
    var dense = TrainingRows()
    (dense.labels, dense.weights, dense.depth) = (labels, weights, depth)
    dense.dense = features.flatMap(\.numbers)
    let denseWeights = train(dense, iterations: iterations)
    var both = dense
    (both.sparse, both.columns) = (grams.sparse, columns)
    // Half of each is nearly where both together end.
    let start =
      (denseWeights.dropLast(width) + gramWeights.dropLast(width)).map { $0 / 2 }
      + zip(denseWeights.suffix(width), gramWeights.suffix(width)).map { ($0 + $1) / 2 }
    let bothWeights = train(both, from: start, iterations: iterations * 2 / 3)
    return [head(denseWeights, depth: depth), head(bothWeights, depth: depth), head(gramWeights, depth: 0)]
  }
}
