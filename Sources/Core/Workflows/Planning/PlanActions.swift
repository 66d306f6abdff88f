import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Text
import Time

struct PlanWorkflow: Action {
  static let name = "workflow.plan"
  static let summary = "Makes a workflow of what you say should happen, and shows it before anything is done."
  static let effect = Effect.read

  @Parameter("What should happen, in your own words.") var goal: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (goal, actor) = (goal.trimmed.replacing("${", with: "$ {"), context.actor)
    guard goal.utf8.count <= GoalPlanner.longest else {
      throw ActionError(
        "workflows.goal_long", sentence: "Say it in at most \(GoalPlanner.longest) letters.", field: "goal")
    }
    let (found, definitions, delivery) = try await context.store.read { reader in
      (
        reader.service(GoalPlanner.self),
        try reader.service(WorkflowEngine.self)?.definitions(for: actor, reader) ?? [],
        reader.service(Delivery.self)
      )
    }
    guard let planner = found else {
      throw ActionError("workflows.none", sentence: "This house runs no workflows.")
    }
    let words = AnswerWords(delivery, context)
    let proposal = await planner.plan(goal, definitions, in: context) { words.text($0) }
    if let existing = definitions.first(where: { $0.name == proposal.existing }) { return Self.answer(existing) }
    let name = proposal.name(besides: Set(definitions.map(\.name)))
    let similar = proposal.similar.compactMap { name in definitions.first { $0.name == name } }
    guard !proposal.steps.isEmpty else { return Self.refusal(proposal, similar, planner, words) }
    let source = proposal.source(name: name)
    let definition: WorkflowDefinition
    do { definition = try WorkflowDefinition(source: source, file: name) } catch let error as DataFileError {
      throw ActionError(
        "workflows.plan_broken", sentence: "I could not make a workflow of that: \(error.sentence)", field: "goal")
    }
    let review = PlanReview(definition, planner.registry, in: context)
    return Self.answer(proposal, definition, review, planner, words, similar)
  }

  /// There is one that does it.
  private static func answer(_ definition: WorkflowDefinition) -> ActionResult {
    let open = definition.inputs.filter(\.isRequired)
    var say = Say(
      open.isEmpty ? "workflow.plan.existing" : "workflow.plan.existing_inputs",
      [
        "title": .term(definition.title), "name": .text(definition.name), "summary": .term(definition.summary),
        "inputs": .list(open.map { PlanReview.term(ofInput: $0.name) }),
      ])
    if open.isEmpty {
      say.buttons = [
        .init("workflow.plan.start", action: StartWorkflow.name, arguments: ["workflow": .string(definition.name)])
      ]
      say.buttons[0].isOffer = true
    }
    return .answer(
      say,
      data: [
        "existing": .string(definition.name), "feasible": true,
        "inputs": .array(definition.inputs.map { ["name": .string($0.name), "required": .bool($0.isRequired)] }),
      ])
  }

  private static func problems(
    _ proposal: WorkflowProposal, _ planner: GoalPlanner, _ similar: [WorkflowDefinition]
  ) -> [Say] {
    let lines = proposal.problems.map { problem in
      Say(
        problem.words.isEmpty
          ? "workflow.plan.wrong" : problem.nearest.isEmpty ? "workflow.plan.problem" : "workflow.plan.problem_near",
        [
          "words": .text(problem.words), "sentence": .term(problem.mistake.rawValue),
          "nearest": .list(problem.nearest.map { planner.term(of: $0) }),
        ])
    }
    guard !similar.isEmpty else { return lines }
    return lines + [Say("workflow.plan.similar", ["titles": .list(similar.map { .term($0.title) })])]
  }

  private static func data(_ proposal: WorkflowProposal, _ words: AnswerWords) -> [JSON] {
    proposal.problems.map { problem in
      let sentence = problem.mistake.rawValue
      var json: JSONObject = [
        "words": .string(problem.words), "sentence": .string(sentence), "nearest": JSON(problem.nearest),
      ]
      json.put("shown", words.shown(["sentence": .term(sentence)]))
      return .object(json)
    }
  }

  private static func refusal(
    _ proposal: WorkflowProposal, _ similar: [WorkflowDefinition], _ planner: GoalPlanner, _ words: AnswerWords
  ) -> ActionResult {
    .answer(
      Say("workflow.plan.nothing", lines: problems(proposal, planner, similar)),
      data: [
        "feasible": false, "steps": [], "problems": .array(data(proposal, words)), "similar": JSON(proposal.similar),
      ])
  }

  fileprivate static func answer(
    _ proposal: WorkflowProposal, _ definition: WorkflowDefinition, _ review: PlanReview, _ planner: GoalPlanner,
    _ words: AnswerWords, _ similar: [WorkflowDefinition] = []
  ) -> ActionResult {
    let isFeasible = review.isFeasible && proposal.problems.isEmpty
    let conditions = proposal.conditions
    var lines = review.steps.enumerated().map { index, step in
      var values: [String: Say.Value] = ["number": .integer(Int64(index + 1)), "does": .say(step.say)]
      if let condition = conditions[step.key] { values["condition"] = .say(condition) }
      return Say(step.isAsked && step.kind == "action" ? "workflow.plan.line_asks" : "workflow.plan.line", values)
    }
    lines += review.problems.map { Say("workflow.plan.wrong", ["sentence": .say($0)]) }
    lines += problems(proposal, planner, similar)
    lines += proposal.notes.map { Say("workflow.plan.note", ["note": .say($0)]) }
    if !proposal.inputs.isEmpty {
      lines.append(
        Say("workflow.plan.inputs", ["inputs": .list(proposal.inputs.map { PlanReview.term(ofInput: $0.name) })]))
    }
    var buttons: [Say.Button] = []
    if isFeasible {
      let arguments: JSONObject = ["source": .string(definition.source)]
      if proposal.starts.isEmpty, proposal.inputs.isEmpty {
        var now = arguments
        now["run"] = true
        buttons.append(.init("workflow.plan.run", action: KeepWorkflow.name, arguments: now))
      }
      buttons.append(.init("workflow.plan.keep", action: KeepWorkflow.name, arguments: arguments))
      // done now; or, where it begins by itself or must be told something first, kept
      buttons[0].isOffer = true
    }
    let starts: [Say.Value] = definition.starts.compactMap { start in
      switch start {
      case .every(let rule, let time): .recurrence(rule, time)
      case .event(let name, _): .say(Say("workflow.plan.event", ["event": planner.term(ofEvent: name)]))
      case .manual: nil
      }
    }
    var values: [String: Say.Value] = ["title": .text(definition.title)]
    if !starts.isEmpty { values["starts"] = .list(starts) }
    let key =
      isFeasible ? (starts.isEmpty ? "workflow.plan" : "workflow.plan.begins") : "workflow.plan.incomplete"
    var json = review.json(words)
    json["feasible"] = .bool(isFeasible)
    json["workflow"] = .string(definition.name)
    json["title"] = .string(definition.title)
    json["source"] = .string(definition.source)
    json["starts"] = .array(proposal.starts)
    json["inputs"] = .array(
      proposal.inputs.map { input in
        var json: JSONObject = ["name": .string(input.name), "summary": .string(input.summary)]
        json.put("shown", words.shown(["name": PlanReview.term(ofInput: input.name)]))
        return .object(json)
      })
    json["problems"] = .array(
      Self.data(proposal, words)
        + review.problems.map { problem in
          var json: JSONObject = ["words": "", "sentence": .string(words.english(problem)), "nearest": []]
          json.put("shown", words.shown(["sentence": .say(problem)]))
          return .object(json)
        })
    json["similar"] = JSON(proposal.similar)
    json["notes"] = JSON(proposal.notes.map(words.english))
    json["notes_shown"] = JSON(proposal.notes.map(words.text))
    return .answer(Say(key, values, lines: lines, buttons: buttons), data: .object(json))
  }
}

/// What was looked at last, looked at again and again: "send me this every monday".
struct RepeatAnswer: Action {
  static let name = "workflow.repeat"
  static let summary = "Sends what you looked at last again and again, at times you say."
  static let effect = Effect.read

  @Parameter("How often, and at what time.") var schedule: WhenValue?
  @Parameter("What was looked at: an action's name and arguments; the conversation knows it.") var lookedAt: JSON?
  @Parameter("What is sent with it, each in the same form.") var besides: JSON?

  /// More than these are no message.
  private static let most = 5

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.actor.isOwner else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
    }
    let calls = ([lookedAt].compactMap(\.self) + (besides?.array ?? [])).compactMap { ActionCall(json: $0) }
    guard !calls.isEmpty, calls.count <= Self.most else { return .answer(Say("workflow.repeat.nothing")) }
    guard let schedule, let rule = schedule.rule else {
      return .ask(Say("workflow.repeat.ask.schedule"), parameter: "schedule")
    }
    let (found, definitions, delivery) = try await context.store.read { reader in
      (
        reader.service(GoalPlanner.self), try reader.service(WorkflowEngine.self)?.definitions(reader) ?? [],
        reader.service(Delivery.self)
      )
    }
    guard let planner = found, case let entries = calls.compactMap({ planner.registry[$0.name] }),
      entries.count == calls.count, entries.allSatisfy({ $0.effect == .read })
    else { return .answer(Say("workflow.repeat.nothing")) }
    let words = AnswerWords(delivery, context)
    let time = schedule.isTimeGiven ? schedule.start.time.description : "09:00"
    let goal = entries.map { words.english(Say("words.plain", ["text": PlanReview.term($0)])) }
    var proposal = WorkflowProposal(goal: goal.joined(separator: " "))
    proposal.starts = [["every": .string(rule.description), "at": .string(time)]]
    let looks = zip(calls, entries).enumerated().map { place, look in
      WorkflowProposal.Step(id: place == 0 ? "look" : "look\(place + 1)", body: Self.body(of: look.0, look.1))
    }
    let told = looks.map { "${said.\($0.id)}" }.joined(separator: "\n\n")
    proposal.steps = looks + [.init(id: "tell", body: ["tell": .string(told)], needs: looks.map(\.id))]
    let name = proposal.name(besides: Set(definitions.map(\.name)))
    let definition: WorkflowDefinition
    do { definition = try WorkflowDefinition(source: proposal.source(name: name), file: name) } catch let error
      as DataFileError
    {
      throw ActionError(
        "workflows.plan_broken", sentence: "I could not make a workflow of that: \(error.sentence)", field: "schedule")
    }
    let review = PlanReview(definition, planner.registry, in: context)
    return PlanWorkflow.answer(proposal, definition, review, planner, words)
  }

  private static func body(of call: ActionCall, _ entry: ActionEntry) -> JSONObject {
    var with = JSONObject()
    for member in call.arguments.members where member.key != "offset" {
      // a day that was looked at is over when it is looked at again
      switch entry.parameter(member.key)?.kind {
      case .date, .time, .when: continue
      default: with[member.key] = member.value
      }
    }
    var body: JSONObject = ["action": .string(call.name)]
    if !with.isEmpty { body["with"] = .object(with) }
    return body
  }
}

/// Reads a workflow's source as it came: written by hand, or by a model, whose words are trusted no more than anybody's.
private func definition(_ source: String) throws -> WorkflowDefinition {
  do { return try WorkflowDefinition(source: source, file: "workflow") } catch let error as DataFileError {
    throw ActionError(
      "workflows.source", ["sentence": .text(error.sentence)], sentence: error.sentence, field: "source")
  }
}

struct CheckWorkflow: Action {
  static let name = "workflow.check"
  static let summary =
    "Looks over a workflow before it is kept: what it does, what it asks, what it takes and what is wrong."
  static let effect = Effect.read

  @Parameter("The workflow as a file has it (YAML).") var source: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let workflow = try definition(source)
    let (review, mistake, delivery) = try await context.store.read {
      reader -> (PlanReview, DataFileError?, Delivery?) in
      guard let engine = reader.service(WorkflowEngine.self) else {
        throw ActionError("workflows.none", sentence: "This house runs no workflows.")
      }
      var mistake: DataFileError?
      do { try engine.check(workflow, "workflow", reader) } catch let error as DataFileError { mistake = error }
      return (PlanReview(workflow, engine.parts.runner.registry, in: context), mistake, reader.service(Delivery.self))
    }
    var lines =
      review.steps.enumerated().map { index, step in
        Say("workflow.plan.line", ["number": .integer(Int64(index + 1)), "does": .say(step.say)])
      } + review.problems.map { Say("workflow.plan.wrong", ["sentence": .say($0)]) }
    let isFeasible = review.isFeasible && mistake == nil
    var json = review.json(AnswerWords(delivery, context))
    json["feasible"] = .bool(isFeasible)
    json["workflow"] = .string(workflow.name)
    json["starts"] = .array(workflow.starts.compactMap(\.json))
    if let mistake {
      lines.append(Say("workflow.plan.wrong", ["sentence": .text(mistake.sentence)]))
      var told: JSONObject = ["sentence": .string(mistake.expected)]
      told.put("line", mistake.line.map { JSON.integer(Int64($0)) })
      json["mistake"] = .object(told)
    }
    return .answer(
      Say(isFeasible ? "workflow.check" : "workflow.plan.incomplete", ["title": .term(workflow.title)], lines: lines),
      data: .object(json))
  }
}

struct KeepWorkflow: Action {
  static let name = "workflow.keep"
  static let summary =
    "Keeps a workflow of your own, so that you can start it and it begins as it says; or does it once and keeps nothing."
  static let effect = Effect.write

  @Parameter("The workflow as a file has it (YAML).") var source: String
  @Parameter("Whether it is started at once; what does not begin by itself is then not kept.", default: false)
  var run: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    // what begins by itself acts as the owner, so nobody else's words may become it
    guard context.actor.isOwner, context.authority.agent == nil, context.origin.door != "workflow" else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
    }
    let (workflow, run, owner, scopes) = (try definition(source), run, context.actor, context.authority.scopes)
    let watch = context.origin.conversation?.door
    return .change { transaction in
      let engine = try WorkflowAccess.engine(transaction)
      let review = PlanReview(workflow, engine.parts.runner.registry, in: context)
      if let problem = review.problems.first {
        let english = AnswerWords(transaction.service(Delivery.self), context).english(problem)
        throw ActionError("workflows.source", ["sentence": .say(problem)], sentence: english, field: "source")
      }
      // what is done once and begins by itself never again is nothing to keep: it would stand among what can be started
      let isOnce = run && !workflow.starts.contains { if case .manual = $0 { false } else { true } }
      // what begins by itself, runs others, takes back, or stands in for what others begin is looked over by nobody's token later
      let isKnown = try engine.definitions(transaction).contains { $0.name == workflow.name }
      guard !workflow.reachesFurther && (isOnce || !isKnown) || context.authority.covers(nil) else {
        throw ActionError(
          "actions.scope",
          sentence:
            "This token may not keep a workflow that begins by itself, runs others, takes back or replaces one: it needs the "
            + "scope admin.", field: "source")
      }
      do {
        if isOnce {
          try engine.check(workflow, workflow.name, transaction)
        } else {
          _ = try OwnWorkflows.keep(workflow, workflow.name, owner, in: &transaction)
        }
      } catch let error as DataFileError {
        throw ActionError(
          "workflows.source", ["sentence": .text(error.sentence)], sentence: error.sentence, field: "source")
      }
      var data: JSONObject = ["workflow": .string(workflow.name)]
      if run {
        if let missing = workflow.inputs.first(where: \.isRequired) {
          throw ActionError(
            "workflows.input_missing", ["input": .text(missing.name)],
            sentence: "\(workflow.name) needs the input \(missing.name).", field: "run")
        }
        let id = try engine.start(workflow, for: owner.id, scopes: scopes, watch: watch, in: &transaction)
        data["run"] = .string(id)
        guard !isOnce else {
          return Outcome(
            Say("workflow.start", ["title": .text(workflow.title)]), data: .object(data),
            inverse: ActionCall(CancelWorkflow.name, ["run": .string(id)]))
        }
      }
      return Outcome(
        Say(
          run ? "workflow.keep.run" : "workflow.keep", ["title": .text(workflow.title), "name": .text(workflow.name)]),
        data: .object(data), inverse: ActionCall(RemoveWorkflow.name, ["workflow": .string(workflow.name)]))
    }
  }
}

extension WorkflowDefinition.Start {
  /// As a file has it; `nil` where it only begins when somebody begins it.
  fileprivate var json: JSON? {
    switch self {
    case .manual: nil
    case .every(let rule, let at): ["every": .string(rule.description), "at": .string(at.description)]
    case .event(let name, _): ["event": .string(name)]
    }
  }
}

extension WorkflowDefinition {
  /// Whether it does more than its own steps, one after the other, for whoever begins it.
  fileprivate var reachesFurther: Bool {
    func reaches(_ steps: [WorkflowStep]) -> Bool {
      steps.contains { step in
        if case .workflow = step.kind { return true }
        return step.compensation != nil || step.inner.contains(where: reaches)
      }
    }
    return starts.contains { if case .manual = $0 { false } else { true } } || reaches(steps)
  }
}
