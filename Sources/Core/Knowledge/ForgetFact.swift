import Actions
import Base
import Formats
import Memory
import Messages
import People
import Store

struct ForgetFact: Action {
  static let name = "memory.forget"
  static let summary = "Forgets for good what you said last, or everything about somebody or something."
  static let effect = Effect.write

  @Parameter("“That”, or everything about whom or what.") var what: String
  @Parameter("Whom “he” or “she” means.") var person: String?

  func confirmation(in context: ActionContext) async throws -> Say? {
    let plan = try await plan(in: context)
    return Say(
      plan.things.isEmpty ? "memory.forget.confirm_last" : "memory.forget.confirm",
      ["what": .say(plan.what), "count": .integer(Int64(plan.facts.count))])
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let plan = try await plan(in: context)
    let owner = context.actor.id
    return .change { transaction in
      var (facts, turns) = (0, Set<Instant>())
      for fact in plan.facts {
        turns.insert(fact.toldAt)
        try transaction.erase(fact: fact.id, owner: owner)
        facts += 1
      }
      for thing in plan.things { try transaction.erase(thing: thing, owner: owner) }
      let episodes = try transaction.forgetEpisodes(of: owner, at: turns, naming: plan.names)
      return Outcome(
        Say("memory.forgotten", ["count": .integer(Int64(facts))]),
        data: ["facts": .integer(Int64(facts)), "turns": .integer(Int64(episodes))],
        // the audit must not keep what was to be forgotten
        audited: ActionCall(Self.name, ["what": "…"]))
    }
  }

  private struct Plan: Sendable {
    var what: Say
    var facts: [Fact]
    var things: [String] = []
    var names: [String] = []
  }

  private func plan(in context: ActionContext) async throws -> Plan {
    let reader = try await context.factReader()
    let reading = context.reading(what, reader)
    let resolver = FactResolver(context, reader, they: person, said: reading)
    let lines = FactLines(context: context, reader: reader)
    let owner = context.actor.id
    let noun: Noun? = reading.map { $0.sense == .forget ? $0.subject : nil } ?? .name(what)
    return try await context.store.read { rows in
      guard let noun else {
        guard let last = try rows.lastTouched(by: owner, since: context.now - .days(1)) else {
          throw ActionError("memory.nothing_to_forget", sentence: "There is nothing that you told me of late.")
        }
        // all versions of it: what it had been before stays
        return Plan(what: try lines.line(last, rows), facts: [last])
      }
      let subjects = try resolver.find(noun, rows)
      var plan = Plan(what: FactAnswerer.who(subjects.first?.name), facts: [])
      for subject in subjects {
        guard let thing = subject.thing else { continue }
        for id in try rows.family(of: thing, owner: owner) {
          plan.facts += try rows.allVersions(about: id, owner: owner)
          plan.things.append(id)
        }
        if subject.person != owner { plan.names += try rows.names(of: thing, owner: owner) }
      }
      var seen: Set<String> = []
      plan.facts = plan.facts.filter { seen.insert($0.id).inserted }
      guard !plan.things.isEmpty else {
        let name: String? = if case .name(let name) = noun { name } else { nil }
        throw ActionError(
          "memory.nothing_about", ["name": .say(FactAnswerer.who(name))],
          sentence: "I know nothing about that.", field: "what")
      }
      return plan
    }
  }
}

extension Querying {
  /// Every version that a thing is the subject or the object of.
  func allVersions(about thing: String, owner: PersonID) throws -> [Fact] {
    try query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND (subject = ? OR object = ?) ORDER BY id
      """, owner, thing, thing, map: Fact.init)
  }
}

extension Transaction {
  /// Removes a thing with its names.
  func erase(thing id: String, owner: PersonID) throws {
    try execute("DELETE FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND thing = ?", owner, id)
    try execute("DELETE FROM knowledge_things WHERE tenant = :tenant AND owner = ? AND id = ?", owner, id)
  }
}

struct CorrectFact: Action {
  static let name = "memory.correct"
  static let summary = "Puts right what was remembered wrongly."
  static let effect = Effect.write

  @Parameter("How it is in truth, in your own words.") var fact: String
  @Parameter("Whom “he” or “she” means.") var person: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let reader = try await context.factReader()
    var text = fact
    if let reading = context.reading(fact, reader), reading.sense == .wrong {
      guard let rest = reading.rest else { return .ask(Say("memory.correct.ask.fact"), parameter: "fact") }
      text = rest
    }
    guard let reading = context.reading(text, reader, isTold: true), let noun = reading.subject,
      let relation = reading.relation, let value = reading.object, relation.name != "note"
    else { return .ask(Say("memory.correct.ask.fact"), parameter: "fact") }
    let resolver = FactResolver(context, reader, they: person, said: reading)
    let lines = FactLines(context: context, reader: reader)
    let (owner, door) = (context.actor.id, context.origin.door)
    return .change { transaction in
      var change = FactChange()
      let subject = try resolver.make(noun, &change, in: &transaction)
      var new = NewFact(owner: owner, subject: subject.id, relation: relation, value: value)
      new.door = door
      if let period = reading.period { new.period = period }
      if relation.isThing {
        new.object = try resolver.make(
          reading.objectNoun ?? .name(value), kind: relation.object, &change, in: &transaction
        ).id
      }
      let wrong = try transaction.believed(owner: owner, subject: subject.id, relation: relation.name)
        .filter { relation.isSingle && FactText.folded($0.value) != FactText.folded(value) }.last
      let fact: Fact
      if let wrong, let corrected = try transaction.correct(wrong.id, owner: owner, to: new, note: &change) {
        fact = corrected
      } else {
        switch try transaction.tell(new, isCertain: true, note: &change) {
        case .learned(let told, _), .known(let told), .contradicts(let told): fact = told
        }
      }
      return Outcome(
        Say("memory.corrected", ["fact": .say(try lines.line(fact, transaction))]), data: ["facts": [fact.json]],
        inverse: ActionCall(
          TakeBackFacts.name, ["written": JSON(change.written), "superseded": JSON(change.superseded)])
      ).audited(as: Self.name)
    }
  }
}
