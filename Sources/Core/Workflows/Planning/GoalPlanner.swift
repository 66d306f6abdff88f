package import Actions
import Base
package import Embedding
package import Events
import Formats
package import People
import Synchronization
import Time
package import Understanding

/// Makes a workflow of a goal in words, without a language model: the goal is cut into parts, each part is read as a request is
/// read in chat, and what an action needs and nobody said comes from a step before it, from a step put in for it, or becomes an
/// input of the workflow. What comes out is checked like every other workflow, and says plainly what it did not understand.
package final class GoalPlanner: Sendable {
  /// Reads words as if this person had written them, alone.
  package typealias Reading = @Sendable (String, Person) async -> Understood

  let words: GoalWords
  let registry: ActionRegistry
  let schemas: EventSchemas
  let read: Reading
  let value: Runner.WordReader
  private let encoder: LazyEncoder?
  let actions: MeaningIndex
  let events: MeaningIndex
  private let workflows = Mutex<(hashes: [String], index: MeaningIndex)?>(nil)

  package init(
    words: GoalWords, registry: ActionRegistry, schemas: EventSchemas, encoder: LazyEncoder?, read: @escaping Reading,
    value: @escaping Runner.WordReader
  ) {
    self.words = words
    self.registry = registry
    self.schemas = schemas
    self.encoder = encoder
    self.read = read
    self.value = value
    actions = MeaningIndex(
      registry.all.filter { !$0.isHidden }.map { ($0.name, Self.spoken($0.name) + ". " + $0.summary) }, encoder: encoder
    )
    events = MeaningIndex(
      schemas.byName.values.map { ($0.name, Self.spoken($0.name) + ". " + $0.summary) }, encoder: encoder)
  }

  private static func spoken(_ name: String) -> String { name.replacing(".", with: " ").replacing("_", with: " ") }

  /// From here on a part is taken for a request.
  private static let surety = 0.5
  /// From here on words are taken for the action, event or workflow that is nearest to them.
  static let nearness = 0.5
  /// The same for a workflow that does all that was wanted.
  private static let likeness = 0.66
  static let longest = 2_000

  func plan(_ goal: String, _ definitions: [WorkflowDefinition], in context: ActionContext) async -> WorkflowProposal {
    var draft = GoalDraft(goal: goal, planner: self, context: context)
    let clauses = GoalReader.read(goal, words)
    for (index, clause) in clauses.enumerated() {
      await draft.take(clause, isFirst: index == 0)
    }
    var proposal = draft.finished()
    if clauses.count == 1, case .act = clauses[0].kind {
      let persona = context.persona.name
      let mine = definitions.filter { $0.personas.isEmpty || $0.personas.contains(persona) || context.actor.isOwner }
      let best = await index(of: definitions).nearest(goal, count: 1) { name in mine.contains { $0.name == name } }
        .first
      if let best, best.score >= (proposal.problems.isEmpty ? Self.likeness + 0.1 : Self.nearness) {
        proposal.existing = best.id
      }
    }
    return proposal
  }

  /// Made again only when there are others: their places in meaning cost some milliseconds each.
  private func index(of definitions: [WorkflowDefinition]) -> MeaningIndex {
    let hashes = definitions.map(\.hash)
    return workflows.withLock { known in
      if let known, known.hashes == hashes { return known.index }
      let index = MeaningIndex(definitions.map { ($0.name, $0.title + ". " + $0.summary) }, encoder: encoder)
      known = (hashes, index)
      return index
    }
  }

  /// What a part asks for, each with what the words gave; empty when it is no request of this persona's.
  func requests(_ text: String, in context: ActionContext) async -> [(entry: ActionEntry, understood: Understood)] {
    let understood = await read(text, context.actor)
    return ([understood] + understood.also).compactMap { one in
      guard one.kind == .intent, one.confidence >= Self.surety, let name = one.intent, let entry = registry[name],
        !entry.isHidden, context.persona.allows(name)
      else { return nil }
      return (entry, one)
    }
  }

  /// The actions that come nearest, which this persona may do.
  func nearest(_ text: String, in context: ActionContext) async -> [MeaningIndex.Match] {
    await actions.nearest(text) { name in
      context.persona.allows(name) && !name.hasPrefix("workflow.") && !name.hasPrefix("smalltalk.")
    }
  }

  /// "show my calendar and my open tasks": two readings, the second with the verb of the first.
  func both(
    _ text: String, besides name: String, in context: ActionContext
  ) async -> [(entry: ActionEntry, understood: Understood)]? {
    let goal = GoalText(text)
    guard let verb = goal.words.first else { return nil }
    for place in goal.words.indices.dropFirst(2) {
      guard let count = words.match(.and, goal.words[place...]), place + count < goal.words.count else { continue }
      let (left, right) = (goal.said(goal.words[..<place]), goal.said(goal.words[(place + count)...]))
      guard let first = await requests(left, in: context).first, first.entry.effect == .read,
        let second = await requests(goal.said([verb]) + " " + right, in: context)
          .first,
        second.entry.effect == .read, second.entry.name != first.entry.name,
        min(first.understood.confidence, second.understood.confidence) >= 0.7
      else { continue }
      return [first, second]
    }
    return nil
  }

  /// "check the anomalies every morning": when it begins, and the words before.
  func recurrenceBehind(_ text: String, in context: ActionContext) -> (WhenValue, rest: String)? {
    let goal = GoalText(text)
    for place in goal.words.indices.dropFirst() where words.match(.recurs, goal.words[place...]) != nil {
      guard let (when, rest) = recurrence(goal.said(goal.words[place...]), in: context) else { continue }
      return (when, (goal.said(goal.words[..<place]) + " " + rest).trimmed)
    }
    return nil
  }

  /// "every monday at 9 list my tasks": when it begins, and the words behind.
  func recurrence(_ text: String, in context: ActionContext) -> (WhenValue, rest: String)? {
    let goal = GoalText(text)
    let all = goal.words.filter { !$0.isMark }
    let longest = min(all.count, 10)
    guard longest > 0 else { return nil }
    let values = (1...longest).map { count -> WhenValue? in
      guard case .when(let when)? = value(goal.said(all[..<count]), .when, context), when.repeats else { return nil }
      return when
    }
    guard let last = values.last(where: { $0 != nil }), let count = values.firstIndex(of: last), let when = last else {
      return nil
    }
    return (when, goal.said(all[(count + 1)...]))
  }
}
