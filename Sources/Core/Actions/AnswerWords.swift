import Base
package import Delivery
package import Formats
package import Messages
import People
import Text
import Time

/// What stands in the data of an answer besides its text: English for programs, and under `shown` the same for people, by the
/// same names, where whoever asks reads another language. Pages show that.
package struct AnswerWords: Sendable {
  private let delivery: Delivery?
  private let reader: Reader
  private let now: Instant

  /// - Parameter delivery: `nil` where no house is running; words are then shown as they are.
  package init(_ delivery: Delivery?, _ context: ActionContext) {
    self.delivery = delivery
    reader = Reader(language: context.language, zone: context.zone, persona: context.persona.name)
    now = context.now
  }

  /// As whoever asks reads it.
  package func text(_ say: Say) -> String { text(say, for: reader) }

  package func english(_ value: Say.Value) -> String {
    if delivery == nil, case .term(let text) = value { return text }
    return english(Say("words", ["text": value]))
  }

  package func english(_ say: Say) -> String {
    var reader = reader
    reader.language = .english
    return text(say, for: reader)
  }

  private func text(_ say: Say, for reader: Reader) -> String {
    delivery?.replies.text(of: say, for: reader, now: now).text ?? say.key
  }

  /// What is shown in the place of English words, by their names; `nil` where whoever asks reads English.
  package func shown(_ words: KeyValuePairs<String, Say.Value?>) -> JSON? {
    guard reader.language != .english, delivery != nil else { return nil }
    var shown: JSONObject = [:]
    for (name, value) in words {
      if let value { shown[name] = .string(text(Say("words", ["text": value]))) }
    }
    return .object(shown)
  }
}
