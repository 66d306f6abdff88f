package import Actions
package import Base
import Foundation
import Synchronization
package import Text
import Time

/// The engine behind the seam: hashed features of words, points of meaning where an encoder is there, linear classifiers,
/// readers of values; no language model, no network.
package final class NativeUnderstanding: Understanding, IntentTrainer {
  private struct State {
    var brain: Brain
    var taught: [TenantID: Taught] = [:]
  }

  private let folder: String
  private let cache: String?
  private let encoder: (any MeaningEncoder)?
  private let state: Mutex<State>

  /// Reads the data and, if there is one, the trained model; never trains, so that readiness never waits.
  ///
  /// - Parameters:
  ///   - folder: `Intents`.
  ///   - cache: where trained models are kept; `nil` keeps none.
  ///   - encoder: tells what sentences mean; without one, words have to do.
  /// - Throws: the first mistake in the data, with file and line.
  package init(folder: String, cache: String?, encoder: (any MeaningEncoder)? = nil) throws {
    self.folder = folder
    self.cache = cache
    self.encoder = encoder
    state = Mutex(State(brain: try Self.brain(IntentFiles(folder: folder), cache: cache, encoder)))
  }

  /// The compiled and trained brain of these files where there is one; else what the files say, untrained.
  private static func brain(
    _ files: IntentFiles, cache: String?, _ encoder: (any MeaningEncoder)?
  ) throws -> Brain {
    if let brain = cache.flatMap({ ModelFile.load($0, hash: files.hash, encoder: encoder) }) { return brain }
    return Brain(library: try IntentLibrary(files), trained: nil)
  }

  private var brain: Brain { state.withLock { $0.brain } }

  package var library: IntentLibrary { brain.library }
  package var emergencies: EmergencyDetector { brain.library.emergencies }
  /// False while the keyword fallback answers.
  package var isTrained: Bool { brain.trained != nil }
  /// Sentences are judged by their meaning too, not by words alone.
  package var knowsMeaning: Bool { brain.encoder != nil }

  /// Trains on a thread of its own what is not there already: first on words, which takes two seconds, then on meanings.
  /// The old brain answers meanwhile.
  package func prepare() async {
    if brain.trained == nil { await train(brain.library) }
    await trainMeaning()
  }

  /// Reads the data again and, when it changed, trains beside the old model and puts the new one in its place.
  ///
  /// - Returns: whether anything changed. A mistake in a file is thrown and the old brain stays.
  @discardableResult
  package func reload() async throws -> Bool {
    let files = try IntentFiles(folder: folder)
    guard files.hash != brain.library.hash else { return false }
    let fresh = try Self.brain(files, cache: cache, encoder)
    if fresh.trained == nil { await train(fresh.library) } else { swap(fresh) }
    await trainMeaning()
    return true
  }

  private func swap(_ brain: Brain) { state.withLock { $0.brain = brain } }

  private func train(_ library: IntentLibrary) async {
    let fresh = await onThread { [cache, encoder] in
      Self.kept(library, BrainTrainer(library).train(), cache, encoder)
    }
    if let fresh { swap(fresh) }
  }

  private func trainMeaning() async {
    let brain = brain
    guard let encoder, brain.encoder == nil, let trained = brain.trained else { return }
    // A compiled library has no sentences to train with. Files that changed meanwhile are the next reload's.
    guard let library = try? IntentLibrary(IntentFiles(folder: folder)), library.hash == brain.library.hash else {
      return
    }
    let fresh = await onThread { [cache] in
      var trained = trained
      trained.meaning = BrainTrainer(library).meaning(encoder)
      guard trained.meaning != nil else { return brain }
      return Self.kept(library, trained, cache, encoder)
    }
    if let fresh { swap(fresh) }
  }

  /// The brain from its file where it could be written: mapped, it takes less memory than what was trained.
  private static func kept(
    _ library: IntentLibrary, _ trained: Brain.Trained, _ cache: String?, _ encoder: (any MeaningEncoder)?
  ) -> Brain {
    if let cache, ModelFile.save(library, trained, cache),
      let brain = ModelFile.load(cache, hash: library.hash, encoder: encoder)
    {
      return brain
    }
    return Brain(library: library.bare, trained: trained, encoder: encoder)
  }

  /// - Returns: `nil` when the task was cancelled: nobody waits for a training that is no longer wanted.
  private func onThread(_ work: @escaping @Sendable () -> Brain) async -> Brain? {
    let outcome = Outcome()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiting in
        guard outcome.wait(waiting) else { return }
        let thread = Thread { outcome.settle(work()) }
        thread.name = "understanding"
        thread.stackSize = 4 << 20
        thread.start()
      }
    } onCancel: {
      outcome.settle(nil)
    }
  }

  /// The first settling counts.
  private final class Outcome: Sendable {
    private enum Phase {
      case idle
      case waiting(CheckedContinuation<Brain?, Never>)
      case settled
    }
    private let phase = Mutex(Phase.idle)

    /// - Returns: false when it was cancelled before.
    func wait(_ waiting: CheckedContinuation<Brain?, Never>) -> Bool {
      let isWaiting = phase.withLock { phase in
        guard case .idle = phase else { return false }
        phase = .waiting(waiting)
        return true
      }
      if !isWaiting { waiting.resume(returning: nil) }
      return isWaiting
    }

    func settle(_ brain: Brain?) {
      let waiting: CheckedContinuation<Brain?, Never>? = phase.withLock { phase in
        defer { phase = .settled }
        guard case .waiting(let waiting) = phase else { return nil }
        return waiting
      }
      waiting?.resume(returning: brain)
    }
  }

  /// The sentences that measure and never train, read from the files.
  package func evaluation() throws -> [IntentLibrary.Evaluation] {
    try IntentLibrary(IntentFiles(folder: folder)).evaluation
  }

  /// What all evaluation and training sentences are, read from the files: for reports.
  package func wholeLibrary() throws -> IntentLibrary { try IntentLibrary(IntentFiles(folder: folder)) }

  /// The sentences that train, in one language, read from the files.
  package func sentences(in language: Language) throws -> [String] {
    try IntentLibrary(IntentFiles(folder: folder)).examples.filter { $0.language == language && $0.intent != nil }
      .map(\.text)
  }

  // MARK: Understanding

  package func understand(_ request: UnderstandingRequest) async -> Understood { understandNow(request) }

  /// The same without suspension: it is bounded work on one core.
  package func understandNow(_ request: UnderstandingRequest) -> Understood {
    let (brain, taught) = state.withLock { state in
      (state.brain, request.tenant.flatMap { state.taught[$0] })
    }
    return BackReader(brain: brain, taught: taught, request: request).understand()
  }

  package func read(_ text: String, as kind: SlotKind, _ request: UnderstandingRequest) -> SlotValue? {
    var request = request
    request.text = text
    return Interpreter(brain: brain, taught: nil, request: request).read(kind)
  }

  package func measured(_ request: UnderstandingRequest) -> [[String: SlotValue]] {
    Interpreter(brain: brain, taught: nil, request: request).measuredBeside()
  }

  package func meant(
    _ request: UnderstandingRequest, among things: [EntityEntry]
  ) -> (things: [EntityEntry], words: String)? {
    Interpreter(brain: brain, taught: nil, request: request).meant(among: things)
  }

  package func telling(_ request: UnderstandingRequest) -> [String] {
    Interpreter(brain: brain, taught: nil, request: request).telling()
  }

  /// Every value of a text with all its readings, whatever it is meant for; needs no trained model.
  package func parse(_ request: ParseRequest) -> [FoundValue] { ValueParser.parse(request, brain) }

  /// The language a text's letters tell of; Latin letters alone are taken as English.
  package static func language(byLettersOf text: String) -> Language {
    LanguageDetector().detect(Sentence(text), preferred: [.english])
  }

  // MARK: Teaching

  package func add(tenant: TenantID, language: Language, intent: String, examples: [String]) async throws -> Double {
    let brain = brain
    guard let slots = brain.library.intents[intent] else {
      throw UnderstandingError(.unknownIntent, "There is no intent “\(intent)”.", field: "intent")
    }
    for example in examples {
      guard let marks = IntentLibrary.unmarked(example)?.marks else {
        throw UnderstandingError(
          .badExample, "Words in brackets need their slot in parentheses behind them: “\(example)”.", field: "examples")
      }
      if let strange = marks.first(where: { mark in !slots.contains { $0.name == mark.slot } }) {
        let known = slots.map(\.name).joined(separator: ", ")
        throw UnderstandingError(
          .badExample, "\(intent) has no slot “\(strange.slot)”; there are \(known.isEmpty ? "none" : known).",
          field: "examples")
      }
    }
    let usable = examples.filter { Sentence($0).tokens.contains { $0.kind == .word } }
    guard !usable.isEmpty, usable.count <= 500 else {
      throw UnderstandingError(.noExamples, "Give between 1 and 500 example sentences.", field: "examples")
    }
    restore(tenant: tenant, language: language, intent: intent, examples: usable)
    let taught = state.withLock { $0.taught[tenant] } ?? Taught()
    let held = try evaluation().filter { $0.intent == intent && $0.language == language }
    return Self.accuracy(brain, taught, intent, held)
  }

  /// Puts back what was taught before a restart.
  package func restore(tenant: TenantID, language: Language, intent: String, examples: [String]) {
    let brain = brain
    var extractor = FeatureExtractor()
    let items = examples.map { example in
      // marks of slots are for whoever reads the example; what is said has none
      let text = IntentLibrary.unmarked(example)?.text ?? example
      let reading = Interpreter.reading(text, language, brain)
      extractor.extract(reading.sentence, kinds: reading.kinds)
      return Taught.Item(
        intent: intent, language: language, text: text, features: Taught.vector(extractor.rows, extractor.values))
    }
    state.withLock { state in
      var taught = state.taught[tenant] ?? Taught()
      taught.add(items)
      state.taught[tenant] = taught
    }
  }

  /// Each taught sentence judged without itself, and the intent's evaluation sentences.
  private static func accuracy(
    _ brain: Brain, _ taught: Taught, _ intent: String, _ held: [IntentLibrary.Evaluation]
  ) -> Double {
    var right = 0
    var all = 0
    for (place, item) in taught.items.enumerated() where item.intent == intent {
      let guess = Interpreter.classify(item.text, item.language, brain, taught, without: place)
      all += 1
      if guess.first?.intent == intent { right += 1 }
    }
    for sentence in held {
      let guess = Interpreter.classify(sentence.text, sentence.language, brain, taught, without: nil)
      all += 1
      if guess.first?.intent == intent { right += 1 }
    }
    return all == 0 ? 0 : Double(right) / Double(all)
  }
}
