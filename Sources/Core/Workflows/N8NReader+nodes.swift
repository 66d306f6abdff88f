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
    guard let first = expressions.unread.first else { return lines + node.onFailure }
    for text in expressions.unread {
      note(node, "“\(text)” could not be read, so the step fails: write it in our expressions.")
    }
    return [fail("“\(first)” of the node “\(node.name)” could not be read.")]
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
      var values = expressions.pairs(parameters["assignments"]["assignments"])
      for kind in ["string", "number", "boolean"] {
        for pair in expressions.pairs(parameters["values"][kind]) { values[pair.key] = pair.value }
      }
      for pair in expressions.pairs(parameters["fields"]["values"]) { values[pair.key] = pair.value }
      return ["set: \(Self.yaml(.object(values)))"]
    case "if", "filter": return ["set: {yes: \(Self.quoted("${" + expressions.condition(parameters) + "}"))}"]
    case "switch": return ["set: {branch: \(Self.quoted("${" + expressions.branch(parameters) + "}"))}"]
    case "merge", "aggregate":
      let all = before.compactMap { nodes[$0] }.map { result(of: $0) }
      return ["set: [\(all.map { Self.quoted("${\($0)}") }.joined(separator: ", "))]"]
    case "wait": return [wait(node, expressions)]
    case "noOp", "respondToWebhook":
      return ["set: {from: \(Self.quoted("${\(source.map { result(of: $0) } ?? "null")}"))}"]
    case "executeWorkflow":
      let given = parameters["workflowId"]
      let called = given["cachedResultName"].string ?? given["value"].string ?? given.string ?? ""
      let name = Self.identifier(called)
      guard !called.isEmpty, name != self.name, isHere(name) else {
        let why = called.isEmpty ? "a workflow that the file does not name" : name == self.name ? "itself" : name
        note(
          node,
          "It starts \(why), which cannot be done here, so the step fails: import that workflow, then this one again.")
        return [fail("The node “\(node.name)” starts \(why), which was not here when this was imported.")]
      }
      return ["workflow: \(name)"]
    case "stopAndError": return ["fail: \(value(parameters["errorMessage"]))"]
    case "telegram":
      note(node, "It writes to whom the run is for; name somebody else of the house with “to”.")
      return ["tell: \(value(parameters["text"]))"]
    case "postgres": return statement(node, expressions)
    case "gmail", "emailSend", "sendEmail":
      let to = [parameters["toEmail"], parameters["sendTo"], parameters["toList"]].first { $0.string?.isEmpty == false }
      if let to, ["send", nil].contains(parameters["operation"].string) {
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
      return ["tell: \(Self.quoted(text))"]
    case "slack":
      wants(input: "slack_token")
      note(node, "Give the token of your Slack app as the input slack_token.")
      let call: JSONObject = [
        "method": "POST", "url": "https://slack.com/api/chat.postMessage",
        "headers": ["Authorization": "Bearer ${inputs.slack_token}"],
        "body": [
          "channel": expressions.value(
            parameters["channelId"]["value"].string.map(JSON.string) ?? parameters["channel"]),
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
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      values.append(expressions.value(.string("={{\(rest[open.upperBound..<close.lowerBound])}}")))
      query += rest[..<open.lowerBound] + "$\(values.count)"
      rest = rest[close.upperBound...]
    }
    query += rest
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
    if parameters["authentication"].string.map({ $0 != "none" }) ?? false {
      note(node, "Its credentials stay in n8n: add the header it needs.")
    }
    return ["http: \(Self.yaml(.object(call)))"]
  }

  private mutating func wait(_ node: Node, _ expressions: N8NExpressions) -> String {
    let parameters = node.parameters
    switch parameters["resume"].string {
    case "webhook", "form": return "wait: {for: 7 days, signal: \(node.id)}"
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
