import Formats

// What nodes of n8n ask of the items that they route.
extension N8NExpressions {
  /// What an IF or a filter asks.
  func condition(_ node: N8NReader.Node) -> String {
    let parameters = node.parameters
    let ignoresCase = parameters["options"]["ignoreCase"] == true
    return conditions(parameters["conditions"], parameters["combineOperation"].string, ignoresCase)
  }

  /// Which output a switch takes: the first whose rule holds, the one behind the last where it has such, else -1.
  func branch(_ node: N8NReader.Node) -> String {
    let parameters = node.parameters
    // the output that an expression gives
    if parameters["mode"].string == "expression" { return operand(parameters["output"]) }
    let (all, fallback) = rules(node)
    return all.reversed().reduce("\(fallback)") { rest, one in "\(one.rule) ? \(one.output) : \(rest)" }
  }

  /// For each output of a switch that takes all of them whether its rule holds, and for the one behind whether none does.
  func branches(_ node: N8NReader.Node) -> JSONObject {
    let (all, fallback) = rules(node)
    var outputs: [Int: String] = [:]
    for (rule, output) in all { outputs[output] = outputs[output].map { "\($0) || \(rule)" } ?? rule }
    if fallback >= 0 {
      let none = "!(\(all.map(\.rule).joined(separator: " || ")))"
      outputs[fallback] = outputs[fallback].map { "\($0) || \(none)" } ?? none
    }
    return JSONObject(
      outputs.sorted { $0.key < $1.key }.map { ("out\($0.key)", .string("${(\($0.value)) ? true : false}")) })
  }

  /// What each output asks for, and the output where none of that holds; -1 where there is none.
  private func rules(_ node: N8NReader.Node) -> ([(rule: String, output: Int)], Int) {
    let parameters = node.parameters
    let ignoresCase = parameters["options"]["ignoreCase"] == true
    var all: [(rule: String, output: Int)] = []
    for rule in parameters["rules"]["values"].array ?? [] {
      all.append((conditions(rule["conditions"], nil, ignoresCase), all.count))
    }
    let kind = parameters["dataType"].string ?? "number"
    for rule in parameters["rules"]["rules"].array ?? [] {
      let asked = comparison(
        operand(Self.value(parameters["value1"], kind)), rule["operation"].string ?? Self.usual(kind),
        Self.value(rule["value2"], kind), kind: kind)
      // each rule of the first version names its output, the first where it does not
      all.append((asked, node.version < 2 ? rule["output"].int ?? 0 : all.count))
    }
    if all.isEmpty { unread.append("the rules of the switch") }
    let given = [parameters["options"]["fallbackOutput"], parameters["fallbackOutput"]].first { !$0.isNull } ?? .null
    let fallback = given.int ?? given.string.flatMap { $0 == "extra" ? all.count : Int($0) } ?? -1
    return (all, fallback)
  }

  /// What n8n takes for a value of a kind that is not in the file.
  private static func value(_ given: JSON, _ kind: String) -> JSON {
    guard given.isNull else { return given }
    switch kind {
    case "number": return 0
    case "boolean": return false
    case "string": return ""
    default: return given
    }
  }

  /// How n8n compares values of a kind where nothing else is said.
  private static func usual(_ kind: String) -> String {
    switch kind {
    case "number": "smaller"
    case "dateTime": "after"
    default: "equal"
    }
  }

  private func conditions(_ json: JSON, _ combined: String?, _ ignoresCase: Bool = false) -> String {
    var all: [String] = []
    let isLoose = ignoresCase || json["options"]["caseSensitive"] == false
    for one in json["conditions"].array ?? [] {
      let kind = one["operator"]["type"].string ?? "string"
      all.append(
        comparison(
          operand(one["leftValue"]), one["operator"]["operation"].string ?? "equals", one["rightValue"], kind: kind,
          isLoose: isLoose && kind == "string"))
    }
    for kind in ["string", "number", "boolean", "dateTime"] {
      for one in json[kind].array ?? [] {
        all.append(
          comparison(
            operand(Self.value(one["value1"], kind)), one["operation"].string ?? Self.usual(kind),
            Self.value(one["value2"], kind), kind: kind, isLoose: isLoose && kind == "string"))
      }
    }
    guard !all.isEmpty else {
      unread.append("the conditions")
      return "null"
    }
    let isAny = json["combinator"].string == "or" || combined == "any"
    return all.joined(separator: isAny ? " || " : " && ")
  }

  /// - Parameter kind: what n8n takes both sides for: a number may come as its text, and a time in any zone.
  private func comparison(
    _ left: String, _ operation: String, _ other: JSON, kind: String, isLoose: Bool = false
  ) -> String {
    let isCompared = !["exists", "notExists", "empty", "notEmpty", "isEmpty", "isNotEmpty"].contains(operation)
    func taken(_ text: String) -> String {
      guard isCompared, !text.hasPrefix("\"") || kind == "dateTime" || isLoose else { return text }
      if isLoose { return "lower(text(\(text)))" }
      switch kind {
      case "number": return Double(text) == nil ? "number(\(text))" : text
      case "dateTime": return "(earlier(\(text), \"0 s\") ?? \(text))"
      case "string" where operation == "contains" || operation == "notContains": return "text(\(text))"
      default: return text
      }
    }
    let isOrder = ["larger", "smaller", "largerEqual", "smallerEqual"].contains(operation)
    func counted(_ text: String) -> String { isOrder && Double(text) == nil ? "(\(text) ?? 0)" : text }
    let right = isCompared ? counted(taken(operand(other))) : "null"
    let size = ["array", "object"].contains(kind) ? "length(\(left))" : "length(text(\(left)))"
    let left = counted(taken(left))
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
    case "empty", "isEmpty": return "(\(size) == 0)"
    case "notEmpty", "isNotEmpty": return "(\(size) > 0)"
    case "true": return "(text(\(left)) == \"true\")"
    case "false": return "(text(\(left)) == \"false\")"
    default:
      unread.append("the comparison \(operation)")
      return "null"
    }
  }
}
