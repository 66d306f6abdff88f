import Actions
package import Base
package import Text
import Time

/// How well an engine understands the evaluation sentences of `Intents/`, which training never sees.
package struct Measurement: Sendable {
  package struct Share: Sendable, Hashable {
    package var right = 0
    package var all = 0
    /// 1 of nothing: what was never asked was never wrong.
    package var value: Double { all == 0 ? 1 : Double(right) / Double(all) }

    mutating func count(_ isRight: Bool) {
      all += 1
      if isRight { right += 1 }
    }
  }

  package struct OfIntent: Sendable, Hashable {
    /// Of the sentences that mean it, those understood as it.
    package var recall = Share()
    /// Of the sentences understood as it, those that mean it.
    package var precision = Share()

    package init() {}
  }

  /// A pair that is taken for each other, in one direction. `nil`: out of scope.
  package struct Confusion: Sendable, Hashable {
    package var meant: String?
    package var taken: String?
  }

  package struct Miss: Sendable {
    package var language: Language
    package var text: String
    package var confusion: Confusion
  }

  package struct Emergencies: Sendable, Hashable {
    /// Of the calls for help, those that raise the alarm.
    package var calls = Share()
    /// Of the harmless sentences, those that raise it too.
    package var falseAlarms = Share()
  }

  package private(set) var all = Share()
  package private(set) var languages: [Language: Share] = [:]
  /// The empty name is everything out of scope.
  package private(set) var intents: [String: OfIntent] = [:]
  package private(set) var confusions: [Confusion: Int] = [:]
  package private(set) var misses: [Miss] = []
  package private(set) var emergencies: [Language: Emergencies] = [:]
  /// Calls for help that were missed and harmless sentences that raised the alarm.
  package private(set) var emergencyMisses: [(language: Language, text: String, isCall: Bool)] = []
  /// Training sentences by intent and language; the empty name is out of scope.
  package private(set) var examples: [String: [Language: Int]] = [:]
  package private(set) var evaluation: [String: [Language: Int]] = [:]
  /// Expected calibration error, 0…1: how far confidence is from frequency over ten bins, weighted by their size.
  package private(set) var calibrationError = 0.0

  /// - Parameter understand: the engine, with nobody's lists and no conversation.
  package init(_ library: IntentLibrary, now: Instant, _ understand: (UnderstandingRequest) -> Understood) {
    func understood(_ text: String, _ language: Language) -> Understood {
      var request = UnderstandingRequest(text: text, now: now, zone: .utc, languages: [language])
      request.isLookedAfter = true
      return understand(request)
    }
    for example in library.examples { examples[example.intent ?? "", default: [:]][example.language, default: 0] += 1 }
    var bins = [(right: Double, sum: Double)](repeating: (0, 0), count: 10)
    for sentence in library.evaluation {
      evaluation[sentence.intent ?? "", default: [:]][sentence.language, default: 0] += 1
      let guess = understood(sentence.text, sentence.language)
      let isRight = guess.intent == sentence.intent
      all.count(isRight)
      languages[sentence.language, default: Share()].count(isRight)
      intents[sentence.intent ?? "", default: OfIntent()].recall.count(isRight)
      intents[guess.intent ?? "", default: OfIntent()].precision.count(isRight)
      let bin = max(0, min(9, Int(guess.confidence * 10)))
      bins[bin] = (bins[bin].right + (isRight ? 1 : 0), bins[bin].sum + guess.confidence)
      guard !isRight else { continue }
      let confusion = Confusion(meant: sentence.intent, taken: guess.intent)
      confusions[confusion, default: 0] += 1
      misses.append(Miss(language: sentence.language, text: sentence.text, confusion: confusion))
    }
    calibrationError = bins.reduce(0) { $0 + abs($1.sum - $1.right) } / Double(max(1, all.all))
    for sentence in library.emergencyEvaluation {
      let isAlarm = understood(sentence.text, sentence.language).intent == "emergency.alert"
      if sentence.isCall {
        emergencies[sentence.language, default: Emergencies()].calls.count(isAlarm)
      } else {
        emergencies[sentence.language, default: Emergencies()].falseAlarms.count(isAlarm)
      }
      if isAlarm != sentence.isCall { emergencyMisses.append((sentence.language, sentence.text, sentence.isCall)) }
    }
  }
}
