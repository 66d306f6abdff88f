import Actions
import Base
import Formats
import Messages
import People
import Store
import Text

/// What several actions need: the reader of sentences, as the house registered it.
extension ActionContext {
  func factReader() async throws -> FactReader {
    guard let reader = try await store.read({ $0.service(FactReader.self) }) else {
      throw ActionError("memory.unready", sentence: "The words of memory (Knowledge/) are not there.")
    }
    return reader
  }

  func reading(_ text: String, _ reader: FactReader, isTold: Bool = false) -> Reading? {
    reader.read(text, languages: [language] + language.fallbacks, now: now, zone: zone, isTold: isTold)
  }
}

extension Outcome {
  /// Several facts of one sentence: what is undone is undone whole, so the last one's inverse is that of all.
  ///
  /// - Parameter joining: each has an inverse of its own, and both are undone.
  func behind(_ first: Outcome?, joining: Bool = false) -> Outcome {
    guard let first else { return self }
    var whole = self
    whole.say = first.say
    whole.say.lines.append(say)
    if case .array(let facts) = first.data["facts"], var object = data.object {
      object["facts"] = .array(facts + (data["facts"].array ?? []))
      object["new"] = .bool(first.data["new"].bool == true || data["new"].bool == true)
      whole.data = .object(object)
    }
    whole.inverse = inverse ?? first.inverse
    if joining, let one = first.inverse, let other = inverse {
      var arguments = other.arguments
      for key in ["written", "superseded"] {
        arguments[key] = .array((one.arguments[key]?.array ?? []) + (other.arguments[key]?.array ?? []))
      }
      whole.inverse = ActionCall(other.name, arguments)
    }
    return whole
  }

  /// The audit names the facts and not their words: what is forgotten later must not stand there for ever.
  func audited(as action: String) -> Outcome {
    var outcome = self
    let ids = (data["facts"].array ?? []).compactMap { $0["id"].string }
    outcome.audited = ActionCall(action, ["facts": JSON(ids)])
    return outcome
  }
}

struct RememberFact: Action {
  static let name = "memory.remember"
  static let summary = "Remembers something that you say about yourself, people, places or things."
  static let effect = Effect.write

  @Parameter("What to remember, in your own words.") var fact: String
  @Parameter("Whom “he” or “she” means.") var person: String?
  @Parameter("True when it takes the place of what it contradicts.") var replaces: Bool?
  @Parameter("A key of your own: the same write again with the same key changes nothing.") var key: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let reader = try await context.factReader()
    if let both = reader.clauses(
      fact, SaidWord.cut(fact), languages: [context.language] + context.language.fallbacks, now: context.now,
      zone: context.zone)
    {
      return try await remember([both.first, both.second], reader, context)
    }
    guard !fact.trimmed.isEmpty, let reading = context.reading(fact, reader, isTold: true), !reading.isQuestion else {
      throw ActionError(
        "memory.unreadable", sentence: "Tell me what to remember, such as: Amma's doctor is Dr. Latha.", field: "fact")
    }
    if [.forget, .forgetLast, .forgetAll].contains(reading.sense) {
      throw ActionError("memory.forget_instead", sentence: "To forget something, say so without “remember”.")
    }
    try reading.check(reader, context)
    let writer = FactWriter(
      context: context, reader: reader, resolver: FactResolver(context, reader, they: person, said: reading), key: key,
      isCertain: replaces == true)
    if let known = try await context.store.read({ try writer.contradiction(reading, $0) }) {
      guard replaces != false else { return .answer(Say("memory.kept", ["fact": .say(known.line)])) }
      func button(_ key: String, _ replaces: Bool) -> Say.Button {
        .init(key, action: Self.name, arguments: ["fact": .string(fact), "replaces": .bool(replaces)])
      }
      return .ask(
        Say(
          "memory.contradicts", ["fact": .say(known.line), "source": .say(known.source)],
          buttons: [button("button.memory.replace", true), button("button.memory.keep", false)]),
        parameter: "replaces")
    }
    return .change { transaction in try writer.write(reading, &transaction).audited(as: Self.name) }
  }

  /// Several statements of one sentence, taken back as one.
  private func remember(
    _ sentences: [String], _ reader: FactReader, _ context: ActionContext
  ) async throws -> ActionResult {
    var writers: [(Reading, FactWriter)] = []
    for sentence in sentences {
      guard let reading = context.reading(sentence, reader, isTold: true) else { continue }
      try reading.check(reader, context)
      let resolver = FactResolver(context, reader, they: person, said: reading)
      writers.append(
        (
          reading,
          FactWriter(context: context, reader: reader, resolver: resolver, key: nil, isCertain: replaces == true)
        ))
    }
    let all = writers
    return .change { transaction in
      var whole: Outcome?
      for (reading, writer) in all {
        let outcome = try writer.write(reading, &transaction)
        whole = outcome.behind(whole, joining: true)
      }
      guard let whole else {
        throw ActionError(
          "memory.unreadable", sentence: "Tell me what to remember, such as: Amma's doctor is Dr. Latha.", field: "fact"
        )
      }
      return whole.audited(as: Self.name)
    }
  }
}

/// Writes what a sentence tells.
struct FactWriter: Sendable {
  let context: ActionContext
  let reader: FactReader
  let resolver: FactResolver
  let key: String?
  let isCertain: Bool

  private var owner: PersonID { context.actor.id }
  private var lines: FactLines { FactLines(context: context, reader: reader) }

  /// What is known and cannot have changed, where a sentence says something else.
  func contradiction(_ reading: Reading, _ rows: some Querying) throws -> (line: Say, source: Say)? {
    guard !isCertain, reading.sense == .tell, let relation = reading.relation, relation.isFixed,
      let subject = reading.subject, let value = reading.object
    else { return nil }
    for one in try resolver.find(subject, rows) {
      guard let thing = one.thing else { continue }
      for known in try rows.believed(owner: owner, subject: thing, relation: relation.name)
      where known.origin != .model && FactText.folded(known.value) != FactText.folded(value) {
        return (try lines.line(known, rows), lines.source(of: known))
      }
    }
    return nil
  }

  func write(_ reading: Reading, _ transaction: inout Transaction) throws -> Outcome {
    var change = FactChange()
    switch reading.sense {
    case .same, .different: return try join(reading, &transaction)
    case .end: return try end(reading, &transaction)
    default: break
    }
    guard let noun = reading.subject, let relation = reading.relation, let value = reading.object else {
      throw ActionError(
        "memory.unreadable", sentence: "Tell me what to remember, such as: Amma's doctor is Dr. Latha.", field: "fact")
    }
    if relation.name == "name", case .of(let whose, let kin) = noun, let relation = reader.words.relations[kin] {
      return try name(whose, relation, value, reading, &transaction)
    }
    let subject = try resolver.make(noun, &change, in: &transaction)
    var whole: Outcome?
    for value in [value] + reading.more {
      var fact = NewFact(owner: owner, subject: subject.id, relation: relation, value: value)
      if relation.isThing {
        let noun = value == reading.object ? reading.objectNoun ?? .name(value) : .name(value)
        fact.object = try resolver.make(
          noun, kind: relation.object, isNaming: relation.isOfNames, &change, in: &transaction
        ).id
      }
      whole = try finish(fact, reading, &change, &transaction).behind(whole)
    }
    guard let whole else {
      throw ActionError("memory.unreadable", sentence: "Tell me what to remember.", field: "fact")
    }
    return whole
  }

  /// Something is no longer so. What was told with more words ("aspirin 75 mg at night"), and what is known of the value in
  /// another relation ("left Chennai" of a home), is meant as well.
  private func end(_ reading: Reading, _ transaction: inout Transaction) throws -> Outcome {
    let unknown = ActionError(
      "memory.nothing_ends", sentence: "I did not know of that, so there is nothing to end.", field: "fact")
    guard let noun = reading.subject, let relation = reading.relation else { throw unknown }
    if reading.isOnlyKnown || reading.isOfAll, try resolver.find(noun, transaction).isEmpty { throw unknown }
    var change = FactChange()
    let subject = try resolver.make(noun, &change, in: &transaction)
    let moment = reading.period?.from ?? transaction.now
    var ended: [Fact] = []
    if reading.isOfAll {
      let kin: Set<String> = relation.name == "works_at" ? ["works_at", "works_as"] : [relation.name]
      let open = try transaction.believed(owner: owner, subject: subject.id).filter {
        kin.contains($0.relation) && ($0.period.to ?? .distantFuture) > moment
      }
      ended = try transaction.end(open, at: moment, note: &change)
    }
    for value in ([reading.object].compactMap(\.self) + reading.more) where !reading.isOfAll {
      var open = try transaction.open(
        owner: owner, subject: subject.id, relation: relation.name, value: value, at: moment)
      if open.isEmpty, relation.isThing {
        open = try transaction.believed(owner: owner, subject: subject.id).filter {
          FactText.folded($0.value) == FactText.folded(value) && ($0.period.to ?? .distantFuture) > moment
            && reader.words.relations[$0.relation]?.isThing == true
        }
      }
      if open.isEmpty, !reading.isOnlyKnown {
        var fact = NewFact(owner: owner, subject: subject.id, relation: relation, value: value)
        if relation.isThing {
          fact.object = try resolver.make(.name(value), kind: relation.object, &change, in: &transaction).id
        }
        (fact.door, fact.key, fact.isPinned) = (context.origin.door, key, reading.isSure)
        ended.append(try transaction.end(fact, at: moment, note: &change))
      } else {
        ended += try transaction.end(open, at: moment, note: &change)
      }
    }
    guard !ended.isEmpty else { throw unknown }
    var whole: Outcome?
    for fact in ended { whole = try outcome(fact, [], change, transaction).behind(whole) }
    guard let whole else { throw unknown }
    return whole
  }

  /// "My daughter's name is Meera": who had no name so far gets one.
  private func name(
    _ whose: Noun, _ relation: Relation, _ value: String, _ reading: Reading, _ transaction: inout Transaction
  ) throws -> Outcome {
    var change = FactChange()
    let subject = try resolver.make(whose, &change, in: &transaction)
    let nameless = try transaction.believed(owner: owner, subject: subject.id, relation: relation.name).first {
      $0.origin == .rule && $0.object != nil && $0.confidence < 1
    }
    var fact = NewFact(owner: owner, subject: subject.id, relation: relation, value: value)
    if let nameless, let object = nameless.object, let thing = try transaction.root(of: object, owner: owner) {
      try transaction.rename(thing, to: value, owner: owner)
      fact.object = thing.id
      fact.door = context.origin.door
      guard let known = try transaction.correct(nameless.id, owner: owner, to: fact, note: &change) else {
        return try finish(fact, reading, &change, &transaction)
      }
      return try outcome(known, [], change, transaction)
    }
    fact.object = try resolver.make(.name(value), kind: relation.object, &change, in: &transaction).id
    return try finish(fact, reading, &change, &transaction)
  }

  private func finish(
    _ fact: NewFact, _ reading: Reading, _ change: inout FactChange, _ transaction: inout Transaction
  ) throws -> Outcome {
    var fact = fact
    fact.door = context.origin.door
    fact.key = key
    // what was only said in passing may fade; what somebody wants remembered stays
    fact.isPinned = reading.isSure
    if !reading.isSure { fact.confidence = 0.8 }
    switch reading.sense {
    case .change: fact.period = Period(from: reading.period?.from ?? transaction.now)
    case .past:
      fact.period = reading.period ?? Period()
      if fact.period.to == nil { fact.period.to = transaction.now }
    default: fact.period = reading.period ?? Period()
    }
    if reading.sense == .past {
      // what was so ends nothing that is
      return try outcome(try transaction.tellPast(fact, note: &change), [], change, transaction)
    }
    switch try transaction.tell(fact, isCertain: isCertain, note: &change) {
    case .learned(let fact, let ended): return try outcome(fact, ended, change, transaction)
    case .known(let known):
      return Outcome(
        Say(
          "memory.known", ["fact": .say(try lines.line(known, transaction)), "source": .say(lines.source(of: known))]),
        data: ["facts": [known.json], "new": false])
    case .contradicts(let known):
      throw ActionError(
        "memory.contradicts",
        ["fact": .say(try lines.line(known, transaction)), "source": .say(lines.source(of: known))],
        sentence: "I know something else already, and it cannot have changed; say that it replaces it.", field: "fact")
    }
  }

  private func outcome(
    _ fact: Fact, _ ended: [Fact], _ change: FactChange, _ transaction: Transaction
  ) throws -> Outcome {
    let before = try ended.map { Say("memory.before", ["fact": .say(try lines.line($0, transaction))]) }
    var say = Say("memory.remembered", ["fact": .say(try lines.line(fact, transaction))], lines: before)
    if let day = lines.next(fact) {
      // a day that comes each year is worth more when it is told in time
      let call: JSONObject = [
        "text": .string(try lines.title(of: fact, transaction)),
        "schedule": ["start": .string("\(day)T09:00:00"), "rrule": "FREQ=YEARLY"],
      ]
      say.buttons = [.init("button.memory.yearly", action: "reminder.create", arguments: call)]
    }
    return Outcome(
      say,
      data: ["facts": .array([fact.json] + ended.map(\.json)), "new": true],
      inverse: ActionCall(
        TakeBackFacts.name,
        ["written": JSON(change.written), "superseded": JSON(change.superseded)]))
  }
}
