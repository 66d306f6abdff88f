package import Base
package import Formats
package import Text
package import Time

/// What the assistant wants to say, before language: a key of the reply files and typed values.
///
/// The text is made for each recipient, in their language and zone, when the change commits.
package struct Say: Sendable, Hashable {
  package var key: String
  package var values: [String: Value]
  package var buttons: [Button]
  /// Lines that follow the text, each a `Say` of its own (a list of reminders, say).
  package var lines: [Say]
  /// Id of a kept picture.
  package var picture: String?
  package var location: Coordinate?
  /// In which language it is said; the reader's own when `nil`.
  package var language: Language?

  package init(
    _ key: String, _ values: [String: Value] = [:], lines: [Say] = [], buttons: [Button] = [], picture: String? = nil,
    location: Coordinate? = nil
  ) {
    self.key = key
    self.values = values
    self.lines = lines
    self.buttons = buttons
    self.picture = picture
    self.location = location
  }

  /// Words as they are, for text that has no key (what a person wrote, a name).
  package static func words(_ text: String) -> Say { Say("words", ["text": .text(text)]) }

  package indirect enum Value: Sendable, Hashable {
    case text(String)
    /// Words that the house's own data has in English (a title, what an action does): as the reply files have them under
    /// `term`, else as they are.
    case term(String)
    /// The same in several languages, the first in English.
    case worded(String, [Language: String])
    case integer(Int64)
    case number(Double, digits: Int)
    case money(Money)
    /// A moment, shown in the recipient's zone: "tomorrow at 8:00 pm".
    case instant(Instant)
    case time(CivilTime)
    case date(CivilDate)
    case duration(Duration)
    /// A recurrence in words: "every day at 8:00 am".
    case recurrence(RecurrenceRule, CivilTime?)
    /// Metres.
    case distance(Double)
    case percent(Double)
    case coordinate(Coordinate)
    case list([Value])
    case say(Say)
  }

  /// A button: a label key of the reply files (`button.taken`) and the action call that a tap runs.
  package struct Button: Sendable, Hashable {
    package var label: String
    package var values: [String: Value]
    package var action: String
    package var arguments: JSONObject
    /// Who may press it; the recipient alone when `nil`.
    package var allowed: [PersonID]?
    package var isSingleUse: Bool
    package var lifetime: Duration
    /// What the message offers: a plain yes to it is a tap of this one.
    package var isOffer = false

    package init(
      _ label: String, _ values: [String: Value] = [:], action: String, arguments: JSONObject = [:],
      allowed: [PersonID]? = nil, isSingleUse: Bool = true, lifetime: Duration = .days(7)
    ) {
      self.label = label
      self.values = values
      self.action = action
      self.arguments = arguments
      self.allowed = allowed
      self.isSingleUse = isSingleUse
      self.lifetime = lifetime
    }
  }
}

extension Say.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
}

/// How soon it must reach a person, and whether quiet hours hold it back.
package enum Urgency: Int, Sendable, Codable, Comparable {
  /// May wait for the morning.
  case low = 0
  /// An answer, or something the person asked for: goes at once.
  case normal = 1
  /// Goes on every channel and through quiet hours.
  case emergency = 2
  package static func < (a: Urgency, b: Urgency) -> Bool { a.rawValue < b.rawValue }
}
