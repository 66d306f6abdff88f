package import Base
package import Formats

/// Who is called for help, after which wait, by which doors and how often, until a person answers.
///
/// One round follows the other: a level's people are told, then told again `repeats` times, then the next level joins.
/// A round tells the levels before it too. When the last round is over, everybody is told again every `thenEvery`.
package struct EmergencyLadder: Sendable, Hashable {
  package enum Who: Sendable, Hashable {
    /// Every relative who may have alerts.
    case family
    /// Whoever runs the house.
    case owner
    case person(PersonID)
  }

  package struct Level: Sendable, Hashable {
    package var who: [Who] = [.family]
    /// How long after the last round of the level before; the first level is called at once.
    package var wait: Duration = .minutes(5)
    package var every: Duration = .minutes(2)
    /// How often it is told again.
    package var repeats = 10
    /// The doors it goes by; all that reach the person when empty, or when they have none of these.
    package var doors: Set<String> = []

    package init() {}
  }

  package var levels: [Level] = [Level()]
  package var thenEvery: Duration = .minutes(10)
  /// Whoever took it says within this time that all is well, or is asked.
  package var resolveWithin: Duration = .minutes(15)
  /// Asked in vain so long, all are called again.
  package var answerWithin: Duration = .minutes(5)

  package init() {}

  // MARK: Rounds

  private var rounds: Int { levels.reduce(0) { $0 + 1 + $1.repeats } }

  /// The index of the level that a round belongs to; the last one for all rounds after the ladder.
  package func level(ofRound round: Int) -> Int {
    var first = 0
    for (index, level) in levels.enumerated() {
      first += 1 + level.repeats
      if round < first { return index }
    }
    return levels.count - 1
  }

  /// Whether the whole ladder has been called once this round is told.
  package func isOver(atRound round: Int) -> Bool { round >= rounds - 1 }

  package func wait(afterRound round: Int) -> Duration {
    guard round == 0 || !isOver(atRound: round) else { return thenEvery }
    let (level, next) = (level(ofRound: round), level(ofRound: round + 1))
    return level == next ? levels[level].every : levels[next].wait
  }
}

// MARK: Written down

extension EmergencyLadder {
  package static let levelLimit = 6
  private static let waits: ClosedRange<Int64> = 30...86_400

  /// What cannot be, as a sentence; `nil` when the ladder is sound.
  package var mistake: String? {
    if levels.isEmpty || levels.count > Self.levelLimit { return "A ladder has one to \(Self.levelLimit) levels." }
    for level in levels {
      if level.who.isEmpty || level.who.count > 20 { return "A level calls one to twenty people." }
      if !(0...30).contains(level.repeats) { return "A level is told again up to 30 times." }
      guard Self.waits.contains(level.wait.components.seconds), Self.waits.contains(level.every.components.seconds)
      else {
        return "A wait is from 30 seconds to a day."
      }
    }
    return nil
  }

  /// As it was stored; what cannot be read stands at its default, so that a call is never without a ladder.
  package init(json: JSON) {
    func duration(_ json: JSON, _ usual: Duration) -> Duration {
      json.int64.flatMap { $0 > 0 ? .seconds($0) : nil } ?? usual
    }
    levels = (json["levels"].array ?? [json]).prefix(Self.levelLimit).map { json in
      var level = Level()
      let who = (json["who"].array ?? []).compactMap { Who($0.string ?? "") }
      if !who.isEmpty { level.who = who }
      level.wait = duration(json["wait_s"], level.wait)
      level.every = duration(json["every_s"], level.every)
      if let repeats = json["repeats"].int, repeats >= 0 { level.repeats = repeats }
      level.doors = Set((json["channels"].array ?? []).compactMap(\.string))
      return level
    }
    if levels.isEmpty { levels = [Level()] }
    thenEvery = duration(json["then_every_s"], thenEvery)
    resolveWithin = duration(json["resolve_s"], resolveWithin)
    answerWithin = duration(json["answer_s"], answerWithin)
  }

  package var json: JSON {
    [
      "levels": .array(levels.map(\.json)), "then_every_s": .integer(thenEvery.components.seconds),
      "resolve_s": .integer(resolveWithin.components.seconds), "answer_s": .integer(answerWithin.components.seconds),
    ]
  }

  /// As a persona's file describes it: a list of levels.
  package init(_ node: YAMLNode) throws {
    levels = try node.sequence().map { node in
      try node.onlyKeys(["who", "wait_minutes", "every_minutes", "repeats", "channels"])
      func minutes(_ key: String, _ usual: Duration) throws -> Duration {
        try node[key].map { .minutes(try $0.int(expecting: "minutes")) } ?? usual
      }
      var level = Level()
      if let who = node["who"] {
        guard let value = who.string.flatMap(Who.init), value == .family || value == .owner else {
          throw who.error("family or owner was expected; persons are named in chat")
        }
        level.who = [value]
      }
      level.wait = try minutes("wait_minutes", level.wait)
      level.every = try minutes("every_minutes", level.every)
      if let repeats = node["repeats"] { level.repeats = try repeats.int(expecting: "how often") }
      level.doors = Set(try node["channels"]?.strings(expecting: "names of doors") ?? [])
      return level
    }
    if let mistake { throw node.error(mistake) }
  }
}

extension EmergencyLadder.Who {
  /// `nil` for nothing at all, as is left of a person who was forgotten.
  package init?(_ text: String) {
    switch text {
    case "": return nil
    case "family": self = .family
    case "owner": self = .owner
    default: self = .person(PersonID(text))
    }
  }

  package var text: String {
    switch self {
    case .family: "family"
    case .owner: "owner"
    case .person(let id): id.text
    }
  }
}

extension EmergencyLadder.Level {
  package var json: JSON {
    [
      "who": .array(who.map { .string($0.text) }), "wait_s": .integer(wait.components.seconds),
      "every_s": .integer(every.components.seconds), "repeats": .integer(Int64(repeats)),
      "channels": .array(doors.sorted().map { .string($0) }),
    ]
  }
}
