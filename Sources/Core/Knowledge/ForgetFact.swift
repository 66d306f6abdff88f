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
  @Parameter("One fact with all its versions, or everything about one thing, by its id instead of by words.")
  var id: String?
  @Parameter("One turn of the talks and what was learned from it, by its time instead of by words.") var turn: String?

  /// So many words are looked for in messages and in the log of what was done; turns are searched for all.
  private static let searched = 300

  func confirmation(in context: ActionContext) async throws -> Say? {
    let plan = try await plan(in: context)
    let lines =
      plan.before + plan.mentioned.lines("memory.forget") + (plan.isPerson ? [Say("memory.forget.person")] : [])
    if plan.facts.isEmpty, plan.things.isEmpty, plan.isNamed {
      let key = plan.said > 0 ? "memory.forget.confirm_said" : "memory.forget.confirm_rooms"
      return Say(key, ["what": .say(plan.what), "count": .integer(Int64(plan.said))], lines: lines)
    }
    guard turn == nil else { return Say("memory.forget.confirm_turn", ["count": .integer(Int64(plan.facts.count))]) }
    return Say(
      plan.isOne ? "memory.forget.confirm_last" : "memory.forget.confirm",
      ["what": .say(plan.what), "count": .integer(Int64(plan.facts.count))], lines: lines)
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (plan, reader) = (try await plan(in: context), try await context.factReader())
    let (owner, people, house) = (context.actor, context.people, context.house)
    return .change { transaction in
      let (person, owner) = (owner, owner.id)
      var (facts, moments) = (0, plan.turns)
      for fact in plan.facts {
        moments.insert(fact.toldAt)
        try transaction.erase(fact: fact.id, owner: owner)
        facts += 1
      }
      for thing in plan.things { try transaction.erase(thing: thing, owner: owner) }
      // a name of which nothing is known any more would outlive what was to be forgotten
      for fact in plan.facts {
        for thing in [fact.subject, fact.object].compactMap(\.self) {
          try transaction.erase(ifUnused: thing, owner: owner)
        }
      }
      // as the rooms are now: what came since the question goes as well
      let mentioned = try Mentioned(
        plan.names, of: owner, isMedicine: plan.isMedicine, house, reader.words, now: transaction.now, transaction)
      try mentioned.remove(of: owner, house, &transaction)
      let told = ToldTurns(plan.facts, reader)
      let names = plan.names + plan.words + told.words.prefix(Self.searched)
      let episodes = try transaction.forgetTurns(
        of: owner, at: moments, telling: told, naming: plan.names, saying: names)
      for relative in people.relatives(of: owner) {
        try transaction.forgetShown(plan.facts, of: owner, to: relative.person.id, reader)
      }
      if !names.isEmpty { try Self.unsay(names, person, people, house, &transaction) }
      let scrubber = transaction.service(StoreScrubber.self)
      transaction.afterCommit { scrubber?.scrubLog() }
      let isTalk = facts == 0 && episodes > 0
      var outcome = Outcome(
        Say(
          isTalk ? "memory.forgotten_turns" : "memory.forgotten",
          ["count": .integer(Int64(isTalk ? episodes : facts))], lines: mentioned.lines("memory.forgotten_also")),
        data: ["facts": .integer(Int64(facts)), "turns": .integer(Int64(episodes)), "rooms": mentioned.json],
        // the audit must not keep what was to be forgotten
        audited: ActionCall(Self.name, ["what": "…"]))
      outcome.unsaid = names
      return outcome
    }
  }

  /// Wherever else the house keeps what was said: buttons, what is in the air, the arguments of what was done.
  private static func unsay(
    _ names: [String], _ person: Person, _ people: PeopleBook, _ house: HouseFacts, _ transaction: inout Transaction
  ) throws {
    for keeper in house.keepers { _ = try keeper.unsay(person.id, names, &transaction) }
    for room in house.rooms { _ = try room.unsay(person.id, names, &transaction) }
    // a talk that is still held in memory must not bring it back
    var house = transaction.widened()
    try people.update(person, in: &house)
  }

  private struct Plan: Sendable {
    var what: Say
    var facts: [Fact]
    var things: [String] = []
    var names: [String] = []
    var turns: Set<Instant> = []
    /// What other rooms keep of it.
    var mentioned = Mentioned()
    var isMedicine = false
    /// It is one of the house's people: their account and their place in the family are no memory.
    var isPerson = false
    /// One fact, and not everything about something.
    var isOne = false
    /// In how many turns it was named.
    var said = 0
    /// What was said in the turn that goes.
    var words: [String] = []
    /// What the fact that is shown was before goes along, and that is said.
    var before: [Say] {
      guard isOne, let last = facts.last else { return [] }
      var seen: Set<String> = [FactText.folded(last.value)]
      let others = facts.reversed().map(\.value).filter { seen.insert(FactText.folded($0)).inserted }
      return others.isEmpty ? [] : [Say("memory.forget.before", ["what": .list(others.map { .text($0) })])]
    }
    var isNamed: Bool { said > 0 || !mentioned.isEmpty }
  }

  private func plan(in context: ActionContext) async throws -> Plan {
    if id != nil || turn != nil { return try await pointed(in: context) }
    let reader = try await context.factReader()
    let reading = context.reading(what, reader)
    let resolver = FactResolver(context, reader, they: person, said: reading)
    let lines = FactLines(context: context, reader: reader)
    let owner = context.actor.id
    if reading?.sense == .forget, let rest = reading?.rest { return try await statement(rest, reader, context) }
    let noun: Noun? = reading.map { $0.sense == .forget ? $0.subject : nil } ?? .name(what)
    return try await context.store.read { rows in
      guard let noun else { return try last(lines, rows, context) }
      let subjects = try resolver.find(noun, rows)
      let things = try subjects.compactMap { try $0.thing.flatMap { try rows.root(of: $0, owner: owner) } }
      // only what was asked about may go
      if Set(things.map(\.id)).count > 1 { throw Self.which(things) }
      var plan = try everything(about: things, FactAnswerer.who(subjects.first?.name), rows, context)
      let name: String? = if case .name(let name) = noun { name } else { nil }
      if let name, things.allSatisfy({ $0.person != owner }) {
        // as it was said: the name that is kept may be longer
        plan.names += [name].filter { FactText.folded($0).count > 1 }
        if plan.things.isEmpty { plan.what = FactAnswerer.who(name) }
        try add(naming: plan.names, to: &plan, reader, rows, owner)
        plan.said = try rows.episodes(of: owner, naming: plan.names).count
      }
      plan.mentioned = try Mentioned(
        plan.names, of: owner, isMedicine: plan.isMedicine, context.house, reader.words, now: context.now, rows)
      guard !plan.facts.isEmpty || plan.isNamed || noun != .me && !plan.things.isEmpty else {
        throw ActionError(
          "memory.nothing_about", ["name": .say(FactAnswerer.who(name))],
          sentence: "I know nothing about that.", field: "what")
      }
      return plan
    }
  }
}

extension ForgetFact {
  private static func which(_ things: [Thing]) -> ActionError {
    let names = things.map(\.name)
    return ActionError(
      "memory.which", ["names": .list(names.map { .text($0) })],
      sentence: "There are several who may be meant: \(names.joined(separator: ", ")).", field: "what")
  }

  /// "That": what was told or asked last, or the last turn where that was something else.
  private func last(_ lines: FactLines, _ rows: some Querying, _ context: ActionContext) throws -> Plan {
    let (owner, since) = (context.actor.id, context.now - .days(1))
    let last = try rows.lastTouched(by: owner, since: since)
    // the request to forget is none of it
    let turn = try rows.turns(of: owner, since: since) {
      !$0.said.isEmpty && !$0.actions.contains(Self.name) && $0.at <= context.now
    }.last
    if let turn, turn.isIdle {
      // a language model may have read something out of it
      let facts = try rows.facts(toldAt: turn.at, owner: owner).filter { $0.origin == .model }
      return Plan(
        what: FactAnswerer.who("“\(turn.said)”"), facts: facts, turns: [turn.at], isOne: true, words: [turn.said])
    }
    guard let last else {
      throw ActionError("memory.nothing_to_forget", sentence: "There is nothing that you told me of late.")
    }
    return Plan(what: try lines.line(last, rows), facts: try versions(of: last, rows), isOne: true)
  }

  /// A fact with what was believed of it before: all versions of the value, and of what is kept under words of one's own
  /// every value there was. What one had before, such as a home, is history and stays.
  private func versions(of fact: Fact, _ rows: some Querying) throws -> [Fact] {
    let root = try rows.root(of: fact.subject, owner: fact.owner)?.id ?? fact.subject
    let all = try rows.history(owner: fact.owner, subject: root).filter { $0.relation == fact.relation }
    guard !fact.relation.hasPrefix(Relation.ownPrefix) else { return all }
    let kept = Set(all.filter { $0.supersededAt == nil && $0.id != fact.id }.map { FactText.folded($0.value) })
    let folded = FactText.folded(fact.value)
    return all.filter { one in
      let value = FactText.folded(one.value)
      // what it took the place of as a mistake goes along
      return value == folded || one.supersededAt == fact.learnedAt && !kept.contains(value)
    }
  }

  /// "Forget that I am allergic to …".
  private func statement(_ rest: String, _ reader: FactReader, _ context: ActionContext) async throws -> Plan {
    let unknown = ActionError(
      "memory.nothing_about", ["name": .say(FactAnswerer.who("“\(rest)”"))], sentence: "I know nothing about that.",
      field: "what")
    guard let told = context.reading(rest, reader, isTold: true), let noun = told.subject,
      let relation = told.relation, let value = told.object
    else { throw unknown }
    let resolver = FactResolver(context, reader, they: person, said: told)
    let lines = FactLines(context: context, reader: reader)
    let owner = context.actor.id
    return try await context.store.read { rows in
      let folded = FactText.folded(value)
      let known = try resolver.find(noun, rows).compactMap(\.thing).flatMap {
        try rows.believed(owner: owner, subject: $0, relation: relation.name)
      }.filter { FactText.folded($0.value) == folded || FactText.folded($0.value).hasPrefix(folded + " ") }
      guard let last = known.last else { throw unknown }
      return Plan(what: try lines.line(last, rows), facts: try versions(of: last, rows), isOne: true)
    }
  }

  /// What a page points at.
  private func pointed(in context: ActionContext) async throws -> Plan {
    let lines = FactLines(context: context, reader: try await context.factReader())
    let (owner, id, turn) = (context.actor.id, id, turn)
    return try await context.store.read { rows in
      if let turn {
        guard let at = Instant(iso8601: turn) else {
          throw ActionError(
            "memory.moment", sentence: "A time such as 2026-11-21T08:00:00Z is expected.", field: "turn")
        }
        let facts = try rows.facts(toldAt: at, owner: owner)
        return Plan(what: FactAnswerer.who(nil), facts: facts, turns: [at], isOne: true)
      }
      if let fact = try id.flatMap({ try rows.fact($0, owner: owner) }) {
        let folded = FactText.folded(fact.value)
        let root = try rows.root(of: fact.subject, owner: owner)?.id ?? fact.subject
        let versions = try rows.history(owner: owner, subject: root).filter {
          $0.relation == fact.relation && FactText.folded($0.value) == folded
        }
        return Plan(what: try lines.line(fact, rows), facts: versions, isOne: true)
      }
      guard let thing = try id.flatMap({ try rows.root(of: $0, owner: owner) }) else {
        throw ActionError("memory.unknown_thing", sentence: "I know nothing of that.", field: "id")
      }
      let name = try lines.name(of: thing.id, owner: owner, rows)
      var plan = try everything(about: [thing], FactAnswerer.who(name), rows, context)
      plan.mentioned = try Mentioned(
        plan.names, of: owner, isMedicine: plan.isMedicine, context.house, lines.reader.words, now: context.now, rows)
      return plan
    }
  }

  /// What is kept of others or in plain words and names it all the same: "Bhaskaran owes me 5000 rupees".
  private func add(
    naming names: [String], to plan: inout Plan, _ reader: FactReader, _ rows: some Querying, _ owner: PersonID
  ) throws {
    for name in names {
      for fact in try rows.allVersions(naming: name, owner: owner)
      where !plan.facts.contains(where: { $0.id == fact.id }) { plan.facts.append(fact) }
      // "my friend Bhaskaran" is Bhaskaran
      for thing in try rows.things(holding: name, owner: owner)
      where thing.person == nil && !plan.things.contains(thing.id) && reader.isPlainly(thing.name, name) {
        plan.things.append(thing.id)
        for fact in try rows.allVersions(about: thing.id, owner: owner)
        where !plan.facts.contains(where: { $0.id == fact.id }) { plan.facts.append(fact) }
      }
    }
  }

  private func everything(
    about things: [Thing], _ what: Say, _ rows: some Querying, _ context: ActionContext
  ) throws -> Plan {
    let owner = context.actor.id
    var plan = Plan(what: what, facts: [])
    for thing in things {
      for id in try rows.family(of: thing.id, owner: owner) {
        plan.facts += try rows.allVersions(about: id, owner: owner)
        plan.things.append(id)
      }
      if thing.person != owner { plan.names += try called(thing, rows, context) }
      if thing.kind == "medicine" { plan.isMedicine = true }
      if thing.person != nil, thing.person != owner { plan.isPerson = true }
    }
    var seen: Set<String> = []
    plan.facts = plan.facts.filter { seen.insert($0.id).inserted }
    return plan
  }

  /// The names of a thing, and the first word of each where it is nobody else's: of "Dr. Latha Raman" it is Latha.
  private func called(_ thing: Thing, _ rows: some Querying, _ context: ActionContext) throws -> [String] {
    let owner = context.actor.id
    let names = try rows.names(of: thing.id, owner: owner)
    // "my doctor" is no name, and its words are everybody's
    guard thing.kind == "person" || thing.kind == "animal" else { return names }
    let others = context.people.circle(of: context.actor).filter { $0.person.id != thing.person }.flatMap { one in
      FactText.folded(one.name).split(separator: " ")
    }
    let firsts = Set(
      names.compactMap { name in
        FactText.folded(name).split(separator: " ").first { $0.count > 2 && !FactReader.titles.contains(String($0)) }
      })
    let own = try firsts.sorted().filter { first in
      let isOnly = try rows.things(called: String(first), owner: owner).allSatisfy { $0.id == thing.id }
      return isOnly && !others.contains(first) && !names.contains { FactText.folded($0) == first }
    }
    return names + own.map(String.init)
  }
}
