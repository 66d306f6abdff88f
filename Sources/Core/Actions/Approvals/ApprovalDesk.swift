import Base
package import Crypto
import Delivery
import Events
import Formats
package import Messages
import People
import Schedule
import Store
import Text

/// Asks those who must agree, counts their answers, and lets each agreement be used once. Part of the one `Runner`, so that no
/// door, workflow or timer can pass it by.
package struct ApprovalDesk: Sendable {
  package let policy: ApprovalPolicy

  /// Seals secrets among the arguments of what waits; without one they lie open, as in tests.
  let secretKey: SecretKey?

  package init(policy: ApprovalPolicy, secretKey: SecretKey? = nil) {
    self.policy = policy
    self.secretKey = secretKey
  }

  /// What stands before a call.
  enum Gate: Sendable {
    /// - Parameter isDecided: a rule or a standing agreement says so; otherwise no rule speaks of it.
    case open(isDecided: Bool)
    /// Under an approval that this call uses up.
    case granted(String)
    /// Somebody must be asked first: the change that does so.
    case closed(ActionResult.Change)
    /// Somebody must be asked first, and nothing here can wait for it.
    case shut(Say)
  }

  func gate(
    _ call: ActionCall, _ entry: ActionEntry, mustAsk: Bool, worth: @Sendable () async throws -> Worth,
    question: @Sendable () async throws -> Say, in context: ActionContext
  ) async throws -> Gate {
    let agent = context.authority.agent ?? ""
    if let id = context.authority.approval {
      try await check(id, call, context)
      return .granted(id)
    }
    guard entry.effect != .read, !policy.rules.isEmpty || !agent.isEmpty else {
      return .open(isDecided: false)
    }
    let amount: Money? =
      switch try await worth() {
      case .stated: Self.stated(in: call, entry, context)
      case .money(let money): money
      case .unknown: nil
      }
    let rule = try await tier(call, entry, amount, context)
    if rule == nil, context.authority.asksItself { return .open(isDecided: false) }
    // where no rule speaks, nobody does for a person unasked what the person would have to say yes to
    let tier = rule ?? (mustAsk && !agent.isEmpty ? .one : .auto)
    guard tier != .auto else { return .open(isDecided: rule != nil) }
    let isStanding = try await context.store.read { reader in
      try Self.isAllowedAlways(call, entry.effect, context.actor.id, agent, amount, now: context.now, reader)
    }
    guard !isStanding else { return .open(isDecided: true) }
    if context.authority.asksNobody { return .shut(try await question()) }
    return .closed(ask(call, tier, amount, try await question(), context))
  }

  private func tier(
    _ call: ActionCall, _ entry: ActionEntry, _ amount: Money?, _ context: ActionContext
  ) async throws -> ApprovalPolicy.Tier? {
    let agent = context.authority.agent ?? ""
    var question = ApprovalPolicy.Question(
      action: call.name, effect: entry.effect, source: agent.isEmpty ? .person : .agent, amount: amount,
      confidence: context.authority.confidence, level: 0)
    let lowest = policy.tier(of: question)
    guard !agent.isEmpty else { return lowest }
    // an agent's record is only read where it makes a difference
    question.level = .max
    guard policy.tier(of: question) != lowest else { return lowest }
    let policy = policy
    question.level = try await context.store.read { try AgentRecord.find(agent, policy, $0).level }
    return policy.tier(of: question)
  }

  /// The largest amount of money among the arguments. Beside a number it may be the price of one: then nothing is known of the whole.
  static func stated(in call: ActionCall, _ entry: ActionEntry, _ context: ActionContext) -> Money? {
    let isMultiplied = entry.parameters.contains {
      ($0.kind == .number || $0.kind == .integer) && call.arguments[$0.name] != nil
    }
    guard entry.effect != .money || !isMultiplied else { return nil }
    let amounts = entry.parameters.filter { $0.kind == .money }.compactMap { parameter -> Money? in
      guard let json = call.arguments[parameter.name] else { return nil }
      let currency = json["currency"].string ?? context.actor.currency
      if let text = json["amount"].string { return Money(decimal: text, currency: currency) }
      if let number = json.int64 { return Money(decimal: "\(number)", currency: currency) }
      return json.string.flatMap { Money(stored: $0) ?? Money(decimal: $0, currency: currency) }
    }
    // of several currencies none is the largest: then it is not known
    guard Set(amounts.map(\.currency)).count == 1 else { return nil }
    return amounts.max { $0.minor < $1.minor }
  }

  // MARK: Asking

  private func ask(
    _ call: ActionCall, _ tier: ApprovalPolicy.Tier, _ amount: Money?, _ question: Say, _ context: ActionContext
  ) -> ActionResult.Change {
    let agent = context.authority.agent ?? ""
    let occasion = context.authority.occasion
    let bound = Approval.bind(call, requester: context.actor.id, agent: agent, occasion: occasion)
    let secret = SecretArguments(call, known: context.authority.secrets)
    return { transaction in
      let waiting = try transaction.first(
        "SELECT id FROM approvals WHERE tenant = :tenant AND state = 'waiting' AND bound = ?", bound
      ) { $0.text(0) }
      if let waiting { return Self.underWay(waiting, bound) }
      let (now, id) = (transaction.now, transaction.newID())
      let isWritten = transaction.service(Delivery.self)?.replies.has(question.key) ?? false
      let approval = Approval(
        id: id, call: secret.shown, bound: bound, requester: context.actor.id, agent: agent,
        door: context.origin.door, language: context.language.code, scopes: context.authority.scopes, tier: tier,
        amount: amount, isHeld: context.authority.holdsApproval, state: .waiting, askedAt: now,
        expiresAt: now + policy.expiry, occasion: occasion,
        sealed: secret.found.isEmpty ? nil : try seal(call, id, of: transaction.tenant),
        question: isWritten ? question.replacing(secret.found) : Self.plain(secret.shown, transaction))
      let approvers = try approvers(of: approval, transaction)
      guard !approvers.isEmpty else {
        throw ActionError("approval.nobody", sentence: "Nobody is there who could agree to this; nothing was done.")
      }
      try insert(approval, transaction)
      for person in approvers {
        try transaction.tell(
          person.id, Self.question(approval, context.actor.name),
          dedupeKey: "approval.\(approval.id).\(person.id)")
      }
      try transaction.schedule(Self.expireKind, subject: approval.id, person: nil, at: approval.expiresAt)
      try transaction.schedule(
        Self.remindKind, subject: approval.id, person: nil, at: now + policy.reminder)
      var told = transaction
      try told.emit(Self.event("approval.asked", approval, .waiting))
      return Self.underWay(approval.id, bound)
    }
  }

  private static func underWay(_ id: String, _ bound: String) -> Outcome {
    var outcome = Outcome(
      Say("approval.asked"), data: ["approval": .string(id), "state": "waiting", "hash": .string(bound)],
      audited: ActionCall("approval.ask", ["approval": .string(id), "hash": .string(bound)]))
    outcome.awaiting = id
    return outcome
  }

  static func event(_ name: String, _ approval: Approval, _ state: Approval.State) -> Event {
    Event(
      name, person: approval.requester, key: approval.id,
      [
        "approval": .string(approval.id), "action": .string(approval.call.name), "agent": .string(approval.agent),
        "state": .string(state.rawValue),
      ])
  }

  /// Who asks, and of an agent or a workflow for whom it does: "workflow buy-some (Ravi)".
  package static func asker(_ approval: Approval, _ person: String) -> String {
    approval.agent.isEmpty || person.isEmpty
      ? (approval.agent.isEmpty ? person : approval.agent) : "\(approval.agent) (\(person))"
  }

  static func question(_ approval: Approval, _ asker: String) -> Say {
    var values: [String: Say.Value] = [
      "who": .text(Self.asker(approval, asker)), "expires": .instant(approval.expiresAt),
    ]
    values["what"] = approval.question.map { .say($0) } ?? .text(approval.call.name)
    if let amount = approval.amount { values["amount"] = .money(amount) }
    return Say(
      approval.tier == .two ? "approval.question_two" : "approval.question", values, buttons: buttons(approval))
  }

  /// What decides a request, bound to what was seen of it.
  package static func buttons(_ approval: Approval) -> [Say.Button] {
    [("approval.button.yes", "yes"), ("approval.button.no", "no"), ("approval.button.always", "always")].map {
      Say.Button(
        $0, action: "approval.decide",
        arguments: [
          "approval": .string(approval.id), "hash": .string(approval.bound), "decision": .string($1),
        ], lifetime: .days(90))
    }
  }

  /// What is wanted where no question was written for it: what the action does, and what it is given.
  private static func plain(_ call: ActionCall, _ transaction: Transaction) -> Say {
    let does = transaction.service(ActionRegistry.self)?[call.name]?.does
    var values: [String: Say.Value] = ["does": does.map { .term($0) } ?? .text(call.name)]
    let given = call.arguments.members.map { member -> Say.Value in
      let name = member.key.replacing("_", with: " ")
      return .say(Say("approval.given", ["name": .term(name), "value": Runner.value(member.value)]))
    }
    if !given.isEmpty { values["with"] = .list(given) }
    return Say("approval.what", values)
  }

  private func insert(_ approval: Approval, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO approvals (tenant, \(Approval.columns))
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, approval.id, approval.call.name, JSON.object(approval.call.arguments).text(), approval.bound,
      approval.requester, approval.agent, approval.door, approval.language,
      approval.scopes.sorted().joined(separator: " "), approval.tier.rawValue, approval.amount?.description,
      approval.isHeld, approval.state.rawValue, approval.askedAt, approval.expiresAt,
      approval.occasion, approval.sealed, approval.question?.stored)
  }

  // MARK: Who may agree

  /// Those of the policy and whom they have put in their place. Who asked by themselves is none of them.
  func approvers(of approval: Approval, _ transaction: Transaction) throws -> [Person] {
    let people = try transaction.peopleBook()
    let everybody = people.everybody.filter { $0.tenant == transaction.tenant }
    var found = everybody.filter(isNamed)
    let places = try transaction.query(
      "SELECT person, delegate FROM approval_delegates WHERE tenant = :tenant AND until > ?", transaction.now
    ) { (of: PersonID($0.text(0)), to: PersonID($0.text(1))) }
    for place in places where found.contains(where: { $0.id == place.of }) {
      if let delegate = people.person(place.to), !found.contains(where: { $0.id == delegate.id }) {
        found.append(delegate)
      }
    }
    return approval.agent.isEmpty ? found.filter { $0.id != approval.requester } : found
  }

  /// Whether a standing agreement covers a call: up to its amount, or, where what costs money names no amount, that call alone.
  static func isAllowedAlways(
    _ call: ActionCall, _ effect: Effect, _ requester: PersonID, _ agent: String, _ amount: Money?, now: Instant,
    _ reader: some Querying
  ) throws -> Bool {
    let limits = try reader.query(
      """
      SELECT amount, exactly FROM approval_standing
      WHERE tenant = :tenant AND action = ? AND requester = ? AND agent = ? AND until > ?
      """, call.name, requester, agent, now
    ) { (amount: $0.optionalText(0), exactly: $0.optionalText(1)) }
    return limits.contains { limit in
      if let exactly = limit.exactly { return exactly == call.exactly }
      guard let most = limit.amount else { return amount == nil && effect != .money }
      guard let most = Money(stored: most), let amount else { return false }
      return amount.currency == most.currency && amount.minor <= most.minor
    }
  }
}

extension ActionCall {
  /// The call as a text that is the same for the same call, in whatever order its arguments came.
  var exactly: String {
    JSON.object(JSONObject(arguments.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })).text()
  }
}
