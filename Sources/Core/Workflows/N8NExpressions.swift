import Formats

/// Turns what n8n writes in double braces (`={{ $json.name }}`) into our expressions: paths, and nothing that computes.
final class N8NExpressions {
  private let reader: N8NReader
  /// The node whose items `$json` is about.
  private let source: N8NReader.Node?
  private let isInLoop: Bool
  /// What could not be read; it is `null` now.
  private(set) var unread: [String] = []

  init(reader: N8NReader, source: N8NReader.Node?, isInLoop: Bool) {
    self.reader = reader
    self.source = source
    self.isInLoop = isInLoop
  }

  /// A parameter's value with its expressions in our form.
  func value(_ json: JSON) -> JSON {
    switch json {
    case .string(let text): return .string(template(text))
    case .array(let all): return .array(all.map(value))
    case .object(let object): return .object(JSONObject(object.map { ($0.key, value($0.value)) }))
    default: return json
    }
  }

  /// `[{"name": …, "value": …}]` as an object.
  func pairs(_ json: JSON) -> JSONObject {
    var result: JSONObject = [:]
    for pair in json.array ?? [] { if let name = pair["name"].string { result[name] = value(pair["value"]) } }
    return result
  }

  private func template(_ text: String) -> String {
    guard text.hasPrefix("=") else { return text }
    var (rest, result) = (text.dropFirst(), "")
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      result += rest[..<open.lowerBound]
      result += "${" + expression(String(rest[open.upperBound..<close.lowerBound])) + "}"
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  /// An operand of a comparison.
  private func operand(_ json: JSON) -> String {
    guard case .string(let text) = json else { return json.isNull ? "null" : json.text() }
    let changed = template(text)
    guard changed.contains("${") else { return json.text() }
    if changed.hasPrefix("${"), changed.hasSuffix("}"), !changed.dropFirst(2).contains("${") {
      return "(" + changed.dropFirst(2).dropLast() + ")"
    }
    unread.append(text)
    return "null"
  }

  private func expression(_ text: String) -> String {
    let text = text.filter { !$0.isNewline }
    var words = String(text.drop { $0.isWhitespace })
    while words.last?.isWhitespace == true { words.removeLast() }
    let changed = path(words) ?? words
    guard let read = try? Expression(parsing: changed),
      read.paths.allSatisfy({ ["inputs", "steps", "item", "index", "now"].contains($0.name) })
    else {
      unread.append(words)
      return "null"
    }
    return changed
  }

  /// A path of n8n as ours; `nil` for what is none.
  private func path(_ text: String) -> String? {
    func field(_ places: [String], _ rest: some StringProtocol) -> String {
      let rest = String(rest).replacing("['", with: "[\"").replacing("']", with: "\"]")
      return places.map { $0 + rest }.joined(separator: " ?? ")
    }
    func own() -> [String] {
      guard let source else { return ["inputs"] }
      if isInLoop, source.type == "splitInBatches" { return ["item"] }
      return reader.places(of: source)
    }
    for prefix in ["$json", "$input.item.json", "$input.first().json"] where text.hasPrefix(prefix) {
      return field(own(), text.dropFirst(prefix.count))
    }
    if text.hasPrefix("$now") { return "now" }
    if text == "$itemIndex" { return "index" }
    for (open, close) in [
      ("$node[\"", "\"].json"), ("$('", "').item.json"), ("$(\"", "\").item.json"), ("$('", "').first().json"),
    ] {
      guard text.hasPrefix(open), let end = text.firstRange(of: close) else { continue }
      let name = String(text[text.index(text.startIndex, offsetBy: open.count)..<end.lowerBound])
      guard let node = reader.nodes[name] else { continue }
      return field(reader.places(of: node), text[end.upperBound...])
    }
    return nil
  }

  // MARK: Conditions

  /// What an IF or a filter asks.
  func condition(_ parameters: JSON) -> String {
    conditions(parameters["conditions"], parameters["combineOperation"].string)
  }

  /// Which output a switch takes: the first whose rule holds, the one behind the last where it has such, else -1.
  func branch(_ parameters: JSON) -> String {
    var all: [String] = []
    for rule in parameters["rules"]["values"].array ?? [] { all.append(conditions(rule["conditions"], nil)) }
    for rule in parameters["rules"]["rules"].array ?? [] {
      all.append(comparison(operand(parameters["value1"]), rule["operation"].string ?? "equal", rule["value2"]))
    }
    if all.isEmpty { unread.append("the rules of the switch") }
    let hasRest = parameters["options"]["fallbackOutput"].string == "extra" || parameters["fallbackOutput"].int != nil
    let rest = hasRest ? "\(all.count)" : "-1"
    return all.enumerated().reversed().reduce(rest) { rest, rule in "\(rule.element) ? \(rule.offset) : \(rest)" }
  }

  private func conditions(_ json: JSON, _ combined: String?) -> String {
    var all: [String] = []
    for one in json["conditions"].array ?? [] {
      all.append(
        comparison(operand(one["leftValue"]), one["operator"]["operation"].string ?? "equals", one["rightValue"]))
    }
    for kind in ["string", "number", "boolean", "dateTime"] {
      for one in json[kind].array ?? [] {
        all.append(comparison(operand(one["value1"]), one["operation"].string ?? "equal", one["value2"]))
      }
    }
    guard !all.isEmpty else {
      unread.append("the conditions")
      return "null"
    }
    let isAny = json["combinator"].string == "or" || combined == "any"
    return all.joined(separator: isAny ? " || " : " && ")
  }

  private func comparison(_ left: String, _ operation: String, _ other: JSON) -> String {
    let right = operand(other)
    switch operation {
    case "equals", "equal": return "(\(left) == \(right))"
    case "notEquals", "notEqual": return "(\(left) != \(right))"
    case "gt", "larger", "after": return "(\(left) > \(right))"
    case "lt", "smaller", "before": return "(\(left) < \(right))"
    case "gte", "largerEqual": return "(\(left) >= \(right))"
    case "lte", "smallerEqual": return "(\(left) <= \(right))"
    case "contains": return "(\(left) contains \(right))"
    case "notContains": return "!(\(left) contains \(right))"
    case "exists": return "(\(left) != null)"
    case "notExists": return "(\(left) == null)"
    case "empty", "isEmpty": return "(length(text(\(left))) == 0)"
    case "notEmpty", "isNotEmpty": return "(length(text(\(left))) > 0)"
    case "true": return "(\(left) == true)"
    case "false": return "(\(left) == false)"
    default:
      unread.append("the comparison \(operation)")
      return "null"
    }
  }
}
