import Actions
import Base
import Events
import Formats
import Messages
import People
import Time
import Understanding

/// A proposal as it grows, part by part.
struct GoalDraft {
  let planner: GoalPlanner
  let context: ActionContext
  let speak: @Sendable (Say) -> String
  var proposal: WorkflowProposal
  /// Steps whose answer nobody has been told yet.
  var untold: [String] = []
  /// What was told last, for whoever is told it too.
  private var told: [String] = []
  /// The step whose result "it" is.
  var last: String?
  /// What the next step needs, where it is not just the one before.
  private var group: [String] = []
  private var isGroupOfReads = false
  /// The loop that steps go into.
  var loop: Int?
  /// Steps behind a wait that something may end.
  var standing: String?
  private var ids: Set<String> = []
  /// Steps that one part made for each of a list: what is asked before one is asked before all.
  private var spread: [String] = []
  /// A question whose words are those of the step that follows.
  private var question: Int?
  /// The condition that holds for parts on end.
  var seen: (condition: GoalClause.Condition, expression: String)?
  /// Where the ways parted last: "otherwise" goes on from there.
  var fork: Fork?
  /// What the first way found out and has not told, while the second is gone.
  var aside: [String] = []
  /// The condition of the part at hand, as it was said.
  private var conditionWords: Say?
  /// A recurrence was begun in words and its end is still to be found.
  private var isRecurring = false

  struct Fork {
    let condition: GoalClause.Condition
    let expression: String
    let last: String?
    let untold: [String]
  }

  /// - Parameter speak: what the workflow will ask, in the language of whoever wants it.
  init(goal: String, planner: GoalPlanner, context: ActionContext, speak: @escaping @Sendable (Say) -> String) {
    self.planner = planner
    self.speak = speak
    self.context = context
    proposal = WorkflowProposal(goal: goal)
  }

  /// - Returns: whether the part behind it was taken with it.
  mutating func take(_ clause: GoalClause, before next: GoalClause?) async -> Bool {
    if clause.beginsPiece { loop = nil }
    if clause.condition == nil { seen = nil }
    switch clause.condition {
    case .not, .otherwise, .answered: break
    default: rejoin()
    }
    conditionWords = clause.condition?.say
    let condition = expression(clause.condition)
    switch clause.kind {
    case .every(let text):
      if text.isEmpty {
        isRecurring = true
      } else if let (when, rest, said) = planner.recurrence(text, in: context), begin(when, said) {
        // "every day at 8 show my reminders, …"
        if !rest.isEmpty { await act(rest, condition) }
      } else {
        problem(text, .when)
      }
    case .event(let text): await event(text)
    case .wait(let time, let signal, let isUnless): wait(time, signal, isUnless, condition)
    case .moment(let time): moment(time, condition)
    case .delay(let time, let said):
      if let next, next.condition == clause.condition, !next.beginsPiece, case .act(let text) = next.kind,
        await isTime(said, of: text)
      {
        await act(said + " " + text, condition)
        return true
      }
      wait(time, nil, false, condition)
    case .approve(let who, let what): approve(who, what, condition)
    case .tell(let who, let what): await tell(who, what, condition)
    case .each(let list): await each(list, condition)
    case .act(let text): await act(text, condition)
    case .unclear(let text, let mistake): problem(text, mistake)
    }
    return false
  }

  /// "after 2 hours remind me to call": not waited for, as the reminder itself is for then.
  private func isTime(_ said: String, of text: String) async -> Bool {
    func isTimed(_ text: String) async -> Bool {
      guard let first = await planner.requests(text, in: context).first else { return false }
      return first.understood.confidence >= 0.7
        && first.understood.slots.values.contains { if case .when = $0 { true } else { false } }
    }
    return await isTimed(said + " " + text) ? await !isTimed(text) : false
  }

  /// What nobody would see otherwise is told at the end.
  func finished() -> WorkflowProposal {
    var copy = self
    copy.loop = nil
    copy.rejoin()
    if !copy.untold.isEmpty { copy.sayUntold(to: nil, nil) }
    if copy.isRecurring { copy.problem(proposal.goal, .howOften) }
    for index in copy.proposal.steps.indices where copy.proposal.steps[index].body["approve"]?["what"].string == "" {
      copy.proposal.steps[index].body["approve"] = ["what": .string(speak(Say("workflow.question.go_on")))]
    }
    for step in copy.proposal.steps where step.body["each"] != nil && step.inner.isEmpty {
      copy.problem(proposal.goal, .whatForEach)
    }
    if copy.proposal.steps.isEmpty, copy.proposal.problems.isEmpty {
      copy.problem(proposal.goal, .nothingToDo)
    }
    return copy.proposal
  }

  // MARK: Parts

  private mutating func act(_ given: String, _ condition: String?) async {
    var text = given
    // "every friday send me my tasks and wait 2 days": told before the wait
    var isTold = false
    if isRecurring {
      isRecurring = false
      if let (when, rest, said) = planner.recurrence(text, in: context), begin(when, said) {
        text = rest
        isTold = loop == nil && planner.words.match(.tellMe, GoalText(rest).words[...]) != nil
      } else {
        problem(text, .howOften)
      }
    }
    guard !text.isEmpty else { return }
    if await ahead(text, condition) { return }
    var requests = await planner.requests(text, in: context)
    if proposal.starts.isEmpty, !requests.contains(where: { $0.understood.slots.values.contains(where: \.repeats) }),
      let (when, rest, said) = planner.recurrenceBehind(text, in: context), begin(when, said)
    {
      text = rest
      requests = await planner.requests(text, in: context)
    }
    if requests.count == 1, let both = await planner.both(text, besides: requests[0].entry.name, in: context) {
      requests = both
    }
    guard !requests.isEmpty else { return await unknown(text, condition) }
    if requests.count == 1, let each = await planner.spread(text, as: requests[0], in: context) {
      let before = proposal.steps.count
      for (text, request) in each { await call(request.entry, arguments(of: request, in: text), condition) }
      spread = loop == nil ? proposal.steps[before...].map(\.id) : []
      return
    }
    for request in requests {
      let arguments = arguments(of: request, in: text)
      if request.understood.confidence < GoalPlanner.certainty {
        note("taken", ["words": .text(text), "does": PlanReview.term(request.entry)])
      }
      if isOneOfAll(request.entry, arguments, text) { problem(text, .notAll) }
      await call(request.entry, arguments, condition)
    }
    if isTold, !untold.isEmpty { sayUntold(to: nil, condition) }
  }

  /// "delete all my tasks", where one of them would be deleted.
  private func isOneOfAll(_ entry: ActionEntry, _ arguments: JSONObject, _ text: String) -> Bool {
    let goal = GoalText(text)
    guard entry.effect != .read, !entry.parameters.contains(where: { $0.isList || $0.name == "all" }),
      let place = goal.words.indices.first(where: { planner.words.match(.all, goal.words[$0...]) != nil })
    else { return false }
    let said = goal.words[place].folded
    return !arguments.members.contains { member in
      GoalText(Expression.words(member.value)).words.contains { $0.folded == said }
    }
  }

  func arguments(of request: GoalPlanner.Request, in text: String) -> JSONObject {
    let (entry, understood) = request
    var arguments: JSONObject = [:]
    for parameter in entry.parameters {
      guard let value = understood.slots[parameter.name] else { continue }
      let entity = understood.entities.first { $0.value == value }
      arguments[parameter.name] = argument(value, parameter.kind, in: text, entity?.text)
    }
    return arguments
  }

  /// Words that are no request: the nearest action stands for them where it needs nothing else, or is named.
  private mutating func unknown(_ text: String, _ condition: String?) async {
    let nearest = await planner.nearest(text, in: context)
    if let best = nearest.first, best.score >= GoalPlanner.nearness, best.isPlain,
      let entry = planner.registry[best.id],
      entry.effect == .read || entry.parameters.contains(where: \.isRequired)
    {
      note("taken", ["words": .text(text), "does": PlanReview.term(entry)])
      if isOneOfAll(entry, [:], text) { problem(text, .notAll) }
      return await call(entry, [:], condition)
    }
    problem(text, .howToDo, nearest.filter(\.isPlain).map(\.id))
  }

  /// A step that calls an action, with what it needs.
  mutating func call(_ entry: ActionEntry, _ given: JSONObject, _ condition: String?) async {
    var arguments = given
    for parameter in entry.parameters where parameter.isRequired && arguments[parameter.name] == nil {
      if case .entity(let list) = parameter.kind, let found = await source(of: list, for: entry) {
        arguments[parameter.name] = .string("${\(found)}")
      } else {
        let name = input(parameter.name, parameter.summary)
        arguments[parameter.name] = .string("${inputs.\(name)}")
      }
    }
    var body: JSONObject = ["action": .string(entry.name)]
    if !arguments.isEmpty { body["with"] = .object(arguments) }
    if let question, proposal.steps.indices.contains(question), loop == nil {
      var about = proposal.steps[question].body["approve"]?.object ?? [:]
      about["what"] = .string(wording(of: entry, [body]))
      proposal.steps[question].body["approve"] = .object(about)
    }
    question = nil
    let id = add(entry.name.replacing(".", with: "_"), body, condition, isRead: entry.effect == .read)
    if loop == nil {
      (last, told) = (id, [])
      if entry.effect == .read { untold.append(id) }
    }
  }

  /// Where an id of a list's row comes from: the element of the loop, a step before, or a step that is put in for it.
  private mutating func source(of list: String, for entry: ActionEntry) async -> String? {
    if loop != nil { return "item.id ?? item.name" }
    for step in proposal.steps.reversed() {
      if let name = step.body["action"]?.string, planner.registry[name]?.gives == list {
        untold.removeAll { $0 == step.id }
        return "first(items(steps.\(step.id))).id"
      }
    }
    let giver = planner.registry.all.first { one in
      one.gives == list && one.effect == .read && !one.isHidden && context.persona.allows(one.name)
        && !one.parameters.contains(where: \.isRequired)
    }
    guard let giver, giver.name != entry.name else { return nil }
    let id = add(giver.name.replacing(".", with: "_"), ["action": .string(giver.name)], nil, isRead: true)
    note("first", ["action": PlanReview.term(entry), "giver": PlanReview.term(giver)])
    return "first(items(steps.\(id))).id"
  }

  private mutating func tell(_ who: String?, _ what: String, _ condition: String?) async {
    let isPointing = planner.words.isPointing(what)
    if what.isEmpty || isPointing {
      if untold.isEmpty, last == nil, loop == nil {
        // what was not understood before is a problem already
        if proposal.problems.isEmpty { problem(what, .nothingToTell) }
        return
      }
      return sayUntold(to: who, condition)
    }
    if who == nil, loop == nil {
      let asked = await planner.requests("tell me " + what, in: context)
      if let first = asked.first, first.entry.effect == .read, first.understood.confidence >= 0.7 {
        await act("tell me " + what, condition)
        return sayUntold(to: nil, condition)
      }
    }
    var body: JSONObject = ["tell": .string(loop == nil ? what : pointed(what))]
    body.put("to", who)
    add("tell", body, condition)
  }

  /// Tells everything that was found out and not told yet; what came last once more where all was.
  private mutating func sayUntold(to who: String?, _ condition: String?) {
    let ids = untold.isEmpty ? told.isEmpty ? [last].compactMap { $0 } : told : untold
    var text = ids.map { "${said.\($0)}" }.joined(separator: "\n")
    if loop != nil { text = "${\(Self.element)}" }
    if text.isEmpty { text = proposal.title }
    var body: JSONObject = ["tell": .string(text)]
    body.put("to", who)
    add("tell", body, condition)
    if loop == nil { (untold, told) = ([], ids) }
  }

  private mutating func each(_ list: String, _ condition: String?) async {
    var source = last
    if !list.isEmpty, !planner.words.isPointing(list) {
      let before = proposal.steps.count
      await act("list " + list, nil)
      source = proposal.steps.count > before ? proposal.steps.last?.id : nil
      untold.removeAll { $0 == source }
    }
    guard let source else { return problem(list, .eachOfWhat) }
    untold.removeAll { $0 == source }
    let id = add("each", ["each": .string("items(steps.\(source))"), "as": "item"], condition)
    loop = proposal.steps.firstIndex { $0.id == id }
    last = id
  }

  private mutating func wait(_ time: String, _ signal: String?, _ isUnless: Bool, _ condition: String?) {
    var about: JSONObject = [:]
    if !time.isEmpty {
      if case .duration(let duration)? = planner.value(time, .duration, context) {
        about["for"] = .string(duration.iso8601)
      } else if let duration = WorkflowDuration.read(time) {
        about["for"] = .string(duration.iso8601)
      } else if case .when(let when)? = planner.value(time, .when, context), !when.repeats {
        about["until"] = .string(when.instant(in: context.zone, now: context.now).description)
        if !proposal.starts.isEmpty {
          note("moment", ["words": .text(time)])
        }
      } else {
        return problem(time, .howLong)
      }
    }
    if let signal {
      if time.isEmpty, case .when(let when)? = planner.value(signal, .when, context), !when.repeats {
        about["until"] = .string(when.instant(in: context.zone, now: context.now).description)
      } else {
        let name = Self.identifier(signal)
        about["signal"] = .string(name)
        note("signal", ["words": .text(signal), "name": .text(name)])
      }
    }
    let id = add("wait", ["wait": .object(about)], condition)
    if isUnless { standing = "steps.\(id).timed_out" }
  }

  private mutating func moment(_ time: String, _ condition: String?) {
    guard case .when(let when)? = planner.value(time, .when, context), !when.repeats else {
      return problem(time, .when)
    }
    if !proposal.starts.isEmpty { note("moment", ["words": .text(time)]) }
    let instant = when.instant(in: context.zone, now: context.now)
    add("wait", ["wait": ["until": .string(instant.description)]], condition)
  }

  private mutating func event(_ text: String) async {
    let nearest = await planner.indexes.events.nearest(text)
    guard let best = nearest.first, best.score >= GoalPlanner.nearness - 0.05 else {
      return problem(text, .noSuchEvent, nearest.map(\.id))
    }
    proposal.starts.append(["event": .string(best.id)])
    note("event", ["words": .text(text), "event": planner.term(ofEvent: best.id)])
  }

  private mutating func approve(_ who: String?, _ what: String, _ condition: String?) {
    var about: JSONObject = ["what": .string(what.isEmpty ? "" : Self.question(what))]
    about.put("who", who)
    // "pay the rent, but ask me first" is about what was said, "find one, ask me first, then book it" about what comes
    let before = what.isEmpty && loop == nil ? proposal.steps.indices.last : nil
    guard let before, let name = proposal.steps[before].body["action"]?.string, let entry = planner.registry[name],
      entry.effect != .read
    else {
      add("ask", ["approve": .object(about)], condition)
      if what.isEmpty { question = loop == nil ? proposal.steps.count - 1 : nil }
      return
    }
    let first =
      proposal.steps.firstIndex { spread.contains($0.id) && spread.contains(proposal.steps[before].id) } ?? before
    let bodies = proposal.steps[first...before].filter { $0.body["action"]?.string == name }.map(\.body)
    let id = add("ask", ["approve": .object(about)], proposal.steps[before].condition)
    var asking = proposal.steps.removeLast()
    asking.needs = proposal.steps[first].needs
    asking.body["approve"] = .object(["what": .string(wording(of: entry, bodies))])
    proposal.steps[first].needs = [id]
    group = [proposal.steps[before].id]
    proposal.steps.insert(asking, at: first)
  }

  /// What is asked before an action is called, once or for each of some.
  private func wording(of entry: ActionEntry, _ bodies: [JSONObject]) -> String {
    let words = bodies.map { body in
      (body["with"]?.object ?? [:]).map { Expression.words($0.value) }.filter { !$0.contains("${") }
        .joined(separator: ", ")
    }.filter { !$0.isEmpty }
    var values: [String: Say.Value] = ["does": .term(entry.does)]
    if !words.isEmpty { values["with"] = .text(words.joined(separator: "; ")) }
    return speak(Say("workflow.question.action", values))
  }

  // MARK: Pieces of steps

  /// - Parameter said: the words that it was read from; a number in them that it does not have was passed over.
  private mutating func begin(_ when: WhenValue, _ said: String) -> Bool {
    guard let rule = when.rule else { return false }
    func numbers(_ text: String) -> [Int] { text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) } }
    let time = when.start.time
    let known = Set(numbers(rule.description) + [time.hour, time.hour % 12, time.minute, 12, when.start.date.day])
    if numbers(said).contains(where: { !known.contains($0) }) { problem(said, .howOften) }
    proposal.starts.append([
      "every": .string(rule.description), "at": .string(when.isTimeGiven ? when.start.time.description : "09:00"),
    ])
    return true
  }

  private mutating func input(_ name: String, _ summary: String) -> String {
    if !proposal.inputs.contains(where: { $0.name == name }) { proposal.inputs.append((name, summary)) }
    return name
  }

  mutating func problem(_ words: String, _ mistake: WorkflowProposal.Mistake, _ nearest: [String] = []) {
    proposal.problems.append(.init(words: words, mistake: mistake, nearest: nearest))
  }

  mutating func note(_ key: String, _ values: [String: Say.Value]) {
    proposal.notes.append(Say("workflow.note.\(key)", values))
  }

  /// - Parameter isRead: reads that follow each other go side by side.
  @discardableResult
  mutating func add(
    _ wanted: String, _ body: JSONObject, _ condition: String?, isRead: Bool = false
  ) -> String {
    let id = ids.contains(wanted) ? (2...).lazy.map { "\(wanted)_\($0)" }.first { !ids.contains($0) } ?? wanted : wanted
    ids.insert(id)
    let all = [standing, condition].compactMap { $0 }
    var step = WorkflowProposal.Step(
      id: id, body: body, conditionWords: conditionWords,
      condition: all.isEmpty ? nil : all.map { all.count > 1 ? "(\($0))" : $0 }.joined(separator: " && "))
    if let loop {
      proposal.steps[loop].inner.append(step)
      return id
    }
    if isRead, isGroupOfReads, condition == nil, let first = proposal.steps.first(where: { $0.id == group.first }) {
      step.needs =
        first.needs
        ?? proposal.steps.firstIndex { $0.id == first.id }.map { $0 == 0 ? [] : [proposal.steps[$0 - 1].id] }
      group.append(id)
    } else {
      if group.count > 1 { step.needs = group }
      group = [id]
      isGroupOfReads = isRead
    }
    proposal.steps.append(step)
    return id
  }
}

extension SlotValue {
  fileprivate var repeats: Bool { if case .when(let when) = self { when.repeats } else { false } }
}
