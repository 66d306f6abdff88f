import Base
import Formats
import Text

/// How much is taken at a time, as far as it can be counted: "half a tablet" is 0.5, "5 mg" says how strong one is.
struct Dosage: Sendable, Hashable {
  /// Of what is counted: tablets, drops, millilitres.
  var amount: Double

  /// Of a few thousand at most; a strength or words without a number count as one.
  init(_ text: String?) {
    amount = 1
    guard let text else { return }
    let words = Normaliser.normalise(text).split { " ,".contains($0) }.map(String.init)
    var number: Double?
    for (index, word) in words.enumerated() {
      var (head, tail) = Self.parts(of: word)
      if let value = head ?? Self.number(word) {
        if tail.isEmpty, index + 1 < words.count { tail = words[index + 1] }
        // a large bare number is a strength as well: "glycomet 500"
        if Self.strengths.contains(tail) || value > 10 && !Self.counted.contains(tail) { continue }
        // "one and a half", "ஒன்றரை" is one word
        number = (number ?? 0) + value
      }
    }
    if let number, number > 0, number <= 1_000 { amount = number }
  }

  private static let strengths: Set<String> = [
    "mg", "mcg", "g", "gm", "gram", "grams", "microgram", "micrograms", "milligram", "milligrams", "iu", "%", "µg",
    "மிகி", "मिग्रा", "एमजी", "எம்ஜி",
  ]

  private static let counted: Set<String> = [
    "unit", "units", "ml", "drop", "drops", "puff", "puffs", "tablet", "tablets",
  ]

  private static let words: [String: Double] = [
    "half": 0.5, "quarter": 0.25, "one": 1, "two": 2, "three": 3, "four": 4, "½": 0.5, "¼": 0.25,
    "அரை": 0.5, "பாதி": 0.5, "கால்": 0.25, "ஒரு": 1, "ஒன்று": 1, "ஒன்றரை": 1.5, "இரண்டு": 2, "ரெண்டு": 2, "மூன்று": 3,
    "ara": 0.5, "arai": 0.5, "paadhi": 0.5, "paathi": 0.5, "kaal": 0.25, "oru": 1, "onnu": 1, "onnarai": 1.5,
    "rendu": 2, "moonu": 3,
    "आधा": 0.5, "आधी": 0.5, "पाव": 0.25, "एक": 1, "डेढ़": 1.5, "दो": 2, "तीन": 3,
    "aadha": 0.5, "aadhi": 0.5, "adha": 0.5, "adhi": 0.5, "ek": 1, "dedh": 1.5, "do": 2, "teen": 3,
  ]

  private static func number(_ word: String) -> Double? {
    if let known = words[word] { return known }
    let parts = word.split(separator: "/")
    if parts.count == 2, let over = Double(parts[0]), let under = Double(parts[1]), under > 0 { return over / under }
    return nil
  }

  /// "500mg" is 500 and "mg".
  private static func parts(of word: String) -> (Double?, String) {
    let digits = word.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard !digits.isEmpty, !word.contains("/"), let value = Double(digits) else { return (nil, "") }
    return (value, String(word.dropFirst(digits.count)))
  }
}
