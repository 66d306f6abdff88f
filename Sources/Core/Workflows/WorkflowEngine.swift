package import Actions
package import Base
package import Crews
package import Crypto
import Events
import Formats
package import HTTP
import Messages
package import People
package import Store
import Synchronization
package import Telemetry

/// Carries workflows out: every step's start and outcome is on disk before the next, so that a run goes on after any crash
/// from its last finished step.
///
/// One commit holds a step's outcome, what it did inside the house, and the start of what follows. A run belongs to one
/// engine at a time; the number in its row (the fence) rises with each taking over, and a commit under an older number is
/// refused. What reaches the world carries an idempotency key and may happen again after a crash: no engine can know whether
/// a call that was interrupted arrived.
package final class WorkflowEngine: Sendable {
  /// Makes what an action may know, as the person that a run is for.
  package typealias ContextMaker = @Sendable (Person, ActionContext.Authority) -> ActionContext?

  package struct Parts: Sendable {
    package let store: HouseStore
    package let people: PeopleBook
    package let runner: Runner
    package let library: WorkflowLibrary
    package let http: (any HTTPTransport)?
    /// Beginnings of addresses from the owner's configuration, which may be machines of the own network.
    package let trusted: [OpenedAddress]
    package let clock: any WallClock
    package let ids: IDGenerator
    package let metrics: Metrics
    package let context: ContextMaker
    /// Seals what runs keep secret; without one it lies open, as in tests.
    package let secretKey: SecretKey?
    /// Notes which steps are carried out, for the next start; without it a step that ends the program is tried for ever.
    package var marks: CrashMarks?
    /// How long one try of an action may take where its step does not say. Runs keep what they were begun with.
    package var stepDeadline: Duration?
    /// What is outside of the house; each is `nil` where the house has none.
    package var outside = WorkflowOutside()
    package var crews: CrewRunner?
    /// Hears how long each step took, from its start on disk to its outcome on disk.
    package var onStep: (@Sendable (Duration) -> Void)?

    package init(
      store: HouseStore, people: PeopleBook, runner: Runner, library: WorkflowLibrary, http: (any HTTPTransport)?,
      trusted: [OpenedAddress] = [], secretKey: SecretKey? = nil, clock: any WallClock, ids: IDGenerator,
      metrics: Metrics,
      context: @escaping ContextMaker
    ) {
      self.store = store
      self.people = people
      self.runner = runner
      self.library = library
      self.http = http
      self.trusted = trusted
      self.clock = clock
      self.ids = ids
      self.metrics = metrics
      self.context = context
      self.secretKey = secretKey
    }
  }

  struct RunKey: Hashable, Sendable {
    let tenant: TenantID
    let id: String
  }

  enum Work: Sendable {
    /// Look what follows: a timer, a signal, a new run, a start of the house.
    case look(RunKey)
    /// Carry out a step whose start is on disk since then.
    case step(RunKey, String, since: ContinuousClock.Instant)
  }

  /// What is known of a run without reading it again; held while something of it is under way.
  struct Live {
    var stored: StoredRun
    var definition: WorkflowDefinition
    var jobs: Set<String> = []
  }

  let parts: Parts
  /// Tells this engine from one before it and one beside it.
  package let id: String
  /// Runs with a step that could not be written: they are looked at again with the next sign of life.
  private let left = Mutex<Set<RunKey>>([])
  let live = Mutex<[RunKey: Live]>([:])
  private let isRecovered = Atomic<Bool>(false)
  let queue = WorkQueue<Work>()
  /// Steps in which the program has ended before: one at a time, so that the next end tells which of them it was.
  private let suspects = WorkQueue<Work>()
  /// What was carried out when the program ended last, and has not been looked at yet.
  let interrupted: Mutex<Set<Int64>>
  private let workers: Int
  private let steps: Counter
  let failures: Counter
  private let taking: Histogram
  let log = Log("workflows")
  /// An engine that has not been seen for so long is gone, and its runs are taken over.
  static let patience = Duration.seconds(30)

  package init(_ parts: Parts, workers: Int = 48) {
    self.parts = parts
    self.workers = workers
    interrupted = Mutex(parts.marks?.found ?? [])
    id = parts.ids.next()
    steps = parts.metrics.counter("thinnai_workflow_steps_total", help: "Steps of workflows that were carried out.")
    failures = parts.metrics.counter("thinnai_workflow_failures_total", help: "Tries of steps that failed.")
    taking = parts.metrics.histogram(
      "thinnai_workflow_step_seconds", help: "From a step's start to its outcome on disk.")
  }

  /// Steps being carried out or waiting for their turn.
  package var depth: Int { live.withLock { $0.values.reduce(0) { $0 + $1.jobs.count } } }

  // MARK: Running

  /// Carries steps out until closed.
  ///
  /// - Parameter alone: no other engine can be at work on this store, so all runs are taken over at once.
  package func run(alone: Bool = true) async {
    await recover(alone: alone)
    // where nobody else can be at work, there is nobody to tell that this engine lives
    await withDiscardingTaskGroup { group in
      for _ in 0..<workers { group.addTask { while let work = await self.queue.next() { await self.carryOut(work) } } }
      group.addTask { while let work = await self.suspects.next() { await self.carryOut(work, isAlone: true) } }
      group.addTask {
        while !Task.isCancelled, !self.queue.isClosed {
          do { try await self.parts.clock.sleep(for: .seconds(10)) } catch { return }
          await self.beat(alone: alone)
        }
      }
    }
  }

  package func close() {
    endIsAskedFor()
    queue.close()
    suspects.close()
  }

  /// The program is told to stop: nothing that is carried out from now on is what ends it.
  package func endIsAskedFor() { parts.marks?.retire() }

  /// Carries out everything that can be carried out now: tests, and the shell without a running house.
  package func drain() async {
    while true {
      if let work = queue.popFirst() {
        await carryOut(work)
      } else if let work = suspects.popFirst() {
        await carryOut(work, isAlone: true)
      } else {
        return
      }
    }
  }

  /// A sign of life: what could not be done before is done now.
  package func beat(alone: Bool) async {
    // where nobody else can be at work, one taking over that went well is enough
    if alone, isRecovered.load(ordering: .relaxed) { return lookAgain() }
    await recover(alone: alone)
  }

  /// Says that this engine lives, and takes over the runs of those that do not.
  package func recover(alone: Bool) async {
    let (id, now) = (id, parts.clock.now)
    lookAgain()
    do {
      let open = try await parts.store.write { house -> [RunKey] in
        try house.execute(
          """
          INSERT INTO workflow_engines (id, beat_at) VALUES (?, ?)
          ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
          """, id, now)
        try house.execute(
          "DELETE FROM workflow_engines WHERE id <> ? AND (? OR beat_at < ?)", id, alone ? 1 : 0, now - Self.patience)
        var open: [RunKey] = []
        // those that are held, too: what was under way in them ends
        for phase in ["phase IN ('running', 'undoing')", "phase = 'paused'"] {
          let lost = "\(phase) AND (owner IS NULL OR owner NOT IN (SELECT id FROM workflow_engines))"
          let found = try house.query("SELECT tenant, id FROM workflow_runs WHERE \(lost)") {
            RunKey(tenant: TenantID($0.text(0)), id: $0.text(1))
          }
          guard !found.isEmpty else { continue }
          try house.execute("UPDATE workflow_runs SET owner = ?, fence = fence + 1 WHERE \(lost)", id)
          open += found
        }
        guard !alone else { return open }
        // what others began in runs that are this engine's
        return open
          + (try house.query(
            """
            SELECT tenant, id FROM workflow_runs
            WHERE owner = ? AND phase IN ('running', 'undoing') AND (underway > 0 OR phase = 'undoing')
            """, id
          ) { RunKey(tenant: TenantID($0.text(0)), id: $0.text(1)) })
      }
      isRecovered.store(true, ordering: .relaxed)
      for key in open { queue.push(.look(key)) }
    } catch {
      log.error("Runs could not be taken over; it is tried again", ["error": .error(error)])
    }
  }

  /// Looks at the runs of which something could not be written.
  private func lookAgain() {
    let again = left.withLock { keys in
      defer { keys = [] }
      return keys
    }
    for key in again { queue.push(.look(key)) }
  }

  // MARK: Carrying out

  private func carryOut(_ work: Work, isAlone: Bool = false) async {
    switch work {
    case .look(let key): await look(key)
    case .step(let key, let step, let since):
      if !isAlone, isSuspect(step, of: key) {
        suspects.push(work)
        return
      }
      await carryOut(step, of: key)
      let took = ContinuousClock.now - since
      taking.observe(took)
      parts.onStep?(took)
      steps.add()
    }
  }

  private func look(_ key: RunKey) async {
    do {
      try await parts.store.tenant(key.tenant).write { [self] transaction in
        guard let stored = try StoredRun.read(key.id, transaction), stored.owner == id, !stored.run.phase.isOver,
          let definition = try definition(of: stored, transaction)
        else { return }
        var plan = WorkflowPlan(definition, stored.run, now: transaction.now)
        let counted = count(interruptionsOf: key, &plan, in: transaction)
        plan.advance()
        let written = try write(plan, stored, in: &transaction)
        transaction.afterCommit { [self] in interrupted.withLock { $0.subtract(counted) } }
        // steps that a crash interrupted: nobody has them in hand
        let open = stored.run.underway.sorted().filter {
          $0.isCarriedOut(by: definition) && plan.run.steps[$0]?.phase == .started
        }
        transaction.afterCommit { [self] in resume(key, open, written, definition) }
      }
    } catch WorkflowError.superseded {
      queue.push(.look(key))
    } catch let error as WorkflowError {
      log.error("A workflow stands still", ["run": .text(key.id), "error": .error(error)])
    } catch {
      // the timer that set this off is gone: it must be looked at all the same
      log.error("A workflow could not be looked at; it is tried again", ["run": .text(key.id), "error": .error(error)])
      do { try await parts.clock.sleep(for: .seconds(1)) } catch { return }
      queue.push(.look(key))
    }
  }

  private func resume(_ key: RunKey, _ open: [String], _ stored: StoredRun, _ definition: WorkflowDefinition) {
    let new = live.withLock { live in
      var entry = live[key] ?? Live(stored: stored, definition: definition)
      let new = open.filter { entry.jobs.insert($0).inserted }
      if !entry.jobs.isEmpty { live[key] = entry }
      return new
    }
    for job in new { queue.push(.step(key, job, since: .now)) }
  }

  /// What came of a step, before it is written.
  enum StepOutcome: Sendable {
    /// - Parameter said: what it answers a person.
    case done(JSON, said: Say? = nil)
    case change(ActionCall, Effect, ActionResult.Change, ActionContext)
    /// - Parameter say: the same in anybody's language.
    case confirm(String, Say)
    /// Somebody else was asked, in this transaction: which approval, and for what.
    case held(String, String)
    /// - Parameter why: the same in anybody's language, where there is more to it than `WorkflowReason` has.
    /// - Parameter after: how long whoever was called wants to be left alone.
    case failed(String, isFinal: Bool, why: Say? = nil, after: Duration? = nil)
    /// A rate does not let it in before.
    case later(Instant)
  }

  private func carryOut(_ job: String, of key: RunKey) async {
    guard let entry = live.withLock({ $0[key] }) else { return }
    let isUndo = job.hasPrefix("undo:")
    let step = isUndo ? String(job.dropFirst(5)) : job
    let run = entry.stored.run
    let mark = parts.marks?.set(Self.mark(of: job, of: key, run.steps[step]?.generation ?? 0))
    defer { if let mark { parts.marks?.clear(mark) } }
    let outcome = await carried(step, isUndo: isUndo, run, entry.definition, of: key.tenant)
    if case .failed = outcome, Task.isCancelled || queue.isClosed {
      // broken off because the program stops: the next start carries it out
      finished(job, of: key)
      return
    }
    var isOvertaken = false
    for _ in 0..<8 {
      do {
        let isRead = isOvertaken
        try await parts.store.tenant(key.tenant).write { [self] transaction in
          let known = try current(key, entry, isRead: isRead, transaction)
          try settle(outcome, step, isUndo, run, known.stored, known.definition, in: &transaction)
          transaction.afterCommit { [self] in finished(job, of: key) }
        }
        return
      } catch WorkflowError.superseded {
        // somebody wrote in between, or this engine has lost the run
        guard !isOvertaken else { break }
        isOvertaken = true
      } catch WorkflowError.stale {
        // the step may have been begun anew meanwhile, while this one was in hand
        finished(job, of: key)
        queue.push(.look(key))
        return
      } catch let error as StoreError where error.kind == .busy || error.kind == .full {
        do { try await parts.clock.sleep(for: .milliseconds(200)) } catch { break }
      } catch {
        log.error("A step could not be written", ["run": .text(key.id), "step": .text(step), "error": .error(error)])
        break
      }
    }
    finished(job, of: key)
    _ = left.withLock { $0.insert(key) }
  }

  private func finished(_ job: String, of key: RunKey) {
    live.withLock { live in
      live[key]?.jobs.remove(job)
      if live[key]?.jobs.isEmpty == true { live[key] = nil }
    }
  }

  /// The run as this engine wrote it last; or as it is on disk, where somebody wrote in between: of many steps side by side
  /// that end at once, one would pass in each commit, and the others would have to be done again.
  private func current(_ key: RunKey, _ entry: Live, isRead: Bool, _ transaction: Transaction) throws -> Live {
    var known = live.withLock { $0[key] } ?? entry
    guard isRead else { return known }
    guard let stored = try StoredRun.read(key.id, transaction), stored.owner == id else {
      throw WorkflowError.superseded(key.id)
    }
    known.stored = stored
    return known
  }

  /// Writes a step's outcome with what it did, and what follows.
  private func settle(
    _ outcome: StepOutcome, _ key: String, _ isUndo: Bool, _ begun: WorkflowRun, _ stored: StoredRun,
    _ definition: WorkflowDefinition, in transaction: inout Transaction
  ) throws {
    let run = stored.run
    guard let state = run.steps[key], state.generation == begun.steps[key]?.generation,
      isUndo ? run.phase == .undoing && !state.isUndone : state.phase == .started && !run.phase.isOver,
      state.attempt == begun.steps[key]?.attempt,
      // a question from before the yes is answered
      isUndo || state.isApproved == begun.steps[key]?.isApproved
    else { throw WorkflowError.stale(run.id) }
    if isUndo, case .workflow? = definition.step(at: key)?.kind { try takeBackInside(run, key, in: &transaction) }
    var plan = WorkflowPlan(definition, run, now: transaction.now)
    var result = outcome
    if case .change(let call, let effect, let change, let context) = outcome {
      do {
        let done = try EventChain.following(run.consequences(at: transaction.now), transaction) {
          try transaction.savepoint { transaction in
            try parts.runner.apply(call, effect, change, context, in: &transaction)
          }
        }
        if let approval = done.awaiting {
          // as it stands in the run, where secrets are only named
          let named = self.call(
            call.name, definition.step(at: key)?.arguments, state.info["arguments"].object ?? [:], run)
          result = .held(approval, Self.words(of: named, parts.runner.registry))
        } else {
          result =
            done.refusal.map { .failed($0.sentence, isFinal: true, why: $0.say) } ?? .done(done.data, said: done.say)
        }
      } catch let error as StoreError where error.kind != .constraint && error.kind != .unique {
        throw error
      } catch {
        let error = Runner.speak(error, log)
        result = .failed(error.sentence, isFinal: true, why: error.say)
      }
    }
    if case .done(_, let say?) = result, !isUndo, definition.quoted.contains(definition.step(at: key)?.id ?? "") {
      plan.happened(.init(.said, key, JSON(words(say, run.person, in: transaction))))
    }
    let why: Say? = if case .failed(_, _, let why, _) = result { why } else { nil }
    let spoken = spoken(why, run.person, in: transaction)
    if case .confirm(let what, let say) = result {
      result = .confirm(self.spoken(say, run.person, in: transaction) ?? what, say)
    }
    for event in events(result, key, state, definition, isUndo: isUndo, spoken: spoken, &plan) {
      plan.happened(event)
    }
    plan.advance()
    try write(plan, stored, in: &transaction)
  }
}
