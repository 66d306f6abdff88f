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
    /// The share of validation sentences in scope that is rejected: the fewer, the more of what is out of scope is taken for
    /// something. With one sentence of ten out of scope, 1 to 2 of a hundred leave most sentences right.
    package var rejecting = 0.015
    /// What a copy with slips of the finger weighs; 0: there are none.
    package var noiseWeight: Float = 0.5
    /// Above this many sentences only every third gets a copy: repair does most, and time grows with the copies.
    package var copiedWhole = 4_000
    /// How many n-grams are told apart at most, and how many weights a head may give them beside sentence vectors: few
    /// intents have room for rare ones.
    package var columns = 32_768
    package var gramWeights = 1 << 21
    /// Up to so many sentences words are read in their order, too: with more the encoder needs no help, and time grows.
    package var readInOrder = 6_000
    /// How many steps that takes at least.
    var stepsInOrder = SequenceTrainer.Options().leastSteps
    /// Iterations of a training that is judged, and of the one that goes on from it with all sentences.
    var judgedIterations = 27
    var furtherIterations = 13

    package init() {}
  }

  package static let mostIntents = 5_000
  /// Held out is one of so many parts at a time, until so many sentences were.
  private static let parts = 7
  private static let enoughHeld = 1_000

  package var options: Options
  let vectors: (any SentenceVectors)?
  let extras: Int

  package init(vectors: (any SentenceVectors)?, extras: Int = 0, options: Options = Options()) {
    self.vectors = vectors
    self.extras = extras
    self.options = options
  }

  /// - Parameter validation: fixes temperature, detector and its threshold, then is learnt from as well; without it a
  ///   seventh of the examples does.
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
    let strangers = outOfScope + (validation?.filter { $0.intent == nil } ?? [])
    // An intent that training never saw tells nothing about confidence in the others.
    let known = Set(intents)
    let parts =
      validation.map { [(kept: inScope, held: $0.filter { $0.intent.map(known.contains) ?? false })] } ?? split(inScope)
    // Judged on what was held out; then all is learnt: anew in small sets, whose first training lacks much, else from
    // where the judged training stands.
    let courses = try parts.map { kept, held in
      var course = Course(self, kept, intents)
      course.iterations = options.judgedIterations
      return (trained: try course.train(), kept: kept, held: held)
    }
    let judgement = try Judge(self, intents, strangers).judgement(
      courses.map { Judge.Sitting(classifier: $0.trained.classifier, kept: $0.kept, held: $0.held) })
    let all = Course(self, parts[0].kept + parts[0].held, intents)
    var classifier = try all.train(from: courses.count == 1 ? courses[0].trained : nil).classifier
    (classifier.mix, classifier.detector) = judgement
    classifier.trainingSeconds = Double((ContinuousClock().now - start) / .microseconds(1)) / 1_000_000
    return classifier
  }

  /// Every seventh example of an intent is held out, an intent's only one never; where a seventh is few, another seventh
  /// in another turn, so that in small sets each is judged once.
  private func split(_ examples: [Example]) -> [(kept: [Example], held: [Example])] {
    var places: [String: Int] = [:]
    let placed = shuffled(examples.count).map { index in
      let place = places[examples[index].intent ?? "", default: 0]
      places[examples[index].intent ?? ""] = place + 1
      return (example: examples[index], place: place)
    }
    let turns = max(1, min(Self.parts, Self.enoughHeld * Self.parts / max(1, examples.count)))
    return (0..<turns).map { turn in
      let isHeld = { (place: Int, intent: String?) in
        (place + turn) % Self.parts == 3 && (places[intent ?? ""] ?? 0) > 1
      }
      return (
        placed.filter { !isHeld($0.place, $0.example.intent) }.map(\.example),
        placed.filter { isHeld($0.place, $0.example.intent) }.map(\.example)
      )
    }
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
  var iterations = 40
  /// Words in their order are learnt in a third of the steps: for a training that only tells how sure of strangers it is.
  var isHasty = false

  /// What a training gives: the weights of each head as they were before they were packed, to go on from.
  struct Trained {
    var classifier: TextClassifier
    var weights: [[Float]]
    var hidden: [HiddenTrainer.Weights]
  }

  /// A lead of one is no probability; validation sentences tell what it is worth, this is for want of them.
  static let sharpness: Float = 5
  /// What the hidden layer's scores, which are too sure of themselves, are worth beside them.
  static let hiddenSharpness: Float = 0.4

  init(_ trainer: TextClassifierTrainer, _ examples: [TextClassifierTrainer.Example], _ intents: [String]) {
    self.trainer = trainer
    self.examples = examples
    self.intents = intents
  }

  /// - Parameter earlier: a training for the same intents to go on from.
  func train(from earlier: Trained? = nil) throws -> Trained {
    let forms = Shards.map(examples.count) { $0.map { WordForms(examples[$0].query.text) } }
    let vectors = trainer.vectors
    let repair = SpellRepair(forms, alsoKnown: vectors?.knownWords ?? [])
    let columns = vectors == nil ? Int.max : trainer.options.gramWeights / MarginTrainer.width(intents.count)
    let grams = NGrams(forms, most: min(trainer.options.columns, columns))
    let words = examples.count <= trainer.options.readInOrder ? WordRuns(forms, most: trainer.options.columns * 2) : nil
    let maker = FeatureMaker(grams: grams, words: words, repair: repair, vectors: vectors, extras: trainer.extras)

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
    let width = MarginTrainer.width(intents.count)
    let starts = earlier.map { earlier in
      zip(earlier.weights, earlier.classifier.heads).map { weights, head in
        head.columns == 0 ? weights : grams.carried(weights, from: earlier.classifier.grams, head.depth, width)
      }
    }
    let weighted = heads(features, own + copied.map { own[$0] }, weights, grams.width, starts)
    let nets = hidden(features.prefix(examples.count), own, examples.map(\.weight), earlier?.hidden)
    let sequence = words.map { inOrder(features.prefix(examples.count), own, examples.map(\.weight), $0) }
    let heads = weighted.map { LinearHead($0.weights, classes: intents.count, width: width, depth: $0.depth) }
    let classifier = TextClassifier(
      intents: intents, vectorIdentity: vectors?.identity, extras: trainer.extras, grams: grams, repair: repair,
      hidden: nets.isEmpty
        ? nil
        : HiddenHead(
          nets, classes: intents.count, width: width, depth: features[0].layers.count,
          breadth: nets[0].firstBias.count),
      sequence: sequence, heads: heads,
      memory: ExampleMemory(
        points: features.prefix(examples.count).flatMap(\.point), depth: vectors?.width ?? 0,
        labels: vectors == nil ? [] : own),
      mix: nets.prefix(1).map { _ in Self.hiddenSharpness } + (sequence == nil ? [] : [Self.hiddenSharpness])
        + heads.map { _ in Self.sharpness / Float(heads.count) }
        + [vectors == nil ? 0 : 0.1])
    return Trained(classifier: classifier, weights: weighted.map(\.weights), hidden: nets)
  }

  /// Sentences as they were written: slips are for the n-grams.
  private func hidden(
    _ features: ArraySlice<FeatureRow>, _ labels: [Int32], _ weights: [Float], _ start: [HiddenTrainer.Weights]?
  ) -> [HiddenTrainer.Weights] {
    guard trainer.vectors != nil, let depth = features.first?.layers.count, depth > 0 else { return [] }
    var options = HiddenTrainer.Options()
    options.seed = trainer.options.seed
    // Short vectors need no more hidden numbers than they have.
    options.breadth = min(options.breadth, MarginTrainer.width(depth))
    if start != nil {
      (options.passes, options.leastSteps, options.rate) = (6, options.leastSteps / 2, options.rate / 2)
    }
    return HiddenTrainer(
      rows: features.flatMap(\.layers), depth: depth, labels: labels, weights: weights, classes: intents.count,
      options: options
    ).train(from: start)
  }

  /// Sentences as they were written here, too.
  private func inOrder(
    _ features: ArraySlice<FeatureRow>, _ labels: [Int32], _ weights: [Float], _ words: WordRuns
  ) -> SequenceHead {
    var options = SequenceTrainer.Options()
    options.seed = trainer.options.seed
    options.leastSteps = trainer.options.stepsInOrder
    if isHasty { (options.passes, options.leastSteps) = (options.passes / 3, options.leastSteps / 3) }
    let trained = SequenceTrainer(
      rows: features.map(\.words), columns: words.width, labels: labels, weights: weights, classes: intents.count,
      options: options
    ).train()
    return SequenceHead(trained, words, classes: intents.count)
  }

  /// One head on both dense numbers and n-grams, one on n-grams: each errs elsewhere.
  private func heads(
    _ features: [FeatureRow], _ labels: [Int32], _ weights: [Float], _ columns: Int, _ starts: [[Float]]?
  ) -> [(weights: [Float], depth: Int)] {
    var options = MarginTrainer.Options()
    options.iterations = starts == nil ? iterations : trainer.options.furtherIterations
    // Few sentences say less, so that they may bend the weights less.
    options.decay = max(options.decay, min(1e-3, 1 / Float(max(1, labels.count))))
    func head(_ rows: TrainingRows, _ place: Int) -> (weights: [Float], depth: Int) {
      (
        MarginTrainer(rows, classes: intents.count, options: options).train(from: starts?[place]), rows.depth
      )
    }
    var grams = TrainingRows()
    (grams.labels, grams.weights, grams.columns) = (labels, weights, columns)
    for row in features { grams.sparse.append(row.grams) }
    let depth = features.first?.numbers.count ?? 0
    guard depth > 0 else { return [head(grams, 0)] }
    var both = grams
    (both.depth, both.dense) = (depth, features.flatMap(\.numbers))
    return [head(both, 0), head(grams, 1)]
  }
}
