import Base
import Crypto
import Formats
import RoomTesting
import Store
import Synchronization
import Workflows

// What is in the logs, held against what happened.
extension WorkflowSimulation {
  struct Ran: Sendable {
    let id: String
    let name: String
    let definition: String
    let phase: String
    let head: String
    let key: String?
  }

  struct Line: Sendable {
    let seq: Int
    let at: Instant
    let text: String
    let hash: String
  }

  func check() async throws {
    let effects = try await world.effects(harness)
    let texts = Dictionary(grouping: harness.told().map(\.text), by: { $0 }).mapValues(\.count)
    let runs = try await harness.tenant().read { reader in
      try reader.query(
        "SELECT id, name, definition, phase, head, dedupe_key FROM workflow_runs WHERE tenant = :tenant ORDER BY id"
      ) {
        Ran(
          id: $0.text(0), name: $0.text(1), definition: $0.text(2), phase: $0.text(3), head: $0.text(4),
          key: $0.optionalText(5))
      }
    }
    var expected: [String: Int] = [:]
    var begun = 0
    var standing: [String: [String]] = [:]
    var takenBack: Set<String> = []
    for run in runs {
      let lines = try await harness.tenant().read { reader in
        try reader.query(
          "SELECT seq, at, events, hash FROM workflow_log WHERE tenant = :tenant AND run = ? ORDER BY seq", run.id
        ) { Line(seq: $0.integer(0), at: $0.instant(1), text: $0.text(2), hash: $0.text(3)) }
      }
      guard let definition = definitions.withLock({ $0[run.definition] }), definition.name == run.name else {
        found("\(run.id) has a definition that nobody wrote")
        continue
      }
      checkChain(run, lines)
      var story = WorkflowStory(run: run, definition: definition)
      for line in lines {
        for event in (try? JSON.parse(line.text))?.array ?? [] { story.take(event, at: line.at) }
      }
      story.close()
      if story.isByEvent { begun += 1 }
      takenBack.formUnion(story.takenBackInside)
      // whoever had it done again by itself wanted it
      if let key = run.key, rewinds.withLock({ $0[run.id] ?? 0 }) == 0 { standing[key] = story.standing }
      for finding in story.findings { found("\(run.id) \(finding)") }
      if !story.findings.isEmpty {
        trace.withLock { $0 += [definition.source] + lines.map { "\($0.at) \($0.text)" } }
      }
      for (key, count) in story.effects { expected[key, default: 0] += count }
      for (key, count) in story.told where texts[key] ?? 0 != count {
        found("\(key) was told \(texts[key] ?? 0) times and not \(count)")
      }
      for (step, begun) in story.children {
        let children = runs.count { $0.key.map { $0.hasPrefix("\(run.id):\(step):") } ?? false }
        if children != begun { found("\(run.id): \(step) has \(children) runs inside and not \(begun)") }
      }
      let outlived = outlived.withLock { $0 }
      for child in runs
      where child.phase == "done" && story.awaited.contains(child.key ?? "") && !outlived.contains(child.id) {
        found("\(child.id) went on inside \(run.id), which was over")
      }
      for (address, keys) in world.keys.withLock({ $0 }) where address.contains("/\(run.id)/") {
        let most = 1 + rewinds.withLock { $0[run.id] ?? 0 }
        if keys.count > most { found("\(address) was called under \(keys.count) idempotency keys") }
      }
    }
    for key in takenBack {
      for step in standing[key] ?? [] { found("\(step) inside \(key) was not taken back with it") }
    }
    for key in Set(expected.keys).union(effects.keys) where expected[key] ?? 0 != effects[key] ?? 0 {
      found("\(key) happened \(effects[key] ?? 0) times, and is in the logs \(expected[key] ?? 0) times")
    }
    let wanted = told.withLock { $0[WorkflowDrawing.wanted] ?? 0 }
    if wanted != begun { found("\(wanted) events began \(begun) runs") }
  }

  /// As `Docs/workflows.md` says: computed anew, or a chain that is none would hold.
  private func checkChain(_ run: Ran, _ lines: [Line]) {
    var head = ""
    for (index, line) in lines.enumerated() {
      let sealed = SHA256.hash("\(head)\n\(run.id)\n\(index + 1)\n\(line.at.microseconds)\n\(line.text)")
      if line.seq != index + 1 || line.hash != Hex.encode(sealed) {
        return found("\(run.id) has a broken chain at line \(index + 1)")
      }
      head = line.hash
    }
    if head != run.head { found("\(run.id) has another end than its row says") }
  }
}

/// One run's log, read as a story that must make sense.
struct WorkflowStory {
  let run: WorkflowSimulation.Ran
  let definition: WorkflowDefinition
  private(set) var findings: [String] = []
  /// What must have happened, how often, by key.
  private(set) var effects: [String: Int] = [:]
  private(set) var told: [String: Int] = [:]
  private(set) var isByEvent = false
  /// Workflows inside that were begun, by step.
  private(set) var children: [String: Int] = [:]

  /// What the workflows inside are called that it waited for when it ended.
  var awaited: Set<String> { Set(waiting.map { "\(run.id):\($0):\(generations[$0] ?? 0)" }) }

  private var waiting: Set<String> = []
  private var seen: Set<String> = []
  private var settled: Set<String> = []
  private var approved: Set<String> = []
  private var undecided: Set<String> = []
  private var until: [String: Instant] = [:]
  private var retryAt: [String: Instant] = [:]
  private var doneOrder: [String: Int] = [:]
  private var undone: Set<String> = []
  /// Signals that have ended no wait yet, and which step was ended by which.
  private var signals: Set<String> = []
  private var answered: [String: String] = [:]
  private var places = 0
  private var generation = 0
  private var generations: [String: Int] = [:]
  private var begunAt = Instant.epoch
  private var isCancelled = false
  private var isUndoing = false
  private var hasEnded = false
  private var endedAs: String?
  /// Workflows inside that were done and are taken back, as their runs are called.
  private(set) var takenBackInside: Set<String> = []
  /// What was done, can be taken back, and was not.
  var standing: [String] {
    doneOrder.keys.filter { definition.step(at: $0)?.compensation != nil && !undone.contains($0) }.sorted()
  }
  private var wasUndone = false
  private var isLeft = false

  init(run: WorkflowSimulation.Ran, definition: WorkflowDefinition) {
    self.run = run
    self.definition = definition
  }

  private mutating func found(_ sentence: String) { findings.append(sentence) }

  mutating func take(_ event: JSON, at: Instant) {
    let (kind, step, data) = (event["kind"].string ?? "", event["step"].string ?? "", event["data"])
    // what was done inside is taken back when that of which it is a part fails
    if hasEnded, kind == "undoing", endedAs == "done", data["error"] == "What began it was ended." { hasEnded = false }
    if hasEnded, kind != "rewound" { found("\(kind) \(step) after its end") }
    if !step.isEmpty, definition.step(at: step) == nil { found("\(step) is no step of what it began with") }
    if isUndoing || isCancelled, ["started", "waiting", "skipped"].contains(kind) {
      found("\(step) begins after it was ended")
    }
    if ["started", "waiting", "done", "skipped", "failed"].contains(kind), seen.insert(step).inserted {
      generations[step] = generation
      begin(step, at)
    }
    switch kind {
    case "begun":
      begunAt = at
      isByEvent = !data["event"].isNull
    case "cancelled":
      isCancelled = true
      // who ends it meanwhile leaves the rest as it is
      hasEnded = data["undo"] != true
      isLeft = hasEnded
    case "signal": signals.insert(data["name"].string ?? "")
    case "undoing": isUndoing = true
    case "ended": (hasEnded, endedAs) = (true, data["phase"].string)
    case "rewound": rewind((data["steps"].array ?? []).compactMap(\.string))
    case "waiting":
      if let instant = data["until"].int64 { until[step] = Instant(microseconds: instant) }
      if !data["info"]["approval"].isNull { undecided.insert(step) }
      if !data["info"]["child"].isNull {
        children[step, default: 0] += 1
        waiting.insert(step)
      }
    case "decided":
      if undecided.remove(step) == nil { found("\(step) was decided and not asked, or twice") }
      if data["yes"] == true { approved.insert(step) }
      if data["by"].isNull, let until = until[step], at < until { found("\(step) was no longer asked too early") }
      until[step] = nil
    case "started":
      if let again = retryAt.removeValue(forKey: step), at < again { found("\(step) was tried again early") }
      if undecided.contains(step) { found("\(step) goes on without an answer") }
    case "done":
      waiting.remove(step)
      done(step, data, at)
    case "skipped": settled.insert(step)
    case "failed":
      waiting.remove(step)
      if data["goes_on"] == true { settled.insert(step) }
      retryAt[step] = data["retry_at"].int64.map { Instant(microseconds: $0) }
    case "undone": takeBack(step, data)
    default: break
    }
  }

  private mutating func begin(_ step: String, _ at: Instant) {
    let prefix = step.lastIndex(of: "/").map { String(step[...$0]) } ?? ""
    for need in definition.step(at: step)?.needs ?? [] where !settled.contains(prefix + need) {
      found("\(step) begins before \(need) is over")
    }
    if let deadline = definition.deadline, at >= begunAt + deadline { found("\(step) begins after the deadline") }
  }

  private mutating func done(_ step: String, _ data: JSON, _ at: Instant) {
    settled.insert(step)
    if doneOrder[step] != nil { found("\(step) is done twice") }
    places += 1
    doneOrder[step] = places
    let isAnswered = !data["signal"].isNull
    if let until = until[step], at < until, !isAnswered { found("\(step) is over early") }
    guard let kind = definition.step(at: step)?.kind else { return }
    switch kind {
    case .wait:
      guard let signal = data["signal"].string else { return }
      if signals.remove(signal) == nil { found("\(step) was ended by a signal that had not come, or was used") }
      answered[step] = signal
    case .action(let name, _):
      if name == "world.pay", !approved.contains(step) { found("\(step) was paid without a yes") }
      effects["\(run.id)/\(step)", default: 0] += 1
      if data["call"].string != call(step) { found("\(step) has the result of another call") }
    case .http:
      if data["body"]["key"].string != call(step) { found("\(step) has the result of another call") }
    case .tell: told["\(run.id)/\(step)", default: 0] += 1
    default: break
    }
  }

  /// What this time around is called where it reaches the world.
  private func call(_ step: String) -> String { "\(run.id):\(step):\(generations[step] ?? 0)" }

  private mutating func takeBack(_ step: String, _ data: JSON) {
    wasUndone = true
    if !isUndoing, !isCancelled { found("\(step) was taken back although all went well") }
    guard let order = doneOrder[step] else { return found("\(step) was taken back and never done") }
    if !undone.insert(step).inserted { found("\(step) was taken back twice") }
    for (other, place) in doneOrder where place > order && !undone.contains(other) {
      if definition.step(at: other)?.compensation != nil { found("\(step) was taken back before \(other)") }
    }
    if case .workflow? = definition.step(at: step)?.kind {
      takenBackInside.insert(call(step))
    } else if data["error"].isNull {
      effects["undo:\(run.id)/\(step)", default: 0] += 1
    }
  }

  private mutating func rewind(_ steps: [String]) {
    generation += 1
    // what was taken back before is not what is done now
    (hasEnded, isCancelled, isUndoing, isLeft, wasUndone) = (false, false, false, false, false)
    func isGone(_ key: String) -> Bool {
      steps.contains { key == $0 || key.hasPrefix($0 + "/") || key.hasPrefix($0 + "[") || key.hasPrefix($0 + ".") }
    }
    for (step, signal) in answered where isGone(step) { signals.insert(signal) }
    answered = answered.filter { !isGone($0.key) }
    seen = seen.filter { !isGone($0) }
    waiting = waiting.filter { !isGone($0) }
    settled = settled.filter { !isGone($0) }
    approved = approved.filter { !isGone($0) }
    undecided = undecided.filter { !isGone($0) }
    undone = undone.filter { !isGone($0) }
    until = until.filter { !isGone($0.key) }
    retryAt = retryAt.filter { !isGone($0.key) }
    doneOrder = doneOrder.filter { !isGone($0.key) }
  }

  /// After the last line.
  mutating func close() {
    guard ["done", "failed", "cancelled"].contains(run.phase) else {
      return found("is \(run.phase) for ever")
    }
    if !hasEnded { found("is \(run.phase) and its log has no end") }
    if run.phase == "done", !isUndoing {
      for step in definition.steps where !settled.contains(step.id) { found("\(step.id) was lost") }
    }
    if run.phase == "failed" || wasUndone, !isLeft {
      for (step, _) in doneOrder where definition.step(at: step)?.compensation != nil && !undone.contains(step) {
        found("\(step) was not taken back")
      }
    }
  }
}
