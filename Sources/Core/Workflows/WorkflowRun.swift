package import Base
package import Formats
import People

/// One thing that happened to a run. Its log is the truth: the state of a run is what its events make of it.
package struct WorkflowEvent: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case begun, paused, resumed, stepped, cancelled, signal, rewound, undoing, ended
    // of a step
    case started, waiting, said, done, skipped, failed, decided, undone, interrupted
    /// Taking it back failed, and is tried again.
    case undoFailed
  }
  package let kind: Kind
  /// The step's key; empty where it is about the whole run.
  package let key: String
  package let data: JSON

  package init(_ kind: Kind, _ key: String = "", _ data: JSON = .null) {
    self.kind = kind
    self.key = key
    self.data = data
  }
}

extension WorkflowEvent: JSONStored {
  package var json: JSON {
    var all: JSONObject = ["kind": .string(kind.rawValue)]
    if !key.isEmpty { all["step"] = .string(key) }
    if !data.isNull { all["data"] = data }
    return .object(all)
  }

  package init?(json: JSON) {
    guard let kind = json["kind"].string.flatMap(Kind.init(rawValue:)) else { return nil }
    self.init(kind, json["step"].string ?? "", json["data"])
  }
}

/// What a run has come to.
package struct WorkflowRun: Sendable {
  package enum Phase: String, Sendable, CaseIterable {
    case running, paused
    /// A step failed: what was done before is being taken back.
    case undoing
    case done, failed, cancelled

    package var isOver: Bool { self == .done || self == .failed || self == .cancelled }
  }

  package struct Step: Sendable, Hashable {
    package enum Phase: String, Sendable {
      /// Being carried out, or to be carried out again after a crash.
      case started
      case waiting, done, skipped
      /// Will be tried again at `until`, or for good where there is no such time.
      case failed
    }
    package var phase: Phase
    package var attempt = 1
    package var result: JSON = .null
    /// What the action answered in words, where a later step quotes it.
    package var said: String?
    package var error: String?
    /// The same as whom the run is for reads it, where that is another language and a word of it depends on what happened.
    package var spoken: String?
    package var until: Instant?
    /// What it was resolved to when it started: the call, the list, the branch, the child.
    package var info: JSON = .null
    /// In which place among all it was done: taking back goes the other way round.
    package var order = 0
    package var isApproved = false
    /// When it was first begun, where its tries have a budget.
    package var firstAt: Instant?
    package var isUndone = false
    /// How often the program ended while it was carried out.
    package var interruptions = 0
    /// How often taking it back has failed, and when that is tried again.
    package var undoTries = 0
    package var undoAt: Instant?
    /// Which time around it was begun: rewinding other steps makes no other call of it.
    package var generation = 0

    /// A rate let it in: it begins when it is let in, and needs no leave again.
    var hasTurn: Bool { info["turn"] == true }

    /// The signal that ended it, where it waited for one.
    var usedSignal: String? {
      guard phase == .done, let name = info["signal"].string, result["signal"].string == name else { return nil }
      return name
    }

    package var isSettled: Bool { phase == .done || phase == .skipped || (phase == .failed && info["goes_on"] == true) }
  }

  package let id: String
  package let person: PersonID
  package let definition: String
  package let begunAt: Instant
  package var phase = Phase.running
  package var inputs: JSON = .null
  package var event: JSON = .null
  /// The run and step that wait for this one.
  package var parent: (run: String, key: String)?
  /// What the step that waits calls this run: a step that was rewound waits for another.
  package var parentCall: String?
  /// How many runs this one is inside of.
  private(set) var depth = 0
  /// How many consequences it is away from what a person or a timer did.
  private(set) var chain = 0
  package var steps: [String: Step] = [:]
  /// Those that have ended no wait yet; all that came, where they are not used up.
  package var signals: [String: JSON] = [:]
  /// Whether a signal is used up by the wait that it ends. Runs of older programs go on as they began: there it ends every
  /// later wait for it too.
  private(set) var usesSignalsUp = false
  /// How long one try of an action may take where its step does not say; as long as it likes in runs of older programs.
  private(set) var stepDeadline: Duration?
  package var breakpoints: Set<String> = []
  /// How many steps may still start; any number where `nil`.
  package var allowance: Int?
  /// A wait, a question and a workflow inside are steps that use it up too, as runs of older programs did not have it.
  private(set) var countsWaits = false
  /// It is held because what it is inside of is.
  private(set) var isHeldAround = false
  /// Rises with every rewinding: what is done again is another call to the world.
  package var generation = 0
  /// What whoever began it was allowed; everything a person may where it began by itself.
  package var scopes: Set<String>?
  package var result: JSON = .null
  package var error: String?
  /// As whom it is for reads it; see `Step.spoken`.
  package var spoken: String?
  /// Somebody ended it; what it did may still have to be taken back.
  package var isCancelled = false
  private var completions = 0

  /// The door of the chat in which it was begun: there it is shown how far it has come.
  var watch: String?

  /// Whether some of its inputs are put away, and only named in its log.
  var hasSecrets = false
  /// While a step is carried out: what it was given in confidence, with its names.
  var secrets: [(value: String, mark: String)] = []

  package init(id: String, person: PersonID, definition: String, begunAt: Instant) {
    self.id = id
    self.person = person
    self.definition = definition
    self.begunAt = begunAt
  }

  /// What a step of it sets off follows from so many consequences. After an hour it counts anew: what waits that long
  /// between two rounds goes round for as long as it is wanted.
  func consequences(at now: Instant) -> Int { now - begunAt > .seconds(3_600) ? 0 : chain + 1 }

  /// The steps that were begun and have no outcome: what a crash interrupted.
  package var underway: [String] { steps.filter { $0.value.phase == .started }.map(\.key) }

  /// What makes a step's call to the world one call, however often it is tried.
  package func idempotencyKey(_ key: String) -> String { "\(id):\(key):\(steps[key]?.generation ?? generation)" }

  private func begun(_ key: String, _ phase: Step.Phase) -> Step {
    var step = steps[key] ?? Step(phase: phase, generation: generation)
    step.phase = phase
    return step
  }

  /// What ended waits that are rewound is there for them again, unless it came anew meanwhile.
  private mutating func giveBack(_ rewound: [Step]) {
    guard usesSignalsUp else { return }
    for step in rewound.sorted(by: { $0.order > $1.order }) {
      if let name = step.usedSignal, signals[name] == nil { signals[name] = step.result["data"] }
    }
  }

  /// Takes in what happened. Events of a newer program that mean nothing here change nothing.
  package mutating func apply(_ event: WorkflowEvent) {
    let data = event.data
    switch event.kind {
    case .begun:
      inputs = data["inputs"]
      hasSecrets = data["secrets"] == true
      usesSignalsUp = data["uses_signals_up"] == true
      stepDeadline = data["step_deadline_s"].int64.map { .seconds($0) }
      watch = data["watch"].string
      self.event = data["event"]
      if let run = data["parent"]["run"].string, let key = data["parent"]["step"].string { parent = (run, key) }
      parentCall = data["parent"]["call"].string
      depth = data["parent"]["depth"].int ?? 0
      chain = data["chain"].int ?? 0
      scopes = data["scopes"].array.map { Set($0.compactMap(\.string)) }
      breakpoints = Set((data["breakpoints"].array ?? []).compactMap(\.string))
      if data["stepping"] == true { allowance = 0 }
    case .paused:
      if phase == .running { (phase, isHeldAround) = (.paused, data["around"] == true) }
      if let key = data["breakpoint"].string { breakpoints.remove(key) }
    case .resumed:
      if phase == .paused { phase = .running }
      (allowance, isHeldAround) = (nil, false)
    case .stepped:
      if phase == .paused { phase = .running }
      (allowance, isHeldAround) = (1, false)
      countsWaits = data["waits"] == true
    case .cancelled:
      if !phase.isOver { phase = data["undo"] == true ? .undoing : .cancelled }
      (error, spoken) = (data["reason"].string, nil)
      isCancelled = true
    case .signal:
      if let name = data["name"].string { signals[name] = data["data"] }
    case .rewound:
      generation += 1
      phase = phase == .paused && data["held"] == true ? .paused : .running
      (error, spoken) = (nil, nil)
      isCancelled = false
      let before = steps
      for key in (data["steps"].array ?? []).compactMap(\.string) {
        steps = steps.filter {
          $0.key != key && !$0.key.hasPrefix(key + "/") && !$0.key.hasPrefix(key + "[")
            && !$0.key.hasPrefix(key + ".")
        }
      }
      giveBack(before.filter { steps[$0.key] == nil }.map(\.value))
    case .undoing:
      phase = .undoing
      (error, spoken) = (data["error"].string, data["spoken"].string)
    case .ended:
      phase = data["phase"].string.flatMap(Phase.init(rawValue:)) ?? .done
      result = data["result"]
      if let error = data["error"].string { (self.error, spoken) = (error, data["spoken"].string) }
    case .started:
      var step = begun(event.key, .started)
      step.attempt = data["attempt"].int ?? step.attempt
      step.until = nil
      if !data["info"].isNull { step.info = data["info"] }
      if let at = data["at"].int64 { step.firstAt = Instant(microseconds: at) }
      if let left = allowance, data["attempt"].int ?? 1 == 1 { allowance = max(0, left - 1) }
      steps[event.key] = step
    case .waiting:
      if countsWaits, steps[event.key] == nil, let left = allowance { allowance = max(0, left - 1) }
      var step = begun(event.key, .waiting)
      step.until = data["until"].int64.map { Instant(microseconds: $0) }
      if !data["info"].isNull { step.info = data["info"] }
      steps[event.key] = step
    case .decided:
      guard var step = steps[event.key], step.phase == .waiting else { return }
      step.isApproved = data["yes"] == true
      step.result = ["approved": data["yes"], "by": data["by"]]
      steps[event.key] = step
    case .said: steps[event.key]?.said = data.string
    case .done:
      var step = begun(event.key, .done)
      step.result = data
      step.until = nil
      step.interruptions = 0
      completions += 1
      step.order = completions
      steps[event.key] = step
      if usesSignalsUp, let name = step.usedSignal { signals[name] = nil }
    case .skipped: steps[event.key] = Step(phase: .skipped, generation: generation)
    case .failed:
      var step = begun(event.key, .failed)
      (step.error, step.spoken) = (data["error"].string, data["spoken"].string)
      step.until = data["retry_at"].int64.map { Instant(microseconds: $0) }
      if data["goes_on"] == true {
        step.info = ["goes_on": true]
        step.result = ["error": data["error"]]
      }
      steps[event.key] = step
    case .undone: steps[event.key]?.isUndone = true
    case .undoFailed:
      steps[event.key]?.undoTries += 1
      steps[event.key]?.undoAt = data["retry_at"].int64.map { Instant(microseconds: $0) }
    case .interrupted: steps[event.key]?.interruptions += 1
    }
  }

  /// All of its state, for a snapshot.
  var json: JSON {
    var all: JSONObject = [
      "phase": .string(phase.rawValue), "depth": JSON(depth), "chain": JSON(chain), "generation": JSON(generation),
      "completions": JSON(completions), "uses_signals_up": .bool(usesSignalsUp), "cancelled": .bool(isCancelled),
      "secrets": .bool(hasSecrets), "inputs": inputs, "event": event, "result": result,
      "steps": .object(JSONObject(steps.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
      "signals": .object(JSONObject(signals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
      "breakpoints": JSON(breakpoints.sorted()),
    ]
    all.put("allowance", allowance.map { .integer(Int64($0)) })
    if countsWaits { all["counts_waits"] = true }
    if isHeldAround { all["held_around"] = true }
    all.put("scopes", scopes.map { JSON($0.sorted()) })
    all.put("error", error)
    all.put("spoken", spoken)
    all.put("watch", watch)
    all.put("parent_call", parentCall)
    all.put("step_deadline_s", stepDeadline.map { .integer($0.components.seconds) })
    if let parent { all["parent"] = ["run": .string(parent.run), "step": .string(parent.key)] }
    return .object(all)
  }

  /// The state that a snapshot holds, of this run as its row has it; `nil` for one that cannot be read.
  func restored(_ json: JSON) -> WorkflowRun? {
    guard let phase = json["phase"].string.flatMap(Phase.init(rawValue:)), let steps = json["steps"].object else {
      return nil
    }
    var run = WorkflowRun(id: id, person: person, definition: definition, begunAt: begunAt)
    run.phase = phase
    (run.depth, run.chain) = (json["depth"].int ?? 0, json["chain"].int ?? 0)
    (run.generation, run.completions) = (json["generation"].int ?? 0, json["completions"].int ?? 0)
    (run.usesSignalsUp, run.isCancelled) = (json["uses_signals_up"] == true, json["cancelled"] == true)
    run.hasSecrets = json["secrets"] == true
    (run.inputs, run.event, run.result) = (json["inputs"], json["event"], json["result"])
    for (key, value) in steps.members.map({ ($0.key, $0.value) }) {
      guard let step = Step(json: value) else { return nil }
      run.steps[key] = step
    }
    for member in json["signals"].object?.members ?? [] { run.signals[member.key] = member.value }
    run.breakpoints = Set((json["breakpoints"].array ?? []).compactMap(\.string))
    run.allowance = json["allowance"].int
    (run.countsWaits, run.isHeldAround) = (json["counts_waits"] == true, json["held_around"] == true)
    run.scopes = json["scopes"].array.map { Set($0.compactMap(\.string)) }
    (run.error, run.spoken, run.watch) = (json["error"].string, json["spoken"].string, json["watch"].string)
    run.parentCall = json["parent_call"].string
    run.stepDeadline = json["step_deadline_s"].int64.map { .seconds($0) }
    if let above = json["parent"]["run"].string, let key = json["parent"]["step"].string { run.parent = (above, key) }
    return run
  }
}
