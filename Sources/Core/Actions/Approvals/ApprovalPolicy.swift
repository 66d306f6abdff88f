package import Base
package import Formats
import People

/// Who must agree before something is done, as `Personas/policies/approvals.yaml` says it: the first rule that fits decides.
package struct ApprovalPolicy: Sendable {
  package enum Tier: String, Sendable, CaseIterable {
    /// Nobody is asked.
    case auto
    /// One approver.
    case one
    /// Two approvers, or the owner alone.
    case two
  }

  /// Who wants something done: a person who speaks, or an agent, workflow or timer on somebody's behalf.
  package enum Source: String, Sendable, CaseIterable { case person, agent }

  package struct Rule: Sendable {
    package var sources: Set<Source> = [.person, .agent]
    package var actions: [String] = ["*"]
    package var effects: Set<Effect> = Set(Effect.allCases)
    /// At most so much; an amount that is not known, or is in another currency, is never within it.
    package var upTo: Money?
    /// At least so sure, from 0 to 1.
    package var confidence: Double?
    /// At least this level of autonomy; counts for agents only.
    package var level: Int?
    package var tier: Tier
  }

  /// What an agent may come to by its record.
  package struct Autonomy: Sendable {
    package var start = 1
    package var ceiling = 2
    package init() {}
  }

  package var rules: [Rule] = []
  /// Persons by id or name, or `owner`.
  package var approvers: [String] = ["owner"]
  /// Nothing is done when nobody has answered by then.
  package var expiry: Duration = .hours(24)
  package var reminder: Duration = .hours(4)
  package var agents: [String: Autonomy] = [:]
  package var anyAgent = Autonomy()
  /// So many approvals in a row raise an agent by a level.
  package var raisedAfter = 10

  /// Nobody is asked for anything.
  package init() {}

  /// What is known of a call when its tier is decided.
  struct Question {
    var action: String
    var effect: Effect
    var source: Source
    var amount: Money?
    var confidence: Double
    var level: Int
  }

  /// - Returns: `nil` when no rule speaks of it.
  func tier(of question: Question) -> Tier? { rules.first { $0.fits(question) }?.tier }

  package func autonomy(of agent: String) -> Autonomy { agents[agent] ?? anyAgent }

  /// - Throws: `DataFileError` with file, line and what was expected.
  package init(_ node: YAMLNode) throws {
    try node.onlyKeys(["rules", "approvers", "expires_h", "remind_h", "agents", "raised_after"])
    rules = try (node["rules"]?.sequence() ?? []).map(Rule.init)
    approvers = try node["approvers"]?.strings(expecting: "persons, or owner") ?? approvers
    func hours(_ key: String, _ fallback: Duration) throws -> Duration {
      guard let value = node[key] else { return fallback }
      let hours = try value.double(expecting: "hours")
      guard hours > 0, hours <= 24 * 90 else { throw value.error("hours, at most 90 days, were expected") }
      return .seconds(Int64(hours * 3_600))
    }
    expiry = try hours("expires_h", expiry)
    reminder = try hours("remind_h", reminder)
    raisedAfter = try node["raised_after"]?.int() ?? raisedAfter
    for (key, value) in try node["agents"]?.mapping() ?? [] {
      try value.onlyKeys(["start", "ceiling"])
      var autonomy = Autonomy()
      autonomy.ceiling = try value["ceiling"]?.int() ?? autonomy.ceiling
      autonomy.start = try value["start"]?.int() ?? min(autonomy.start, autonomy.ceiling)
      guard (0...5).contains(autonomy.start), autonomy.start <= autonomy.ceiling, autonomy.ceiling <= 5 else {
        throw value.error("levels from 0 to 5 were expected, the start not above the ceiling")
      }
      let name = try key.string(expecting: "an agent's name, or any")
      if name == "any" { anyAgent = autonomy } else { agents[name] = autonomy }
    }
  }
}

extension ApprovalPolicy.Rule {
  fileprivate func fits(_ question: ApprovalPolicy.Question) -> Bool {
    guard sources.contains(question.source), effects.contains(question.effect),
      actions.contains(where: { Persona.matches($0, question.action) })
    else { return false }
    if let upTo {
      guard let amount = question.amount, amount.currency == upTo.currency, amount.minor <= upTo.minor else {
        return false
      }
    }
    if let confidence, question.confidence < confidence { return false }
    if let level, question.source == .agent, question.level < level { return false }
    return true
  }

  fileprivate init(_ node: YAMLNode) throws {
    try node.onlyKeys(["from", "actions", "effects", "up_to", "confidence", "level", "tier"])
    func set<T: RawRepresentable & CaseIterable & Hashable>(
      _ key: String, _ type: T.Type
    ) throws -> Set<T>? where T.RawValue == String {
      guard let value = node[key] else { return nil }
      return try Set(
        value.strings(expecting: "a list").map { name in
          guard let one = T(rawValue: name) else {
            throw value.error("some of \(T.allCases.map(\.rawValue).joined(separator: ", ")) were expected")
          }
          return one
        })
    }
    let tierNode = try node.required("tier")
    guard let tier = tierNode.string.flatMap(ApprovalPolicy.Tier.init(rawValue:)) else {
      throw tierNode.error("auto, one or two was expected")
    }
    self.tier = tier
    sources = try set("from", ApprovalPolicy.Source.self) ?? sources
    effects = try set("effects", Effect.self) ?? effects
    actions = try node["actions"]?.strings(expecting: "names of actions such as trade.*") ?? actions
    if let value = node["up_to"] {
      let words = try value.string(expecting: "an amount such as 5000 INR").split(separator: " ")
      guard words.count == 2, let money = Money(decimal: String(words[0]), currency: String(words[1])) else {
        throw value.error("an amount with its currency was expected, such as 5000 INR")
      }
      upTo = money
    }
    if let value = node["confidence"] {
      let number = try value.double(expecting: "a number from 0 to 1")
      guard (0...1).contains(number) else { throw value.error("a number from 0 to 1 was expected") }
      confidence = number
    }
    level = try node["level"]?.int()
  }
}
