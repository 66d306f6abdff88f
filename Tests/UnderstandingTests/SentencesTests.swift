import Base
import RoomTesting
import Testing
import Text

@testable import Understanding

/// What the sentences under `Intents/` themselves must hold to.
@Suite struct SentencesTests {
  /// Lower case, without punctuation: "Skip it!" and "skip it" are one sentence.
  private static func plain(_ text: String) -> String {
    text.lowercased().split { $0.isWhitespace || $0.isPunctuation }.joined(separator: " ")
  }

  @Test("no evaluation sentence is an example of its intent too")
  func separate() throws {
    let library = try IntentLibrary(folder: Engine.folder)
    var taught: Set<String> = []
    for example in library.examples where [.english, .hindi, .hindiLatin].contains(example.language) {
      taught.insert("\(example.language) \(example.intent ?? "") \(Self.plain(example.text))")
    }
    let copies = library.evaluation.filter {
      taught.contains("\($0.language) \($0.intent ?? "") \(Self.plain($0.text))")
    }
    #expect(copies.map(\.text) == [])
  }

  @Test("a line that looks like the file's own words slipped into a block of sentences")
  func slipped() throws {
    let library = try IntentLibrary(folder: Engine.folder)
    let all = library.examples.map(\.text) + library.evaluation.map(\.text)
    #expect(all.filter { $0.contains("intent:") || $0.hasSuffix(": |") || $0.hasPrefix(" ") } == [])
  }

  @Test("every intent has enough sentences in English, Hindi and Hinglish")
  func enough() throws {
    let library = try IntentLibrary(folder: Engine.folder)
    let measured = Measurement(library, now: .epoch) { _ in
      Understood(language: .english, intent: nil, confidence: 0, kind: .outOfScope)
    }
    for (intent, counts) in measured.examples {
      for (language, least, held) in [(Language.english, 50, 8), (.hindi, 25, 5), (.hindiLatin, 25, 5)] {
        guard let count = counts[language] else { continue }
        #expect(count >= least, "\(intent) \(language)")
        #expect(measured.evaluation[intent]?[language] ?? 0 >= held, "\(intent) \(language)")
      }
    }
  }

  @Test("every call for help raises the alarm, and hardly an everyday sentence does")
  func emergencies() async throws {
    let engine = try await Engine.shared()
    let library = try IntentLibrary(folder: Engine.folder)
    var everyday = Measurement.Share()
    for sentence in library.emergencyEvaluation {
      let request = Engine.request(sentence.text, languages: [sentence.language])
      let isAlarm = engine.understandNow(request).intent == "emergency.alert"
      if sentence.isCall {
        #expect(isAlarm, "\(sentence.language) “\(sentence.text)”")
      } else {
        everyday.all += 1
        if isAlarm { everyday.right += 1 }
      }
    }
    print("false alarms: \(everyday.right) of \(everyday.all)")
    #expect(everyday.all >= 300)
    // measured: 4.8 %; missing a call is worse than asking once too often
    #expect(everyday.value <= 0.08)
  }

  @Test("counts what is right, what is taken for what and how sure it was")
  func measures() throws {
    let library = try IntentLibrary(folder: Engine.folder)
    let intents = Dictionary(library.evaluation.map { ($0.text, $0.intent) }) { first, _ in first }
    let wrong = try #require(library.evaluation.first { $0.intent == "reminder.done" })
    let measured = Measurement(library, now: .epoch) { request in
      let intent = request.text == wrong.text ? "reminder.skip" : intents[request.text] ?? nil
      return Understood(language: .english, intent: intent, confidence: 1, kind: .intent)
    }
    #expect(measured.confusions[.init(meant: "reminder.done", taken: "reminder.skip")] ?? 0 >= 1)
    #expect(measured.intents["reminder.done"].map { $0.recall.right < $0.recall.all } == true)
    #expect(measured.intents["reminder.skip"].map { $0.precision.right < $0.precision.all } == true)
    #expect(measured.calibrationError > 0 && measured.calibrationError < 0.1)
    #expect(measured.misses.contains { $0.text == wrong.text })
  }
}
