package import Actions
package import Base
package import Formats
import Text
import Time

extension WorkflowStep.HTTPCall {
  /// What is called, with its values.
  func info(_ names: (String) -> JSON, body: JSON) -> JSON {
    var info: JSONObject = [
      "method": .string(method), "url": .string(Expression.words(url.value(names))),
      "headers": .object(JSONObject(headers.map { ($0.0, .string(Expression.words($0.1.value(names)))) })),
      "body": body,
    ]
    info.put("connector", connector)
    if takesAnyStatus { info["any_status"] = true }
    return .object(info)
  }
}

/// What comes next in a run: computed from its definition, its state and the time alone, so that it can be computed again
/// after a crash, in a test, and in a replay.
package struct WorkflowPlan: Sendable {
  /// What is done in the transaction that writes the events.
  package enum Effect: Sendable, Hashable {
    case tell(key: String, to: String?, text: Wording.Said)
    case ask(key: String, to: String?, what: Wording.Said, until: Instant?)
    case child(key: String, workflow: String, inputs: JSON)
    case left(key: String, what: String)
  }

  package let definition: WorkflowDefinition
  package private(set) var run: WorkflowRun
  package let now: Instant
  package private(set) var events: [WorkflowEvent] = []
  package private(set) var effects: [Effect] = []
  /// Steps to carry out after the commit; `undo:` before those that are taken back.
  package private(set) var jobs: [String] = []
  /// When to look again, whatever happens.
  package private(set) var wake: Instant?
  private var failure: (key: String, error: String)?

  package init(_ definition: WorkflowDefinition, _ run: WorkflowRun, now: Instant) {
    self.definition = definition
    self.run = run
    self.now = now
  }

  /// Takes in something that happened, before looking what follows.
  package mutating func happened(_ event: WorkflowEvent) {
    run.apply(event)
    events.append(event)
  }

  /// Goes as far as it goes without carrying anything out.
  package mutating func advance() {
    var before = -1
    while before != events.count {
      before = events.count
      wake = nil
      failure = nil
      switch run.phase {
      case .running: proceed()
      case .undoing: takeBack()
      case .paused, .done, .failed, .cancelled: return
      }
    }
  }

  private mutating func proceed() {
    if let deadline = definition.deadline {
      let end = run.begunAt + deadline
      if end <= now {
        happened(.init(.undoing, "", ["error": .string(WorkflowReason.late.rawValue)]))
        return
      }
      look(at: end)
    }
    let isSettled = walk(definition.steps, "", [])
    guard run.phase == .running else { return }
    if let failure {
      // what is under way is waited for: its outcome must be known before anything is taken back
      if run.underway.allSatisfy({ isControl($0) }) {
        var data: JSONObject = ["error": .string(failure.error), "step": .string(failure.key)]
        data.put("spoken", run.steps[failure.key]?.spoken)
        happened(.init(.undoing, "", .object(data)))
      }
    } else if isSettled {
      let result = definition.steps.last.flatMap { run.steps[$0.id]?.result } ?? .null
      happened(.init(.ended, "", ["phase": "done", "result": result]))
    }
  }

  /// Loops, branches and children are under way as long as what is in them.
  private func isControl(_ key: String) -> Bool {
    switch definition.step(at: key)?.kind {
    case .each, .choose: true
    default: false
    }
  }

  private mutating func look(at instant: Instant) { wake = wake.map { min($0, instant) } ?? instant }

  // MARK: Names

  /// An element of a list that the steps inside a loop are about.
  private struct Local {
    let name: String
    let item: JSON
    let index: Int
  }

  private func names(_ prefix: String, _ locals: [Local]) -> (String) -> JSON {
    { [run, now] name in
      let isSaid = name.hasPrefix("said.")
      if isSaid || name.hasPrefix("steps.") {
        let id = name.dropFirst(isSaid ? 5 : 6)
        var prefix = Substring(prefix)
        while true {
          if let step = run.steps[String(prefix) + id] { return isSaid ? JSON(step.said) : step.result }
          guard !prefix.isEmpty else { return .null }
          prefix = prefix.dropLast()
          prefix = prefix.lastIndex(of: "/").map { prefix[...$0] } ?? ""
        }
      }
      switch name {
      case "inputs": return run.inputs
      case "event": return run.event
      case "now": return .string(now.description)
      case "run":
        return ["id": .string(run.id), "person": .string(run.person.text), "begun": .string(run.begunAt.description)]
      case "index": return locals.last.map { .integer(Int64($0.index)) } ?? .null
      default: return locals.last { $0.name == name }?.item ?? .null
      }
    }
  }

  // MARK: Steps

  /// - Returns: whether all of them are settled.
  private mutating func walk(_ steps: [WorkflowStep], _ prefix: String, _ locals: [Local]) -> Bool {
    var isSettled = true
    for step in steps {
      let key = prefix + step.id
      if run.steps[key] == nil {
        guard step.needs.allSatisfy({ run.steps[prefix + $0]?.isSettled == true }) else {
          isSettled = false
          continue
        }
        guard failure == nil, begin(step, key, prefix, locals), run.phase == .running else { return false }
      }
      guard let state = run.steps[key] else { return false }
      if !state.isSettled { visit(step, key, state, locals) }
      guard run.phase == .running else { return false }
      if run.steps[key]?.isSettled != true { isSettled = false }
    }
    return isSettled
  }

  /// - Returns: whether it was begun, or passed over.
  private mutating func begin(_ step: WorkflowStep, _ key: String, _ prefix: String, _ locals: [Local]) -> Bool {
    let names = names(prefix, locals)
    if let condition = step.condition, !Expression.isTrue(condition.value(names)) {
      happened(.init(.skipped, key))
      return true
    }
    if run.breakpoints.contains(key) {
      happened(.init(.paused, "", ["breakpoint": .string(key)]))
      return false
    }
    if run.allowance == 0 {
      happened(.init(.paused, "", ["before": .string(key)]))
      return false
    }
    func started(_ info: JSON) -> WorkflowEvent {
      var data: JSONObject = ["attempt": 1, "info": info]
      if step.retry.budget != nil { data["at"] = .integer(now.microseconds) }
      return .init(.started, key, .object(data))
    }
    let given = step.given?.value(names) ?? .null
    guard !given.isLarger(than: Template.largest) else {
      fail(step, key, WorkflowReason.tooLarge.rawValue)
      return true
    }
    switch step.kind {
    case .set:
      happened(started(.null))
      happened(.init(.done, key, given))
    case .stop(let reason, let fails):
      let words = Expression.words(reason?.value(names) ?? .null)
      happened(.init(.done, key, .string(words)))
      if fails {
        failure = (key, words)
        happened(.init(.undoing, "", ["error": .string(words), "step": .string(key)]))
      } else {
        happened(.init(.ended, "", ["phase": "done", "result": .string(words)]))
      }
    case .tell(let to, let text):
      happened(started(.null))
      let words = text.said(names)
      effects.append(.tell(key: key, to: to.map { Expression.words($0.value(names)) }, text: words))
      happened(.init(.done, key, ["told": .string(words.plain)]))
    case .action(let name, _):
      happened(started(["action": .string(name), "arguments": given]))
      jobs.append(key)
    case .http(let call):
      happened(started(call.info(names, body: given)))
      jobs.append(key)
    case .call(let call):
      happened(started(.object(JSONObject(call.fields.map { ($0.name, $0.value.value(names)) }))))
      jobs.append(key)
    case .compute:
      happened(started(["given": given]))
      jobs.append(key)
    case .wait(let wait): begin(wait, of: step, key, names)
    case .approve(let approval):
      let who = approval.who.map { Expression.words($0.value(names)) }
      ask(
        key, to: who, what: approval.what.said(names), until: now + approval.duration,
        info: ["stops_on_no": .bool(approval.stopsOnNo)])
    case .each(let loop):
      let list = loop.list.value(names)
      let items = list.array ?? (list.isNull ? [] : [list])
      guard items.count <= WorkflowStep.longestList else {
        fail(step, key, WorkflowReason.tooLong.rawValue)
        return true
      }
      happened(started(["items": .array(items)]))
    case .choose(let branches):
      let index = branches.firstIndex { branch in branch.condition.map { Expression.isTrue($0.value(names)) } ?? true }
      guard let index else {
        happened(.init(.skipped, key))
        return true
      }
      happened(started(["branch": .integer(Int64(index))]))
    case .workflow(let name, _):
      effects.append(.child(key: key, workflow: name, inputs: given))
      happened(.init(.waiting, key, ["info": ["child": .string(name)]]))
    }
    return true
  }

  /// A question to whom the run is for, about a step that an engine has in hand.
  package mutating func question(_ key: String, _ what: String, until: Instant) {
    effects.append(.ask(key: key, to: nil, what: Wording.Said(plain: what), until: until))
  }

  /// What cannot be taken back without a yes is told to whom the run is for.
  package mutating func leaveToPerson(_ key: String, _ what: String) {
    effects.append(.left(key: key, what: what))
  }

  /// A question to a person that holds the step up.
  private mutating func ask(_ key: String, to who: String?, what: Wording.Said, until: Instant, info: JSONObject) {
    var info = info
    info["approval"] = .string(what.plain)
    if !what.others.isEmpty {
      info["approval_in"] = .object(
        JSONObject(what.others.sorted { $0.key.code < $1.key.code }.map { ($0.key.code, .string($0.value)) }))
    }
    if let who { info["who"] = .string(who) }
    effects.append(.ask(key: key, to: who, what: what, until: until))
    happened(.init(.waiting, key, ["until": .integer(until.microseconds), "info": .object(info)]))
  }

  /// It failed for good; or that is a value, where the step says so.
  private mutating func fail(_ step: WorkflowStep, _ key: String, _ error: String) {
    happened(.init(.failed, key, ["error": .string(error), "goes_on": .bool(step.goesOn)]))
  }

  private mutating func begin(
    _ wait: WorkflowStep.Wait, of step: WorkflowStep, _ key: String, _ names: (String) -> JSON
  ) {
    var until: Instant?
    if let duration = wait.duration {
      let words = Expression.words(duration.value(names))
      guard let length = WorkflowDuration.read(words) else {
        return fail(step, key, "“\(words)” is no duration.")
      }
      until = now + length
    }
    if let time = wait.until {
      let words = Expression.words(time.value(names))
      guard let instant = Instant(iso8601: words) else {
        return fail(step, key, "“\(words)” is no time such as 2026-03-01T08:00:00Z.")
      }
      until = min(until ?? instant, instant)
    }
    var data: JSONObject = [:]
    if let until { data["until"] = .integer(until.microseconds) }
    if let signal = wait.signal { data["info"] = ["signal": .string(Expression.words(signal.value(names)))] }
    happened(.init(.waiting, key, .object(data)))
  }

  /// Looks whether a step that was begun goes on by itself.
  private mutating func visit(_ step: WorkflowStep, _ key: String, _ state: WorkflowRun.Step, _ locals: [Local]) {
    switch state.phase {
    case .failed:
      guard let again = state.until else {
        failure = failure ?? (key, state.error ?? WorkflowReason.failed.rawValue)
        return
      }
      if again > now { return look(at: again) }
      guard failure == nil else { return }
      var data: JSONObject = ["attempt": .integer(Int64(state.attempt + 1))]
      // another try needs a turn of its own
      if state.hasTurn, var info = state.info.object {
        info["turn"] = nil
        data["info"] = .object(info)
      }
      happened(.init(.started, key, .object(data)))
      jobs.append(key)
    case .waiting: wait(step, key, state)
    case .started:
      switch step.kind {
      case .choose(let branches):
        guard let index = state.info["branch"].int, branches.indices.contains(index) else { return }
        let inner = branches[index].steps
        let prefix = "\(key).\(index)/"
        if walk(inner, prefix, locals), run.phase == .running {
          happened(.init(.done, key, inner.last.flatMap { run.steps[prefix + $0.id]?.result } ?? .null))
        }
      case .each(let loop): goOn(loop, key, state, locals)
      default: break
      }
    case .done, .skipped: break
    }
  }

  private mutating func goOn(_ loop: WorkflowStep.Loop, _ key: String, _ state: WorkflowRun.Step, _ locals: [Local]) {
    let items = state.info["items"].array ?? []
    var open = 0
    for (index, item) in items.enumerated() {
      guard open < loop.sideBySide else { return }
      let local = Local(name: loop.name, item: item, index: index)
      if !walk(loop.steps, "\(key)[\(index)]/", locals + [local]) { open += 1 }
      guard run.phase == .running else { return }
    }
    guard open == 0 else { return }
    let results = items.indices.map { index in
      loop.steps.last.flatMap { run.steps["\(key)[\(index)]/\($0.id)"]?.result } ?? .null
    }
    happened(.init(.done, key, .array(results)))
  }

  private mutating func wait(_ step: WorkflowStep, _ key: String, _ state: WorkflowRun.Step) {
    if !state.info["approval"].isNull, !state.result.isNull {
      let no: WorkflowReason = state.result["by"].isNull ? .unanswered : .declined
      if case .approve = step.kind {
        if !state.isApproved, state.info["stops_on_no"] == true {
          happened(.init(.done, key, state.result))
          happened(.init(.ended, "", ["phase": "cancelled", "error": .string(no.rawValue)]))
        } else {
          happened(.init(.done, key, state.result))
        }
      } else if state.isApproved {
        happened(.init(.started, key, ["attempt": .integer(Int64(state.attempt))]))
        jobs.append(key)
      } else {
        fail(step, key, no.rawValue)
      }
      return
    }
    if let signal = state.info["signal"].string, let data = run.signals[signal] {
      happened(.init(.done, key, ["signal": .string(signal), "data": data]))
      return
    }
    guard let until = state.until else { return }
    if until > now { return look(at: until) }
    if state.hasTurn {
      happened(.init(.started, key, ["attempt": .integer(Int64(state.attempt))]))
      jobs.append(key)
      return
    }
    if !state.info["approval"].isNull {
      happened(.init(.decided, key, ["yes": false, "by": .null]))
      return
    }
    happened(.init(.done, key, ["timed_out": .bool(state.info["signal"].string != nil)]))
  }

  // MARK: Taking back

  /// The steps that can be taken back, the last done first.
  private mutating func takeBack() {
    guard run.underway.allSatisfy({ isControl($0) }) else { return }
    let open = run.steps.filter { $0.value.phase == .done && !$0.value.isUndone }
      .sorted { $0.value.order > $1.value.order }
    for (key, state) in open where definition.step(at: key)?.isTakenBack == true {
      if let at = state.undoAt, at > now { return look(at: at) }
      jobs.append("undo:" + key)
      return
    }
    var data: JSONObject = ["phase": run.isCancelled ? "cancelled" : "failed", "error": JSON(run.error)]
    data.put("spoken", run.spoken)
    happened(.init(.ended, "", .object(data)))
  }

  /// What takes a step back, with the values of the run as they are now.
  package enum Undoing: Sendable, Hashable {
    case action(ActionCall)
    /// As the step of a call has it in its `info`.
    case http(JSON)
  }

  package func compensation(of key: String) -> Undoing? {
    let prefix = key.lastIndex(of: "/").map { String(key[...$0]) } ?? ""
    let names = names(prefix, locals(of: key))
    switch definition.step(at: key)?.compensation {
    case .action(let name, let arguments): return arguments.value(names).object.map { .action(ActionCall(name, $0)) }
    case .http(let call): return .http(call.info(names, body: call.body?.value(names) ?? .null))
    case nil: return nil
    }
  }

  /// The elements that a key inside loops is about.
  private func locals(of key: String) -> [Local] {
    var all: [Local] = []
    var path = ""
    for part in key.split(separator: "/").dropLast() {
      let whole = path + part
      if let open = part.lastIndex(of: "["), let index = Int(part[part.index(after: open)...].dropLast()) {
        let loopKey = path + part[..<open]
        if case .each(let loop)? = definition.step(at: loopKey)?.kind,
          let items = run.steps[loopKey]?.info["items"].array, items.indices.contains(index)
        {
          all.append(Local(name: loop.name, item: items[index], index: index))
        }
      }
      path = whole + "/"
    }
    return all
  }
}
