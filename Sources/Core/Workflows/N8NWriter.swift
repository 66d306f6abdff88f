import Actions
import Base
import Formats
import Time

/// A workflow of ours as one of n8n: nodes in columns, connected as the steps need each other.
///
/// A condition that asks for an IF or a switch before it becomes a connection from its output, any other an IF node of its own.
/// What n8n has no node for (an action of the house, a question to a person) becomes a node that does nothing and says in its
/// notes what the step was.
struct N8NWriter {
  /// An output of a node.
  private struct Exit: Hashable {
    let node: String
    var output = 0
  }

  private var nodes: [JSON] = []
  private var targets: [String: [Int: [String]]] = [:]
  private var notes: [(step: String, sentence: String)] = []
  private var names: Set<String> = []
  private let phrases: N8NPhrases
  /// The steps whose failures a condition asks for.
  private var watched: Set<String> = []

  /// - Returns: the file, and what it could not say: `[{step, sentence}]`.
  static func json(_ definition: WorkflowDefinition) -> (file: JSON, notes: JSON) {
    var writer = N8NWriter(definition)
    writer.write(definition)
    let connections = writer.targets.map { name, outputs -> (String, JSON) in
      let all = (0...(outputs.keys.max() ?? 0)).map { output in
        JSON.array((outputs[output] ?? []).map { ["node": .string($0), "type": "main", "index": 0] })
      }
      return (name, ["main": .array(all)])
    }
    let file: JSON = [
      "name": .string(definition.title), "nodes": .array(writer.nodes),
      "connections": .object(JSONObject(connections.sorted { $0.0 < $1.0 })), "active": false,
      "settings": ["executionOrder": "v1"],
    ]
    return (file, .array(writer.notes.map { ["step": .string($0.step), "sentence": .string($0.sentence)] }))
  }

  private init(_ definition: WorkflowDefinition) {
    var results: [String: (node: String, kind: WorkflowStep.Kind)] = [:]
    var watched: Set<String> = []
    func collect(_ steps: [WorkflowStep]) {
      for step in steps {
        if results[step.id] == nil { results[step.id] = (step.id, step.kind) }
        step.inner.forEach(collect)
        for part in step.condition.map({ Self.parts($0, .or) }) ?? [] {
          if case .binary(_, .member(.member(.name("steps"), let id), "error"), _) = part { watched.insert(id) }
        }
      }
    }
    collect(definition.steps)
    self.watched = watched
    phrases = N8NPhrases(results: results, start: "Start")
  }

  private mutating func write(_ definition: WorkflowDefinition) {
    let starts = definition.starts.isEmpty ? [.manual] : definition.starts
    var exits: [Exit] = []
    for (index, start) in starts.enumerated() {
      let name = index == 0 ? "Start" : "Start \(index + 1)"
      let (type, version, parameters) = trigger(start, name)
      add(name, type, version, parameters, row: index)
      exits.append(Exit(node: name))
      if definition.startInputs.indices.contains(index), !definition.startInputs[index].isEmpty {
        notes.append(
          (
            name,
            "It gives the run inputs of its own (\(definition.startInputs[index].keys.joined(separator: ", "))); set them behind it."
          ))
      }
    }
    for input in definition.inputs where !input.initial.isNull {
      notes.append(("Start", "The input \(input.name) has a value of its own where none is given; there it has none."))
    }
    _ = write(definition.steps, after: exits)
  }

  private mutating func add(
    _ name: String, _ type: String, _ version: Double, _ parameters: JSON, row: Int = 0, more: JSONObject = [:]
  ) {
    names.insert(name)
    let column = nodes.count
    var json: JSONObject = [
      "id": .string(name), "name": .string(name), "type": .string("n8n-nodes-base.\(type)"),
      "typeVersion": Expression.number(version),
      "position": [.integer(Int64(column * 220)), .integer(Int64(row * 180))],
      "parameters": parameters,
    ]
    for pair in more { json[pair.key] = pair.value }
    nodes.append(.object(json))
  }

  private mutating func connect(_ exits: [Exit], _ to: String) {
    for exit in exits where targets[exit.node]?[exit.output]?.contains(to) != true {
      targets[exit.node, default: [:]][exit.output, default: []].append(to)
    }
  }

  private mutating func note(_ step: WorkflowStep, _ sentence: String) {
    if !notes.contains(where: { $0 == (step.id, sentence) }) { notes.append((step.id, sentence)) }
  }

  // MARK: Steps

  /// - Returns: what comes out of the steps that none of these needs.
  private mutating func write(_ steps: [WorkflowStep], after start: [Exit]) -> [Exit] {
    var byID: [String: WorkflowStep] = [:]
    for step in steps { byID[step.id] = step }
    var done: [String: [Exit]] = [:]
    /// Where it goes on when a step is passed over.
    var passed: [String: [Exit]] = [:]
    var last: [Exit] = []
    for step in steps {
      let needed = Set(step.needs.compactMap { byID[$0]?.id })
      let before = step.needs.compactMap { byID[$0] }
      var entries: [Exit] = []
      var skips: [Exit] = []
      var asked: Expression?
      if let condition = step.condition {
        let branches = Self.parts(condition, .or).map { Self.branch($0, byID) }
        if !branches.contains(where: { $0 == nil }) {
          for case let (part, branch?) in zip(Self.parts(condition, .or), branches) where needed.contains(branch.node) {
            // the way over another step that is needed is that step's own
            if before.contains(where: { $0.id != branch.node && $0.condition == part }) { continue }
            entries.append(branch)
            skips += outputs(byID[branch.node]).filter { $0 != branch.output }.map {
              Exit(node: branch.node, output: $0)
            }
          }
          skips.removeAll { entries.contains($0) }
        }
        let isInherited = !before.isEmpty && before.allSatisfy { $0.condition == condition }
        if entries.isEmpty, !isInherited { asked = condition }
        for one in before where !entries.contains(where: { $0.node == one.id }) {
          entries += (done[one.id] ?? []) + (asked == nil ? [] : passed[one.id] ?? [])
        }
      } else {
        for one in before { entries += (done[one.id] ?? []) + (passed[one.id] ?? []) }
      }
      if entries.isEmpty { entries = start }
      let name = step.id
      if names.contains(name) {
        note(step, "There are two steps of that name; give them others before it is brought in.")
      }
      if let asked {
        var own = "If \(name)"
        while names.contains(own) { own += " again" }
        ask(step, asked, own)
        connect(entries, own)
        entries = [Exit(node: own)]
        skips = [Exit(node: own, output: 1)]
      }
      connect(entries, name)
      done[name] = write(step)
      passed[name] = skips
      if !steps.contains(where: { $0.needs.contains(name) }) { last += (done[name] ?? []) + skips }
    }
    return last
  }

  /// Which output of an IF, a switch or a call that may fail a condition asks for.
  private static func branch(_ expression: Expression, _ steps: [String: WorkflowStep]) -> Exit? {
    guard case .binary(let sign, .member(.member(.name("steps"), let id), let key), .value(let value)) = expression,
      let step = steps[id]
    else { return nil }
    switch (key, sign, value) {
    case ("yes", .equal, .bool(let yes)) where question(step) != nil: return Exit(node: id, output: yes ? 0 : 1)
    case ("branch", .equal, .integer(let index)):
      guard let rules = rules(step)?.count, (0...Int64(rules)).contains(index) else { return nil }
      return Exit(node: id, output: Int(index))
    case ("error", .equal, .null) where step.goesOn: return Exit(node: id, output: 0)
    case ("error", .unequal, .null) where step.goesOn: return Exit(node: id, output: 1)
    default: return nil
    }
  }

  private func outputs(_ step: WorkflowStep?) -> Range<Int> {
    guard let step else { return 0..<1 }
    return 0..<(Self.rules(step).map { $0.count + 1 } ?? 2)
  }

  private static func parts(_ expression: Expression, _ sign: Expression.Operator) -> [Expression] {
    guard case .binary(sign, let a, let b) = expression else { return [expression] }
    return parts(a, sign) + parts(b, sign)
  }

  /// What `set: {yes: …}` asks.
  private static func question(_ step: WorkflowStep) -> Expression? {
    guard case .set(.object(let members)) = step.kind, members.count == 1, members[0].key == "yes",
      case .expression(let expression) = members[0].value
    else { return nil }
    return expression
  }

  /// The rules of `set: {branch: "${a ? 0 : b ? 1 : -1}"}`, in order.
  private static func rules(_ step: WorkflowStep) -> [Expression]? {
    guard case .set(.object(let members)) = step.kind, members.count == 1, members[0].key == "branch",
      case .expression(var rest) = members[0].value
    else { return nil }
    var all: [Expression] = []
    while case .choice(let condition, .value(.integer(Int64(all.count))), let other) = rest {
      all.append(condition)
      rest = other
    }
    let isEnd = rest == .negative(.value(1)) || rest == .value(.integer(Int64(all.count)))
    return isEnd && !all.isEmpty ? all : nil
  }

  private mutating func ask(_ step: WorkflowStep, _ expression: Expression, _ name: String) {
    let conditions = phrases.conditions(expression)
    if phrases.takeGap() {
      note(step, "Its condition cannot be said in n8n as it is: look it over in the node “\(name)”.")
    }
    add(name, "if", 2.2, ["conditions": conditions])
  }

  private mutating func switches(_ step: WorkflowStep, _ rules: [Expression]) {
    let all = rules.map { JSON.object(["conditions": phrases.conditions($0)]) }
    if phrases.takeGap() { note(step, "Its conditions cannot all be said in n8n: look them over.") }
    add(step.id, "switch", 3.2, ["rules": ["values": .array(all)], "options": ["fallbackOutput": "extra"]])
  }

  /// - Returns: what comes out of it.
  private mutating func write(_ step: WorkflowStep) -> [Exit] {
    if let question = Self.question(step) {
      ask(step, question, step.id)
      return [Exit(node: step.id), Exit(node: step.id, output: 1)]
    }
    if let rules = Self.rules(step) {
      switches(step, rules)
      return outputs(step).map { Exit(node: step.id, output: $0) }
    }
    switch step.kind {
    case .each(let loop):
      add(step.id, "splitInBatches", 3, ["options": [:]])
      note(step, "It goes over what comes in: see that the node before it gives the list.")
      let outer = phrases.loop
      phrases.loop = (loop.name, step.id)
      let ends = write(loop.steps, after: [Exit(node: step.id, output: 1)])
      phrases.loop = outer
      connect(ends, step.id)
      return [Exit(node: step.id)]
    case .choose(let branches):
      switches(step, branches.compactMap(\.condition))
      var (ends, rule): ([Exit], Int) = ([], 0)
      for branch in branches {
        let output = branch.condition == nil ? branches.compactMap(\.condition).count : rule
        ends += write(branch.steps, after: [Exit(node: step.id, output: output)])
        if branch.condition != nil { rule += 1 }
      }
      let hasRest = branches.contains { $0.condition == nil }
      return hasRest ? ends : ends + [Exit(node: step.id, output: rule)]
    default:
      let (type, version, parameters) = kind(step)
      var more: JSONObject = [:]
      if type == "noOp" { more.put("notes", notes.last { $0.step == step.id }?.sentence) }
      if step.retry != .none, step.retry != .network {
        more["retryOnFail"] = true
        more["maxTries"] = .integer(Int64(step.retry.times))
        more["waitBetweenTries"] = .integer(Int64(step.retry.pause.seconds * 1_000))
      }
      let branches = watched.contains(step.id)
      if step.goesOn { more["onError"] = branches ? "continueErrorOutput" : "continueRegularOutput" }
      if phrases.takeGap() { note(step, "Some of its values cannot be said in n8n and are null there.") }
      if step.compensation != nil { note(step, "What it did is not taken back there when a later step fails.") }
      add(step.id, type, version, parameters, more: more)
      return [Exit(node: step.id)] + (step.goesOn && branches ? [Exit(node: step.id, output: 1)] : [])
    }
  }

  private mutating func kind(_ step: WorkflowStep) -> (type: String, version: Double, parameters: JSON) {
    switch step.kind {
    case .http(let call):
      var parameters: JSONObject = ["method": .string(call.method), "url": phrases.value(call.url)]
      if !call.headers.isEmpty {
        parameters["sendHeaders"] = true
        parameters["headerParameters"] = [
          "parameters": .array(call.headers.map { ["name": .string($0.0), "value": phrases.value($0.1)] })
        ]
      }
      if let body = call.body {
        parameters["sendBody"] = true
        parameters["specifyBody"] = "json"
        parameters["jsonBody"] = phrases.json(body)
      }
      return ("httpRequest", 4.2, .object(parameters))
    case .call(let call):
      func field(_ name: String) -> JSON { call.fields.first { $0.name == name }.map { phrases.value($0.value) } ?? "" }
      switch call.kind {
      case .mail:
        note(step, "Choose there from which address it is sent.")
        return (
          "emailSend", 2.1,
          ["toEmail": field("to"), "subject": field("subject"), "emailFormat": "text", "text": field("text")]
        )
      case .sql:
        note(step, "Choose the credential of the database there.")
        let values = call.fields.first { $0.name == "values" }?.value
        let options: JSON = values.map { ["queryReplacement": .string("={{ \(phrases.script($0)) }}")] } ?? [:]
        return ("postgres", 2.5, ["operation": "executeQuery", "query": field("query"), "options": options])
      case .model:
        note(step, "A question to a language model: put a node of the model that you use there.")
        return ("noOp", 1, [:])
      }
    case .set(let values):
      if case .object = values {
        return ("set", 3.4, ["mode": "raw", "jsonOutput": phrases.json(values), "options": [:]])
      }
      note(step, "n8n keeps values by name: what it gives is called value there.")
      let named = Template.object([.init(key: "value", value: values)])
      return ("set", 3.4, ["mode": "raw", "jsonOutput": phrases.json(named), "options": [:]])
    case .wait(let wait):
      if wait.signal != nil {
        note(step, "It waits for a signal, which there is a call to the address of the execution.")
        return ("wait", 1.1, ["resume": "webhook"])
      }
      if let until = wait.until { return ("wait", 1.1, ["resume": "specificTime", "dateTime": phrases.value(until)]) }
      let words = wait.duration.map { Expression.words(phrases.value($0)) } ?? ""
      guard let seconds = WorkflowDuration.read(words)?.seconds else {
        note(step, "How long it waits is known only in a run; there it is an hour.")
        return ("wait", 1.1, ["amount": 1, "unit": "hours"])
      }
      for (unit, length) in [("days", 86_400.0), ("hours", 3_600), ("minutes", 60)] where seconds >= length {
        if (seconds / length).rounded() * length == seconds {
          return ("wait", 1.1, ["amount": .integer(Int64(seconds / length)), "unit": .string(unit)])
        }
      }
      return ("wait", 1.1, ["amount": .integer(Int64(seconds)), "unit": "seconds"])
    case .tell(_, let text):
      note(step, "It writes to a person of the house; there it needs a chat of Telegram.")
      return ("telegram", 1.2, ["chatId": "", "text": phrases.value(text.plain)])
    case .stop(let reason, let fails):
      if !fails { note(step, "It ends the run as done; there it ends it with an error.") }
      return ("stopAndError", 1, ["errorMessage": reason.map(phrases.value) ?? ""])
    case .workflow(let name, _):
      note(step, "Put the workflow \(name) there, too, and choose it in this node.")
      return ("executeWorkflow", 1.2, ["workflowId": .string(name)])
    case .compute(let name, _):
      note(step, "Code of this program (\(name)), which n8n does not have.")
      return ("noOp", 1, [:])
    case .action(let name, _):
      note(step, "The action \(name) of the house, which n8n has no node for.")
      return ("noOp", 1, [:])
    case .approve, .each, .choose:
      note(step, "A question to a person, which n8n has no node for.")
      return ("noOp", 1, [:])
    }
  }

  // MARK: Starts

  private mutating func trigger(_ start: WorkflowDefinition.Start, _ name: String) -> (String, Double, JSON) {
    switch start {
    case .manual: return ("manualTrigger", 1, [:])
    case .event(let event, _):
      notes.append((name, "It begins when \(event) happens in the house; there it needs a call to its address."))
      return ("webhook", 2, ["path": .string(event), "httpMethod": "POST"])
    case .every(let rule, let time):
      guard let cron = Self.cron(rule, time) else {
        notes.append((name, "n8n cannot begin by \(rule.description): give it its times."))
        return (
          "scheduleTrigger", 1.2,
          ["rule": ["interval": [["field": "days", "triggerAtHour": .integer(Int64(time.hour))]]]]
        )
      }
      return (
        "scheduleTrigger", 1.2, ["rule": ["interval": [["field": "cronExpression", "expression": .string(cron)]]]]
      )
    }
  }

  /// A rule as minute, hour, day, month and weekday; `nil` where cron cannot say it.
  static func cron(_ rule: RecurrenceRule, _ time: CivilTime) -> String? {
    guard rule.count == nil, rule.until == nil, rule.bySetPosition.isEmpty, rule.byYearDay.isEmpty,
      rule.byWeekNumber.isEmpty, rule.bySecond.isEmpty, rule.byDay.allSatisfy({ $0.ordinal == 0 }),
      rule.byMonthDay.allSatisfy({ $0 > 0 }), rule.byDay.isEmpty || rule.byMonthDay.isEmpty
    else { return nil }
    func list(_ given: [Int], _ other: String) -> String {
      given.isEmpty ? other : given.map(String.init).joined(separator: ",")
    }
    var (minute, hour) = ("\(time.minute)", "\(time.hour)")
    var (day, month, weekday) = ("*", "*", "*")
    let every = rule.interval
    switch rule.frequency {
    case .minutely where 60 % every == 0: (minute, hour) = (every == 1 ? "*" : "*/\(every)", "*")
    case .hourly where 24 % every == 0: hour = every == 1 ? "*" : "*/\(every)"
    case .daily where every == 1: break
    case .weekly where every == 1 && !rule.byDay.isEmpty: break
    case .monthly where every == 1 && !(rule.byMonthDay.isEmpty && rule.byDay.isEmpty): break
    case .yearly where every == 1 && !rule.byMonthDay.isEmpty && !rule.byMonth.isEmpty: break
    default: return nil
    }
    minute = list(rule.byMinute, minute)
    hour = list(rule.byHour, hour)
    day = list(rule.byMonthDay, day)
    month = list(rule.byMonth, month)
    let codes = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    weekday = list(rule.byDay.compactMap { codes.firstIndex(of: $0.weekday.code) }.sorted(), weekday)
    return "\(minute) \(hour) \(day) \(month) \(weekday)"
  }
}
