package import Actions
package import Base
import Foundation
import Synchronization
package import Text
import Time

/// The first engine behind the seam: hashed features, a linear softmax, readers of values; no model, no network.
package final class NativeUnderstanding: Understanding, IntentTrainer {
  private struct State {
    var brain: Brain
    var taught: [TenantID: Taught] = [:]
  }

  private let folder: String
  private let cache: String?
  private let state: Mutex<State>

  /// Reads the data and, if there is one, the trained model; never trains, so that readiness never waits.
  ///
  /// - Parameters:
  ///   - folder: `Intents`.
  ///   - cache: where trained models are kept; `nil` keeps none.
  /// - Throws: the first mistake in the data, with file and line.
  package init(folder: String, cache: String?) throws {
    self.folder = folder
    self.cache = cache
    let library = try IntentLibrary(folder: folder)
    state = Mutex(
      State(brain: Brain(library: library, trained: cache.flatMap { ModelFile.load($0, hash: library.hash) })))
  }

  private var brain: Brain { state.withLock { $0.brain } }

  package var library: IntentLibrary { brain.library }
  package var emergencies: EmergencyDetector { brain.library.emergencies }
  /// False while the keyword fallback answers.
  package var isTrained: Bool { brain.trained != nil }

  /// Trains on a thread of its own unless a model is there already; the old brain answers meanwhile.
  package func prepare() async {
    let library = brain.library
    guard brain.trained == nil else { return }
    await train(library)
  }

  /// Reads the data again and, when it changed, trains beside the old model and puts the new one in its place.
  ///
  /// - Returns: whether anything changed. A mistake in a file is thrown and the old brain stays.
  @discardableResult
  package func reload() async throws -> Bool {
    let library = try IntentLibrary(folder: folder)
    guard library.hash != brain.library.hash else { return false }
    if let cache, let trained = ModelFile.load(cache, hash: library.hash) {
      swap(Brain(library: library, trained: trained))
    } else {
      await train(library)
    }
    return true
  }

  private func swap(_ brain: Brain) { state.withLock { $0.brain = brain } }

  private func train(_ library: IntentLibrary) async {
    let cache = cache
    let trained = await withCheckedContinuation { (done: CheckedContinuation<Brain.Trained, Never>) in
      let thread = Thread {
        let trained = BrainTrainer(library).train()
        if let cache { ModelFile.save(trained, cache, hash: library.hash) }
        done.resume(returning: trained)
      }
      thread.name = "understanding"
      thread.stackSize = 4 << 20
      thread.start()
    }
    swap(Brain(library: library, trained: trained))
  }

  // MARK: Understanding

  package func understand(_ request: UnderstandingRequest) async -> Understood { understandNow(request) }

  /// The same without suspension: it is bounded work on one core.
  package func understandNow(_ request: UnderstandingRequest) -> Understood {
    let (brain, taught) = state.withLock { state in
      (state.brain, request.tenant.flatMap { state.taught[$0] })
    }
    return Interpreter(brain: brain, taught: taught, request: request).understand()
  }

  package func read(_ text: String, as kind: SlotKind, _ request: UnderstandingRequest) -> SlotValue? {
    var request = request
    request.text = text
    return Interpreter(brain: brain, taught: nil, request: request).read(kind)
  }

  // MARK: Teaching

  package func add(tenant: TenantID, language: Language, intent: String, examples: [String]) async throws -> Double {
    let brain = brain
    guard brain.library.intents[intent] != nil else {
      throw UnderstandingError(.unknownIntent, "There is no intent “\(intent)”.", field: "intent")
    }
    let usable = examples.filter { Sentence($0).tokens.contains { $0.kind == .word } }
    guard !usable.isEmpty, usable.count <= 500 else {
      throw UnderstandingError(.noExamples, "Give between 1 and 500 example sentences.", field: "examples")
    }
    restore(tenant: tenant, language: language, intent: intent, examples: usable)
    let taught = state.withLock { $0.taught[tenant] } ?? Taught()
    return Self.accuracy(brain, taught, language, intent)
  }

  /// Puts back what was taught before a restart.
  package func restore(tenant: TenantID, language: Language, intent: String, examples: [String]) {
    let brain = brain
    var extractor = FeatureExtractor()
    let items = examples.map { text in
      let reading = Interpreter.reading(text, language, brain)
      extractor.extract(reading.sentence, kinds: reading.kinds)
      return Taught.Item(
        intent: intent, language: language, text: text, features: Taught.vector(extractor.rows, extractor.values))
    }
    state.withLock { state in
      var taught = state.taught[tenant] ?? Taught()
      for item in items { taught.add(item) }
      state.taught[tenant] = taught
    }
  }

  /// Each taught sentence judged without itself, and the intent's evaluation sentences.
  private static func accuracy(_ brain: Brain, _ taught: Taught, _ language: Language, _ intent: String) -> Double {
    var right = 0
    var all = 0
    for (place, item) in taught.items.enumerated() where item.intent == intent {
      let guess = Interpreter.classify(item.text, item.language, brain, taught, without: place)
      all += 1
      if guess.first?.intent == intent { right += 1 }
    }
    for sentence in brain.library.evaluation where sentence.intent == intent && sentence.language == language {
      let guess = Interpreter.classify(sentence.text, language, brain, taught, without: nil)
      all += 1
      if guess.first?.intent == intent { right += 1 }
    }
    return all == 0 ? 0 : Double(right) / Double(all)
  }
}
