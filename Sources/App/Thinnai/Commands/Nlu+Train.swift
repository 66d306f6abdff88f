import Base
import Embedding
import Formats
import Foundation
import Learning

/// The text classifier on any labelled file; nothing of the house is opened.
extension Commands {
  static let classifierForms = [
    "nlu train --data FILE.jsonl [--val FILE.jsonl] --model OUT [--seed N] [--plain]",
    "nlu eval --model MODEL --data FILE.jsonl [--oos FILE.jsonl] --json",
    "nlu predict --model MODEL --data FILE.jsonl",
  ]
  static let classifierNotes = """
      train   learns from rows {"text": …, "intent": …}; the intent “oos” marks what is out of scope. --val fixes
              temperature, detector and threshold and is learnt from then (without it, a part of the data does). --plain
              leaves the encoder out
      eval    prints accuracy, calibration and how well sentences out of scope are told
      predict prints {"intent", "confidence", "out_of_scope"} for every row
    """
  static let classifierOptions = ["data", "val", "model", "oos", "seed"]
  static let classifierFlags: Set = ["plain"]

  /// - Returns: `nil` when the words name no command of the classifier.
  static func classifier(_ arguments: Arguments, _ home: String) async throws -> Int32? {
    switch arguments.positional {
    case ["train"]: try await train(arguments, home)
    case ["eval"]: try await evaluate(arguments, home)
    case ["predict"]: try await predict(arguments, home)
    default: return nil
    }
    return 0
  }

  /// Loads the sentence encoder when it is asked for; `nil` without its weights.
  private static func encoder(_ home: String) -> @Sendable () throws -> EncoderVectors? {
    {
      let environment = ProcessInfo.processInfo.environment
      let share = try? Share.find(home: home, environment: environment)
      guard let folder = EncoderFiles.find(share: share?.folder, home: home, environment: environment) else {
        return nil
      }
      return try EncoderVectors(SentenceEncoder(folder: folder, precision: .float), folder: folder)
    }
  }

  /// The kept model with the encoder it needs; without the encoder's weights the part that does without.
  private static func load(
    _ model: String, _ encoder: () throws -> EncoderVectors?
  ) throws -> (TextClassifier, EncoderVectors?) {
    let classifier = try TextClassifier(contentsOf: model)
    guard classifier.needsVectors else { return (classifier, nil) }
    if let vectors = try encoder() { return (classifier, vectors) }
    Program.complain("The sentence encoder's weights are not here (see doctor); n-grams alone decide, less exactly.")
    return (classifier.plain, nil)
  }

  private static func path(_ name: String, _ arguments: Arguments) throws -> String {
    guard let path = arguments[name], !path.isEmpty else { throw UsageError("--\(name) needs a file.") }
    return path
  }

  private static func train(_ arguments: Arguments, _ home: String) async throws {
    let (data, model) = (try path("data", arguments), try path("model", arguments))
    let validation = arguments.has("val") ? try path("val", arguments) : nil
    var options = TextClassifierTrainer.Options()
    if let seed = arguments["seed"] {
      guard let seed = UInt64(seed) else { throw UsageError("--seed takes a whole number.") }
      options.seed = seed
    }
    let isPlain = arguments.has("plain")
    let (encoder, cache) = (encoder(home), House.cache(ProcessInfo.processInfo.environment))
    Program.say(
      try await BlockingCall.run("nlu train") { [options] in
        let rows = try LabelledFile.rows(data)
        guard !rows.isEmpty else { throw LearningError(.noRows, "\(data) has no rows.") }
        let held = try validation.map(LabelledFile.rows)
        let vectors = try isPlain ? nil : encoder().map { CachedVectors($0, folder: cache) }
        if !isPlain, vectors == nil {
          Program.complain(
            "The sentence encoder's weights are not here (see doctor); the model is made of n-grams alone.")
        }
        let trainer = TextClassifierTrainer(vectors: vectors, options: options)
        let classifier = try trainer.train(rows.map { .init($0) }, validation: held?.map { .init($0) })
        try classifier.write(to: model)
        return JSON.object([
          "intents": .integer(Int64(classifier.intents.count)), "rows": .integer(Int64(rows.count)),
          "oos_rows": .integer(Int64((rows + (held ?? [])).count { $0.intent == nil })),
          "val_rows": .integer(Int64(held?.count ?? 0)), "encoder": .bool(classifier.needsVectors),
          "train_s": .number((classifier.trainingSeconds * 100).rounded() / 100),
        ]).text()
      })
  }

  private static func evaluate(_ arguments: Arguments, _ home: String) async throws {
    let (data, model) = (try path("data", arguments), try path("model", arguments))
    let outOfScope = arguments.has("oos") ? try path("oos", arguments) : nil
    let encoder = encoder(home)
    Program.say(
      try await BlockingCall.run("nlu eval") {
        let (classifier, vectors) = try load(model, encoder)
        var rows = try LabelledFile.rows(data)
        if let outOfScope { rows += try LabelledFile.texts(outOfScope).map { LabelledText($0, nil) } }
        guard !rows.isEmpty else { throw LearningError(.noRows, "\(data) has no rows.") }
        let predictions = try classifier.predict(rows.map { .init($0.text) }, vectors: vectors, candidates: 1)
        var json = Evaluation(zip(rows, predictions).map { .init(expected: $0.intent, prediction: $1) }).json
        json["train_s"] = .number((classifier.trainingSeconds * 100).rounded() / 100)
        json["us_per_text"] = .number(try microseconds(classifier, rows, vectors))
        return JSON.object(json).text()
      })
  }

  /// Time a text alone takes, one after the other on one core, the encoder included: the median of up to 400.
  private static func microseconds(
    _ classifier: TextClassifier, _ rows: [LabelledText], _ vectors: (any SentenceVectors)?
  ) throws -> Double {
    let clock = ContinuousClock()
    let step = max(1, rows.count / 400)
    let times = try stride(from: 0, to: rows.count, by: step).map { index in
      let start = clock.now
      _ = try classifier.predict(.init(rows[index].text), vectors: vectors, candidates: 1)
      return Double((clock.now - start) / .nanoseconds(1)) / 1_000
    }.sorted()
    return (times[times.count / 2] * 10).rounded() / 10
  }

  private static func predict(_ arguments: Arguments, _ home: String) async throws {
    let (data, model) = (try path("data", arguments), try path("model", arguments))
    let encoder = encoder(home)
    Program.say(
      try await BlockingCall.run("nlu predict") {
        let (classifier, vectors) = try load(model, encoder)
        let texts = try LabelledFile.texts(data)
        let predictions = try classifier.predict(texts.map { .init($0) }, vectors: vectors, candidates: 1)
        return predictions.map { prediction in
          JSON.object([
            "intent": .string(prediction.intent),
            "confidence": .number((prediction.confidence * 10_000).rounded() / 10_000),
            "out_of_scope": .bool(prediction.isOutOfScope),
          ]).text()
        }.joined(separator: "\n")
      })
  }
}
