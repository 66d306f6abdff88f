import Glibc

/// How likely words follow each other in sentences of the house: a trigram model with absolute discounting and back-off,
/// written as the text file (ARPA) that recognisers read.
///
/// A recogniser that expects what is said here hears it far better than one that expects anything that can be said.
struct SentenceModel {
  private static let discount = 0.6
  private static let start = "<s>"
  private static let end = "</s>"

  private typealias Pair = [String]
  private var counts: [[Pair: Int]] = [[:], [:], [:]]
  /// For each beginning of a longer run of words, what follows it.
  private var next: [Pair: Set<String>] = [:]

  init(_ sentences: [[String]]) {
    for words in sentences where !words.isEmpty {
      let line = [Self.start] + words + [Self.end]
      for length in 1...3 {
        for first in 0..<max(0, line.count - length + 1) {
          let run = Array(line[first..<first + length])
          counts[length - 1][run, default: 0] += 1
          if length > 1 { next[Array(run.dropLast()), default: []].insert(run[length - 1]) }
        }
      }
    }
  }

  /// The words of a written sentence as a dictionary of sounds has them; numbers as they are spoken.
  static func words(of sentence: String) -> [String] {
    var words: [String] = []
    var word = ""
    func close() {
      if let number = Int(word) { words += spoken(number) } else if !word.isEmpty { words.append(word) }
      word = ""
    }
    for character in sentence.lowercased() {
      let isDigit = character.isASCII && character.isNumber
      let isLetter = character.isASCII && character.isLetter || character == "'"
      if !isDigit, !isLetter || word.last?.isNumber == true { close() }
      if isDigit, word.last?.isLetter == true { close() }
      if isDigit || isLetter { word.append(character) }
    }
    close()
    return words
  }

  private static let units = [
    "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

  private static func spoken(_ number: Int) -> [String] {
    switch number {
    case 0: []
    case 1..<20: [units[number]]
    case 20..<100: [tens[number / 10]] + spoken(number % 10)
    case 100..<1_000: [units[number / 100], "hundred"] + spoken(number % 100)
    default: spoken(number / 1_000 % 1_000) + ["thousand"] + spoken(number % 1_000)
    }
  }

  /// Sentences with an hour or a small number, for the others too: nine is as likely as five.
  static func withAllNumbers(_ sentences: [[String]]) -> [[String]] {
    let numbers = Array(units[1...12])
    return sentences
      + sentences.flatMap { words -> [[String]] in
        guard words.contains(where: numbers.contains) else { return [] }
        return [3, 6, 9].map { step in
          words.map { word in numbers.firstIndex(of: word).map { numbers[($0 + step) % numbers.count] } ?? word }
        }
      }
  }

  // MARK: The file

  var arpa: String {
    let total = Double(counts[0].values.reduce(0, +) - (counts[0][[Self.start]] ?? 0))
    var chances: [Pair: Double] = [:]
    var backing: [Pair: Double] = [:]
    for (word, count) in counts[0] { chances[word] = word == [Self.start] ? 1e-20 : Double(count) / total }
    for length in 2...3 {
      for (run, count) in counts[length - 1] {
        let context = Array(run.dropLast())
        let all = Double(sum(after: context))
        let kept = Self.discount * Double(next[context]?.count ?? 0) / all
        chances[run] =
          (Double(count) - Self.discount) / all + kept * chance(Array(run.dropFirst()), chances, backing)
      }
      // what a context leaves to the words that were never seen behind it
      for context in next.keys where context.count == length - 1 {
        let seen = next[context] ?? []
        let taken = seen.reduce(0) { $0 + (chances[context + [$1]] ?? 0) }
        let lower = seen.reduce(0) { $0 + chance(Array((context + [$1]).dropFirst()), chances, backing) }
        backing[context] = max(1e-9, 1 - taken) / max(1e-9, 1 - lower)
      }
    }
    var text = "\\data\\\n"
    for length in 1...3 { text += "ngram \(length)=\(counts[length - 1].count)\n" }
    for length in 1...3 {
      text += "\n\\\(length)-grams:\n"
      for run in counts[length - 1].keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        text += "\(Self.logarithm(chances[run] ?? 0)) \(run.joined(separator: " "))"
        text += length < 3 ? " \(Self.logarithm(backing[run] ?? 1))\n" : "\n"
      }
    }
    return text + "\n\\end\\\n"
  }

  private func sum(after context: Pair) -> Int {
    (next[context] ?? []).reduce(0) { $0 + (counts[context.count][context + [$1]] ?? 0) }
  }

  private func chance(_ run: Pair, _ chances: [Pair: Double], _ backing: [Pair: Double]) -> Double {
    if let chance = chances[run] { return chance }
    guard run.count > 1 else { return 1e-20 }
    return (backing[Array(run.dropLast())] ?? 1) * chance(Array(run.dropFirst()), chances, backing)
  }

  private static func logarithm(_ chance: Double) -> String {
    let scaled = (log10(max(chance, 1e-20)) * 10_000).rounded() / 10_000
    return "\(scaled)"
  }
}
