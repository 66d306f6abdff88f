import Actions
import Base
import Formats
import HTTP
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
      guard var call = plan.compensation(of: key) else { return .done(.null) }
      call = self.call(call.name, step.compensation?.arguments, call.arguments, run)
      // while things are taken back nothing waits for anybody
      var authority = authority(of: run, definition)
      authority.asksNobody = true
      return await act(call, run, authority)
    }
    switch step.kind {
    case .action(let name, let template):
      var authority = authority(of: run, definition)
      authority.occasion = run.idempotencyKey(key)
      authority.approval = state.isApproved ? state.info["held"].string : nil
      authority.isApproved = state.isApproved && authority.approval == nil
      return await act(call(name, template, state.info["arguments"].object ?? [:], run), run, authority)
    case .http: return await send(state.info, run.idempotencyKey(key), step.deadline)
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

  /// Calls an address. A name that a person wrote reaches no machine of the house's own network.
  private func send(_ info: JSON, _ idempotencyKey: String, _ deadline: Duration?) async -> StepOutcome {
    guard let http = parts.http else { return .failed(WorkflowReason.noWeb.rawValue, isFinal: true) }
    var request = HTTPClientRequest(
      method: info["method"].string ?? "GET", url: info["url"].string ?? "", reach: .guarded)
    if let opened = parts.trusted.lazy.compactMap({ $0.opened(request.url) }).first {
      (request.url, request.reach) = (opened, .configured)
    }
    request.timeout = deadline ?? .seconds(30)
    request.maxResponseBytes = 1 << 20
    request.headers["Idempotency-Key"] = idempotencyKey
    for header in info["headers"].object ?? [:] { request.headers[header.key] = Expression.words(header.value) }
    if let text = info["body"].string {
      request.body = Array(text.utf8)
    } else if !info["body"].isNull {
      request.body = Array(info["body"].text().utf8)
      if request.headers["Content-Type"] == nil { request.headers["Content-Type"] = "application/json" }
    }
    do {
      let response = try await http.send(request)
      guard response.isSuccess else {
        let isFinal = (400..<500).contains(response.status) && ![408, 409, 425, 429].contains(response.status)
        return .failed(
          "\(request.url) answered \(response.status).", isFinal: isFinal,
          why: Say("workflows.why.answered", ["address": .text(request.url), "status": .text("\(response.status)")]))
      }
      let body = (try? JSON.parse(response.body)) ?? .string(response.text)
      return .done(["status": .integer(Int64(response.status)), "body": body])
    } catch {
      return .failed(
        (error as? any SpeakingError)?.sentence ?? "\(error)", isFinal: false,
        why: Say("workflows.why.unreached", ["address": .text(request.url)]))
    }
  }
}
