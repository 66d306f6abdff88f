import Formats
import Testing
import Text

@testable import Understanding

/// What `Intents/` holds, counted; what it is worth is measured by `AccuracyTests`.
@Suite struct SayingsTests {
  private static let library = Result { try IntentLibrary(folder: Engine.folder) }

  /// The least number of training and of evaluation sentences for every intent that a language's files have.
  private static let least: [Language: (examples: Int, evaluation: Int)] = [
    .english: (50, 8), .tamil: (25, 5), .tamilLatin: (25, 5), .hindi: (25, 5), .hindiLatin: (25, 5),
  ]

  @Test("every intent has enough sentences in each language that speaks it", arguments: Language.all)
  func enough(_ language: Language) throws {
    guard let least = Self.least[language] else { return }
    let library = try Self.library.get()
    var examples: [String: Set<String>] = [:]
    for example in library.examples where example.language == language {
      examples[example.intent ?? "out of scope", default: []].insert(example.text)
    }
    var evaluation: [String: Set<String>] = [:]
    for sentence in library.evaluation where sentence.language == language {
      evaluation[sentence.intent ?? "out of scope", default: []].insert(sentence.text)
    }
    for (intent, sentences) in examples {
      #expect(sentences.count >= least.examples, "\(language) \(intent)")
      #expect(evaluation[intent, default: []].count >= least.evaluation, "\(language) \(intent)")
    }
    #expect(examples.count > 30)
  }

  @Test("no sentence of the evaluation was trained on", arguments: Language.all)
  func apart(_ language: Language) throws {
    let library = try Self.library.get()
    let trained = Set(library.examples.lazy.filter { $0.language == language }.map { $0.text.lowercased() })
    for sentence in library.evaluation where sentence.language == language {
      #expect(!trained.contains(sentence.text.lowercased()), "\(language) “\(sentence.text)”")
    }
  }
}
