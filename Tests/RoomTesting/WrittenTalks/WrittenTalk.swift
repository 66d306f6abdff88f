package import Actions
import Base
import Formats
import Messages
import Text
package import Time

/// A conversation as a file tells it: who talks, what was before, what is said, and what must come of it.
///
/// The format is told in Docs/conversations.md. Reading refuses what nobody reads, with file and line.
package struct WrittenTalk: Sendable {
  package enum Act: Sendable {
    case say(String)
    case tap(String)
    case wait(Duration)
  }

  package struct Turn: Sendable {
    package let line: Int
    /// A name among the people; who the conversation is with when left out.
    package let by: String?
    /// Words of an earlier message that this one answers, as one points at a message in a chat.
    package let to: String?
    package let act: Act
    package let expected: Expectation?
  }

  /// What must have come of a turn. Of effects, questions and failures nothing else may have happened.
  package struct Expectation: Sendable {
    var intent: YAMLNode?
    var slots: [(name: String, value: YAMLNode)] = []
    var asks: YAMLNode?
    var confirms: YAMLNode?
    var fails: YAMLNode?
    var effects: [(action: YAMLNode, arguments: YAMLNode)] = []
    var reads: [(action: YAMLNode, arguments: YAMLNode)] = []
    var reply: [YAMLNode] = []
    var lacks: [YAMLNode] = []
    var buttons: [YAMLNode] = []
    var told: [(name: YAMLNode, texts: [YAMLNode])] = []
    let line: Int
  }

  /// Something that was there before: an action that somebody did, or a file that was imported.
  package enum Before: Sendable {
    case call(ActionCall, by: String?, line: Int)
    case file(kind: String, path: String, line: Int)
  }

  package let file: String
  /// Why it cannot pass yet; only of those in `wanted/`.
  package let reason: String?
  package let persona: String
  package let now: CivilDateTime
  package let zone: Zone
  /// Who talks stands first.
  package let members: [Cast.Member]
  package let links: [Cast.Link]
  package let before: [Before]
  package let turns: [Turn]

  /// Who answers to which persona, when the file names nobody: the first talks, the others live in the same house.
  private static let usual = ["founder": "Ravi", "elder": "Lakshmi", "client": "Meena", "energy": "Arun"]

  /// - Parameter name: of the file, as it is to be named in complaints.
  package init(_ text: String, name: String) throws {
    let node = try YAML.parse(text, file: name)
    try node.onlyKeys(["persona", "language", "now", "zone", "given", "talk", "reason"])
    file = name
    reason = node["reason"]?.string
    let persona = try node.required("persona").string()
    self.persona = persona
    guard let speaker = Self.usual[persona] else {
      throw try node.required("persona").error(
        "expected one of the personas \(Self.usual.keys.sorted().joined(separator: ", "))")
    }
    zone = try Self.zone(node["zone"])
    let at = node["now"]
    guard let now = CivilDateTime((at?.string ?? "2026-11-23 10:00").replacing(" ", with: "T")) else {
      throw (at ?? node).error("expected a moment by the clock there, such as 2026-11-23 10:00")
    }
    self.now = now
    var people = Household(
      first: Cast.Member(
        name: speaker, persona: persona, zone: zone.identifier, language: try Self.language(node["language"]),
        isOwner: persona == "founder"))
    let given = node["given"]
    try given?.onlyKeys(["people", "done"])
    for person in try given?["people"]?.sequence() ?? [] { try people.add(person, zone) }
    if !people.members.contains(where: \.isOwner) {
      people.members.append(Cast.Member(name: "Ravi", persona: "founder", zone: zone.identifier, isOwner: true))
    }
    (members, links) = (people.members, people.links)
    before = try (given?["done"]?.sequence() ?? []).map { try Self.before($0) }
    turns = try node.required("talk").sequence().map { try Turn($0) }
  }

  private struct Household {
    var members: [Cast.Member]
    var called: [String: String] = [:]

    init(first: Cast.Member) { members = [first] }

    mutating func add(_ node: YAMLNode, _ zone: Zone) throws {
      try node.onlyKeys(["name", "persona", "language", "zone", "called"])
      let name = try node.required("name").string()
      guard members.count < 9 else { throw node.error("expected at most eight people") }
      if let called = node["called"]?.string { self.called[name] = called }
      // who talks is there already; what the family calls them may still be said
      guard !members.contains(where: { $0.name == name }) else { return }
      members.append(
        Cast.Member(
          name: name, persona: node["persona"]?.string ?? "founder",
          zone: try node["zone"].map { try WrittenTalk.zone($0) }?.identifier ?? zone.identifier,
          language: try WrittenTalk.language(node["language"]), isOwner: name == "Ravi"))
    }

    /// The elders of a house are looked after by its founders.
    var links: [Cast.Link] {
      members.indices.filter { members[$0].persona == "elder" }.flatMap { elder in
        members.indices.filter { members[$0].persona == "founder" }.map { relative in
          Cast.Link(elder: elder, relative: relative, called: called[members[elder].name] ?? "")
        }
      }
    }
  }

  private static func language(_ node: YAMLNode?) throws -> Language {
    guard let node else { return .english }
    guard let language = node.string.flatMap({ Language(code: $0) }), Language.all.contains(language) else {
      throw node.error("expected one of the languages \(Language.all.map(\.code).joined(separator: ", "))")
    }
    return language
  }

  private static func zone(_ node: YAMLNode?) throws -> Zone {
    guard let node else { return try Zone.named("Asia/Kolkata") }
    guard let zone = try? Zone.named(node.string ?? "") else {
      throw node.error("expected a time zone such as Asia/Kolkata")
    }
    return zone
  }

  private static func before(_ node: YAMLNode) throws -> Before {
    let pairs = try node.mapping(expecting: "an action with its arguments, such as {task.add: {title: call Ravi}}")
    let named = pairs.filter { $0.key.string != "by" }
    guard let (key, value) = named.first, named.count == 1, let action = key.string else {
      throw node.error("expected one action, and who did it by “by”")
    }
    if action == "import" {
      guard let (kind, path) = value.mapping?.first, let kind = kind.string, let path = path.string else {
        throw value.error("expected what the file holds and its path, such as {listings: places.csv}")
      }
      return .file(kind: kind, path: path, line: node.line)
    }
    return .call(
      ActionCall(action, moments(value.json).object ?? [:]), by: node["by"]?.string, line: node.line)
  }

  /// "2026-11-24 09:00" as actions take it: "2026-11-24T09:00".
  private static func moments(_ json: JSON) -> JSON {
    switch json {
    case .object(let object):
      return .object(JSONObject(members: object.members.map { .init(key: $0.key, value: moments($0.value)) }))
    case .string(let text):
      let local = text.replacing(" ", with: "T")
      return CivilDateTime(local) == nil ? json : .string(local)
    default: return json
    }
  }
}

extension WrittenTalk.Turn {
  init(_ node: YAMLNode) throws {
    try node.onlyKeys(["say", "tap", "wait", "by", "to", "expect"])
    line = node.line
    by = node["by"]?.string
    to = node["to"]?.string
    if let words = node["say"]?.string {
      act = .say(words)
    } else if let label = node["tap"]?.string {
      act = .tap(label)
    } else if let wait = node["wait"] {
      guard let duration = wait.string.flatMap(Duration.init(short:)) else {
        throw wait.error("expected a length such as 90s, 30m, 2h or 1d")
      }
      act = .wait(duration)
    } else {
      throw node.error("expected “say”, “tap” or “wait”")
    }
    expected = try node["expect"].map { try WrittenTalk.Expectation($0) }
  }
}

extension WrittenTalk.Expectation {
  init(_ node: YAMLNode) throws {
    try node.onlyKeys([
      "intent", "slots", "asks", "confirms", "fails", "effects", "reads", "reply", "lacks", "buttons", "told",
    ])
    line = node.line
    (intent, asks, confirms, fails) = (node["intent"], node["asks"], node["confirms"], node["fails"])
    slots = try node["slots"]?.mapping().map { (try $0.key.string(), $0.value) } ?? []
    effects = try Self.calls(node["effects"])
    reads = try Self.calls(node["reads"])
    reply = Self.list(node["reply"])
    lacks = Self.list(node["lacks"])
    buttons = Self.list(node["buttons"])
    told = try node["told"]?.mapping().map { ($0.key, Self.list($0.value)) } ?? []
  }

  private static func list(_ node: YAMLNode?) -> [YAMLNode] { node.map { $0.sequence ?? [$0] } ?? [] }

  /// `task.add`, `{task.add: {title: …}}`, or several of them in a list.
  private static func calls(_ node: YAMLNode?) throws -> [(YAMLNode, YAMLNode)] {
    guard let node, !node.isNull else { return [] }
    if let list = node.sequence { return try list.flatMap { try calls($0) } }
    if node.string != nil { return [(node, YAMLNode(.mapping([]), line: node.line, column: 1, file: node.file))] }
    return try node.mapping(expecting: "actions with their arguments").map { ($0.key, $0.value) }
  }
}

extension Duration {
  /// `90s`, `30m`, `2h`, `1d`.
  fileprivate init?(short text: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), (0...366).contains(count)
    else { return nil }
    self = .seconds(count * unit)
  }
}
