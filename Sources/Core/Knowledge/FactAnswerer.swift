import Actions
import Base
import Formats
import Messages
import People
import Store
import Text

/// Answers questions from facts.
struct FactAnswerer: Sendable {
  let context: ActionContext
  let reader: FactReader
  let resolver: FactResolver

  var lines: FactLines { FactLines(context: context, reader: reader) }
  var scope: FactScope { resolver.scope }
  /// More would be no answer but a book.
  private static let shown = 30
  /// Facts of those who stand beside whom it is about.
  private static let beside = 5

  func answer(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    switch reading.sense {
    case .ask, .since: return try values(reading, rows)
    case .before: return try before(reading, rows)
    case .sourced: return try sourced(reading, rows)
    case .check: return try check(reading, rows)
    case .whose: return try whose(reading, rows)
    case .path: return try path(reading, rows)
    case .able: return try able(reading, rows)
    default: return try about(reading, rows)
    }
  }

  /// The subjects of a reading.
  ///
  /// - Throws: `memory.who` when nobody was spoken of.
  func subjects(_ noun: Noun?, _ rows: some Querying) throws -> [Subject] {
    let found = try noun.map { try resolver.find($0, rows) } ?? []
    if found.isEmpty, noun == .they {
      throw ActionError("memory.who", sentence: "Whom do you mean? Please say it with the name.", field: "question")
    }
    return found
  }

  private func values(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let relation = reading.relation else { return try about(reading, rows) }
    if relation.name == "name", case .of(let whose, let kin)? = reading.subject {
      // "what is my daughter's name?" asks who she is
      var plain = reading
      plain.subject = whose
      plain.relation = reader.words.relations[kin]
      return try values(plain, rows)
    }
    let period = reading.period ?? .at(context.now)
    var facts: [Fact] = []
    for subject in try subjects(reading.subject, rows) {
      for name in [relation.name] + (reading.object == nil ? relation.also : []) {
        facts += try rows.facts(about: subject, relation: name, during: period, in: scope)
      }
    }
    if let object = reading.object {
      let wanted = FactText.folded(object)
      facts = facts.filter { fact in
        let value = FactText.folded(fact.value)
        return value == wanted || value.hasPrefix(wanted + " ") || wanted.hasPrefix(value + " ")
      }
    }
    if facts.isEmpty, relation.name.hasPrefix(Relation.ownPrefix), reading.subject == .me {
      let own = String(relation.name.dropFirst(Relation.ownPrefix.count))
      facts = try notes(of: .me, during: period, rows).filter { reader.isNoted(own, in: $0.value) }
    }
    guard let last = facts.last else { return try unknown(reading, rows) }
    guard facts.count == 1 else { return try list(facts, Say("memory.answers"), rows) }
    return FactAnswer(say: try lines.sourced(last, rows), facts: facts)
  }

  /// What the person keeps in plain words.
  func notes(of noun: Noun, during period: Period, _ rows: some Querying) throws -> [Fact] {
    try subjects(noun, rows).flatMap { try rows.facts(about: $0, relation: "note", during: period, in: scope) }
  }

  /// What was so last, and is no longer: "where did Ravi live before?"
  private func before(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let relation = reading.relation else { return try about(reading, rows) }
    var facts: [Fact] = []
    for subject in try subjects(reading.subject, rows) {
      facts += try rows.facts(about: subject, relation: relation.name, during: Period(), in: scope)
        .filter { $0.period.to.map { $0 <= context.now } ?? false }
    }
    guard let last = facts.max(by: { ($0.period.to ?? .epoch) < ($1.period.to ?? .epoch) }) else {
      return FactAnswer(
        say: Say("memory.not_known", ["relation": .text(reader.label(relation.name, context.language))]))
    }
    return FactAnswer(say: try lines.sourced(last, rows), facts: [last])
  }

  /// From when and whom something is known: what is named, else what was spoken of last.
  private func sourced(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let rest = reading.rest else {
      // an agent is told of its own rooms only
      guard let last = try rows.lastTouched(by: context.actor.id, since: context.now - .hours(1)),
        scope.relations.map({ $0.contains(" \(last.relation) ") }) ?? true
      else {
        return FactAnswer(say: Say("memory.nothing_known"))
      }
      return FactAnswer(say: try lines.sourced(last, rows), facts: [last])
    }
    guard var told = context.reading(rest, reader, isTold: true), !told.isQuestion else {
      return FactAnswer(say: Say("memory.nothing_known"))
    }
    if told.relation?.name == "note" {
      let folded = FactText.folded(rest)
      guard let note = try notes(of: .me, during: Period(), rows).last(where: { FactText.folded($0.value) == folded })
      else { return FactAnswer(say: Say("memory.nothing_known")) }
      return FactAnswer(say: try lines.sourced(note, rows), facts: [note])
    }
    told.period = told.period ?? Period()
    return try check(told, rows)
  }

  private func list(_ facts: [Fact], _ head: Say, _ rows: some Querying) throws -> FactAnswer {
    var say = head
    say.lines = try facts.prefix(Self.shown).map { fact in
      Say("memory.bullet", ["fact": .say(try lines.sourced(fact, rows))])
    }
    if facts.count > Self.shown {
      say.lines.append(Say("memory.more", ["count": .integer(Int64(facts.count - Self.shown))]))
    }
    return FactAnswer(say: say, facts: facts)
  }

  /// Nothing is known; what was so at another time is told all the same.
  private func unknown(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let relation = reading.relation else { return FactAnswer(say: Say("memory.nothing_known")) }
    for subject in try subjects(reading.subject, rows) {
      let ever = try rows.facts(about: subject, relation: relation.name, during: Period(), in: scope)
      guard let last = ever.last else { continue }
      let isOver = last.period.to.map { $0 <= context.now } ?? false
      let isAskedNow = reading.period.map { $0 == Period(from: context.now) } ?? true
      return FactAnswer(
        say: Say(
          isOver && isAskedNow ? "memory.ended" : "memory.other_time", ["fact": .say(try lines.sourced(last, rows))]))
    }
    return FactAnswer(
      say: Say("memory.not_known", ["relation": .text(reader.label(relation.name, context.language))]))
  }

  private func check(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    guard let relation = reading.relation, let object = reading.object else { return try about(reading, rows) }
    let period = reading.period ?? .at(context.now)
    let wanted = FactText.folded(object)
    for subject in try subjects(reading.subject, rows) {
      let facts = try rows.facts(about: subject, relation: relation.name, during: period, in: scope)
      if let fact = facts.last(where: { isSame(FactText.folded($0.value), wanted, relation) }) {
        var say = Say("memory.yes", ["fact": .say(try lines.sourced(fact, rows))])
        if relation.name == Relation.ability, let day = reading.period {
          // "can Karthik drive on Friday?"
          say.lines = try notes(of: fact, on: day, rows).map {
            Say("memory.step", ["fact": .say(try lines.sourced($0, rows))])
          }
        }
        return FactAnswer(say: say, facts: [fact])
      }
      var against = relation.isSingle ? facts.last : nil
      if let opposite = relation.opposite {
        against =
          try rows.facts(about: subject, relation: opposite, during: period, in: scope)
          .last { FactText.folded($0.value) == wanted }
      }
      if against == nil {
        against = try rows.facts(about: subject, relation: relation.name, during: Period(), in: scope)
          .last { FactText.folded($0.value) == wanted }
      }
      if let against {
        return FactAnswer(say: Say("memory.no", ["fact": .say(try lines.sourced(against, rows))]), facts: [against])
      }
      // of several that one may have the others are told: whoever asks whether it is safe must know them
      if relation.isListed, !facts.isEmpty { return try list(facts, Say("memory.answers"), rows) }
    }
    return FactAnswer(
      say: Say("memory.not_known", ["relation": .text(reader.label(relation.name, context.language))]))
  }

  /// Sulfa is meant by "sulfa drugs", and metformin by "metformin 500 mg".
  private func isSame(_ value: String, _ wanted: String, _ relation: Relation) -> Bool {
    value == wanted || relation.isListed && (wanted.hasPrefix(value + " ") || value.hasPrefix(wanted + " "))
  }

  /// "Who lives in Madurai?"
  private func whose(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    let object = try reading.objectNoun.flatMap { try resolver.find($0, rows).first?.thing }
    let facts = try rows.facts(
      relation: reading.relation?.name, object: object, value: reading.object,
      during: reading.period ?? .at(context.now), in: scope)
    guard let only = facts.first else {
      return FactAnswer(
        say: Say(
          "memory.not_known",
          ["relation": .text(reading.relation.map { reader.label($0.name, context.language) } ?? "")]))
    }
    return facts.count == 1
      ? FactAnswer(say: try lines.sourced(only, rows), facts: facts)
      : try list(facts, Say("memory.answers"), rows)
  }

  /// Everything about somebody: what they are said to have, and what points at them.
  private func about(_ reading: Reading, _ rows: some Querying) throws -> FactAnswer {
    let period = reading.period ?? .at(context.now)
    var facts: [Fact] = []
    var name: String?
    let all = try subjects(reading.subject, rows)
    for subject in all {
      name = subject.name
      facts += try rows.facts(about: subject, during: period, in: scope)
      guard let thing = subject.thing else { continue }
      facts += try rows.facts(relation: nil, object: thing, value: nil, during: period, in: scope)
    }
    // "remember that Lakshmi Stores pays late" is about them, in the speaker's own notes
    if reading.subject != .me {
      var names = all.compactMap(\.name)
      if case .name(let said)? = reading.subject { names.append(said) }
      facts += try notes(of: .me, during: period, rows).filter { note in
        names.contains { $0.count > 2 && WordSearch.holds(note.value, $0) }
      }
    }
    var seen: Set<String> = []
    facts = facts.filter { seen.insert($0.id).inserted && ($0.confidence > 0.5 || $0.origin != .rule) }
    if facts.isEmpty, reading.period == nil {
      // what is over is better than nothing, and says that it is
      for subject in all { facts += try rows.facts(about: subject, during: Period(), in: scope) }
      facts = facts.filter { $0.origin != .rule }
    }
    let buttons = reading.subject == .me ? try modelButton(rows) : []
    guard !facts.isEmpty else {
      let said: String? = if case .name(let name)? = reading.subject { name } else { name }
      return FactAnswer(say: Say("memory.nothing_about", ["name": .say(Self.who(said))], buttons: buttons))
    }
    var answer = try list(facts, Say("memory.about", ["name": .say(Self.who(name))], buttons: buttons), rows)
    if name != nil { answer.say.lines += try around(all, facts, period, rows) }
    return answer
  }

  /// Who asks what is known of them can say there whether a language model, where one is set, may read what they tell.
  private func modelButton(_ rows: some Querying) throws -> [Say.Button] {
    guard context.house.hasLanguageModel else { return [] }
    let isOn = try rows.letsModelRead(context.actor)
    return [
      .init("button.memory.model.\(isOn ? "off" : "on")", action: AllowModel.name, arguments: ["on": .bool(!isOn)])
    ]
  }

  /// What is known of those who stand beside: the doctor's home belongs to what is known of whose doctor it is.
  private func around(
    _ middle: [Subject], _ facts: [Fact], _ period: Period, _ rows: some Querying
  ) throws -> [Say] {
    var seen = Set(middle.compactMap(\.thing))
    var found: [Fact] = []
    for fact in facts where fact.owner == scope.reader {
      for id in [fact.subject, fact.object].compactMap(\.self) {
        guard let near = try rows.root(of: id, owner: scope.reader), near.person != context.actor.id,
          seen.insert(near.id).inserted
        else { continue }
        let subject = Subject(thing: near.id, person: nil, name: near.name)
        found += try rows.facts(about: subject, during: period, in: scope).filter { one in
          !facts.contains { $0.id == one.id } && one.confidence > 0.5
        }
      }
    }
    return try found.prefix(Self.beside).map { Say("memory.step", ["fact": .say(try lines.line($0, rows))]) }
  }

  static func who(_ name: String?) -> Say {
    name.map { Say("memory.who_is.named", ["name": .text($0)]) } ?? Say("memory.who_is.me")
  }
}
