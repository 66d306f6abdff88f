import Base
package import Formats
package import Time

/// Who answers, as `Personas/<name>.yaml` describes it.
package struct Persona: Sendable {
  package enum Confirmation: String, Sendable, CaseIterable {
    /// Runs at once; the reply says what was done and how to undo it.
    case never
    /// Asks the person first.
    case ask
    /// Is refused.
    case refuse
  }

  package struct QuietHours: Sendable, Hashable {
    package let from: CivilTime
    package let to: CivilTime

    package func contains(_ time: CivilTime) -> Bool {
      from <= to ? from <= time && time < to : time >= from || time < to
    }
  }

  /// How a persona looks after somebody, where nothing else is said.
  package struct Care: Sendable, Hashable {
    /// How long a dose may stay unanswered before the family is told.
    package var familyAfter: Duration = .seconds(60 * 60)
    /// So many days before a medicine is used up, it is said.
    package var refillDays = 5
    /// Who is called for help, where nobody has said it for this person.
    package var ladder = EmergencyLadder()
    package init() {}
  }

  package let name: String
  package let title: String
  /// Action names, or `room.*`.
  package let actions: [String]
  private let actionSet: Set<String>
  /// By effect: read, write, outbound, money.
  package let confirmation: [String: Confirmation]
  /// Actions whose confirmation differs from that of their effect.
  package let exceptions: [String: Confirmation]
  package let quietHours: QuietHours?
  package let care: Care
  /// Crew by intent pattern (`trade.*`), first match wins.
  package let crews: [(pattern: String, crew: String)]
  /// What to offer when a message is out of scope: sentences a person can tap.
  package let suggestions: [String: [String]]
  /// Reply texts of its own, by language and key.
  package let replies: [String: [String: String]]
  /// Fewer and bigger choices, plain words.
  package let isPlain: Bool
  /// What it does for what it may not do, by action: who has no list of the day has a calendar.
  package let insteads: [String: String]
  /// Hours (0…11) that are as usual in the morning as in the evening for whom it answers.
  package let unsureHours: Set<Int>
  /// Actions that ask which half of the day such an hour is in before they do anything.
  private let askHalf: [String]

  package func asksHalf(of action: String) -> Bool { askHalf.contains { Self.matches($0, action) } }

  /// Asked for each message and each action that it may mean: a lookup, not a walk over the patterns.
  package func allows(_ action: String) -> Bool {
    if actionSet.contains(action) || actionSet.contains("*") { return true }
    return action.utf8.indices.contains {
      action.utf8[$0] == UInt8(ascii: ".") && actionSet.contains(action[...$0] + "*")
    }
  }

  package func confirmation(of action: String, effect: String) -> Confirmation {
    if let exact = exceptions[action] { return exact }
    return confirmation[effect] ?? (effect == "read" || effect == "write" ? .never : .ask)
  }

  package func crew(for action: String) -> String? {
    crews.first { Self.matches($0.pattern, action) }?.crew
  }

  package static func matches(_ pattern: String, _ name: String) -> Bool {
    if pattern == "*" || pattern == name { return true }
    // by bytes: each message asks this some dozens of times
    return pattern.utf8.suffix(2).elementsEqual(".*".utf8) && name.utf8.starts(with: pattern.utf8.dropLast())
  }

  /// - Throws: `DataFileError` with file, line and what was expected.
  package init(_ node: YAMLNode) throws {
    try node.onlyKeys([
      "name", "title", "tone", "languages", "actions", "confirm", "confirm_actions", "quiet_hours", "crews",
      "suggestions", "replies", "plain", "care", "unsure_hours", "ask_half", "instead",
    ])
    name = try node.required("name").string(expecting: "the persona's name")
    title = try node["title"]?.string(expecting: "a title") ?? name
    actions = try node.required("actions").strings(expecting: "a list of action names such as reminder.*")
    actionSet = Set(actions)
    var confirmation: [String: Confirmation] = [:]
    func policy(_ value: YAMLNode) throws -> Confirmation {
      guard let parsed = value.string.flatMap(Confirmation.init(rawValue:)) else {
        throw value.error("one of never, ask, refuse was expected")
      }
      return parsed
    }
    for (key, value) in node["confirm"]?.mapping ?? [] {
      guard let effect = key.string, ["read", "write", "outbound", "money"].contains(effect) else {
        throw key.error("an effect was expected: read, write, outbound or money")
      }
      confirmation[effect] = try policy(value)
    }
    self.confirmation = confirmation
    var exceptions: [String: Confirmation] = [:]
    for (key, value) in node["confirm_actions"]?.mapping ?? [] {
      exceptions[try key.string(expecting: "an action's name")] = try policy(value)
    }
    self.exceptions = exceptions
    if let quiet = node["quiet_hours"] {
      func time(_ key: String) throws -> CivilTime {
        let value = try quiet.required(key)
        guard let time = value.string.flatMap({ CivilTime($0) }) else {
          throw value.error("a time such as \"22:00\" was expected")
        }
        return time
      }
      quietHours = QuietHours(from: try time("from"), to: try time("to"))
    } else {
      quietHours = nil
    }
    var care = Care()
    if let node = node["care"] {
      try node.onlyKeys(["family_after_minutes", "refill_days", "ladder"])
      if let value = node["family_after_minutes"] {
        let minutes = try value.int(expecting: "minutes")
        guard (5...1_440).contains(minutes) else { throw value.error("minutes from 5 to 1440 were expected") }
        care.familyAfter = .seconds(Int64(minutes) * 60)
      }
      if let value = node["refill_days"] {
        care.refillDays = try value.int(expecting: "days")
        guard (0...60).contains(care.refillDays) else { throw value.error("days from 0 to 60 were expected") }
      }
      if let levels = node["ladder"] { care.ladder = try EmergencyLadder(levels) }
    }
    self.care = care
    var crews: [(String, String)] = []
    for (key, value) in node["crews"]?.mapping ?? [] {
      crews.append((try key.string(expecting: "an action pattern"), try value.string(expecting: "a crew's name")))
    }
    self.crews = crews
    var suggestions: [String: [String]] = [:]
    for (key, value) in node["suggestions"]?.mapping ?? [] {
      suggestions[try key.string(expecting: "a language")] = try value.strings(expecting: "a list of sentences")
    }
    self.suggestions = suggestions
    var replies: [String: [String: String]] = [:]
    for (language, texts) in node["replies"]?.mapping ?? [] {
      for (key, text) in texts.mapping ?? [] {
        replies[try language.string(), default: [:]][try key.string()] = try text.string(expecting: "a text")
      }
    }
    self.replies = replies
    func action(_ node: YAMLNode) throws -> String {
      let name = try node.string(expecting: "an action's name")
      guard name.contains(".") else { throw node.error("an action's name such as day.show was expected") }
      return name
    }
    insteads = try Dictionary(
      (node["instead"]?.mapping(expecting: "actions that it may not do, each with one that it may") ?? []).map {
        (try action($0.key), try action($0.value))
      }, uniquingKeysWith: { _, last in last })
    unsureHours = try Set(
      (node["unsure_hours"]?.sequence() ?? []).map { hour in
        let value = try hour.int(expecting: "an hour from 1 to 12")
        guard (1...12).contains(value) else { throw hour.error("an hour from 1 to 12 was expected") }
        return value % 12
      })
    askHalf = try node["ask_half"]?.strings(expecting: "a list of action names such as medicine.*") ?? []
    isPlain = try node["plain"]?.bool(expecting: "true or false") ?? false
  }
}

/// All personas of a house, by name.
package struct PersonaLibrary: Sendable {
  package let personas: [String: Persona]
  package let emergencyNumbers: EmergencyNumbers

  package init(_ personas: [Persona], emergencyNumbers: EmergencyNumbers = EmergencyNumbers()) {
    self.emergencyNumbers = emergencyNumbers
    self.personas = Dictionary(personas.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package subscript(_ name: String) -> Persona? { personas[name] }
  package var names: [String] { personas.keys.sorted() }
}
