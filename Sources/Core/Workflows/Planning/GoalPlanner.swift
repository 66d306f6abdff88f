package import Actions
import Base
package import Events
import Formats
import Messages
package import People
import Synchronization
import Text
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
  private let points: MeaningPoints?
  private let offers = Mutex<(actions: MeaningIndex, events: MeaningIndex)?>(nil)
  private let workflows = Mutex<(hashes: [String], index: MeaningIndex)?>(nil)

  /// - Parameter points: made with `shipped`; `nil` compares by words alone.
  package init(
    words: GoalWords, registry: ActionRegistry, schemas: EventSchemas, points: MeaningPoints?, read: @escaping Reading,
    value: @escaping Runner.WordReader
  ) {
    self.words = words
    self.registry = registry
    self.schemas = schemas
    self.points = points
    self.read = read
    self.value = value
  }

  /// What can be asked for and what can happen; made for the first goal, so that no start waits for them.
  var indexes: (actions: MeaningIndex, events: MeaningIndex) {
    offers.withLock { known in
      if let known { return known }
      let made = (
        actions: MeaningIndex(Self.items(registry), points: points),
        events: MeaningIndex(Self.items(schemas), points: points)
      )
      known = made
      return made
    }
  }

  /// What a goal's words are compared with and is the same in every home.
  package static func shipped(
    _ registry: ActionRegistry, _ schemas: EventSchemas, _ library: WorkflowLibrary
  ) -> [String] {
    (items(registry) + items(schemas) + items(library.all)).map(\.text)
  }

  private static func items(_ registry: ActionRegistry) -> [(id: String, text: String)] {
    registry.all.filter { !$0.isHidden }.map { ($0.name, spoken($0.name) + ". " + $0.summary) }
  }

  private static func items(_ schemas: EventSchemas) -> [(id: String, text: String)] {
    schemas.byName.values.map { ($0.name, spoken($0.name) + ". " + $0.summary) }
  }

  private static func items(_ definitions: [WorkflowDefinition]) -> [(id: String, text: String)] {
    definitions.map { ($0.name, $0.title + ". " + $0.summary) }
  }

  /// What an event tells, as people read it.
  func term(ofEvent id: String) -> Say.Value { schemas[id].map { .term(ActionEntry.brief($0.summary)) } ?? .text(id) }

  /// What an action or an event is, as people read it.
  func term(of id: String) -> Say.Value { registry[id].map { .term($0.does) } ?? term(ofEvent: id) }

  private static func spoken(_ name: String) -> String { name.replacing(".", with: " ").replacing("_", with: " ") }

  private static let joints: Set<String> = ["at", "on", "by", "in", "the", "this"]

  /// From here on a part is taken for a request.
  private static let surety = 0.5
  /// Below this a request shares words with what it would do, or it is none; and what was taken for what is told.
  static let certainty = 0.9
  private static let likelyShare = 0.45
  /// From here on words are taken for the action, event or workflow that is nearest to them.
  static let nearness = 0.5
  /// The same for a workflow that does all that was wanted.
  private static let likeness = 0.66
  static let longest = 2_000

  func plan(
    _ goal: String, _ definitions: [WorkflowDefinition], in context: ActionContext,
    speak: @escaping @Sendable (Say) -> String
  ) async -> WorkflowProposal {
    var draft = GoalDraft(goal: goal, planner: self, context: context, speak: speak)
    let clauses = GoalReader.read(goal, words, values(in: context))
    var rest = clauses[...]
    while let clause = rest.popFirst() {
      if await draft.take(clause, before: rest.first) { rest.removeFirst() }
    }
    var proposal = draft.finished()
    let persona = context.persona.name
    let mine = definitions.filter { $0.personas.isEmpty || $0.personas.contains(persona) || context.actor.isOwner }
    if clauses.count == 1, case .act = clauses[0].kind {
      let best = await index(of: definitions).nearest(goal, count: 1) { name in mine.contains { $0.name == name } }
        .first
      if let best, best.score >= (proposal.problems.isEmpty ? Self.likeness + 0.1 : Self.nearness) {
        proposal.existing = best.id
      }
    }
    if proposal.existing == nil, !proposal.problems.isEmpty {
      // what is there already may do it, with its own words
      let index = index(of: definitions)
      for text in [goal] + proposal.problems.map(\.words) where proposal.similar.count < 2 {
        let best = await index.nearest(text, count: 1) { name in mine.contains { $0.name == name } }.first
        if let best, best.isPlain, !proposal.similar.contains(best.id) { proposal.similar.append(best.id) }
      }
    }
    return proposal
  }

  /// Made again only when there are others: their places in meaning cost some milliseconds each.
  private func index(of definitions: [WorkflowDefinition]) -> MeaningIndex {
    let hashes = definitions.map(\.hash)
    return workflows.withLock { known in
      if let known, known.hashes == hashes { return known.index }
      let index = MeaningIndex(Self.items(definitions), points: points)
      known = (hashes, index)
      return index
    }
  }

  func values(in context: ActionContext) -> GoalValues {
    let value = value
    return GoalValues(
      isLength: { text in
        // a bare number counts as minutes where a length was asked for: here a unit must stand behind it
        guard let unit = text.split(separator: " ", maxSplits: 1).dropFirst().first else { return false }
        return value("7000 " + unit, .duration, context) != nil && value(text, .duration, context) != nil
      },
      number: { text in
        if case .money(let money)? = value(text, .money, context), let amount = Double(money.decimal) { return amount }
        return if case .number(let number)? = value(text, .number, context) { number } else { nil }
      },
      isPerson: { word in
        // among more words only somebody who is known as a person is one
        if case .person? = value(word + " x x x x", .person, context) { return true }
        return word.first?.isUppercase == true
      },
      isMoment: { text in
        func moment(_ text: String) -> WhenValue? {
          guard case .when(let when)? = value(text, .when, context), !when.repeats else { return nil }
          return when
        }
        guard let whole = moment(text) else { return false }
        // words in front or behind that change nothing belong to something else
        var words = text.split(separator: " ")
        guard moment(words.dropLast().joined(separator: " ")) != whole else { return false }
        while words.count > 1, moment(words.dropFirst().joined(separator: " ")) == whole {
          guard Self.joints.contains(words.removeFirst().lowercased()) else { return false }
        }
        return true
      })
  }

  typealias Request = (entry: ActionEntry, understood: Understood)

  /// What a part asks for, each with what the words gave; empty when it is no request of this persona's.
  func requests(_ text: String, in context: ActionContext) async -> [Request] {
    let understood = await read(text, context.actor)
    return ([understood] + understood.also).compactMap { one in
      guard one.kind == .intent, one.confidence >= Self.surety, let name = one.intent, let entry = registry[name],
        !entry.isHidden, context.persona.allows(name), !name.hasPrefix("workflow.")
      else { return nil }
      // summaries are in English: other languages share no words with them
      let isPlain =
        one.confidence >= Self.certainty || one.language != .english
        || indexes.actions.share(of: text, in: name) >= Self.likelyShare
      return isPlain ? (entry, one) : nil
    }
  }

  /// The actions that come nearest, which this persona may do.
  func nearest(_ text: String, in context: ActionContext) async -> [MeaningIndex.Match] {
    await indexes.actions.nearest(text) { name in
      context.persona.allows(name) && !name.hasPrefix("workflow.") && !name.hasPrefix("smalltalk.")
    }
  }

  /// "show my calendar and my open tasks": two readings, the second with the verb of the first.
  func both(
    _ text: String, besides name: String, in context: ActionContext
  ) async -> [Request]? {
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

  /// "remind Amma and Appa to …", "buy 10 shares of INFY, TCS and WIPRO": the same for each of them, where each makes a difference
  /// that is more than words.
  func spread(
    _ text: String, as request: Request, in context: ActionContext
  ) async -> [(text: String, request: Request)]? {
    let goal = GoalText(text)
    for place in goal.words.indices.dropFirst() {
      guard let list = list(around: place, of: goal.words) else { continue }
      let named = list.items.map { goal.words[$0].folded }
      let isNamed = request.understood.entities.contains { entity in
        entity.kind != .text && GoalText(entity.text).words.contains { named.contains($0.folded) }
      }
      guard isNamed else { continue }
      var all: [(text: String, request: Request)] = []
      for item in list.items {
        let (before, behind) = (goal.words[..<list.range.lowerBound], goal.words[list.range.upperBound...])
        let one = [goal.said(before), goal.said(goal.words[item...item]), goal.said(behind)]
          .filter { !$0.isEmpty }.joined(separator: " ")
        guard let read = await requests(one, in: context).first, read.entry.name == request.entry.name,
          read.understood.confidence >= Self.surety
        else { break }
        all.append((one, read))
      }
      let typed = Set(request.entry.parameters.filter { $0.kind != .text }.map(\.name))
      let values = Set(all.map { one in one.request.understood.slots.filter { typed.contains($0.key) } })
      if all.count == list.items.count, values.count == all.count { return all }
    }
    return nil
  }

  /// The words that an "and" at this place joins, one each, with those that commas join to them.
  private func list(around place: Int, of all: [GoalText.Word]) -> (items: [Int], range: Range<Int>)? {
    guard let count = words.match(.and, all[place...]), place + count < all.count, !all[place + count].isMark else {
      return nil
    }
    var first = place - 1
    // "A, B, and C"
    if first > 0, all[first].isMark { first -= 1 }
    guard first >= 0, !all[first].isMark else { return nil }
    var items = [first]
    while first >= 2, all[first - 1].folded == ",", !all[first - 2].isMark {
      first -= 2
      items.insert(first, at: 0)
    }
    return (items + [place + count], first..<(place + count + 1))
  }

  /// "check the anomalies every morning": when it begins, and the words before.
  func recurrenceBehind(
    _ text: String, in context: ActionContext
  ) -> (WhenValue, rest: String, said: String)? {
    let goal = GoalText(text)
    for place in goal.words.indices.dropFirst() where words.match(.recurs, goal.words[place...]) != nil {
      guard let (when, rest, said) = recurrence(goal.said(goal.words[place...]), in: context) else { continue }
      return (when, (goal.said(goal.words[..<place]) + " " + rest).trimmed, said)
    }
    return nil
  }

  /// "every monday at 9 list my tasks": when it begins, and the words behind.
  func recurrence(_ text: String, in context: ActionContext) -> (WhenValue, rest: String, said: String)? {
    let goal = GoalText(text)
    let all = goal.words.filter { !$0.isMark }
    let longest = min(all.count, 10)
    guard longest > 0 else { return nil }
    let values = (1...longest).map { count -> WhenValue? in
      guard case .when(let when)? = value(goal.said(all[..<count]), .when, context), when.repeats else { return nil }
      return when
    }
    guard let last = values.last(where: { $0 != nil }), var count = values.firstIndex(of: last), let when = last else {
      return nil
    }
    // "every morning" is at 8 by itself, and "at 8" behind it is no part of what is to be done
    let isMoment = self.values(in: context).isMoment
    let more = (1...4).last { more in
      count + more < longest && values[count + more] == last
        && isMoment(goal.said(all[(count + 1)...(count + more)]))
    }
    count += more ?? 0
    return (when, goal.said(all[(count + 1)...]), goal.said(all[...count]))
  }
}
