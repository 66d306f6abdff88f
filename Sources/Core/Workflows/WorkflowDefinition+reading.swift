import Actions
import Base
import Crypto
import Formats
import Time

extension WorkflowDefinition {
  /// - Parameter source: the file's text.
  /// - Throws: the first mistake, with file and line.
  package init(source: String, file: String) throws {
    let node = try YAML.parse(source, file: file)
    try node.onlyKeys(["workflow", "version", "title", "summary", "personas", "start", "inputs", "deadline", "steps"])
    let name = try node.required("workflow")
    self.name = try name.string(expecting: "the workflow's name")
    guard !self.name.isEmpty, self.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
    else { throw name.error("a name of letters, digits and hyphens was expected") }
    version = try node["version"]?.int(expecting: "the version, a whole number") ?? 1
    title = try node["title"]?.string() ?? self.name
    summary = try node["summary"]?.string() ?? ""
    personas = try node["personas"]?.strings(expecting: "a list of personas") ?? []
    let startings = try (node["start"]?.sequence(expecting: "a list of starts") ?? []).flatMap(Self.startings)
    starts = startings.map(\.start)
    startInputs = startings.map(\.inputs)
    inputs = try (node["inputs"]?.sequence(expecting: "a list of inputs") ?? []).map(Self.input)
    deadline = try node["deadline"].map(WorkflowReader.duration)
    var reader = WorkflowReader()
    steps = try reader.steps(try node.required("steps"))
    quoted = reader.quoted
    self.source = source
    hash = Hex.encode(SHA256.hash(source))
  }

  /// One entry may be several starts: in cron a day and a weekday are each enough.
  private static func startings(_ node: YAMLNode) throws -> [(start: Start, inputs: JSONObject)] {
    let with = node["with"]
    let inputs = with?.json.object ?? [:]
    if let with, with.json.object == nil { throw with.error("inputs by name were expected") }
    guard let cron = node["cron"] else { return [(try start(node), inputs)] }
    try node.onlyKeys(["cron", "with"])
    let expected = "five fields of cron such as \"0 9 * * 1-5\""
    guard let found = N8NSchedule.cron(try cron.string(expecting: expected)) else {
      throw cron.error("\(expected) were expected")
    }
    return try found.map { (try start(YAML.parse($0.line, file: node.file)), inputs) }
  }

  private static func start(_ node: YAMLNode) throws -> Start {
    if node.string == "manual" { return .manual }
    try node.onlyKeys(["every", "at", "event", "when", "cron", "with"])
    if let rule = node["every"] {
      let text = try rule.string(expecting: "a rule such as FREQ=WEEKLY;BYDAY=SU")
      let at = try node["at"]?.string(expecting: "a time such as 18:00") ?? "09:00"
      guard let time = CivilTime(at) else { throw (node["at"] ?? node).error("a time such as 18:00 was expected") }
      do { return .every(try RecurrenceRule(parsing: text), at: time) } catch let error as RecurrenceError {
        throw rule.error(error.sentence)
      }
    }
    let event = try node.required("event").string(expecting: "an event's name")
    return .event(event, when: try node["when"].map(WorkflowReader.expression))
  }

  private static func input(_ node: YAMLNode) throws -> Input {
    if let name = node.string {
      return Input(name: name, summary: "", isRequired: true, initial: .null, kind: .text)
    }
    try node.onlyKeys(["name", "summary", "default", "required", "kind"])
    let initial = node["default"]?.json ?? .null
    let kind = try node["kind"].map { node in
      let expected = "one of \(Input.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
      guard let kind = Input.Kind(rawValue: try node.string(expecting: expected)) else {
        throw node.error("\(expected) was expected")
      }
      return kind
    }
    return Input(
      name: try node.required("name").string(), summary: try node["summary"]?.string() ?? "",
      isRequired: try node["required"]?.bool() ?? (node["default"] == nil), initial: initial,
      kind: kind ?? Input.Kind(of: initial))
  }
}

extension WorkflowDefinition.Input.Kind {
  /// By the usual value.
  fileprivate init(of value: JSON) {
    switch value {
    case .integer, .number: self = .number
    case .bool: self = .yes
    case .array: self = .list
    case .object: self = .object
    default: self = .text
    }
  }
}

/// Reads steps, and sees to it that they name each other rightly.
struct WorkflowReader {
  private static let kinds = [
    "action", "http", "mail", "model", "sql", "compute", "tell", "wait", "approve", "each", "choose", "workflow", "set",
    "stop",
    "fail",
  ]
  private static let most = 500
  private var count = 0
  /// What `said.ID` names; met wherever an expression is read.
  private final class Quotes { var steps: Set<String> = [] }
  private let quotes = Quotes()
  var quoted: Set<String> { quotes.steps }
  /// Names that expressions may begin with, besides those that always are there.
  private var names: Set<String> = ["inputs", "steps", "said", "run", "event", "item", "index", "now"]

  static func expression(_ node: YAMLNode) throws -> Expression {
    var text = try node.string(expecting: "a condition")
    if text.hasPrefix("${"), text.hasSuffix("}") { text = String(text.dropFirst(2).dropLast()) }
    do { return try Expression(parsing: text) } catch { throw node.error(error.reason) }
  }

  static func duration(_ node: YAMLNode) throws -> Duration {
    guard let duration = WorkflowDuration.read(try node.string(expecting: "a duration such as 3 days")) else {
      throw node.error("a duration such as 90 s, 15 min, 3 days or PT2H was expected")
    }
    return duration
  }

  mutating func steps(_ node: YAMLNode, depth: Int = 0) throws -> [WorkflowStep] {
    guard depth <= 8 else { throw node.error("steps within steps at most 8 deep were expected") }
    var all: [WorkflowStep] = []
    for item in try node.sequence(expecting: "a list of steps") {
      count += 1
      guard count <= Self.most else { throw item.error("at most \(Self.most) steps were expected") }
      let step = try step(item, before: all, depth: depth)
      guard !all.contains(where: { $0.id == step.id }) else { throw item.error("the step \(step.id) is there twice") }
      all.append(step)
    }
    guard !all.isEmpty else { throw node.error("at least one step was expected") }
    return all
  }

  private mutating func step(_ node: YAMLNode, before: [WorkflowStep], depth: Int) throws -> WorkflowStep {
    let given = Self.kinds.filter { node[$0] != nil }
    guard given.count == 1, let kindName = given.first else {
      throw node.error("one of \(Self.kinds.joined(separator: ", ")) was expected in a step")
    }
    try node.onlyKeys(
      [
        "id", "title", "needs", "when", kindName, "with", "to", "retry", "deadline", "compensate", "on_error", "steps",
        "as", "side_by_side", "rate", "crew",
      ])
    let id = try node["id"]?.string(expecting: "the step's id") ?? "\(kindName)\(count)"
    guard id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }) else {
      throw (node["id"] ?? node).error("an id of letters, digits, _ and - was expected")
    }
    let needs = try node["needs"]?.strings(expecting: "a list of steps") ?? before.last.map { [$0.id] } ?? []
    for need in needs where !before.contains(where: { $0.id == need }) {
      throw (node["needs"] ?? node).error("\(need) is no step above this one")
    }
    let kind = try kind(kindName, node, depth)
    let goesOn = try node["on_error"].map { mistake -> Bool in
      switch mistake.string {
      case "continue": true
      case "fail": false
      default: throw mistake.error("continue or fail was expected")
      }
    }
    let isNetwork: Bool
    switch kind {
    case .http, .call: isNetwork = true
    default: isNetwork = false
    }
    if let rate = node["rate"], !kindIsCarriedOut(kind) {
      throw rate.error("a rate was expected at a step that does something: action, http, mail, model or sql")
    }
    if let crew = node["crew"], kindName != "action" {
      throw crew.error("a crew was expected at an action, about which it decides")
    }
    return WorkflowStep(
      id: id, title: try node["title"]?.string(), needs: needs, condition: try node["when"].map(expression), kind: kind,
      retry: try node["retry"].map(retry) ?? (isNetwork ? .network : .none),
      deadline: try node["deadline"].map(Self.duration), compensation: try node["compensate"].map(compensation),
      rate: try node["rate"].map(WorkflowRate.init), crew: try node["crew"]?.string(expecting: "a crew's name"),
      goesOn: goesOn ?? false, line: node.line)
  }

  private mutating func kind(_ name: String, _ node: YAMLNode, _ depth: Int) throws -> WorkflowStep.Kind {
    let value = try node.required(name)
    let with = try node["with"].map(template) ?? .object([])
    switch name {
    case "action": return .action(try value.string(expecting: "an action's name"), with)
    case "compute": return .compute(try value.string(expecting: "the name of code in the program"), with)
    case "workflow": return .workflow(try value.string(expecting: "a workflow's name"), with)
    case "set": return .set(try template(value))
    case "tell": return .tell(to: try node["to"].map(template), text: try Wording(value, template))
    case "stop": return .stop(reason: try template(value), fails: false)
    case "fail": return .stop(reason: try template(value), fails: true)
    case "http": return .http(try http(value))
    case "mail", "model", "sql": return .call(try outside(name, value))
    case "wait":
      if value.string != nil { return .wait(.init(duration: try template(value), until: nil, signal: nil)) }
      try value.onlyKeys(["for", "until", "signal"])
      return .wait(
        .init(
          duration: try value["for"].map(template), until: try value["until"].map(template),
          signal: try value["signal"].map(template)))
    case "approve":
      if value.string != nil {
        return .approve(.init(what: Wording(try template(value)), who: nil, duration: .days(2), stopsOnNo: true))
      }
      try value.onlyKeys(["what", "who", "for", "on_no"])
      let onNo = try value["on_no"]?.string() ?? "stop"
      guard ["stop", "continue"].contains(onNo) else {
        throw (value["on_no"] ?? value).error("stop or continue was expected")
      }
      return .approve(
        .init(
          what: try Wording(try value.required("what"), template), who: try value["who"].map(template),
          duration: try value["for"].map(Self.duration) ?? .days(2), stopsOnNo: onNo == "stop"))
    case "each":
      let side = try node["side_by_side"]?.int() ?? 1
      guard (1...64).contains(side) else { throw (node["side_by_side"] ?? node).error("1 to 64 was expected") }
      let called = try node["as"]?.string() ?? "item"
      names.insert(called)
      return .each(
        .init(
          list: try expression(value), name: called, sideBySide: side,
          steps: try steps(try node.required("steps"), depth: depth + 1)))
    default:
      return .choose(
        try value.sequence(expecting: "a list of branches").map { branch in
          try branch.onlyKeys(["when", "steps"])
          return .init(
            condition: try branch["when"].map(expression),
            steps: try steps(try branch.required("steps"), depth: depth + 1))
        })
    }
  }

  private func kindIsCarriedOut(_ kind: WorkflowStep.Kind) -> Bool {
    switch kind {
    case .action, .http, .call: true
    default: false
    }
  }

  private func http(_ value: YAMLNode) throws -> WorkflowStep.HTTPCall {
    try value.onlyKeys(["method", "connector", "url", "headers", "body", "any_status"])
    return .init(
      method: try value["method"]?.string().uppercased() ?? "GET",
      connector: try value["connector"]?.string(expecting: "a connector's name"),
      url: try template(try value.required("url")),
      headers: try (value["headers"]?.mapping() ?? []).map { (try $0.key.string(), try template($0.value)) },
      body: try value["body"].map(template), takesAnyStatus: try value["any_status"]?.bool() ?? false)
  }

  private func outside(_ name: String, _ value: YAMLNode) throws -> WorkflowStep.OutsideCall {
    let kind = WorkflowStep.OutsideCall.Kind(rawValue: name) ?? .mail
    if kind == .model, value.string != nil { return .init(kind: kind, fields: [("text", try template(value))]) }
    let (needed, more): ([String], [String]) =
      switch kind {
      case .mail: (["to", "subject", "text"], [])
      case .model: (["text"], ["rules"])
      case .sql: (["connector", "query"], ["values"])
      }
    try value.onlyKeys(needed + more)
    for field in needed { _ = try value.required(field) }
    // a statement is written, never put together: what comes from elsewhere is a value beside it
    for field in ["query", "connector", "rules"] {
      if let fixed = value[field], try fixed.string(expecting: "plain words").contains("${") {
        let mend = kind == .sql ? ": use $1 there, and values beside it" : ""
        throw fixed.error("words without ${…} were expected\(mend)")
      }
    }
    return .init(
      kind: kind, fields: try (needed + more).compactMap { field in try value[field].map { (field, try template($0)) } }
    )
  }

  private func template(_ node: YAMLNode) throws -> Template {
    let template = try Template(node)
    for expression in template.expressions { try check(expression, node) }
    return template
  }

  private func expression(_ node: YAMLNode) throws -> Expression {
    let expression = try Self.expression(node)
    try check(expression, node)
    return expression
  }

  private func check(_ expression: Expression, _ node: YAMLNode) throws {
    for path in expression.paths where path.name == "said" {
      if let step = path.member { quotes.steps.insert(step) }
    }
    for path in expression.paths where !names.contains(path.name) {
      throw node.error("\(path.name) is not known here; there are \(names.sorted().joined(separator: ", "))")
    }
  }

  private func retry(_ node: YAMLNode) throws -> WorkflowStep.Retry {
    var retry = WorkflowStep.Retry.network
    if let times = node.int {
      retry.times = times
    } else {
      try node.onlyKeys(["times", "pause", "factor", "longest", "budget"])
      retry.times = try node["times"]?.int() ?? retry.times
      retry.pause = try node["pause"].map(Self.duration) ?? retry.pause
      retry.factor = try node["factor"]?.double() ?? retry.factor
      retry.longest = try node["longest"].map(Self.duration) ?? retry.longest
      retry.budget = try node["budget"].map(Self.duration)
    }
    guard (1...100).contains(retry.times), retry.factor >= 1, retry.factor <= 10 else {
      throw node.error("1 to 100 tries and a factor of 1 to 10 were expected")
    }
    return retry
  }

  private func compensation(_ node: YAMLNode) throws -> WorkflowStep.Compensation {
    if let call = node["http"] {
      try node.onlyKeys(["http"])
      return .http(try http(call))
    }
    try node.onlyKeys(["action", "with"])
    return .action(
      try node.required("action").string(expecting: "an action's name"), try node["with"].map(template) ?? .object([]))
  }
}

/// Durations as people write them in a file: `90 s`, `15 min`, `3 days`, `PT2H`.
package enum WorkflowDuration {
  package static func read(_ text: String) -> Duration? {
    let text = text.trimmed.lowercased()
    if text.hasPrefix("p") { return iso(text) }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), count < 10_000_000 else { return nil }
    switch text.dropFirst(digits.count).trimmingPrefix(" ") {
    case "s", "sec", "second", "seconds", "": return .seconds(count)
    case "m", "min", "minute", "minutes": return .minutes(count)
    case "h", "hour", "hours": return .hours(count)
    case "d", "day", "days": return .days(count)
    case "w", "week", "weeks": return .days(7 * count)
    default: return nil
    }
  }

  /// `P1DT2H30M10S` and `P2W`; months and years have no fixed length and are refused.
  private static func iso(_ text: String) -> Duration? {
    var total = Duration.zero
    var digits = ""
    var isTime = false
    var isEmpty = true
    for letter in text.dropFirst() {
      if letter.isASCII, letter.isNumber {
        digits.append(letter)
        continue
      }
      if letter == "t" {
        isTime = true
        continue
      }
      guard let count = Int(digits), count < 10_000_000 else { return nil }
      switch letter {
      case "w" where !isTime: total += .days(7 * count)
      case "d" where !isTime: total += .days(count)
      case "h" where isTime: total += .hours(count)
      case "m" where isTime: total += .minutes(count)
      case "s" where isTime: total += .seconds(count)
      default: return nil
      }
      digits = ""
      isEmpty = false
    }
    return isEmpty || !digits.isEmpty ? nil : total
  }
}
