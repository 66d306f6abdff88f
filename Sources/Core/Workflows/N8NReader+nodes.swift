import Formats

// What each type of node becomes.
extension N8NReader {
  /// - Returns: the lines of a step; one that fails where a part of it could not be read, so that nothing is done without it.
  mutating func kind(_ node: Node, _ bodies: [String: [String]], _ before: [String]) -> [String] {
    let source = before.compactMap { nodes[$0] }.first
    let expressions = N8NExpressions(
      reader: self, source: source, isInLoop: bodies.values.contains { $0.contains(node.name) })
    let lines = lines(node, expressions, before)
    guard let first = expressions.unread.first else { return lines + node.onFailure }
    for text in expressions.unread {
      note(node, "“\(text)” could not be read, so the step fails: write it in our expressions.")
    }
    return ["fail: \(Self.quoted("“\(first)” of the node “\(node.name)” could not be read."))"]
  }

  private mutating func lines(_ node: Node, _ expressions: N8NExpressions, _ before: [String]) -> [String] {
    let parameters = node.parameters
    let source = before.compactMap { nodes[$0] }.first
    func value(_ json: JSON) -> String { Self.yaml(expressions.value(json)) }
    switch node.type {
    case "httpRequest":
      var call: JSONObject = ["url": expressions.value(parameters["url"])]
      call["method"] = .string(parameters["method"].string ?? parameters["requestMethod"].string ?? "GET")
      let headers = expressions.pairs(parameters["headerParameters"]["parameters"])
      if !headers.isEmpty { call["headers"] = .object(headers) }
      var body = expressions.pairs(parameters["bodyParameters"]["parameters"])
      if let text = parameters["jsonBody"].string ?? parameters["body"].string {
        call["body"] = (try? JSON.parse(text)).map { expressions.value($0) } ?? expressions.value(.string(text))
      } else if !body.isEmpty {
        call["body"] = .object(body)
      }
      body = expressions.pairs(parameters["queryParameters"]["parameters"])
      if !body.isEmpty, let url = call["url"]?.string {
        call["url"] = .string(url + "?" + body.map { "\($0.key)=\(Expression.words($0.value))" }.joined(separator: "&"))
      }
      if parameters["authentication"].string.map({ $0 != "none" }) ?? false {
        note(node, "Its credentials stay in n8n: add the header it needs.")
      }
      return ["http: \(Self.yaml(.object(call)))"]
    case "set", "editFields":
      var values = expressions.pairs(parameters["assignments"]["assignments"])
      for kind in ["string", "number", "boolean"] {
        for pair in expressions.pairs(parameters["values"][kind]) { values[pair.key] = pair.value }
      }
      if let text = parameters["jsonOutput"].string, let json = (try? JSON.parse(text))?.object {
        for pair in json { values[pair.key] = expressions.value(pair.value) }
      }
      return ["set: \(Self.yaml(.object(values)))"]
    case "if", "filter": return ["set: {yes: \(Self.quoted("${" + expressions.condition(parameters) + "}"))}"]
    case "switch": return ["set: {branch: \(Self.quoted("${" + expressions.branch(parameters) + "}"))}"]
    case "merge", "aggregate":
      let all = before.compactMap { nodes[$0] }.map { result(of: $0) }
      return ["set: [\(all.map { Self.quoted("${\($0)}") }.joined(separator: ", "))]"]
    case "wait":
      if parameters["resume"].string == "webhook" { return ["wait: {for: 7 days, signal: \(node.id)}"] }
      if parameters["resume"].string == "specificTime" { return ["wait: {until: \(value(parameters["dateTime"]))}"] }
      let amount = parameters["amount"].double.map { Expression.words(Expression.number($0)) } ?? "1"
      return ["wait: \(Self.quoted("\(amount) \(parameters["unit"].string ?? "hours")"))"]
    case "noOp", "respondToWebhook":
      return ["set: {from: \(Self.quoted("${\(source.map { result(of: $0) } ?? "null")}"))}"]
    case "executeWorkflow":
      let name = parameters["workflowId"]["cachedResultName"].string ?? parameters["workflowId"].string ?? ""
      note(node, "It starts the workflow \(Self.identifier(name)): import that one first.")
      return ["workflow: \(Self.identifier(name))"]
    case "stopAndError": return ["fail: \(value(parameters["errorMessage"]))"]
    case "telegram":
      note(node, "It writes to whom the run is for; name somebody else of the house with “to”.")
      return ["tell: \(value(parameters["text"]))"]
    case "gmail", "emailSend", "sendEmail":
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
      return ["fail: \(Self.quoted("The node “\(node.name)” (\(node.type)) could not be taken over."))"]
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
    case "postgres", "mySql", "microsoftSql", "mongoDb", "redis", "sqlite":
      "Databases are not reached directly: put an HTTP service in front and call it with http."
    case "openAi", "agent", "lmChatOpenAi", "chainLlm": "Models are not steps yet: call an action or an HTTP service."
    case "googleSheets", "airtable", "notion", "hubspot", "shopify", "stripe":
      "Call its HTTP interface with http, with your token in a header."
    default: "There is no step like \(type): use http for a service, action for what the house can do, or take it out."
    }
  }
}

/// The times of n8n's triggers as rules of RFC 5545.
enum N8NSchedule {
  static func rules(_ parameters: JSON) -> [String] {
    let all = parameters["rule"]["interval"].array ?? parameters["triggerTimes"]["item"].array ?? []
    return all.compactMap { rule in
      let unit = rule["field"].string ?? rule["mode"].string ?? "days"
      let hour = rule["triggerAtHour"].int ?? rule["hour"].int ?? 9
      let minute = rule["triggerAtMinute"].int ?? rule["minute"].int ?? 0
      guard (0..<24).contains(hour), (0..<60).contains(minute) else { return nil }
      let at = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
      func every(_ frequency: String, _ key: String, _ more: String = "") -> String {
        let count = max(1, min(rule[key].int ?? 1, 1_000))
        return "{every: \"FREQ=\(frequency)\(count > 1 ? ";INTERVAL=\(count)" : "")\(more)\", at: \"\(at)\"}"
      }
      switch unit {
      case "minutes", "everyMinute": return every("MINUTELY", "minutesInterval")
      case "hours", "everyHour", "everyX": return every("HOURLY", "hoursInterval")
      case "days", "everyDay": return every("DAILY", "daysInterval")
      case "weeks", "everyWeek":
        let days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
        let given = (rule["triggerAtDay"].array ?? rule["weekday"].string.map { [.string($0)] } ?? []).compactMap {
          $0.int ?? $0.string.flatMap { Int($0) }
        }
        let named = given.filter { (0..<7).contains($0) }.map { days[$0] }
        return every("WEEKLY", "weeksInterval", named.isEmpty ? ";BYDAY=MO" : ";BYDAY=" + named.joined(separator: ","))
      case "months", "everyMonth":
        let day = rule["triggerAtDayOfMonth"].int ?? rule["dayOfMonth"].int ?? 1
        return every("MONTHLY", "monthsInterval", ";BYMONTHDAY=\(max(1, min(day, 31)))")
      case "cronExpression": return rule["expression"].string.flatMap(cron)
      default: return nil
      }
    }
  }

  /// `minute hour day month weekday`, with plain numbers, `*` and lists of weekdays.
  static func cron(_ text: String) -> String? {
    var fields = text.split(separator: " ").map(String.init)
    if fields.count == 6 { fields.removeFirst() }
    guard fields.count == 5, let minute = Int(fields[0]), let hour = Int(fields[1]), (0..<60).contains(minute),
      (0..<24).contains(hour), fields[3] == "*"
    else { return nil }
    let at = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    let days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    if fields[2] == "*", fields[4] == "*" { return "{every: \"FREQ=DAILY\", at: \"\(at)\"}" }
    if fields[2] == "*" {
      var named: [String] = []
      for part in fields[4].split(separator: ",") {
        let ends = part.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, (0...7).contains(first), (first...7).contains(last) else {
          return nil
        }
        named += (first...last).map { days[$0] }
      }
      return "{every: \"FREQ=WEEKLY;BYDAY=\(named.joined(separator: ","))\", at: \"\(at)\"}"
    }
    guard fields[4] == "*", let day = Int(fields[2]), (1...31).contains(day) else { return nil }
    return "{every: \"FREQ=MONTHLY;BYMONTHDAY=\(day)\", at: \"\(at)\"}"
  }
}
