import Actions
import Base
import Formats
import HTTP
import Time

// What each type of node becomes.
extension N8NReader {
  /// - Returns: the lines of a step; one that fails where a part of it could not be read, so that nothing is done without it.
  mutating func kind(_ node: Node, _ bodies: [String: [String]], _ before: [String]) -> [String] {
    let expressions = N8NExpressions(
      reader: self, sources: before.compactMap { nodes[$0] },
      isInLoop: bodies.values.contains { $0.contains(node.name) })
    let lines = lines(node, expressions, before)
    noteOptions(node)
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
    // what the elements around it are called is known there
    let around = elements.values.sorted().map {
      "  - {id: \($0), each: now, as: \($0), steps: [{id: \($0)-in, set: {}}]}"
    }
    let step = (["workflow: n8n", "steps:"] + around + ["  - id: step"] + lines.map { "    \($0)" }).joined(
      separator: "\n")
    do {
      _ = try WorkflowDefinition(source: step + "\n", file: "n8n")
      return lines
    } catch {
      note(node, "It could not be taken over, so the step fails: write it in our form.")
      return [fail("The node “\(node.name)” (\(node.type)) could not be taken over.")]
    }
  }

  /// A step that fails, with what to do about it.
  mutating func unfit(_ node: Node, _ why: String) -> [String] {
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
  mutating func noteDropped(_ node: Node, _ names: [String: String]) {
    let parameters = node.parameters
    let found = names.filter { Self.isThere(parameters[$0.key]) || Self.isThere(parameters["options"][$0.key]) }
    let words = Set(found.values).sorted()
    if !words.isEmpty { note(node, "Not taken over: its \(words.joined(separator: ", ")).") }
  }

  private static func isThere(_ json: JSON) -> Bool {
    switch json {
    case .null: false
    case .string(let text): !text.isEmpty && text != "none"
    case .object(let object): object.members.contains { isThere($0.value) }
    case .array(let all): !all.isEmpty
    default: json != false
    }
  }

  /// Options that are taken over, that say what is done here anyway, or that are named elsewhere.
  private static let knownOptions: Set<String> = [
    "appendAttribution", "dotNotation", "includeBinary", "ignoreConversionErrors", "ignoreCase", "caseSensitive",
    "looseTypeValidation", "fallbackOutput", "allMatchingOutputs", "renameFallbackOutput", "response", "timeout",
    "fullResponse", "ignoreResponseCode", "queryReplacement", "bodyContentType", "reset", "limitWaitTime",
    "includeLinkToWorkflow", "thread_ts", "disableDotNotation", "destinationFieldName", "ccEmail", "ccList", "bccEmail",
    "bccList", "attachments", "attachmentsUi", "replyTo", "pagination", "batching", "proxy", "waitForSubWorkflow",
    "splitIntoItems", "redirect", "responseCode", "responseHeaders", "responseKey", "clashHandling", "fuzzyCompare",
  ]

  /// Names what of a node's options is not taken over.
  private mutating func noteOptions(_ node: Node) {
    var names: [String] = []
    for place in ["options", "additionalFields", "otherOptions", "additionalOptions"] {
      for option in (node.parameters[place].object ?? [:]).members
      where Self.isThere(option.value) && !Self.knownOptions.contains(option.key) { names.append(option.key) }
    }
    guard !names.isEmpty, N8NAdvice.isKnown(node.type) else { return }
    note(node, "Not taken over: its options \(names.sorted().joined(separator: ", ")).")
  }

  func fail(_ sentence: String) -> String { "fail: \(Self.quoted(Self.literal(sentence)))" }

  /// Of a node that sets fields: which of the others it keeps, where not all or none.
  private mutating func noteFields(_ node: Node) {
    guard node.version >= 3, node.keepsFields, let which = node.parameters["include"].string else { return }
    if which == "selected" || which == "except" {
      note(node, "It keeps some of the fields that came in; here all of them can be read behind it.")
    }
  }

  private mutating func noteMerge(_ node: Node, _ before: [String]) {
    guard Set(before).count > 1 else { return }
    switch N8NMerge(node) {
    case .input: break
    case .together:
      note(
        node,
        "n8n makes one of the items of its inputs; here what follows reads each field from the last input that has it, once."
      )
    case .append:
      guard before.contains(where: { condition($0, [:]) == nil }) else { return }
      note(
        node,
        "What follows reads the first of its inputs that has a value, once; n8n goes on with the items of all of them.")
    }
  }

  private mutating func lines(_ node: Node, _ expressions: N8NExpressions, _ before: [String]) -> [String] {
    let parameters = node.parameters
    let sources = before.compactMap { nodes[$0] }
    func value(_ json: JSON) -> String { Self.yaml(expressions.value(json)) }
    if let work = N8NLists.work(node) {
      guard let list = list(node, work, expressions, of: sources) else { return unfit(node, N8NAdvice.sentence(work)) }
      return ["set: \(Self.quoted("${\(list)}"))"]
    }
    switch node.type {
    case "httpRequest":
      return call(node, expressions)
    case "set", "editFields":
      noteFields(node)
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
    case "switch" where node.takesAllOutputs:
      return ["set: \(Self.yaml(.object(expressions.branches(node))))"]
    case "switch": return ["set: {branch: \(Self.quoted("${" + expressions.branch(node) + "}"))}"]
    case "merge":
      noteMerge(node, before)
      return ["set: [\(sources.map { Self.quoted("${\(result(of: $0))}") }.joined(separator: ", "))]"]
    case "renameKeys":
      guard let renamed = renamed(node, of: sources) else { return unfit(node, N8NAdvice.sentence("renameKeys")) }
      return ["set: \(Self.quoted("${\(renamed)}"))"]
    case "aggregate":
      let list = "items(\(given(sources)))"
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
      return ["set: {from: \(Self.quoted("${\(sources.isEmpty ? "null" : given(sources))}"))}"]
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
    case "stopAndError":
      let object = parameters["errorObject"]
      guard parameters["errorType"].string == "errorObject" || parameters["errorMessage"].isNull else {
        return ["fail: \(value(parameters["errorMessage"]))"]
      }
      guard object.string?.isEmpty == false else { return [fail("The node “\(node.name)” ended the run.")] }
      return ["fail: \(Self.quoted(Expression.words(expressions.value(object))))"]
    case "telegram":
      if let why = odd(node, ["sendMessage"]) { return unfit(node, why) }
      guard parameters["text"].string?.isEmpty == false else { return unfit(node, "It has no text.") }
      note(node, "It writes to whom the run is for; name somebody else of the house with “to”.")
      noteDropped(node, ["replyMarkup": "buttons"])
      let isHTML = parameters["additionalFields"]["parse_mode"].string == "HTML"
      return ["tell: \(value(isHTML ? N8NPlainText.words(parameters["text"]) : parameters["text"]))"]
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
        let kinds = [parameters["emailType"], parameters["emailFormat"]].compactMap(\.string)
        let isHTML =
          parameters["html"].string?.isEmpty == false || kinds.contains { $0 != "text" }
          || kinds.isEmpty && N8NPlainText.isHTML(text)
        if isHTML { note(node, "It is sent as plain words.") }
        let mail: JSONObject = [
          "to": expressions.value(to), "subject": expressions.value(parameters["subject"]),
          "text": expressions.value(isHTML ? N8NPlainText.words(text) : text),
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
      noteDropped(node, ["attachments": "attachments", "blocksUi": "blocks"])
      var body: JSONObject = ["channel": expressions.value(channel), "text": expressions.value(parameters["text"])]
      let thread = parameters["otherOptions"]["thread_ts"]
      let reply = [thread["replyValues"]["thread_ts"], thread].first { $0.string?.isEmpty == false || $0.double != nil }
      if let reply { body["thread_ts"] = .string(Expression.words(expressions.value(reply))) }
      let call: JSONObject = [
        "method": "POST", "url": "https://slack.com/api/chat.postMessage",
        "headers": ["Authorization": "Bearer ${inputs.slack_token}"], "body": .object(body),
      ]
      return ["http: \(Self.yaml(.object(call)))"]
    default:
      note(node, N8NAdvice.sentence(node.type))
      return [fail("The node “\(node.name)” (\(node.type)) could not be taken over.")]
    }
  }

  /// JSON is YAML.
  static func yaml(_ json: JSON) -> String { json.text() }
}
