import Text

/// A sum that somebody types between two other things: "18% of 42500", "1200 + 18%", "3 x 450", "2 lakh / 12".
///
/// Left to right by the usual precedence; a percentage behind plus or minus is of what stands before it.
struct Sum: Sendable, Hashable {
  let value: Double

  /// - Returns: `nil` where there is anything besides figures and what is done with them.
  init?(_ text: String) {
    guard text.utf8.count < 120, text.utf8.contains(where: { (48...57).contains($0) }) else { return nil }
    let text = Normaliser.normalise(text)
    let tokens = Self.tokens(text)
    // "10/11" is a day, "10-11" a time, "120/80" a pressure: nobody asks what they make
    let isPlain = !tokens.contains { [.plus, .times, .percent].contains($0) }
    guard !isPlain || text.contains(where: \.isLetter) else { return nil }
    var parser = Parser(tokens)
    guard let value = parser.whole(), value.isFinite, abs(value) < 1e15 else { return nil }
    self.value = value
  }

  private enum Token: Hashable {
    case number(Double), plus, minus, times, over, percent, of, open, close, other
  }

  private static let idle: Set<Substring> = [
    "what", "whats", "what's", "is", "calculate", "calc", "how", "much", "please", "pls", "the", "answer", "to", "ok",
    "so", "and", "equals", "equal",
  ]
  private static let signs: [Substring: Token] = [
    "plus": .plus, "minus": .minus, "less": .minus, "times": .times, "x": .times, "into": .times, "multiplied": .times,
    "by": .other, "divided": .over, "over": .over, "percent": .percent, "percentage": .percent, "pct": .percent,
    "of": .of,
    "on": .of,
  ]
  private static let scales: [Substring: Double] = [
    "k": 1e3, "thousand": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "crore": 1e7, "crores": 1e7, "cr": 1e7,
    "million": 1e6,
  ]

  private static func tokens(_ text: String) -> [Token] {
    var found: [Token] = []
    var rest = text.prefix(120)
    while let first = rest.first {
      if first.isWhitespace || first == "?" || first == "=" || first == "₹" {
        rest.removeFirst()
        continue
      }
      if first.isASCII, first.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "," || $0 == "." }
        rest = rest.dropFirst(digits.count)
        guard let number = Double(digits.filter { $0 != "," }) else { return [.other] }
        found.append(.number(number))
        continue
      }
      if first.isLetter {
        let word = rest.prefix { $0.isLetter || $0 == "'" }
        rest = rest.dropFirst(word.count)
        if idle.contains(word) { continue }
        // nearly every message is left at its first word
        guard signs[word] != nil || scales[word] != nil || word == "rs" || word == "rupees" else { return [.other] }
        if let scale = scales[word], case .number(let number)? = found.last {
          found[found.count - 1] = .number(number * scale)
        } else if word == "by" {
          // "divided by", "multiplied by"
          if found.last != .over, found.last != .times { found.append(.over) }
        } else if word == "rs" || word == "rupees" {
          continue
        } else {
          found.append(signs[word] ?? .other)
        }
        continue
      }
      rest.removeFirst()
      let symbols: [Character: Token] = [
        "+": .plus, "-": .minus, "*": .times, "×": .times, "/": .over, "÷": .over, "%": .percent, "(": .open,
        ")": .close,
      ]
      found.append(symbols[first] ?? .other)
    }
    return found
  }

  private struct Parser {
    private var tokens: ArraySlice<Token>
    private var operations = 0

    init(_ tokens: [Token]) { self.tokens = tokens[...] }

    /// Something has to be done with the figures: "98400 12345" and "7" are no sums, nor is "10-11".
    mutating func whole() -> Double? {
      guard tokens.count <= 40, let value = sum(), tokens.isEmpty, operations > 0 else { return nil }
      return value
    }

    private mutating func take(_ token: Token) -> Bool {
      guard tokens.first == token else { return false }
      tokens.removeFirst()
      return true
    }

    private mutating func sum() -> Double? {
      guard var value = product() else { return nil }
      while true {
        let isPlus = take(.plus)
        guard isPlus || take(.minus) else { return value }
        operations += 1
        if case .number(let share)? = tokens.first, tokens.dropFirst().first == .percent,
          tokens.dropFirst(2).first != .of
        {
          tokens = tokens.dropFirst(2)
          value *= 1 + (isPlus ? share : -share) / 100
          continue
        }
        guard let next = product() else { return nil }
        value += isPlus ? next : -next
      }
    }

    private mutating func product() -> Double? {
      guard var value = factor() else { return nil }
      while true {
        if take(.times) {
          guard let next = factor() else { return nil }
          value *= next
        } else if take(.over) {
          guard let next = factor(), next != 0 else { return nil }
          value /= next
        } else if take(.percent) {
          // "18% of 42500"; a share of nothing is none
          guard take(.of), let next = factor() else { return nil }
          value *= next / 100
        } else {
          return value
        }
        operations += 1
      }
    }

    private mutating func factor() -> Double? {
      if take(.open) {
        guard let value = sum(), take(.close) else { return nil }
        return value
      }
      guard case .number(let value)? = tokens.first else { return nil }
      tokens.removeFirst()
      return value
    }
  }
}
