/// A language people write in, by its BCP 47 code; Tamil and Hindi in Latin letters are languages of their own here,
/// because people who write so want to be answered so.
package struct Language: Hashable, Sendable, Codable, CustomStringConvertible {
  package let code: String

  private init(known code: String) { self.code = code }

  /// Few and short: two bytes tell those apart that we speak.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(UInt16(truncatingIfNeeded: code.utf8.count) << 8 | UInt16(code.utf8.first ?? 0))
  }

  package static let english = Language(known: "en")
  package static let tamil = Language(known: "ta")
  package static let hindi = Language(known: "hi")
  /// Tanglish.
  package static let tamilLatin = Language(known: "ta-Latn")
  /// Hinglish.
  package static let hindiLatin = Language(known: "hi-Latn")

  /// Those we speak.
  package static let all: [Language] = [.english, .tamil, .hindi, .tamilLatin, .hindiLatin]

  /// Reads a code or a common name in any case; a region is dropped (`en-IN`, `ta_IN`). `nil` for what we do not speak.
  package init?(code text: some StringProtocol) {
    let lower = text.lowercased().replacing("_", with: "-")
    switch lower {
    case "english": self = .english
    case "tamil", "தமிழ்": self = .tamil
    case "hindi", "हिन्दी", "हिंदी": self = .hindi
    case "tanglish": self = .tamilLatin
    case "hinglish": self = .hindiLatin
    default:
      let parts = lower.split(separator: "-")
      let isLatin = parts.dropFirst().contains("latn")
      switch parts.first {
      case "en": self = .english
      case "ta": self = isLatin ? .tamilLatin : .tamil
      case "hi": self = isLatin ? .hindiLatin : .hindi
      default: return nil
      }
    }
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let language = Language(code: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a language such as en, ta, hi, ta-Latn or hi-Latn"))
    }
    self = language
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }

  package var description: String { code }
  /// `ta` for Tamil in either script.
  package var base: String {
    switch self {
    case .tamil, .tamilLatin: "ta"
    case .hindi, .hindiLatin: "hi"
    case .english: "en"
    default: String(code.prefix(2))
    }
  }
  package var isLatin: Bool { self == .english || code.hasSuffix("-Latn") }

  /// As its speakers call it.
  package var name: String {
    switch self {
    case .tamil: "தமிழ்"
    case .hindi: "हिन्दी"
    default: englishName
    }
  }

  package var englishName: String {
    switch self {
    case .tamil: "Tamil"
    case .hindi: "Hindi"
    case .tamilLatin: "Tanglish"
    case .hindiLatin: "Hinglish"
    default: "English"
    }
  }

  /// Where a text is looked for, in order; English last.
  package var fallbacks: [Language] { self == .english ? [self] : [self, .english] }
}
