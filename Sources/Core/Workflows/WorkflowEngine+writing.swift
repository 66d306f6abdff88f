import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Synchronization
import Telemetry
import Text

// What an engine writes: a run's beginning, what happens to it, and what it does inside the house, each in one transaction.
extension WorkflowEngine {
  /// Begins a run in a transaction: it exists with everything else that commits, or not at all.
  ///
  /// - Parameters:
  ///   - dedupeKey: a second run under the same key is not begun.
  /// - Returns: the run's id; the first one's where it is a second.
  func begin(
    _ definition: WorkflowDefinition, for person: PersonID, begun: WorkflowEvent, dedupeKey: String?,
    in transaction: inout Transaction
  ) throws -> String {
    if let dedupeKey,
      let known = try transaction.first(
        "SELECT id FROM workflow_runs WHERE tenant = :tenant AND dedupe_key = ?", dedupeKey, map: { $0.text(0) })
    {
      return known
    }
    try transaction.execute(
      """
      INSERT INTO workflow_definitions (tenant, hash, name, version, source) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, hash) DO NOTHING
      """, definition.hash, definition.name, definition.version, definition.source)
    let (run, now) = (transaction.newID(), transaction.now)
    try transaction.execute(
      """
      INSERT INTO workflow_runs (tenant, id, name, definition, person, phase, seq, head, owner, dedupe_key, created_at, updated_at)
      VALUES (:tenant, ?, ?, ?, ?, 'running', 0, '', ?, ?, ?, ?)
      """, run, definition.name, definition.hash, person, id, dedupeKey, now, now)
    let stored = StoredRun(
      run: WorkflowRun(id: run, person: person, definition: definition.hash, begunAt: now), name: definition.name,
      seq: 0, head: "", fence: 0, owner: id)
    var data = begun.data.object ?? [:]
    data["uses_signals_up"] = true
    if transaction.chain > 0 { data["chain"] = JSON(transaction.chain) }
    if let deadline = parts.stepDeadline { data["step_deadline_s"] = .integer(deadline.components.seconds) }
    let marked = try WorkflowSecrets.put(
      begun.data["inputs"], of: run, inside: begun.data["parent"]["run"].string, parts.secretKey, in: transaction)
    if marked != begun.data["inputs"] || SecretMarks.areIn(marked.text()) {
      data["inputs"] = marked
      data["secrets"] = true
    }
    var plan = WorkflowPlan(definition, stored.run, now: now)
    plan.happened(WorkflowEvent(begun.kind, begun.key, .object(data)))
    plan.advance()
    try write(plan, stored, in: &transaction)
    return run
  }

  /// Something happened to a run that may belong to another engine: a signal, a decision, an end.
  ///
  /// - Parameter events: what happened, by the run as it is; none: only what follows by itself, `nil`: nothing.
  func change(
    _ run: String, in transaction: inout Transaction,
    _ events: (StoredRun, WorkflowDefinition) throws -> [WorkflowEvent]?
  ) throws {
    guard let stored = try StoredRun.read(run, transaction), let definition = try definition(of: stored, transaction)
    else { throw WorkflowError.stale(run) }
    guard let happened = try events(stored, definition) else { return }
    var plan = WorkflowPlan(definition, stored.run, now: transaction.now)
    for event in happened { plan.happened(event) }
    plan.advance()
    try write(plan, stored, in: &transaction)
  }

  func definition(of stored: StoredRun, _ rows: some Querying) throws -> WorkflowDefinition? {
    try definition(hash: stored.run.definition, rows)
  }

  /// As a run began with it.
  func definition(hash: String, _ rows: some Querying) throws -> WorkflowDefinition? {
    try parts.library.definition(hash: hash) {
      try rows.first("SELECT source FROM workflow_definitions WHERE tenant = :tenant AND hash = ?", hash) { $0.text(0) }
    }
  }

  /// That of a run, without what happened to it.
  func definition(ofRun id: String, _ rows: some Querying) throws -> WorkflowDefinition? {
    let hash = try rows.first("SELECT definition FROM workflow_runs WHERE tenant = :tenant AND id = ?", id) {
      $0.text(0)
    }
    return try hash.flatMap { try definition(hash: $0, rows) }
  }

  /// Writes what a plan found, with what it does in the house, and has the rest carried out after the commit.
  ///
  /// - Returns: the run as it stands then.
  @discardableResult
  func write(_ plan: WorkflowPlan, _ before: StoredRun, in transaction: inout Transaction) throws -> StoredRun {
    try EventChain.following(plan.run.consequences(at: transaction.now), transaction) {
      try written(plan, before, in: &transaction)
    }
  }

  private func written(
    _ plan: WorkflowPlan, _ before: StoredRun, in transaction: inout Transaction
  ) throws -> StoredRun {
    var (plan, stored) = (plan, before)
    try take(&plan, stored, in: &transaction)
    let now = transaction.now
    if !plan.events.isEmpty {
      // of a run that nobody has in hand, whoever goes on with it is the engine
      if before.owner != id, !before.run.isInHand(plan.definition) {
        stored.owner = id
        stored.fence += 1
      }
      let text = JSON.array(plan.events.map(\.json)).text()
      stored.seq += 1
      let hash = StoredRun.hash(stored.run.id, stored.seq, now, text, after: stored.head)
      // whoever wrote in between, and whoever has taken the run over, makes this one row too few
      let changed = try transaction.execute(
        """
        UPDATE workflow_runs SET phase = ?, seq = ?, head = ?, underway = ?, updated_at = ?, owner = ?, fence = ?
        WHERE tenant = :tenant AND id = ? AND seq = ? AND fence = ?
        """, plan.run.phase.rawValue, stored.seq, hash, plan.run.underway.count, now, stored.owner, stored.fence,
        stored.run.id, before.seq, before.fence)
      guard changed == 1 else { throw WorkflowError.superseded(stored.run.id) }
      try transaction.execute(
        "INSERT INTO workflow_log (tenant, run, seq, at, events, hash) VALUES (:tenant, ?, ?, ?, ?, ?)",
        stored.run.id, stored.seq, now, text, hash)
      stored.head = hash
      try endInside(plan, before.run, in: &transaction)
      try holdInside(plan, in: &transaction)
      if plan.run.phase.isOver {
        try transaction.unschedule(WorkflowTimers.kind, subject: stored.run.id)
        if plan.run.hasSecrets { try WorkflowSecrets.forget(stored.run.id, in: transaction) }
        try ended(plan.run, in: &transaction)
        try tellFailure(plan.run, plan.definition, in: transaction)
        try WorkflowEnding.tell(plan.run, plan.definition, parts.people, in: transaction)
      }
      if stored.seq % WorkflowSnapshot.interval == 0, !plan.run.phase.isOver {
        var taken = stored
        taken.run = plan.run
        try WorkflowSnapshot.keep(taken, in: transaction)
      }
      try WorkflowProgress.happened(plan.events, to: plan.run, plan.definition, in: &transaction)
    }
    if let wake = plan.wake {
      try transaction.schedule(WorkflowTimers.kind, subject: stored.run.id, person: nil, at: wake)
    }
    stored.run = plan.run
    let key = RunKey(tenant: transaction.tenant, id: stored.run.id)
    let (result, definition, jobs) = (stored, plan.definition, plan.jobs)
    let isTakenUp = before.run.phase.isOver && !plan.run.phase.isOver
    transaction.afterCommit { [self] in
      // what another engine has in hand is its to carry out
      let new: [String] =
        result.owner != id
        ? []
        : live.withLock { live in
          var entry = live[key] ?? Live(stored: result, definition: definition)
          entry.stored = result
          let new = jobs.filter { entry.jobs.insert($0).inserted }
          live[key] = entry.jobs.isEmpty ? nil : entry
          return new
        }
      for job in new { queue.push(.step(key, job, since: .now)) }
      // what was begun when it was ended is begun still, and perhaps in nobody's hands
      if isTakenUp, result.owner == id { queue.push(.look(key)) }
    }
    return stored
  }

  /// What the house hears when a run is over.
  static let endedEvent = "workflow.ended"
  /// How many workflows may be inside each other.
  private static let deepest = 8

  /// What a plan does inside the house, in the same transaction.
  private func take(_ plan: inout WorkflowPlan, _ stored: StoredRun, in transaction: inout Transaction) throws {
    // what follows from an effect may have effects of its own
    var index = 0
    while index < plan.effects.count {
      let effect = plan.effects[index]
      index += 1
      switch effect {
      case .tell(let key, let to, let text):
        guard let person = try? recipient(to, plan.run) else {
          try unreached(to, text, key, plan, in: &transaction)
          continue
        }
        try transaction.tell(person, text.say, dedupeKey: plan.run.idempotencyKey(key))
      case .left(let key, let what):
        try transaction.tell(
          plan.run.person, Say("workflows.left", ["what": .text(what), "workflow": .term(plan.definition.title)]),
          dedupeKey: "left:" + plan.run.idempotencyKey(key))
      case .ask(let key, let to, let what, let until):
        // nobody else may say yes in the place of whom it names: without an answer it is a no
        guard let person = try? recipient(to, plan.run) else {
          try unreached(to, what, key, plan, in: &transaction)
          continue
        }
        let arguments: JSONObject = [
          "run": .string(plan.run.id), "step": .string(key),
          "generation": .integer(Int64(plan.run.steps[key]?.generation ?? plan.run.generation)),
        ]
        func button(_ label: String, _ yes: Bool) -> Say.Button {
          var arguments = arguments
          arguments["yes"] = .bool(yes)
          return Say.Button(label, action: DecideWorkflow.name, arguments: arguments)
        }
        var values: [String: Say.Value] = ["what": what.value, "workflow": .term(plan.definition.title)]
        if let until { values["until"] = .instant(until) }
        try transaction.tell(
          person,
          Say(
            "workflows.ask", values,
            buttons: [button("dialogue.button.yes", true), button("dialogue.button.no", false)]),
          dedupeKey: "ask:" + plan.run.idempotencyKey(key))
      case .child(let key, let name, let inputs):
        guard let definition = try definition(name, transaction) else {
          plan.happened(.init(.failed, key, ["error": .string("There is no workflow \(name).")]))
          plan.advance()
          continue
        }
        // one that begins itself, by whatever way, is written inside one transaction and one stack
        guard plan.run.depth < Self.deepest else {
          plan.happened(.init(.failed, key, ["error": .string(WorkflowReason.tooDeep.rawValue)]))
          plan.advance()
          continue
        }
        let call = plan.run.idempotencyKey(key)
        var data: JSONObject = [
          "inputs": inputs,
          "parent": [
            "run": .string(plan.run.id), "step": .string(key), "call": .string(call),
            "depth": .integer(Int64(plan.run.depth + 1)),
          ],
        ]
        if let scopes = plan.run.scopes { data["scopes"] = JSON(scopes.sorted()) }
        let inside = try begin(
          definition, for: plan.run.person, begun: WorkflowEvent(.begun, "", .object(data)),
          dedupeKey: call, in: &transaction)
        // one that had nothing to wait for is over before this run is written as waiting for it
        if let child = try StoredRun.read(inside, transaction)?.run, child.phase.isOver {
          plan.happened(Self.outcome(of: child, at: key, in: plan.definition))
          plan.advance()
        }
      }
    }
  }

  /// Says to whom the run is for that somebody it names is not known.
  private func unreached(
    _ name: String?, _ what: Wording.Said, _ key: String, _ plan: WorkflowPlan, in transaction: inout Transaction
  ) throws {
    try transaction.tell(
      plan.run.person,
      Say(
        "workflows.unreached",
        ["name": .text(name ?? ""), "what": what.value, "workflow": .term(plan.definition.title)]),
      dedupeKey: "unreached:" + plan.run.idempotencyKey(key))
  }

  /// What an action answers, as the person that the run is for would read it.
  func words(_ say: Say, _ person: PersonID, in transaction: Transaction) -> String? {
    guard let delivery = transaction.service(Delivery.self), let person = parts.people.person(person) else {
      return nil
    }
    return delivery.replies.text(of: say, for: delivery.reader(person), now: transaction.now).text
  }

  /// Why something failed, in the language of whom the run is for; `nil` where that is English, as logs have it.
  func spoken(_ why: Say?, _ person: PersonID, in transaction: Transaction) -> String? {
    guard let why, let delivery = transaction.service(Delivery.self), delivery.replies.has(why.key),
      let language = parts.people.person(person)?.language, language != .english
    else { return nil }
    return words(why, person, in: transaction)
  }

  /// Whom a step means: who the run is for where it names nobody.
  private func recipient(_ name: String?, _ run: WorkflowRun) throws -> PersonID {
    guard let name, !name.isEmpty else { return run.person }
    guard let person = parts.people.person(run.person) else { return run.person }
    if name == "owner", let owner = parts.people.owner(of: person.tenant) { return owner.id }
    return try parts.people.resolve(name, for: person).id
  }

  /// Whether a step's question is this person's to answer.
  func isAsked(_ person: Person, _ step: WorkflowRun.Step, _ run: WorkflowRun) throws -> Bool {
    try recipient(step.info["who"].string, run) == person.id
  }

  /// What a workflow inside that is over is to the step that waits for it.
  private static func outcome(
    of run: WorkflowRun, at key: String, in definition: WorkflowDefinition
  ) -> WorkflowEvent {
    if run.phase == .done { return WorkflowEvent(.done, key, run.result) }
    let error = run.error ?? WorkflowReason.endedInside.rawValue
    var data: JSONObject = ["error": .string(error), "goes_on": .bool(definition.step(at: key)?.goesOn == true)]
    data.put("spoken", run.spoken)
    return WorkflowEvent(.failed, key, .object(data))
  }

  /// What a run that is over sets off: its parent goes on, and the house hears of it.
  private func ended(_ run: WorkflowRun, in transaction: inout Transaction) throws {
    for step in run.steps.values where step.phase == .waiting && step.result.isNull {
      if let held = step.info["held"].string { try parts.runner.approvals.withdraw(held, in: &transaction) }
    }
    if let parent = run.parent {
      // a parent that is gone or over has nothing to go on with
      try? change(parent.run, in: &transaction) { stored, definition in
        guard !stored.run.phase.isOver, stored.run.steps[parent.key]?.phase == .waiting,
          run.parentCall.map({ $0 == stored.run.idempotencyKey(parent.key) }) ?? true
        else { return nil }
        return [Self.outcome(of: run, at: parent.key, in: definition)]
      }
    }
    try transaction.emit(
      Event(
        Self.endedEvent, person: run.person,
        ["run": .string(run.id), "phase": .string(run.phase.rawValue), "error": JSON(run.error)]))
  }

  /// A run that nobody watches in a chat must not fail in silence; one that fails again and again says so once an hour.
  private func tellFailure(
    _ run: WorkflowRun, _ definition: WorkflowDefinition, in transaction: Transaction
  ) throws {
    guard run.phase == .failed, run.parent == nil, run.watch == nil else { return }
    let known = try parts.people.person(run.person).flatMap {
      try WorkflowEnding.reason(run, definition, for: $0, parts.people, transaction)
    }
    let reason = known ?? .term(run.error ?? WorkflowReason.failed.rawValue)
    try transaction.tell(
      run.person, Say("workflows.failed", ["workflow": .term(definition.title), "reason": reason]),
      dedupeKey: "failed:\(definition.name):\(run.person):\(transaction.now.microseconds / 3_600_000_000)")
  }

  /// A workflow inside that was done takes back what it did when that of which it is a part fails.
  func takeBackInside(_ run: WorkflowRun, _ key: String, in transaction: inout Transaction) throws {
    let inside = try transaction.first(
      "SELECT id FROM workflow_runs WHERE tenant = :tenant AND dedupe_key = ?", run.idempotencyKey(key),
      map: { $0.text(0) })
    guard let inside else { return }
    try change(inside, in: &transaction) { stored, definition in
      let hasMore = stored.run.steps.contains { key, step in
        step.phase == .done && !step.isUndone && definition.step(at: key)?.isTakenBack == true
      }
      guard stored.run.phase == .done, hasMore else { return nil }
      return [WorkflowEvent(.undoing, "", ["error": .string(WorkflowReason.endedAround.rawValue)])]
    }
  }

  /// Workflows inside end with what began them, and where the step that waits for them is rewound.
  private func endInside(_ plan: WorkflowPlan, _ before: WorkflowRun, in transaction: inout Transaction) throws {
    let kinds: [WorkflowEvent.Kind] = [.cancelled, .undoing, .ended, .rewound]
    guard plan.events.contains(where: { kinds.contains($0.kind) }) else { return }
    let run = plan.run
    let isTakenBack = plan.events.contains {
      $0.kind == .undoing || ($0.kind == .cancelled && $0.data["undo"] == true)
    }
    var calls: Set<String> = []
    for source in [before, run] {
      for (key, step) in source.steps where step.phase == .waiting && step.info["child"].string != nil {
        let isAwaited =
          [.running, .paused].contains(run.phase) && run.steps[key]?.phase == .waiting
          && run.steps[key]?.generation == step.generation
        if !isAwaited { calls.insert(source.idempotencyKey(key)) }
      }
    }
    for call in calls.sorted() {
      guard
        let inside = try transaction.first(
          "SELECT id FROM workflow_runs WHERE tenant = :tenant AND dedupe_key = ?", call, map: { $0.text(0) })
      else { continue }
      try change(inside, in: &transaction) { stored, _ in
        guard [.running, .paused].contains(stored.run.phase) else { return nil }
        return [
          WorkflowEvent(
            .cancelled, "",
            ["by": .null, "undo": .bool(isTakenBack), "reason": .string(WorkflowReason.endedAround.rawValue)])
        ]
      }
    }
  }

  /// A timer: what follows is written with it, whoever has the run in hand.
  func wake(_ run: String, in transaction: inout Transaction) throws {
    do {
      try change(run, in: &transaction) { stored, _ in stored.run.phase.isOver ? nil : [] }
    } catch let error as WorkflowError {
      log.error("A workflow stands still", ["run": .text(run), "error": .error(error)])
    }
  }
}
