import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Text

/// What workflow actions share: finding the engine, a definition, and a run that the speaker may see.
enum WorkflowAccess {
  static func engine(_ transaction: Transaction) throws -> WorkflowEngine {
    guard let engine = transaction.service(WorkflowEngine.self) else {
      throw ActionError("workflows.none", sentence: "This house runs no workflows.")
    }
    return engine
  }

  static func unknown(_ run: String) -> ActionError {
    ActionError("workflows.run_unknown", ["run": .text(run)], sentence: "There is no run \(run).", field: "run")
  }

  static func damaged(_ run: String) -> ActionError {
    ActionError(
      "workflows.damaged", ["run": .text(run)], sentence: "The log of the run \(run) has been changed from outside.")
  }

  /// The run as it is; only whom it is for and the owner may see it.
  static func run(
    _ id: String, whole: Bool = false, _ rows: some Querying, _ context: ActionContext
  ) throws -> StoredRun {
    let stored: StoredRun?
    do { stored = try StoredRun.read(id, whole: whole, rows) } catch is WorkflowError {
      throw damaged(id)
    }
    guard let stored, stored.run.person == context.actor.id || context.actor.isOwner else { throw unknown(id) }
    return stored
  }

  /// Writes what happened to a run, after a look whether the speaker may.
  static func change(
    _ id: String, _ context: ActionContext, goesOn: Bool = false, in transaction: inout Transaction,
    _ events: (StoredRun, WorkflowDefinition) throws -> [WorkflowEvent]
  ) throws {
    let engine = try engine(transaction)
    do {
      try engine.change(id, in: &transaction) { stored, definition in
        guard stored.run.person == context.actor.id || context.actor.isOwner else { throw unknown(id) }
        guard !goesOn || context.authority.covers(stored.run.scopes) else {
          throw ActionError(
            "actions.scope", sentence: "This token may not do that: the run is allowed more than the token is.")
        }
        return try events(stored, definition)
      }
    } catch WorkflowError.damaged {
      throw damaged(id)
    } catch is WorkflowError {
      throw unknown(id)
    }
  }

  static func over(_ run: WorkflowRun) -> ActionError {
    ActionError(
      "workflows.over", ["phase": .text(run.phase.rawValue)], sentence: "The run is \(run.phase.rawValue) already.",
      field: "run")
  }
}

struct StartWorkflow: Action {
  static let name = "workflow.start"
  static let summary = "Starts a workflow by name, with its inputs."
  static let effect = Effect.write

  @Parameter("The workflow's name, as workflow.catalogue lists it.", kind: .entity("workflows")) var workflow: String
  @Parameter("Its inputs by name, as a JSON object.") var inputs: JSON?
  @Parameter("What it needs and was not given, in words; with commas between where it is more than one thing.")
  var given: String?
  @Parameter("Whether it stops before each step.", default: false) var stepping: Bool
  @Parameter("Steps to stop before.") var breakpoints: [String]?
  @Parameter("The same for a repeat of the same wish: a second start under it is the first.") var key: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (stepping, breakpoints) = (stepping, breakpoints ?? [])
    let (wanted, speaker) = (workflow, context.actor)
    let (found, runner) = try await context.store.read { reader in
      let engine = reader.service(WorkflowEngine.self)
      return (try engine?.named(wanted, for: speaker, reader), engine?.parts.runner)
    }
    let name = found?.name ?? wanted
    var inputs = try Self.object(inputs)
    // in a chat what is missing is asked for; programs get an error that names it
    let isChat = context.origin.conversation != nil
    if let found, isChat || given != nil, let question = try Self.fill(&inputs, given, found) { return question }
    if let found, let runner {
      do { try WorkflowInputs(found, runner, context).read(&inputs) } catch let error as ActionError where isChat {
        return .ask(error.say, parameter: "given")
      }
    }
    let given = inputs
    let (actor, persona, scopes) = (context.actor, context.persona.name, context.authority.scopes)
    let watch = context.origin.conversation?.door
    let once = key.map { "start \(actor.id.text) \($0)" }
    guard key.map({ !$0.isEmpty && $0.utf8.count <= 200 }) ?? true else {
      throw ActionError("workflows.key", sentence: "A key has 1 to 200 letters.", field: "key")
    }
    var asked: JSONObject = ["workflow": .string(name)]
    // as an object, in which what is secret is known by its name
    if !given.isEmpty { asked["inputs"] = .object(given) }
    let audited = ActionCall(Self.name, asked)
    return .change { transaction in
      let engine = try WorkflowAccess.engine(transaction)
      // what is somebody's own does not exist for others
      let known = try engine.definition(name, transaction)
      let isShown = try known.map { try !engine.isOwn($0, transaction) || actor.isOwner || !$0.personas.isEmpty }
      guard let definition = known, isShown == true else {
        let names = try engine.definitions(for: actor, transaction).map(\.name)
        throw ActionError(
          "workflows.unknown", ["workflow": .text(name)],
          sentence: "There is no workflow \(name); there are \(names.joined(separator: ", ")).", field: "workflow")
      }
      guard definition.personas.isEmpty || definition.personas.contains(persona) || actor.isOwner else {
        throw ActionError(
          "workflows.not_allowed", ["workflow": .term(definition.title)],
          sentence: "The \(persona) persona does not start \(name).", field: "workflow")
      }
      for key in given.keys where !definition.inputs.contains(where: { $0.name == key }) {
        throw ActionError(
          "workflows.input_unknown", ["input": .text(key)],
          sentence: "\(name) has no input \(key); it takes \(WorkflowCalls.list(definition.inputs.map(\.name))).",
          field: "inputs")
      }
      for input in definition.inputs where input.isRequired && given[input.name] == nil {
        throw ActionError(
          "workflows.input_missing", ["input": .text(input.name)], sentence: "\(name) needs the input \(input.name).",
          field: "inputs")
      }
      for step in breakpoints where definition.step(at: step) == nil {
        throw ActionError(
          "workflows.step_unknown", ["step": .text(step)],
          sentence: "\(name) has no outermost step \(step); one inside a loop is named like loop[0]/\(step).",
          field: "breakpoints")
      }
      let run = try engine.start(
        definition, for: actor.id, inputs: given, stepping: stepping, breakpoints: breakpoints, scopes: scopes,
        watch: watch, dedupeKey: once, in: &transaction)
      return Outcome(
        Say("workflow.start", ["title": .term(definition.title)]),
        data: ["run": .string(run), "workflow": .string(name)],
        inverse: ActionCall(CancelWorkflow.name, ["run": .string(run)]), audited: audited)
    }
  }

  /// Takes what was said for the inputs that are missing. - Returns: the question for them, where nothing was said yet.
  private static func fill(
    _ inputs: inout JSONObject, _ words: String?, _ definition: WorkflowDefinition
  ) throws -> ActionResult? {
    let missing = definition.inputs.filter { $0.isRequired && inputs[$0.name] == nil }
    guard !missing.isEmpty else { return nil }
    let names = missing.map { Say.Value.term($0.name.replacing("_", with: " ")) }
    guard let words else {
      return .ask(
        Say(
          missing.count == 1 ? "workflow.start.ask.input" : "workflow.start.ask.inputs",
          ["title": .term(definition.title), "inputs": .list(names)]), parameter: "given")
    }
    let parts = missing.count == 1 ? [words] : words.split(separator: ",").map { String($0).trimmed }
    guard parts.count == missing.count, !parts.contains("") else {
      return .ask(
        Say("workflow.start.ask.inputs", ["title": .term(definition.title), "inputs": .list(names)]),
        parameter: "given")
    }
    for (input, part) in zip(missing, parts) {
      // what takes anything takes a number as one
      let number = input.kind == .text && Double(part) != nil ? try? JSON.parse(part) : nil
      inputs[input.name] = number ?? .string(part)
    }
    return nil
  }

  private static func object(_ inputs: JSON?) throws -> JSONObject {
    guard let inputs, !inputs.isNull else { return [:] }
    let parsed = inputs.string.flatMap { try? JSON.parse($0) } ?? inputs
    guard let object = parsed.object else {
      throw ActionError(
        "workflows.inputs", sentence: "inputs: a JSON object such as {\"name\": \"value\"} was expected.",
        field: "inputs")
    }
    return object
  }
}

struct ListWorkflowDefinitions: Action {
  static let name = "workflow.catalogue"
  static let summary = "Lists the workflows that can be started, with what they take."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor
    let (own, kept, delivery) = try await context.store.read { reader in
      let engine = reader.service(WorkflowEngine.self)
      let own = try engine?.definitions(for: actor, reader) ?? []
      // what its owner may take out again
      let kept = try actor.isOwner ? own.filter { try engine?.isOwn($0, reader) == true }.map(\.name) : []
      return (own, Set(kept), reader.service(Delivery.self))
    }
    let words = AnswerWords(delivery, context)
    let lines = own.prefix(40).map {
      Say("workflow.catalogue.line", ["title": .term($0.title), "name": .text($0.name)])
    }
    let data = own.map { definition -> JSON in
      var json: JSONObject = [
        "name": .string(definition.name), "version": .integer(Int64(definition.version)),
        "title": .string(definition.title), "summary": .string(definition.summary),
        "inputs": .array(
          definition.inputs.map { input in
            var json: JSONObject = [
              "name": .string(input.name), "summary": .string(input.summary), "required": .bool(input.isRequired),
              "default": input.initial, "kind": .string(input.kind.rawValue),
            ]
            json.put("shown", words.shown(["summary": PlanReview.term(ofInput: input.name)]))
            return .object(json)
          }),
      ]
      if kept.contains(definition.name) { json["own"] = true }
      json.put("shown", words.shown(["title": .term(definition.title), "summary": .term(definition.summary)]))
      return .object(json)
    }
    return .answer(
      Say(
        own.isEmpty ? "workflow.catalogue.empty" : "workflow.catalogue", ["count": .integer(Int64(own.count))],
        lines: lines),
      data: ["workflows": .array(data)])
  }
}

struct ListWorkflowRuns: Action {
  static let name = "workflow.list"
  static let summary = "Lists runs of workflows, the newest first."
  static let effect = Effect.read

  @Parameter("Only those in this state.", kind: .choice(WorkflowRun.Phase.allCases.map(\.rawValue))) var state: String?
  @Parameter("At most so many.", default: 20) var limit: Int

  /// Of more than so many it is not said why each ended: that is folded from each log.
  private static let mostTold = 50

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, state, limit) = (context.actor, state, max(1, min(limit, 500)))
    let rows = try await context.store.read { reader in
      let engine = reader.service(WorkflowEngine.self)
      let words = AnswerWords(reader.service(Delivery.self), context)
      return try reader.query(
        """
        SELECT id, name, phase, created_at, updated_at, definition FROM workflow_runs
        WHERE tenant = :tenant AND (person = ? OR ?) AND (? IS NULL OR phase = ?)
        ORDER BY created_at DESC, id DESC LIMIT ?
        """, actor.id, actor.isOwner ? 1 : 0, state, state, limit
      ) { row -> (data: JSON, line: Say) in
        let title = try engine?.definition(hash: row.text(5), reader)?.title ?? row.text(1)
        // why it ended, as nobody opens its steps to learn that
        let isOver = WorkflowRun.Phase(rawValue: row.text(2))?.isOver == true
        let ending =
          isOver && limit <= Self.mostTold
          ? try WorkflowEnding.reason(ofRun: row.text(0), engine, reader, context) : nil
        var json: JSONObject = [
          "run": .string(row.text(0)), "workflow": .string(row.text(1)), "title": .string(title),
          "state": .string(row.text(2)),
          "created": .string(row.instant(3).description), "updated": .string(row.instant(4).description),
        ]
        json.put("ending", ending.map { words.english($0) })
        json.put("shown", words.shown(["title": .term(title), "ending": ending]))
        var values: [String: Say.Value] = [
          "name": .term(title), "state": .say(Say("workflow.state.\(row.text(2))")), "at": .instant(row.instant(3)),
        ]
        values["reason"] = ending
        return (.object(json), Say("workflow.list.line", values))
      }
    }
    return .answer(
      Say(rows.isEmpty ? "workflow.list.empty" : "workflow.list", lines: rows.prefix(15).map(\.line)),
      data: ["runs": .array(rows.map(\.data))])
  }
}

struct ShowWorkflowRun: Action {
  static let name = "workflow.show"
  static let summary = "Shows a run of a workflow: its steps, their state and what happened when."
  static let effect = Effect.read

  @Parameter("The run's id.") var run: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = run
    let (actor, now) = (context.actor, context.now)
    let (stored, log, definition, asked, left, delivery, ending) = try await context.store.read { reader in
      let stored = try WorkflowAccess.run(id, whole: true, reader, context)
      let engine = reader.service(WorkflowEngine.self)
      let asked = stored.run.steps.filter { (try? engine?.isAsked(actor, $0.value, stored.run)) == true }.map(\.key)
      return (
        stored, try StoredRun.log(id, reader), try engine?.definition(of: stored, reader), Set(asked),
        try WorkflowHistory.left(of: stored, now: now, reader), reader.service(Delivery.self),
        try WorkflowEnding.reason(ofRun: id, engine, reader, context)
      )
    }
    let run = stored.run
    let words = AnswerWords(delivery, context)
    let isTheirs = context.people.person(run.person)?.language == context.language
    /// What went wrong; told in the language of whom the run is for when it did.
    func reason(_ error: String?, _ spoken: String?) -> Say.Value? {
      error.map { error in isTheirs ? spoken.map { .text($0) } ?? .term(error) : .term(error) }
    }
    let title = definition?.title ?? stored.name
    // in the order in which they were done, then what is open
    let ordered = run.steps.sorted { one, other in
      let (a, b) = (
        one.value.order == 0 ? Int.max : one.value.order, other.value.order == 0 ? Int.max : other.value.order
      )
      return (a, one.key) < (b, other.key)
    }
    let steps = ordered.map { key, step -> JSON in
      var json: JSONObject = [
        "step": .string(key), "state": .string(step.phase.rawValue), "attempt": .integer(Int64(step.attempt)),
        "result": step.result,
      ]
      json.put("error", step.error)
      if !run.phase.isOver { json.put("until", step.until?.description) }
      if step.isUndone { json["undone"] = true }
      let label = Self.label(of: key, definition)
      json["label"] = .string(words.english(label))
      var question: Say.Value?
      // what the speaker may answer here; a request of the approval desk is answered there
      if step.phase == .waiting, step.result.isNull, step.info["held"].isNull, asked.contains(key),
        let asks = step.info["approval"].string
      {
        json["asks"] = .string(asks)
        json["generation"] = .integer(Int64(step.generation))
        question = .text(step.info["approval_in"][context.language.code].string ?? asks)
      }
      json.put(
        "shown",
        words.shown(["label": label, "error": reason(step.error, step.spoken), "asks": question]))
      return .object(json)
    }
    let events = log.flatMap { line in
      line.events.map { event -> JSON in
        var json = event.json.object ?? [:]
        json["at"] = .string(line.at.description)
        return .object(json)
      }
    }
    var data: JSONObject = [
      "run": .string(id), "workflow": .string(stored.name), "title": .string(title),
      "state": .string(run.phase.rawValue),
      "inputs": run.inputs, "total": .integer(Int64(definition?.steps.count ?? run.steps.count)),
      "result": run.result, "steps": .array(steps), "events": .array(events), "intact": true,
    ]
    data.put("error", run.error)
    data.put("ending", ending.map { words.english($0) })
    data.put(
      "shown", words.shown(["title": .term(title), "error": reason(run.error, run.spoken), "ending": ending]))
    data.put("remaining_s", left.map { JSON.integer($0.microseconds / 1_000_000) })
    let lines = ordered.prefix(20).map { key, step in
      Say(
        "workflow.show.line",
        ["step": Self.label(of: key, definition), "state": .say(Say("workflow.step.\(Self.state(step, of: run))"))])
    }
    return .answer(
      Say(
        "workflow.show", ["name": .term(title), "state": .say(Say("workflow.state.\(run.phase.rawValue)"))],
        lines: Array(lines)),
      data: .object(data))
  }

  /// How a step stands: what was taken back is not done, and what is over waits for nothing.
  private static func state(_ step: WorkflowRun.Step, of run: WorkflowRun) -> String {
    if step.isUndone { return "undone" }
    return run.phase.isOver && step.phase == .waiting ? "left" : step.phase.rawValue
  }

  /// What a step is called where people read it; of one inside a loop, the place of its element too.
  private static func label(of key: String, _ definition: WorkflowDefinition?) -> Say.Value {
    guard let step = definition?.step(at: key) else { return .text(key) }
    guard let place = key.split(separator: "[").dropFirst().last.flatMap({ Int64($0.prefix { $0.isNumber }) }) else {
      return .term(step.label)
    }
    return .say(Say("workflow.show.inner", ["step": .term(step.label), "place": .integer(place + 1)]))
  }
}
