import Actions
import Base
import Formats
import HTTP
import Time

// What leaves the house: calls to addresses and statements; and waits.
extension N8NReader {
  /// A statement as it is written there, each expression in it a value beside it.
  mutating func statement(_ node: Node, _ expressions: N8NExpressions) -> [String] {
    let parameters = node.parameters
    guard parameters["operation"].string == "executeQuery", let written = parameters["query"].string else {
      note(node, "Write its statement out as “Execute Query”, and import it again.")
      return [fail("The node “\(node.name)” builds its statement itself, which could not be taken over.")]
    }
    var query = ""
    var values: [JSON] = []
    var rest = Substring(written.hasPrefix("=") ? written.dropFirst() : written[...])
    let given = parameters["options"]["queryReplacement"]
    for item in given.array ?? given.string.map({ Self.parted(Self.unlisted($0)) }) ?? [] {
      values.append(expressions.value(item))
    }
    var isQuoted = false
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      values.append(expressions.value(.string("={{\(rest[open.upperBound..<close.lowerBound])}}")))
      let before = rest[..<open.lowerBound]
      for letter in before where letter == "'" { isQuoted.toggle() }
      query += before
      rest = rest[close.upperBound...]
      if !isQuoted, Self.isName(query, rest) {
        expressions.refuse("an expression in the place of a name or of the whole statement")
      }
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

  /// Whether what stands between is no value: the whole statement, a table or a part of a name.
  private static func isName(_ before: String, _ after: Substring) -> Bool {
    func isLetter(_ letter: Character?) -> Bool {
      letter.map { $0.isLetter || $0.isNumber || "_.\"`".contains($0) } ?? false
    }
    if isLetter(before.last) || isLetter(after.first) { return true }
    let word = before.split(whereSeparator: { $0.isWhitespace || $0 == "(" }).last.map { $0.uppercased() }
    return word.map { ["FROM", "INTO", "UPDATE", "TABLE", "JOIN", "EXISTS", "BY"].contains($0) } ?? true
  }

  /// A list in one expression as its elements, each an expression.
  private static func unlisted(_ text: String) -> String {
    let plain = text.trimmed
    guard plain.hasPrefix("={{"), plain.hasSuffix("}}") else { return text }
    let inner = String(plain.dropFirst(3).dropLast(2)).trimmed
    guard inner.hasPrefix("["), inner.hasSuffix("]") else { return text }
    return "=" + pieces(inner.dropFirst().dropLast(), areCode: true).map { "{{ \($0) }}" }.joined(separator: ", ")
  }

  /// Values with commas between; those within an expression part nothing.
  private static func parted(_ text: String) -> [JSON] {
    let isExpression = text.hasPrefix("=")
    return pieces(isExpression ? text.dropFirst() : text[...]).map { plain in
      .string(isExpression && plain.contains("{{") ? "=" + plain : plain)
    }
  }

  /// What stands between commas; those within brackets or quotes part nothing.
  private static func pieces(_ text: Substring, areCode: Bool = false) -> [String] {
    var (parts, part, depth): ([String], String, Int) = ([], "", 0)
    var quote: Character?
    for letter in text {
      if letter == quote {
        quote = nil
      } else if quote == nil, areCode || depth > 0, "\"'".contains(letter) {
        quote = letter
      }
      if quote == nil {
        if "{([".contains(letter) { depth += 1 }
        if "})]".contains(letter) { depth -= 1 }
      }
      if letter == ",", depth == 0, quote == nil {
        parts.append(part.trimmed)
        part = ""
      } else {
        part.append(letter)
      }
    }
    return parts + [part.trimmed]
  }

  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

  mutating func call(_ node: Node, _ expressions: N8NExpressions) -> [String] {
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
    if let why = body(node, expressions, pairs("body", "jsonBody"), &call) { return unfit(node, why) }
    if node.takesAnyStatus { call["any_status"] = true }
    noteDropped(node, ["pagination": "pages", "batching": "pauses between calls", "proxy": "proxy"])
    if parameters["authentication"].string.map({ $0 != "none" }) ?? false {
      note(node, "Its credentials stay in n8n: add the header it needs.")
    }
    let timeout = parameters["options"]["timeout"]
    let limit = timeout.double.map { ["deadline: \(Int(max(1, $0 / 1_000).rounded(.up))) s"] }
    if limit == nil, !timeout.isNull { note(node, "Not taken over: its options timeout.") }
    return ["http: \(Self.yaml(.object(call)))"] + (limit ?? [])
  }

  /// What a call sends.
  ///
  /// - Returns: why that cannot be, where it cannot.
  private mutating func body(
    _ node: Node, _ expressions: N8NExpressions, _ fields: JSONObject, _ call: inout JSONObject
  ) -> String? {
    let parameters = node.parameters
    let older = parameters["options"]["bodyContentType"]
    let kind = parameters["contentType"].string ?? older.string ?? parameters["bodyContentType"].string ?? "json"
    let parts = parameters["bodyParameters"]["parameters"].array ?? []
    if kind == "binaryData" || parameters["sendBinaryData"] == true
      || parts.contains(where: { $0["parameterType"].string == "formBinaryData" })
    {
      return "It sends a file, which http does not."
    }
    func send(as type: String, _ body: JSON) {
      call["body"] = body
      var headers = call["headers"]?.object ?? [:]
      if !headers.keys.contains(where: { $0.lowercased() == "content-type" }) {
        headers["Content-Type"] = .string(type)
      }
      call["headers"] = .object(headers)
    }
    let text = [parameters["jsonBody"], parameters["body"], parameters["bodyParametersJson"]]
      .first { $0.string?.isEmpty == false }
    switch kind {
    case "form-urlencoded":
      if let text, fields.isEmpty || text != parameters["jsonBody"] {
        send(as: "application/x-www-form-urlencoded", .string(Expression.words(expressions.value(text))))
      } else if !fields.isEmpty {
        let form = fields.map { PercentCoding.encode($0.key) + "=" + N8NExpressions.encoded($0.value) }
        send(as: "application/x-www-form-urlencoded", .string(form.joined(separator: "&")))
      }
    case "raw":
      guard let text else { break }
      let type = [parameters["rawContentType"], parameters["options"]["bodyContentCustomMimeType"]].compactMap(\.string)
        .first { !$0.isEmpty }
      let value = expressions.json(text, else: expressions.value(text))
      if let type { send(as: type, .string(Expression.words(expressions.value(text)))) } else { call["body"] = value }
    default:
      if let text {
        call["body"] = expressions.json(text, else: expressions.value(text))
      } else if !fields.isEmpty {
        call["body"] = .object(fields)
      }
      if call["body"] != nil, kind != "json" { note(node, "Its body was \(kind); it is sent as JSON.") }
    }
    return nil
  }

  mutating func wait(_ node: Node, _ expressions: N8NExpressions) -> String {
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
      // the first version's own default is an hour, that of the others five seconds
      let unit = parameters["unit"].string ?? (node.version > 1 ? "seconds" : "hours")
      if let text = parameters["amount"].string, text.hasPrefix("=") {
        return "wait: \(Self.quoted(Expression.words(expressions.value(.string(text))) + " " + Self.literal(unit)))"
      }
      let amount =
        parameters["amount"].double ?? parameters["amount"].string.flatMap { Double($0) } ?? (node.version > 1 ? 5 : 1)
      guard amount >= 0, amount < 1e6, let one = WorkflowDuration.read("1 \(unit)") else {
        expressions.refuse("the time to wait")
        return ""
      }
      let isWhole = amount == amount.rounded()
      let words = isWhole ? "\(Int(amount)) \(unit)" : "\(Int((amount * one.seconds).rounded(.up))) s"
      return "wait: \(Self.quoted(words))"
    }
  }
}
