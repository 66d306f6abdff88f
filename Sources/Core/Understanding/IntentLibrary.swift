package import Actions
import Base
import Formats
import Learning
package import Text

/// Everything in `Intents/`: what people say, by language, and the words that the readers know.
package struct IntentLibrary: Sendable {
  package struct Slot: Sendable, Hashable {
    package var name: String
    package var kind: SlotKind
    /// An open day is the last one, not the next: "what did I spend on friday".
    package var prefersPast: Bool
    /// A number that only counts with a unit of length.
    package var isDistance: Bool
    /// As the file has it: `choice(today|week|month)`.
    let spelling: String

    init(name: String, spelling: String) throws {
      guard let kind = SlotKind(spelling: spelling) else { throw DataReader.Damaged() }
      self.name = name
      self.kind = kind
      self.spelling = spelling
      prefersPast = spelling.hasSuffix("(past)")
      isDistance = spelling.hasSuffix("(km)")
    }
  }

  /// One choice of a fixed set and a way to say it, as token skeletons.
  struct Choice: Sendable {
    var choice: String
    var words: [UInt64]
  }

  struct Example: Sendable {
    struct Mark: Sendable {
      /// UTF-8 offsets in `text`.
      var span: Range<Int>
      var slot: String
    }
    var language: Language
    /// `nil`: out of scope.
    var intent: String?
    var text: String
    var marks: [Mark]
  }

  package struct Evaluation: Sendable {
    package var language: Language
    /// `nil`: out of scope.
    package var intent: String?
    package var text: String
  }

  /// What the detector of emergencies is measured with.
  package struct EmergencyEvaluation: Sendable {
    package var language: Language
    package var text: String
    /// A call for help; otherwise something harmless that mentions pain, falls, fire or help.
    package var isCall: Bool
  }

  /// Slots by intent, in the order of the file.
  package private(set) var intents: [String: [Slot]] = [:]
  /// Intents that show a row of a list, and the list: its name alone means them.
  private(set) var shownByName: [(intent: String, list: String)] = []
  /// Names of the examples by their list: they stand in for the names of the person's own list while a message is judged, so
  /// that no word of those is taken for anything else.
  private(set) var standIns: [String: [String]] = [:]
  /// What is meant where one row is named, by the intent that speaks of all of them.
  private(set) var ofOne: [String: String] = [:]
  /// What some word of a message must begin with for the intent to be meant: nobody who says no "when" and no "at" is to
  /// be reminded at a place.
  private(set) var needs: [String: [String]] = [:]
  /// What somebody says who takes something away.
  private(set) var endings = Endings()
  /// What is meant instead where the message denies: another intent, or a parameter that becomes false.
  private(set) var opposites: [String: String] = [:]
  /// Words that deny: "cannot", "koodathu", "mat".
  private(set) var denials = HashTable()
  /// What says that something is not to be ended; one for each language.
  private(set) var forbidding: [Forbidding] = []
  /// First words of questions, and the small words that may stand before them ("also"); for messages that ask twice.
  private(set) var questions = HashTable()
  private(set) var openers = HashTable()
  /// Words that ask the house for something: "remind", "add". English begins with them, the other languages end.
  private(set) var requests = HashTable()
  private(set) var closingRequests = HashTable()
  /// For training; a compiled library has none.
  private(set) var examples: [Example] = []
  /// For measuring; a compiled library has none.
  package private(set) var evaluation: [Evaluation] = []
  /// For measuring; a compiled library has none.
  package private(set) var emergencyEvaluation: [EmergencyEvaluation] = []
  private(set) var lexicons: [Language: Lexicon] = [:]
  /// Words and units of the grammar of amounts.
  private(set) var amounts = AmountLibrary()
  /// Words of the grammar of time, and days with a name.
  private(set) var timeWords: [Language: TimeWords] = [:]
  private(set) var holidays = Holidays()
  /// Slot → choice → the words for it, all languages together.
  private(set) var choices: [String: [Choice]] = [:]
  /// By slot: the words with which its choices begin.
  private(set) var firstWords: [String: HashTable] = [:]
  private(set) var dialogue = Dialogue()
  package private(set) var emergencies = EmergencyDetector()
  /// Of all bytes read: names the trained model.
  package private(set) var hash: UInt64 = Hash.start

  package init() {}

  /// - Throws: `DataFileError` with file and line for the first mistake; `UnderstandingError` for an empty folder.
  package init(folder: String) throws { try self.init(IntentFiles(folder: folder)) }

  init(_ files: IntentFiles) throws {
    hash = files.hash
    for file in files.all {
      try add(YAML.parse(file.bytes, file: file.path), name: file.name, language: file.language)
    }
    noteFirstWords()
    guard !intents.isEmpty else {
      throw UnderstandingError(
        .dataMissing, "No intents were found in \(files.folder). Set THINNAI_SHARE to the folder that holds Intents.")
    }
  }

  mutating func take(
    intents: [String: [Slot]], lexicons: [Language: Lexicon], timeWords: [Language: TimeWords], holidays: Holidays,
    choices: [String: [Choice]], dialogue: Dialogue,
    emergencies: EmergencyDetector, shownByName: [(intent: String, list: String)], questions: HashTable,
    openers: HashTable, requests: HashTable, closingRequests: HashTable, hash: UInt64
  ) {
    self.intents = intents
    self.lexicons = lexicons
    self.timeWords = timeWords
    self.holidays = holidays
    self.choices = choices
    noteFirstWords()
    self.dialogue = dialogue
    self.emergencies = emergencies
    self.shownByName = shownByName
    self.questions = questions
    self.openers = openers
    self.requests = requests
    self.closingRequests = closingRequests
    self.hash = hash
  }

  mutating func take(
    _ amounts: AmountLibrary, needs: [String: [String]], endings: Endings, opposites: [String: String],
    denials: HashTable, standIns: [String: [String]], ofOne: [String: String], forbidding: [Forbidding]
  ) {
    self.amounts = amounts
    self.needs = needs
    self.endings = endings
    self.opposites = opposites
    self.denials = denials
    self.standIns = standIns
    self.ofOne = ofOne
    self.forbidding = forbidding
  }

  /// Without the sentences that only training and tests need.
  var bare: IntentLibrary {
    var bare = self
    bare.examples = []
    bare.evaluation = []
    bare.emergencyEvaluation = []
    bare.dialogue = dialogue.bare
    return bare
  }

  private mutating func add(_ node: YAMLNode, name: String, language: Language) throws {
    switch name {
    case "words.yaml":
      lexicons[language] = try Lexicon(node, isRomanised: language.isLatin && language != .english)
      try amounts.addWords(node, language)
      for (key, path) in [("questions", \Self.questions), ("openers", \Self.openers)] {
        for word in try node[key].map(Lexicon.list) ?? [] { self[keyPath: path].insert(Hash.text(word)) }
      }
      endings.add(try node["endings"].map(Lexicon.list) ?? [])
      for word in try node["denials"].map(Lexicon.list) ?? [] {
        for token in Sentence(word).tokens { denials.insert(token.skeleton) }
      }
      if let node = node["forbidding"] { forbidding.append(try Forbidding(node)) }
      let path = language == .english ? \Self.requests : \Self.closingRequests
      for word in try node["requests"].map(Lexicon.list) ?? [] {
        for token in Sentence(word).tokens { self[keyPath: path].insert(token.skeleton) }
      }
    case "amounts.yaml": try amounts.add(node, language)
    case "times.yaml":
      timeWords[language] = try TimeWords(
        node, isRomanised: language.isLatin && language != .english, isTamil: language.base == "ta")
    case "holidays.yaml": holidays = try Holidays(node)
    case "dialogue.yaml": try dialogue.add(node, language)
    case "emergency_phrases.yaml":
      try emergencies.add(node, language)
      for (key, isCall) in [("evaluation", true), ("everyday", false)] {
        emergencyEvaluation += try Self.lines(node[key]).map {
          EmergencyEvaluation(language: language, text: $0.text, isCall: isCall)
        }
      }
    case "english_words.yaml":
      try node.onlyKeys(["words"])
      emergencies.add(english: try Lexicon.list(try node.required("words")))
    case "choices.yaml": try addChoices(node)
    default:
      try node.onlyKeys(["intents", "examples", "evaluation"])
      for intent in try node["intents"]?.sequence() ?? [] { try addIntent(intent, language) }
      examples += try Self.lines(node["examples"]).map { try Self.example($0.text, nil, language, $0.node) }
      evaluation += try Self.lines(node["evaluation"]).map {
        Evaluation(language: language, intent: nil, text: $0.text)
      }
    }
  }

  private mutating func addIntent(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys(["intent", "slots", "shows", "like", "one", "needs", "ends", "denied", "examples", "evaluation"])
    let name = try node.required("intent").string(expecting: "an intent such as reminder.create")
    var slots = intents[name] ?? []
    for (key, value) in try node["slots"]?.mapping() ?? [] {
      let slot = try key.string(expecting: "a slot")
      guard !slots.contains(where: { $0.name == slot }) else { continue }
      slots.append(try Self.slot(slot, value))
    }
    intents[name] = slots
    if let list = try node["shows"]?.string(expecting: "a list") {
      shownByName.append((name, list))
      if let names = try node["like"].map(Lexicon.list) { standIns[list] = names }
    }
    if let one = try node["one"]?.string(expecting: "an intent") { ofOne[name] = one }
    if let beginnings = try node["needs"].map(Lexicon.list) { needs[name, default: []] += beginnings }
    if let opposite = try node["denied"]?.string(expecting: "an intent, or a parameter that becomes false") {
      opposites[name] = opposite
    }
    if try node["ends"]?.bool(expecting: "true") == true { endings.add(intent: name) }
    for line in try Self.lines(node["examples"]) {
      let example = try Self.example(line.text, name, language, line.node)
      if let mark = example.marks.first(where: { mark in !slots.contains { $0.name == mark.slot } }) {
        throw line.node.error("slots that \(name) declares, not “\(mark.slot)” in “\(line.text)”")
      }
      examples.append(example)
    }
    evaluation += try Self.lines(node["evaluation"]).map { Evaluation(language: language, intent: name, text: $0.text) }
  }

  private mutating func noteFirstWords() {
    firstWords = choices.mapValues { list in
      var firsts = HashTable(capacity: list.count)
      for choice in list { if let first = choice.words.first { firsts.set(first, 1) } }
      return firsts
    }
  }

  private mutating func addChoices(_ node: YAMLNode) throws {
    for (slot, list) in try node.mapping() {
      let name = try slot.string(expecting: "a slot")
      for (choice, words) in try list.mapping() {
        let choice = try choice.string(expecting: "a choice")
        for word in try Lexicon.list(words) {
          choices[name, default: []].append(Choice(choice: choice, words: Sentence(word).tokens.map(\.skeleton)))
        }
      }
    }
  }

  // MARK: Small readers

  private static func slot(_ name: String, _ node: YAMLNode) throws -> Slot {
    let text = try node.string(expecting: "a kind of slot")
    guard let slot = try? Slot(name: name, spelling: text) else {
      throw node.error("a kind of slot such as text, when, money or person, not “\(text)”")
    }
    return slot
  }

  private static func lines(_ node: YAMLNode?) throws -> [(text: String, node: YAMLNode)] {
    guard let node, !node.isNull else { return [] }
    return try node.string(expecting: "one sentence a line, after “|”").split(separator: "\n").compactMap {
      $0.allSatisfy { $0 == " " } ? nil : (String($0), node)
    }
  }

  /// Takes the marks out of `remind me to [call Ravi](text) at 5`.
  static func example(_ line: String, _ intent: String?, _ language: Language, _ node: YAMLNode) throws -> Example {
    guard let (text, marks) = unmarked(line) else {
      throw node.error("words in brackets and then the slot in parentheses in “\(line)”")
    }
    return Example(language: language, intent: intent, text: text, marks: marks)
  }

  /// - Returns: `nil` where brackets are not followed by the slot in parentheses.
  static func unmarked(_ line: String) -> (text: String, marks: [Example.Mark])? {
    var text: [UInt8] = []
    var marks: [Example.Mark] = []
    let bytes = Array(line.utf8)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "["), let close = bytes[index...].firstIndex(of: UInt8(ascii: "]")),
        close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "("),
        let end = bytes[close...].firstIndex(of: UInt8(ascii: ")"))
      else {
        if bytes[index] == UInt8(ascii: "[") { return nil }
        text.append(bytes[index])
        index += 1
        continue
      }
      let start = text.count
      text += bytes[(index + 1)..<close]
      marks.append(.init(span: start..<text.count, slot: String(decoding: bytes[(close + 2)..<end], as: UTF8.self)))
      index = end + 1
    }
    return (String(decoding: text, as: UTF8.self), marks)
  }
}

extension SlotKind {
  /// Reads `text`, `choice(a|b)`, `entity(list)`, `date(past)`.
  fileprivate init?(spelling text: String) {
    let open = text.firstIndex(of: "(")
    let argument = open.map { String(text[text.index(after: $0)...].dropLast()) } ?? ""
    switch String(text[..<(open ?? text.endIndex)]) {
    case "text": self = .text
    case "integer": self = .integer
    case "number": self = .number
    case "boolean": self = .boolean
    case "money": self = .money
    case "duration": self = .duration
    case "date": self = .date
    case "time": self = .time
    case "when": self = .when
    case "period": self = .period
    case "person": self = .person
    case "place": self = .place
    case "phone": self = .phone
    case "choice": self = .choice(argument.split(separator: "|").map(String.init))
    case "entity": self = .entity(argument)
    default: return nil
    }
  }
}
