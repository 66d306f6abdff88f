import Actions
import Base
import Formats
import HTTP
import Time

// What each type of node becomes.
extension N8NReader {
  /// - Returns: the lines of a step; one that fails where a part of it could not be read, so that nothing is done without it.
  mutating func kind(_ node: Node, _ bodies: [String: [String]], _ before: [String]) -> [String] {
    let source = before.compactMap { nodes[$0] }.first
    let expressions = N8NExpressions(
      reader: self, source: source, isInLoop: bodies.values.contains { $0.contains(node.name) })
    let lines = lines(node, expressions, before)
    for name in expressions.wanted.sorted() { wants(input: name) }
    for name in expressions.listings.sorted() where saidOfLists.insert(name).inserted {
      guard let list = nodes[name] else { continue }
      note(
        list,
        "Where it gives a list, n8n does what follows once for each item; here it is done once: go over the list with "
          + "Loop Over Items, and import it again.")
    }
    guard let first = expressions.unread.first else { return checked(node, lines + node.onFailure) }
    for text in expressions.unread {
      note(node, "“\(text)” could not be read, so the step fails: write it in our expressions.")
    }
    return [fail("“\(first)” of the node “\(node.name)” could not be read.")]
  }

  /// What cannot be a step of ours fails when it is reached: no file is refused for the sake of one node.
  private mutating func checked(_ node: Node, _ lines: [String]) -> [String] {
    let step = (["workflow: n8n", "steps:", "  - id: step"] + lines.map { "    \($0)" }).joined(separator: "\n")
    do {
      _ = try WorkflowDefinition(source: step + "\n", file: "n8n")
      return lines
    } catch {
      note(node, "It could not be taken over, so the step fails: write it in our form.")
      return [fail("The node “\(node.name)” (\(node.type)) could not be taken over.")]
    }
  }

  /// A step that fails, with what to do about it.
  private mutating func unfit(_ node: Node, _ why: String) -> [String] {
    note(node, why + " The step fails: call the service with http, or take the node out.")
    return [fail("The node “\(node.name)” could not be taken over.")]
  }

  /// What a node does, where it is none of these; the first of them is what n8n begins with.
  private func odd(_ node: Node, _ operations: [String], resource: String = "message") -> String? {
    let given = (node.parameters["resource"].string ?? resource, node.parameters["operation"].string ?? operations[0])
    if given.0 == resource, operations.contains(given.1) { return nil }
    return "There is no step for its operation “\(given.0 == resource ? "" : given.0 + " ")\(given.1)”."
  }

  /// Says what of a node's settings is not taken over.
  private mutating func noteDropped(_ node: Node, _ names: [String: String]) {
    func isThere(_ json: JSON) -> Bool {
      switch json {
      case .null: false
      case .string(let text): !text.isEmpty
      case .object(let object): !object.isEmpty
      case .array(let all): !all.isEmpty
      default: json != false
      }
    }
    let parameters = node.parameters
    let found = names.filter { isThere(parameters[$0.key]) || isThere(parameters["options"][$0.key]) }
    let words = Set(found.values).sorted()
    if !words.isEmpty { note(node, "Not taken over: its \(words.joined(separator: ", ")).") }
  }

  private func fail(_ sentence: String) -> String { "fail: \(Self.quoted(Self.literal(sentence)))" }

  private mutating func lines(_ node: Node, _ expressions: N8NExpressions, _ before: [String]) -> [String] {
    let parameters = node.parameters
    let source = before.compactMap { nodes[$0] }.first
    func value(_ json: JSON) -> String { Self.yaml(expressions.value(json)) }
    switch node.type {
    case "httpRequest":
      return call(node, expressions)
    case "set", "editFields":
      if parameters["mode"].string == "raw" { return ["set: \(Self.yaml(expressions.json(parameters["jsonOutput"])))"] }
      var values: JSON = .object([:])
      let isDotted = parameters["options"]["dotNotation"] != false
      expressions.assign(parameters["assignments"]["assignments"], isDotted, to: &values)
      for kind in ["string", "number", "boolean"] {
        expressions.assign(parameters["values"][kind], isDotted, as: kind, to: &values)
      }
      expressions.assign(parameters["fields"]["values"], isDotted, to: &values)
      return ["set: \(Self.yaml(values))"]
    case "if", "filter": return ["set: {yes: \(Self.quoted("${" + expressions.condition(node) + "}"))}"]
    case "switch": return ["set: {branch: \(Self.quoted("${" + expressions.branch(node) + "}"))}"]
    case "merge":
      let inputs = before.compactMap { nodes[$0] }
      if Set(before).count > 1, before.contains(where: { condition($0, [:]) == nil }) {
        note(
          node,
          "What follows reads the first of its inputs that has a value, once; n8n goes on with the items of all of them."
        )
      }
      return ["set: [\(inputs.map { Self.quoted("${\(result(of: $0))}") }.joined(separator: ", "))]"]
    case "aggregate":
      let list = "items(\(source.map { result(of: $0) } ?? "inputs"))"
      note(node, "It gathers the list in what comes in.")
      var values: JSONObject = [:]
      for field in parameters["fieldsToAggregate"]["fieldToAggregate"].array ?? [] {
        guard let name = field["fieldToAggregate"].string, !name.isEmpty else { continue }
        let called = field["outputFieldName"].string.flatMap { $0.isEmpty ? nil : $0 } ?? name
        values[called] = .string("${pluck(\(list), \(Self.quoted(name)))}")
      }
      if values.isEmpty { values[parameters["destinationFieldName"].string ?? "data"] = .string("${\(list)}") }
      return ["set: \(Self.yaml(.object(values)))"]
    case "wait": return [wait(node, expressions)]
    case "noOp", "respondToWebhook":
      if node.type == "respondToWebhook" {
        note(node, "It answers nobody here: whoever starts the workflow reads what came of it with workflow.show.")
      }
      return ["set: {from: \(Self.quoted("${\(source.map { result(of: $0) } ?? "null")}"))}"]
    case "executeWorkflow":
      let id = parameters["workflowId"]
      let called = id["cachedResultName"].string ?? id["value"].string ?? id.string ?? ""
      let name = Self.identifier(called)
      guard !called.isEmpty, name != self.name, isHere(name) else {
        let why = called.isEmpty ? "a workflow that the file does not name" : name == self.name ? "itself" : name
        note(
          node,
          "It starts \(why), which cannot be done here, so the step fails: import that workflow, then this one again.")
        return [fail("The node “\(node.name)” starts \(why), which was not here when this was imported.")]
      }
      let given = expressions.value(parameters["workflowInputs"]["value"]).object ?? [:]
      guard let takes = inputsOf(name) else {
        return ["workflow: \(name)"] + (given.isEmpty ? [] : ["with: \(Self.yaml(.object(given)))"])
      }
      if let missing = takes.first(where: { $0.isRequired && given[$0.name] == nil }) {
        return unfit(node, "\(name) needs the input \(missing.name), which it does not give.")
      }
      let unknown = given.keys.filter { key in !takes.contains { $0.name == key } }
      if !unknown.isEmpty { note(node, "\(name) has no input \(unknown.joined(separator: ", ")): not handed over.") }
      let fitting = JSONObject(given.members.filter { !unknown.contains($0.key) }.map { ($0.key, $0.value) })
      return ["workflow: \(name)"] + (fitting.isEmpty ? [] : ["with: \(Self.yaml(.object(fitting)))"])
    case "stopAndError": return ["fail: \(value(parameters["errorMessage"]))"]
    case "telegram":
      if let why = odd(node, ["sendMessage"]) { return unfit(node, why) }
      guard parameters["text"].string?.isEmpty == false else { return unfit(node, "It has no text.") }
      note(node, "It writes to whom the run is for; name somebody else of the house with “to”.")
      return ["tell: \(value(parameters["text"]))"]
    case "postgres": return statement(node, expressions)
    case "gmail", "emailSend", "sendEmail":
      if let why = odd(
        node, node.type == "gmail" ? ["send"] : ["sendEmail", "send"],
        resource: node.type == "gmail" ? "message" : "email")
      {
        return unfit(node, why)
      }
      noteDropped(
        node,
        [
          "ccEmail": "copies", "ccList": "copies", "bccEmail": "copies", "bccList": "copies",
          "attachments": "attachments",
          "attachmentsUi": "attachments", "replyTo": "address for replies",
        ])
      let listed = (parameters["toList"].array ?? []).compactMap(\.string).joined(separator: ", ")
      let to = [parameters["toEmail"], parameters["sendTo"], parameters["toList"], .string(listed)]
        .first { $0.string?.isEmpty == false }
      if let to {
        let texts = [parameters["message"], parameters["text"], parameters["html"]]
        let text = texts.first { $0.string?.isEmpty == false } ?? ""
        if parameters["html"].string?.isEmpty == false || ["html", "both"].contains(parameters["emailType"].string) {
          note(node, "It is sent as plain words.")
        }
        let mail: JSONObject = [
          "to": expressions.value(to), "subject": expressions.value(parameters["subject"]),
          "text": expressions.value(text),
        ]
        return ["mail: \(Self.yaml(.object(mail)))"]
      }
      note(
        node,
        "It writes to whom the run is for, by the door that reaches them; people get mail once they have an address.")
      let words = [
        expressions.value(parameters["subject"]), expressions.value(parameters["message"]),
        expressions.value(parameters["text"]),
      ]
      let text = words.map { Expression.words($0) }.filter { !$0.isEmpty }.joined(separator: "\n")
      guard !text.isEmpty else { return unfit(node, "It has no text.") }
      return ["tell: \(Self.quoted(text))"]
    case "slack":
      if let why = odd(node, ["post"]) { return unfit(node, why) }
      let target =
        parameters["select"].string == "user"
        ? parameters["user"]
        : [parameters["channelId"], parameters["channel"]].first { !$0.isNull } ?? .null
      let channel = target["value"].isNull ? target : target["value"]
      guard channel.string?.isEmpty == false, parameters["text"].string?.isEmpty == false else {
        return unfit(node, "It has no plain text, or no channel.")
      }
      wants(input: "slack_token")
      note(node, "Give the token of your Slack app as the input slack_token.")
      let call: JSONObject = [
        "method": "POST", "url": "https://slack.com/api/chat.postMessage",
        "headers": ["Authorization": "Bearer ${inputs.slack_token}"],
        "body": [
          "channel": expressions.value(channel),
          "text": expressions.value(parameters["text"]),
        ],
      ]
      return ["http: \(Self.yaml(.object(call)))"]
    default:
      note(node, N8NAdvice.sentence(node.type))
      return [fail("The node “\(node.name)” (\(node.type)) could not be taken over.")]
    }
  }

  /// A statement as it is written there, each expression in it a value beside it.
  private mutating func statement(_ node: Node, _ expressions: N8NExpressions) -> [String] {
    let parameters = node.parameters
    guard parameters["operation"].string == "executeQuery", let written = parameters["query"].string else {
      note(node, "Write its statement out as “Execute Query”, and import it again.")
      return [fail("The node “\(node.name)” builds its statement itself, which could not be taken over.")]
    }
    var query = ""
    var values: [JSON] = []
    var rest = Substring(written.hasPrefix("=") ? written.dropFirst() : written[...])
    let given = parameters["options"]["queryReplacement"]
    for item in given.array ?? given.string.map({ Self.parted($0) }) ?? [] { values.append(expressions.value(item)) }
    var isQuoted = false
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      values.append(expressions.value(.string("={{\(rest[open.upperBound..<close.lowerBound])}}")))
      let before = rest[..<open.lowerBound]
      for letter in before where letter == "'" { isQuoted.toggle() }
      query += before
      rest = rest[close.upperBound...]
      // between quotes it is a piece of a text: the text ends before it and goes on behind it
      query += isQuoted ? "' || $\(values.count)::text || '" : "$\(values.count)"
    }
    query += rest
    for number in values.indices.map({ $0 + 1 }) {
      query = query.replacing("'' || $\(number)::text || ''", with: "$\(number)")
        .replacing("'' || $\(number)::text", with: "$\(number)::text")
        .replacing("$\(number)::text || ''", with: "$\(number)::text")
    }
    note(
      node,
      "Keep its database as the connector postgres: connector.set --name postgres --url postgres://user@host/database --secret …"
    )
    let call: JSONObject = ["connector": "postgres", "query": .string(query), "values": .array(values)]
    return ["sql: \(Self.yaml(.object(call)))"]
  }

  /// Values with commas between; those within an expression part nothing.
  private static func parted(_ text: String) -> [JSON] {
    var (parts, part, depth) = ([String](), "", 0)
    let isExpression = text.hasPrefix("=")
    for letter in isExpression ? text.dropFirst() : text[...] {
      if letter == "{" || letter == "(" { depth += 1 }
      if letter == "}" || letter == ")" { depth -= 1 }
      if letter == ",", depth == 0 {
        parts.append(part)
        part = ""
      } else {
        part.append(letter)
      }
    }
    return (parts + [part]).map { part in
      let plain = part.trimmed
      return .string(isExpression && plain.contains("{{") ? "=" + plain : plain)
    }
  }

  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

  private mutating func call(_ node: Node, _ expressions: N8NExpressions) -> [String] {
    let parameters = node.parameters
    /// Pairs as each version writes them, and the same as JSON.
    func pairs(_ name: String, _ json: String) -> JSONObject {
      for list in [parameters["\(name)Parameters"]["parameters"], parameters["\(name)ParametersUi"]["parameter"]] {
        if list.array?.isEmpty == false { return expressions.pairs(list) }
      }
      let text = [parameters[json], parameters["\(name)ParametersJson"]].first { $0.string?.isEmpty == false }
      guard let text else { return [:] }
      guard let read = expressions.json(text).object else {
        expressions.refuse("the JSON of its \(name)")
        return [:]
      }
      return read
    }
    let method = parameters["method"].string ?? parameters["requestMethod"].string ?? "GET"
    if !Self.methods.contains(method) { expressions.refuse("the method \(method)") }
    var url = Expression.words(expressions.value(parameters["url"]))
    if !url.hasPrefix("${"), !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      expressions.refuse("the address \(url)")
    }
    for pair in pairs("query", "jsonQuery") {
      url += (url.contains("?") ? "&" : "?") + PercentCoding.encode(pair.key) + "=" + N8NExpressions.encoded(pair.value)
    }
    var call: JSONObject = ["url": .string(url), "method": .string(method)]
    let headers = pairs("header", "jsonHeaders")
    if !headers.isEmpty { call["headers"] = .object(headers) }
    let texts = [parameters["jsonBody"], parameters["body"], parameters["bodyParametersJson"]]
    if let text = texts.first(where: { $0.string?.isEmpty == false }) {
      call["body"] = expressions.json(text, else: expressions.value(text))
    } else {
      let body = pairs("body", "jsonBody")
      if !body.isEmpty { call["body"] = .object(body) }
    }
    let kind = parameters["contentType"].string ?? parameters["bodyContentType"].string ?? "json"
    if call["body"] != nil, kind != "json", kind != "raw" {
      note(node, "Its body was \(kind); it is sent as JSON.")
    }
    noteDropped(node, ["pagination": "pages", "batching": "pauses between calls", "proxy": "proxy"])
    if parameters["authentication"].string.map({ $0 != "none" }) ?? false {
      note(node, "Its credentials stay in n8n: add the header it needs.")
    }
    let limit = parameters["options"]["timeout"].double.map { ["deadline: \(Int(max(1, $0 / 1_000).rounded(.up))) s"] }
    return ["http: \(Self.yaml(.object(call)))"] + (limit ?? [])
  }

  private mutating func wait(_ node: Node, _ expressions: N8NExpressions) -> String {
    let parameters = node.parameters
    switch parameters["resume"].string {
    case "webhook", "form":
      note(node, "It goes on by workflow.signal with the signal \(node.id).")
      guard parameters["limitWaitTime"] == true || parameters["options"]["limitWaitTime"] == true else {
        return "wait: {signal: \(node.id)}"
      }
      let unit = parameters["resumeUnit"].string ?? "hours"
      let amount = parameters["resumeAmount"].double ?? 1
      guard parameters["limitType"].string ?? "afterTimeInterval" == "afterTimeInterval", amount > 0, amount < 1e6,
        let one = WorkflowDuration.read("1 \(unit)")
      else {
        expressions.refuse("how long it waits at most")
        return ""
      }
      return "wait: {for: \(Int((amount * one.seconds).rounded(.up))) s, signal: \(node.id)}"
    case "specificTime":
      let time = parameters["dateTime"].string ?? ""
      if time.hasPrefix("=") { return "wait: {until: \(Self.yaml(expressions.value(.string(time))))}" }
      if let instant = Instant(iso8601: time) { return "wait: {until: \(Self.quoted(instant.description))}" }
      // n8n writes times of the clock on the wall, with or without parts of a second
      guard let local = CivilDateTime(time.prefix { $0 != "." }), let zone else {
        expressions.refuse("the time \(time)")
        return ""
      }
      return "wait: {until: \(Self.quoted(zone.instant(of: local).description))}"
    default:
      let unit = parameters["unit"].string ?? "hours"
      if let text = parameters["amount"].string, text.hasPrefix("=") {
        return "wait: \(Self.quoted(Expression.words(expressions.value(.string(text))) + " " + Self.literal(unit)))"
      }
      let amount = parameters["amount"].double ?? parameters["amount"].string.flatMap { Double($0) } ?? 1
      guard amount >= 0, amount < 1e6, let one = WorkflowDuration.read("1 \(unit)") else {
        expressions.refuse("the time to wait")
        return ""
      }
      let isWhole = amount == amount.rounded()
      let words = isWhole ? "\(Int(amount)) \(unit)" : "\(Int((amount * one.seconds).rounded(.up))) s"
      return "wait: \(Self.quoted(words))"
    }
  }

  /// JSON is YAML.
  static func yaml(_ json: JSON) -> String { json.text() }
}

/// What to do about nodes that cannot be taken over.
enum N8NAdvice {
  static func sentence(_ type: String) -> String {
    switch type {
    case "code", "function", "functionItem", "executeCommand", "ssh":
      "Code is not run here: write it as set with expressions, or serve it and call it with http."
    case "mySql", "microsoftSql", "mongoDb", "redis", "sqlite":
      "Of databases only PostgreSQL is reached: put an HTTP service in front of others and call it with http."
    case "openAi", "agent", "lmChatOpenAi", "chainLlm": "Write it as a step: model, with rules and text."
    case "googleSheets", "airtable", "notion", "hubspot", "shopify", "stripe":
      "Call its HTTP interface with http, with your token in a header."
    default: "There is no step like \(type): use http for a service, action for what the house can do, or take it out."
    }
  }
}
