import Actions
import Base
import Formats
import Messages
import People
import Store

extension FactWriter {
  /// "Latha and Dr. Latha are the same person", and back.
  func join(_ reading: Reading, _ transaction: inout Transaction) throws -> Outcome {
    guard let one = reading.subject, let other = reading.other, let first = name(one), let second = name(other) else {
      throw ActionError("memory.unknown_thing", sentence: "Please name the two.", field: "fact")
    }
    let values: [String: Say.Value] = ["name": .text(first), "other": .text(second)]
    guard FactText.folded(first) != FactText.folded(second) else {
      throw ActionError("memory.same_name", values, sentence: "That is the same name twice.", field: "fact")
    }
    if reading.sense == .different {
      let parts = try [first, second].flatMap { try transaction.parts(called: $0, owner: context.actor.id) }
      for part in parts { try transaction.unmerge(part, owner: context.actor.id) }
      return Outcome(Say("memory.different", values), data: ["unmerged": JSON(parts)])
    }
    return try merge((one, first), (other, second), values, &transaction)
  }

  private func name(_ noun: Noun) -> String? {
    switch noun {
    case .me: context.actor.name
    case .name(let name), .called(let name, _, _): name
    case .they, .of: nil
    }
  }

  private func merge(
    _ one: (noun: Noun, name: String), _ other: (noun: Noun, name: String), _ values: [String: Say.Value],
    _ transaction: inout Transaction
  ) throws -> Outcome {
    let owner = context.actor.id
    var change = FactChange()
    let (isFirstKnown, isSecondKnown) = (
      try !resolver.find(one.noun, transaction).isEmpty, try !resolver.find(other.noun, transaction).isEmpty
    )
    guard isFirstKnown, isSecondKnown else {
      // of whom nothing was told yet is the other one by a further name
      let (known, further) = isSecondKnown ? (other, one) : (one, other)
      let thing = try resolver.make(known.noun, &change, in: &transaction)
      let isNew = try !transaction.parts(called: further.name, owner: owner).contains(thing.id)
      try transaction.addName(further.name, to: thing.id, owner: owner)
      return Outcome(
        Say("memory.same", values), data: ["into": .string(thing.id)],
        inverse: isNew
          ? ActionCall(TakeBackFacts.name, ["unnamed": [.string(further.name)], "thing": .string(thing.id)]) : nil)
    }
    let first = try resolver.make(one.noun, &change, in: &transaction)
    let second = try resolver.make(other.noun, &change, in: &transaction)
    guard first.id != second.id else { return Outcome(Say("memory.same", values), data: ["into": .string(first.id)]) }
    // one of the house's people stays who they are
    let (kept, joined) = second.person != nil && first.person == nil ? (second, first) : (first, second)
    try transaction.merge(joined.id, into: kept.id, owner: owner)
    return Outcome(
      Say("memory.same", values), data: ["merged": .string(joined.id), "into": .string(kept.id)],
      inverse: ActionCall(TakeBackFacts.name, ["unmerged": [.string(joined.id)]]))
  }
}

/// Undoes `memory.remember` and `memory.correct`.
struct TakeBackFacts: Action {
  static let name = "memory.take_back"
  static let summary = "Takes back what was remembered last."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The versions that were written.") var written: [String]?
  @Parameter("The versions that were superseded.") var superseded: [String]?
  @Parameter("Things that were joined to others.") var unmerged: [String]?
  @Parameter("Names that a thing was given.") var unnamed: [String]?
  @Parameter("The thing that was given them.") var thing: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (owner, change) = (context.actor.id, FactChange(written: written ?? [], superseded: superseded ?? []))
    let (joined, names, thing) = (unmerged ?? [], unnamed ?? [], thing)
    let lines = FactLines(context: context, reader: try await context.factReader())
    return .change { transaction in
      // what comes back was written anew with its end, and is no news
      let back = try change.superseded.compactMap { try transaction.fact($0, owner: owner) }
      let gone = try change.written.compactMap { try transaction.fact($0, owner: owner) }.filter { fact in
        !back.contains { $0.relation == fact.relation && FactText.folded($0.value) == FactText.folded(fact.value) }
      }
      let said = try gone.map { Say("memory.bullet", ["fact": .say(try lines.line($0, transaction))]) }
      try transaction.takeBack(change, owner: owner)
      // the day that was believed before is told again
      for id in change.superseded {
        if let fact = try transaction.fact(id, owner: owner) { try lines.announceDay(of: fact, in: &transaction) }
      }
      for one in joined { try transaction.unmerge(one, owner: owner) }
      if let thing { for name in names { try transaction.removeName(name, of: thing, owner: owner) } }
      return Outcome(Say("memory.taken_back", lines: said), data: ["removed": .integer(Int64(change.written.count))])
    }
  }
}
