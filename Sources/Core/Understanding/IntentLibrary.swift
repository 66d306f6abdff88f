package import Actions
import Base
import Formats
package import Text

#if canImport(Glibc)
  import Glibc
#endif

/// Everything in `Intents/`: what people say, by language, and the words that the readers know.
package struct IntentLibrary: Sendable {
  package struct Slot: Sendable, Hashable {
    package var name: String
    package var kind: SlotKind
    /// An open day is the last one, not the next: "what did I spend on friday".
    package var prefersPast: Bool
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

  /// Slots by intent, in the order of the file.
  package private(set) var intents: [String: [Slot]] = [:]
  private(set) var examples: [Example] = []
  package private(set) var evaluation: [Evaluation] = []
  private(set) var lexicons: [Language: Lexicon] = [:]
  /// Slot → choice → the words for it, all languages together.
  private(set) var choices: [String: [(choice: String, words: Sentence)]] = [:]
  private(set) var dialogue = Dialogue()
  package private(set) var emergencies = EmergencyDetector()
  /// Of all bytes read: names the trained model.
  package private(set) var hash: UInt64 = Hash.start

  package init() {}

  /// - Throws: `DataFileError` with file and line for the first mistake; `UnderstandingError` for an empty folder.
  package init(folder: String) throws {
    for language in Language.all {
      let root = "\(folder)/\(language.code)"
      for name in Self.files(root) {
        let path = "\(root)/\(name)"
        let bytes = try Self.contents(path)
        hash = Hash.pair(hash, Hash.pair(Hash.text("\(language.code)/\(name)"), Hash.bytes(bytes)))
        try add(YAML.parse(bytes, file: path), name: name, language: language)
      }
    }
    guard !intents.isEmpty else {
      throw UnderstandingError(
        .dataMissing, "No intents were found in \(folder). Set THINNAI_SHARE to the folder that holds Intents.")
    }
  }

  private mutating func add(_ node: YAMLNode, name: String, language: Language) throws {
    switch name {
    case "words.yaml": lexicons[language] = try Lexicon(node, isRomanised: language.isLatin && language != .english)
    case "dialogue.yaml": try dialogue.add(node, language)
    case "emergency_phrases.yaml": try emergencies.add(node, language)
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
    try node.onlyKeys(["intent", "slots", "examples", "evaluation"])
    let name = try node.required("intent").string(expecting: "an intent such as reminder.create")
    var slots = intents[name] ?? []
    for (key, value) in try node["slots"]?.mapping() ?? [] {
      let slot = try key.string(expecting: "a slot")
      guard !slots.contains(where: { $0.name == slot }) else { continue }
      slots.append(try Self.slot(slot, value))
    }
    intents[name] = slots
    for line in try Self.lines(node["examples"]) {
      let example = try Self.example(line.text, name, language, line.node)
      if let mark = example.marks.first(where: { mark in !slots.contains { $0.name == mark.slot } }) {
        throw line.node.error("slots that \(name) declares, not “\(mark.slot)” in “\(line.text)”")
      }
      examples.append(example)
    }
    evaluation += try Self.lines(node["evaluation"]).map { Evaluation(language: language, intent: name, text: $0.text) }
  }

  private mutating func addChoices(_ node: YAMLNode) throws {
    for (slot, list) in try node.mapping() {
      let name = try slot.string(expecting: "a slot")
      for (choice, words) in try list.mapping() {
        let choice = try choice.string(expecting: "a choice")
        for word in try Lexicon.list(words) { choices[name, default: []].append((choice, Sentence(word))) }
      }
    }
  }

  // MARK: Small readers

  private static func slot(_ name: String, _ node: YAMLNode) throws -> Slot {
    let text = try node.string(expecting: "a kind of slot")
    let open = text.firstIndex(of: "(")
    let argument = open.map { String(text[text.index(after: $0)...].dropLast()) } ?? ""
    let kind: SlotKind
    switch String(text[..<(open ?? text.endIndex)]) {
    case "text": kind = .text
    case "integer": kind = .integer
    case "number": kind = .number
    case "boolean": kind = .boolean
    case "money": kind = .money
    case "duration": kind = .duration
    case "date": kind = .date
    case "time": kind = .time
    case "when": kind = .when
    case "person": kind = .person
    case "place": kind = .place
    case "phone": kind = .phone
    case "choice": kind = .choice(argument.split(separator: "|").map(String.init))
    case "entity": kind = .entity(argument)
    default: throw node.error("a kind of slot such as text, when, money or person, not “\(text)”")
    }
    return Slot(name: name, kind: kind, prefersPast: argument == "past")
  }

  private static func lines(_ node: YAMLNode?) throws -> [(text: String, node: YAMLNode)] {
    guard let node, !node.isNull else { return [] }
    return try node.string(expecting: "one sentence a line, after “|”").split(separator: "\n").compactMap {
      $0.allSatisfy { $0 == " " } ? nil : (String($0), node)
    }
  }

  /// Takes the marks out of `remind me to [call Ravi](text) at 5`.
  static func example(_ line: String, _ intent: String?, _ language: Language, _ node: YAMLNode) throws -> Example {
    var text: [UInt8] = []
    var marks: [Example.Mark] = []
    let bytes = Array(line.utf8)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "["), let close = bytes[index...].firstIndex(of: UInt8(ascii: "]")),
        close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "("),
        let end = bytes[close...].firstIndex(of: UInt8(ascii: ")"))
      else {
        if bytes[index] == UInt8(ascii: "[") {
          throw node.error("words in brackets and then the slot in parentheses in “\(line)”")
        }
        text.append(bytes[index])
        index += 1
        continue
      }
      let start = text.count
      text += bytes[(index + 1)..<close]
      marks.append(.init(span: start..<text.count, slot: String(decoding: bytes[(close + 2)..<end], as: UTF8.self)))
      index = end + 1
    }
    return Example(language: language, intent: intent, text: String(decoding: text, as: UTF8.self), marks: marks)
  }

  private static func files(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".yaml"), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw DataFileError(
        file: path, line: nil, expected: "a file that can be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= 64 << 20 else { throw DataFileError(file: path, line: nil, expected: "at most 64 MB") }
    }
  }
}
