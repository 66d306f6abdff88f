package import Base
package import Crypto
package import Formats
package import Messages
package import People
package import Store
package import Telemetry
import Time

/// Prepares and applies actions for every door, timer and workflow: policy, confirmation and audit live here, so that
/// no door can skip them.
package struct Runner: Sendable {
  package let registry: ActionRegistry
  package let audit: AuditLog
  /// Reads words as a slot's kind for a person; given by the understanding.
  package typealias WordReader = @Sendable (String, SlotKind, ActionContext) -> SlotValue?
  package let words: WordReader
  /// Who must agree before something is done.
  package let approvals: ApprovalDesk
  private let log = Log("actions")

  package init(
    registry: ActionRegistry, audit: AuditLog, approvals: ApprovalPolicy = ApprovalPolicy(),
    secretKey: SecretKey? = nil, words: @escaping WordReader
  ) {
    self.registry = registry
    self.audit = audit
    self.approvals = ApprovalDesk(policy: approvals, secretKey: secretKey)
    self.words = words
  }

  /// What became of a call before anything is written.
  package enum Prepared: Sendable {
    /// A reading action's answer: nothing will change.
    case answer(ActionCall, Outcome)
    /// Ready to be applied in the turn's transaction.
    case change(ActionCall, Effect, ActionResult.Change)
    /// The policy wants a yes to exactly this call first.
    case confirm(ActionCall, Say)
    /// A parameter is missing; the question to ask.
    case ask(ActionCall, parameter: String, Say)
    case failed(ActionCall, ActionError)
  }

  /// Decodes, checks and performs a call, up to (not including) its change.
  package func prepare(_ call: ActionCall, in context: ActionContext) async -> Prepared {
    guard let entry = registry[call.name] else {
      return .failed(
        call,
        ActionError("actions.unknown", ["name": .text(call.name)], sentence: "There is no action named \(call.name)."))
    }
    // hidden actions are inverses: only undo and buttons call them, never a person's words or a model
    guard context.persona.allows(call.name) || entry.isHidden else {
      return .failed(
        call,
        ActionError(
          "actions.not_allowed", ["persona": .text(context.persona.title)],
          sentence: "The \(context.persona.name) persona does not do \(call.name)."))
    }
    guard context.authority.covers(entry.effect) else {
      return .failed(
        call,
        ActionError(
          "actions.scope", sentence: "This token may not do that: \(call.name) needs the scope for \(entry.effect)."))
    }
    guard !entry.isForPeopleAlone || context.authority.agent == nil else {
      return .failed(
        call,
        ActionError(
          "actions.person_only", sentence: "Only a person can do \(call.name), not a workflow or an agent."))
    }
    for name in call.arguments.keys where entry.parameter(name) == nil {
      return .failed(
        call,
        ActionError(
          "arguments.unknown", ["parameter": .text(name)],
          sentence:
            "\(call.name) has no parameter \(name); it takes \(entry.parameters.map(\.name).joined(separator: ", ")).",
          field: name))
    }
    do {
      let reading = ArgumentReading(
        zone: context.zone, now: context.now, currency: context.actor.currency,
        isCurrencySaid: context.authority.agent != nil || Self.programs.contains(context.origin.door),
        words: { text, kind in words(text, kind, context) })
      let action = try entry.make(call.arguments, reading)
      let confirmation = context.persona.confirmation(of: call.name, effect: entry.effect.rawValue)
      guard confirmation != .refuse else {
        throw ActionError(
          "actions.not_allowed", ["persona": .text(context.persona.title)],
          sentence: "The persona's policy refuses this.")
      }
      let gate = try await approvals.gate(
        call, entry, mustAsk: confirmation == .ask, worth: { try await action.worth(in: context) },
        question: { try await action.confirmation(in: context) ?? question(call, entry) }, in: context)
      var isDecided = false
      switch gate {
      case .closed(let asking): return .change(call, entry.effect, asking)
      case .shut(let question): return .confirm(call, question)
      case .open(let decided): isDecided = decided
      case .granted: break
      }
      var context = context
      if case .granted = gate { context.authority.isApproved = true }
      let asksItself = context.authority.agent == nil || (context.authority.asksItself && !isDecided)
      if confirmation == .ask, !context.authority.isApproved, asksItself {
        return .confirm(call, try await action.confirmation(in: context) ?? question(call, entry))
      }
      let result = try await action.perform(in: context)
      switch result.kind {
      case .answer(let outcome): return .answer(call, outcome)
      case .change(let change):
        guard case .granted(let id) = gate else { return .change(call, entry.effect, change) }
        let (desk, actor, agent) = (approvals, context.actor.id, context.authority.agent ?? "")
        let occasion = context.authority.occasion
        return .change(call, entry.effect) { transaction in
          try desk.use(id, call, by: actor, agent, occasion, in: &transaction)
          return try change(&transaction)
        }
      case .ask(let say, let parameter): return .ask(call, parameter: parameter, say)
      }
    } catch let missing as MissingParameter {
      return .ask(call, parameter: missing.name, Say("\(call.name).ask.\(missing.name)"))
    } catch {
      return .failed(call, Self.speak(error, log))
    }
  }

  /// Doors at which a currency stands in the arguments only when somebody wrote it there.
  private static let programs: Set<String> = ["rest", "shell", "workflow", "reaction"]

  /// Applies a change in the turn's transaction and writes the audit line beside it.
  package func apply(
    _ call: ActionCall, _ effect: Effect, _ change: ActionResult.Change, _ context: ActionContext,
    in transaction: inout Transaction
  ) throws -> Outcome {
    guard context.people.person(context.actor.id) != nil else {
      throw ActionError("actions.actor_gone", sentence: "Whoever asked for this has been forgotten meanwhile.")
    }
    let outcome = try change(&transaction)
    // a reading action's "change" only keeps a picture: nothing to account for
    if effect == .read { return outcome }
    let shown = context.authority.secrets.isEmpty ? call : SecretArguments(call, known: context.authority.secrets).shown
    try audit.append(outcome.audited ?? shown, by: context.actor.id, door: context.origin.door, in: transaction)
    if outcome.refusal == nil, outcome.awaiting == nil, let observer = transaction.service(ActionObserver.self),
      let error = observer.look(call, outcome, context.actor, in: &transaction)
    {
      log.warning("What was done could not be remembered", ["action": .text(call.name), "error": .error(error)])
    }
    return outcome
  }

  /// Prepares and applies one call in a transaction of its own: REST, the shell, timers.
  ///
  /// - Throws: `ActionError`; `actions.confirm` when a yes is needed, `arguments.missing` when a parameter is.
  package func run(_ call: ActionCall, in context: ActionContext) async throws -> Outcome {
    switch await prepare(call, in: context) {
    case .answer(_, let outcome): return outcome
    case .failed(_, let error): throw error
    case .confirm(_, let say):
      var error = ActionError(
        "actions.confirm", say.values, sentence: "This needs a confirmation: repeat the call with it confirmed.")
      error.question = say
      throw error
    case .ask(_, let parameter, let say):
      if let over = Self.past(say, parameter, context.zone) { throw over }
      let sentence =
        call.arguments[parameter] == nil
        ? "\(call.name) needs \(parameter)." : "\(call.name) needs more than the \(parameter) that was given."
      throw ActionError("arguments.missing", ["parameter": .text(parameter)], sentence: sentence, field: parameter)
    case .change(let call, let effect, let change):
      let outcome: Outcome
      do {
        outcome = try await context.store.write { transaction in
          try apply(call, effect, change, context, in: &transaction)
        }
      } catch {
        throw Self.speak(error, log)
      }
      if let refusal = outcome.refusal { throw refusal }
      return outcome
    }
  }

  /// What was given may be a time that is over: then nothing is missing.
  private static func past(_ say: Say, _ parameter: String, _ zone: Zone) -> ActionError? {
    guard say.key.hasSuffix(".ask.past"), let at = say.values["at"] else { return nil }
    let when: String
    switch at {
    case .instant(let instant): when = "\(zone.civil(instant))"
    case .date(let date): when = "\(date)"
    default: return nil
    }
    return ActionError(
      "arguments.past", ["parameter": .text(parameter), "at": at],
      sentence: "\(parameter): that time is over (\(when)).", field: parameter)
  }

  /// When and with which arguments somebody did something before, the latest first, as far as the log is looked back.
  package func doneBefore(
    _ action: String, by actor: PersonID, limit: Int, _ rows: TenantReader
  ) throws -> [DoneBefore] {
    try audit.last(action, by: actor, limit: limit, rows)
  }

  private func question(_ call: ActionCall, _ entry: ActionEntry) -> Say {
    var values: [String: Say.Value] = ["action": .text(entry.summary)]
    for member in call.arguments.members { values[member.key] = Self.value(member.value) }
    return Say("\(call.name).confirm", values)
  }

  /// An argument as a person reads it back in a confirmation.
  package static func value(_ json: JSON) -> Say.Value {
    switch json {
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number, digits: 2)
    case .object:
      if let amount = json["amount"].string, let currency = json["currency"].string,
        let money = Money(decimal: amount, currency: currency)
      {
        return .money(money)
      }
      return .text(json.text())
    case .string(let text): return .text(text)
    default: return .text(json.text())
    }
  }

  /// Any error as one that a person can read.
  package static func speak(_ error: any Error, _ log: Log) -> ActionError {
    switch error {
    case let error as ActionError: return error
    case let error as StoreError:
      log.error("The store refused", ["error": .error(error)])
      return ActionError(error.code, sentence: error.sentence)
    case let error as any SpeakingError:
      return ActionError(error.code, ["sentence": .text(error.sentence)], sentence: error.sentence, field: error.field)
    default:
      log.error("An action failed for a reason nobody named", ["error": .error(error)])
      return ActionError("actions.failed", sentence: "Something went wrong on my side. Nothing was changed.")
    }
  }
}

/// Looks on as actions are done, in their transaction: what was done may be worth remembering. Registered by the house.
package struct ActionObserver: Sendable {
  let done: @Sendable (ActionCall, Outcome, Person, inout Transaction) throws -> Void

  package init(_ done: @escaping @Sendable (ActionCall, Outcome, Person, inout Transaction) throws -> Void) {
    self.done = done
  }

  /// Whatever goes wrong in looking on must not undo what was done.
  ///
  /// - Returns: what went wrong.
  func look(_ call: ActionCall, _ outcome: Outcome, _ actor: Person, in transaction: inout Transaction) -> (any Error)?
  {
    do {
      try transaction.savepoint(isRarelyUndone: true) { try done(call, outcome, actor, &$0) }
      return nil
    } catch {
      return error
    }
  }
}
