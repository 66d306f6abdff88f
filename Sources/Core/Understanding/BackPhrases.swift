import Formats
import Learning
import Text

/// Words that stand for something said before: "same time", "the second one", "her", "instead of 6", "what about".
struct BackPhrases: Sendable {
  enum Sense: Sendable, Hashable {
    /// Before a value: what was done is wanted with that as well.
    case also
    /// The time of the day that was spoken of last.
    case sameTime
    /// What follows no longer holds: "7 instead of 6".
    case insteadOf
    /// What stands before no longer holds: "6 ki jagah 7".
    case inPlaceOf
    /// Whom the talk was about last.
    case person
    /// "3 hours before the flight": it counts back from something that is planned.
    case before
    case pointer(Pointer)
  }

  struct Phrase: Sendable {
    var words: [UInt64]
    /// The same as they are written: "use" sounds like "usse".
    var spelt: [UInt64]
    var sense: Sense
    /// What is put behind the name that takes the place of a pronoun: "usko" is "Amma ko".
    var ending = ""
  }

  struct Found {
    var sense: Sense
    var tokens: Range<Int>
    var ending: String
    /// Letter for letter as the file has it.
    var isExact: Bool
  }

  private(set) var phrases: [Phrase] = []
  private var byFirst: [UInt64: [Int]] = [:]

  init(_ phrases: [Phrase] = []) { for phrase in phrases { add(phrase) } }

  mutating func add(_ phrase: Phrase) {
    guard let first = phrase.words.first else { return }
    byFirst[first, default: []].append(phrases.count)
    phrases.append(phrase)
  }

  static let keys = ["also", "same_time", "instead_of", "in_place_of", "person", "before", "pointers"]

  /// The parts of a `dialogue.yaml` that hold such words, one phrase a line.
  mutating func add(_ node: YAMLNode) throws {
    let senses: [(String, Sense)] = [
      ("also", .also), ("same_time", .sameTime), ("instead_of", .insteadOf), ("in_place_of", .inPlaceOf),
      ("person", .person), ("before", .before),
    ]
    for (key, sense) in senses { add(lines: node[key]?.string, sense) }
    for (key, value) in try node["pointers"]?.mapping() ?? [] {
      let pointer: Pointer
      switch (key.string, key.int) {
      case ("it", _): pointer = .it
      case ("last", _): pointer = .last
      case (_, let place?) where place > 0: pointer = .place(place)
      default: throw key.error("expected “it”, “last” or a place in a list, such as 2")
      }
      add(lines: value.string, .pointer(pointer))
    }
  }

  private mutating func add(lines: String?, _ sense: Sense) {
    for line in lines?.split(separator: "\n") ?? [] {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      guard let words = parts.first else { continue }
      add(
        Phrase(
          words: Sentence(words).tokens.map(\.skeleton), spelt: Sentence(words).tokens.map(\.hash), sense: sense,
          ending: parts.count > 1 ? Sentence(parts[1]).normalised : ""))
    }
  }

  /// From left to right, the longest first; never two that overlap.
  func find(in sentence: Sentence) -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < sentence.tokens.count {
      let rest = sentence.tokens[index...]
      let fits = (byFirst[sentence.tokens[index].skeleton] ?? []).filter { place in
        let words = phrases[place].words
        return words.count <= rest.count && zip(rest, words).allSatisfy { $0.skeleton == $1 }
      }
      guard let best = fits.max(by: { phrases[$0].words.count < phrases[$1].words.count }) else {
        index += 1
        continue
      }
      let end = index + phrases[best].words.count
      let isExact = zip(rest, phrases[best].spelt).allSatisfy { $0.hash == $1 }
      found.append(
        Found(sense: phrases[best].sense, tokens: index..<end, ending: phrases[best].ending, isExact: isExact))
      index = end
    }
    return found
  }
}

extension BackPhrases.Sense {
  /// As it is kept in a model file.
  var number: Int {
    switch self {
    case .also: 0
    case .sameTime: 1
    case .insteadOf: 2
    case .inPlaceOf: 3
    case .person: 4
    case .pointer(.it): 5
    case .pointer(.last): 6
    case .before: 7
    case .pointer(.place(let place)): 100 + place
    }
  }

  init?(number: Int) {
    switch number {
    case 0: self = .also
    case 1: self = .sameTime
    case 2: self = .insteadOf
    case 3: self = .inPlaceOf
    case 4: self = .person
    case 5: self = .pointer(.it)
    case 6: self = .pointer(.last)
    case 7: self = .before
    case 101...200: self = .pointer(.place(number - 100))
    default: return nil
    }
  }
}

extension BackPhrases {
  func compile(into writer: inout DataWriter) {
    writer.list(phrases) { writer, phrase in
      writer.array(phrase.words)
      writer.array(phrase.spelt)
      writer.number(phrase.sense.number)
      writer.text(phrase.ending)
    }
  }

  init(compiled reader: inout DataReader) throws {
    self.init(
      try reader.list { reader in
        let words: [UInt64] = try reader.array()
        let spelt: [UInt64] = try reader.array()
        guard let sense = Sense(number: try reader.int()) else { throw DataReader.Damaged() }
        return Phrase(words: words, spelt: spelt, sense: sense, ending: try reader.text())
      })
  }
}
