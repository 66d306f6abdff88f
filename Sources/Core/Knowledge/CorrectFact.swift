import Actions
import Base
import Formats
import Messages
import People
import Store

struct CorrectFact: Action {
  static let name = "memory.correct"
  static let summary = "Puts right what was remembered wrongly."
  static let effect = Effect.write

  @Parameter("How it is in truth, in your own words.") var fact: String
  @Parameter("Whom “he” or “she” means.") var person: String?
  @Parameter("Which version is wrong, by its id; then only the right value is needed.") var id: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let reader = try await context.factReader()
    if let id { return try value(of: id, reader, context) }
    var text = fact
    if let reading = context.reading(fact, reader), reading.sense == .wrong {
      guard let rest = reading.rest else { return .ask(Say("memory.correct.ask.fact"), parameter: "fact") }
      text = rest
    }
    guard let reading = context.reading(text, reader, isTold: true), let noun = reading.subject,
      let relation = reading.relation, let value = reading.object, relation.name != "note"
    else { return .ask(Say("memory.correct.ask.fact"), parameter: "fact") }
    try reading.check(reader, context)
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
      // of what one can have several of, the one that was spoken of last is meant
      let last = try transaction.lastTouched(by: owner, since: transaction.now - .hours(1))?.id
      let wrong = try transaction.believed(owner: owner, subject: subject.id, relation: relation.name)
        .filter { (relation.isSingle || $0.id == last) && FactText.folded($0.value) != FactText.folded(value) }.last
      let fact: Fact
      if let wrong, let corrected = try transaction.correct(wrong.id, owner: owner, to: new, note: &change) {
        fact = corrected
      } else {
        switch try transaction.tell(new, isCertain: true, note: &change) {
        case .learned(let told, _), .known(let told), .contradicts(let told): fact = told
        }
      }
      return try Self.outcome(fact, change, lines, &transaction)
    }
  }

  private static func outcome(
    _ fact: Fact, _ change: FactChange, _ lines: FactLines, _ transaction: inout Transaction
  ) throws -> Outcome {
    try lines.announceDay(of: fact, in: &transaction)
    return Outcome(
      Say("memory.corrected", ["fact": .say(try lines.line(fact, transaction))]), data: ["facts": [fact.json]],
      inverse: ActionCall(
        TakeBackFacts.name, ["written": JSON(change.written), "superseded": JSON(change.superseded)])
    ).audited(as: Self.name)
  }

  /// Another value in the place of a version that was pointed at.
  private func value(of id: String, _ reader: FactReader, _ context: ActionContext) throws -> ActionResult {
    let (value, owner, door) = (fact.trimmed, context.actor.id, context.origin.door)
    guard !value.isEmpty else { return .ask(Say("memory.correct.ask.fact"), parameter: "fact") }
    let lines = FactLines(context: context, reader: reader)
    let resolver = FactResolver(context, reader, they: nil)
    return .change { transaction in
      guard let known = try transaction.fact(id, owner: owner), known.supersededAt == nil else {
        throw ActionError(
          "memory.unknown_thing", sentence: "That is not what I know any more; look again.", field: "id")
      }
      var change = FactChange()
      let isOwn = known.relation.hasPrefix(Relation.ownPrefix)
      let relation =
        isOwn
        ? .own(String(known.relation.dropFirst(Relation.ownPrefix.count)))
        : reader.words.relations[known.relation] ?? Relation(known.relation)
      if relation.object == "date", lines.day(in: value) == nil {
        throw ActionError(
          "memory.no_day", ["value": .text(value)], sentence: "\(value) is no day that there is.", field: "fact")
      }
      var new = NewFact(owner: owner, subject: known.subject, relation: relation, value: value)
      (new.door, new.isPinned) = (door, true)
      if relation.isThing {
        new.object = try resolver.make(.name(value), kind: relation.object, &change, in: &transaction).id
      }
      guard let fact = try transaction.correct(id, owner: owner, to: new, note: &change) else {
        throw ActionError(
          "memory.unknown_thing", sentence: "That is not what I know any more; look again.", field: "id")
      }
      return try Self.outcome(fact, change, lines, &transaction)
    }
  }
}
