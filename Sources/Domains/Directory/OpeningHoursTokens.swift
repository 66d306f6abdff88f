import Base

/// The words, numbers and signs of opening hours, with the slips of the pen that everybody makes evened out.
enum OpeningHoursTokens {
  enum Token: Hashable, Sendable {
    case word(String)
    case number(Int, digits: Int)
    case sign(Character)
    case fallback
    case comment(String)
  }

  static func read(_ text: String) throws(OpeningHoursError) -> [Token] {
    var tokens: [Token] = []
    let scalars = Array(text.unicodeScalars.prefix(2_000))
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar.properties.isWhitespace {
        index += 1
      } else if scalar.properties.numericType == .decimal, scalar.isASCII {
        var value = 0
        let start = index
        while index < scalars.count, scalars[index].isASCII, let digit = scalars[index].properties.numericValue {
          guard index - start < 4 else { throw error("a number is too long", scalars, start) }
          value = value * 10 + Int(digit)
          index += 1
        }
        tokens.append(.number(value, digits: index - start))
      } else if scalar.properties.isAlphabetic {
        let start = index
        while index < scalars.count, scalars[index].properties.isAlphabetic { index += 1 }
        let word = String(String.UnicodeScalarView(scalars[start..<index])).lowercased()
        if index < scalars.count, scalars[index] == ".", OpeningWords.isShortened(word) { index += 1 }
        tokens.append(["to", "till", "until"].contains(word) ? .sign("-") : .word(word))
      } else if scalar == "\"" || scalar == "“" {
        let closing: Set<Unicode.Scalar> = scalar == "“" ? ["”", "“"] : ["\""]
        guard let end = scalars[(index + 1)...].firstIndex(where: { closing.contains($0) }) else {
          throw error("a comment is not closed", scalars, index)
        }
        tokens.append(.comment(String(String.UnicodeScalarView(scalars[(index + 1)..<end]))))
        index = end + 1
      } else if scalar == "|" {
        guard index + 1 < scalars.count, scalars[index + 1] == "|" else {
          throw error("a single | has no meaning", scalars, index)
        }
        tokens.append(.fallback)
        index += 2
      } else {
        guard let sign = sign(scalar) else { throw error("a sign that is not known", scalars, index) }
        tokens.append(.sign(sign))
        index += 1
      }
    }
    return tokens
  }

  private static func sign(_ scalar: Unicode.Scalar) -> Character? {
    switch scalar {
    case "-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}", "~", "\u{FF5E}": "-"
    case ":", "\u{FF1A}": ":"
    case ",", ";", "+", "/", "[", "]", "(", ")", "&": Character(scalar)
    default: nil
    }
  }

  private static func error(_ what: String, _ scalars: [Unicode.Scalar], _ index: Int) -> OpeningHoursError {
    OpeningHoursError(
      what: what, near: String(String.UnicodeScalarView(scalars[index..<min(index + 20, scalars.count)])))
  }
}

extension OpeningHoursTokens.Token {
  var text: String {
    switch self {
    case .word(let word): word
    case .number(let value, let digits):
      String(repeating: "0", count: max(0, digits - String(value).count)) + String(value)
    case .sign(let sign): String(sign)
    case .fallback: "||"
    case .comment(let text): "\"\(text)\""
    }
  }
}
