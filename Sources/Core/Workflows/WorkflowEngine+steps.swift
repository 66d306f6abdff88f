import Actions
import Base
import Crews
import Formats
import Messages
import People
import Text

extension WorkflowEngine {
  /// Carries a step out, up to (not including) what it writes in the house.
  func outcome(
    of key: String, isUndo: Bool, _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) async -> StepOutcome {
    guard let step = definition.step(at: key), let state = run.steps[key] else {
      return .failed("The step \(key) is not in the workflow any more.", isFinal: true)
    }
    if isUndo {
      let plan = WorkflowPlan(definition, run, now: parts.clock.now)
      switch (plan.compensation(of: key), step.compensation) {
      case (.http(let info), _): return await send(info, "undo:" + run.idempotencyKey(key), nil, for: run)
      case (.action(let call), .action(_, let template)):
        // while things are taken back nothing waits for anybody
        var authority = authority(of: run, definition)
        authority.asksNobody = true
        return await act(self.call(call.name, template, call.arguments, run), run, authority)
      default: return .done(.null)
      }
    }
    switch step.kind {
    case .action(let name, let template):
      var authority = authority(of: run, definition)
      authority.occasion = run.idempotencyKey(key)
      authority.approval = state.isApproved ? state.info["held"].string : nil
      authority.isApproved = state.isApproved && authority.approval == nil
      let call = call(name, template, state.info["arguments"].object ?? [:], run)
      guard let crew = step.crew else { return await act(call, run, authority) }
      return await decide(call, crew, run, authority)
    case .http: return await send(state.info, run.idempotencyKey(key), step.deadline, for: run)
    case .compute(let name, _): return compute(name, state.info["given"])
    case .call(let call): return await ask(call, state.info, run.idempotencyKey(key), for: run)
    default: return .done(.null)
    }
  }

  /// What a step calls, in the language of whoever it acts for; secrets are only named.
  func call(_ name: String, _ arguments: Template?, _ values: JSONObject, _ run: WorkflowRun) -> ActionCall {
    let language = parts.people.person(run.person)?.language ?? .english
    return ActionCall(name, arguments?.worded(values, for: language) ?? values)
  }

  /// A workflow acts under its own name, by the rules for those who act on somebody's behalf; where these say nothing, it asks
  /// its person as the persona's policy wants.
  private func authority(of run: WorkflowRun, _ definition: WorkflowDefinition) -> ActionContext.Authority {
    var authority = run.scopes.map { ActionContext.Authority(scopes: $0) } ?? .full
    authority.secrets = run.secrets
    authority.agent = "workflow \(definition.name)"
    authority.holdsApproval = true
    authority.asksItself = true
    return authority
  }

  private func compute(_ name: String, _ given: JSON) -> StepOutcome {
    do {
      guard let found = try parts.library.compute(name, given) else {
        return .failed("This program has no code \(name) any more.", isFinal: true)
      }
      return .done(found)
    } catch {
      return .failed((error as? any SpeakingError)?.sentence ?? "\(error)", isFinal: true)
    }
  }

  /// Lets a crew decide about a call; a step is one call, so what the lead puts first is done.
  private func decide(
    _ call: ActionCall, _ crew: String, _ run: WorkflowRun, _ authority: ActionContext.Authority
  ) async -> StepOutcome {
    guard let crews = parts.crews, crews.has(crew) else { return .failed("There is no crew \(crew).", isFinal: true) }
    guard let person = parts.people.person(run.person), let context = parts.context(person, authority) else {
      return .failed(WorkflowReason.personGone.rawValue, isFinal: true)
    }
    let decided = await crews.decide(
      Assignment(call: call, text: "", confidence: 1, context: context), crew: crew)
    return await act(decided.first ?? call, run, authority)
  }

  /// The one `Runner`: what a person may not do, a workflow of theirs may not, and what needs a yes asks for it.
  private func act(
    _ call: ActionCall, _ run: WorkflowRun, _ authority: ActionContext.Authority
  ) async -> StepOutcome {
    guard let person = parts.people.person(run.person) else {
      return .failed(WorkflowReason.personGone.rawValue, isFinal: true)
    }
    guard let context = parts.context(person, authority) else {
      return .failed("The persona \(person.persona) is in no file of Personas/.", isFinal: true)
    }
    switch await parts.runner.prepare(call, in: context) {
    case .answer(_, let outcome): return .done(outcome.data, said: outcome.say)
    case .change(let call, let effect, let change): return .change(call, effect, change, context)
    case .confirm(let call, _):
      return .confirm(Self.words(of: call, parts.runner.registry), Self.say(of: call, parts.runner.registry))
    case .ask(_, let parameter, _):
      let why = Say(
        "workflows.why.needs",
        ["does": .say(Self.say(of: ActionCall(call.name), parts.runner.registry)), "parameter": .text(parameter)])
      return .failed("\(call.name) needs \(parameter).", isFinal: true, why: why)
    case .failed(_, let error): return .failed(error.sentence, isFinal: false, why: error.say)
    }
  }

  /// What a call would do, for whoever is asked.
  static func words(of call: ActionCall, _ registry: ActionRegistry) -> String {
    let summary = registry[call.name]?.summary ?? call.name
    let arguments = call.arguments.map { "\($0.key): \(Expression.words($0.value))" }.joined(separator: ", ")
    return arguments.isEmpty ? summary : "\(summary) (\(arguments))"
  }

  /// The same in anybody's language.
  static func say(of call: ActionCall, _ registry: ActionRegistry) -> Say {
    guard let entry = registry[call.name] else { return .words(call.name) }
    let arguments = call.arguments.map { "\($0.key): \(Expression.words($0.value))" }.joined(separator: ", ")
    return PlanReview.say(entry, arguments)
  }
}
