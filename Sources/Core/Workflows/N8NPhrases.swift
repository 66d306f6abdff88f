import Actions
import Formats

/// Our expressions in n8n's terms: paths of other nodes, operators and the functions that it has by another name.
final class N8NPhrases {
  /// What a step's results are called there, before any member of theirs; `nil` where n8n has none.
  private let results: [String: (node: String, kind: WorkflowStep.Kind)]
  private let start: String
  /// The innermost loop, by its element's name and its node.
  var loop: (name: String, node: String)?
  /// Set where something could not be said, until it is taken.
  private var hasGap = false

  init(results: [String: (node: String, kind: WorkflowStep.Kind)], start: String) {
    (self.results, self.start) = (results, start)
  }

  /// Whether something could not be said since this was asked last.
  func takeGap() -> Bool {
    defer { hasGap = false }
    return hasGap
  }

  /// An expression, without braces; `null` where n8n cannot say it.
  func said(_ expression: Expression) -> String {
    guard let said = words(expression), !said.contains("}}") else {
      hasGap = true
      return "null"
    }
    return said
  }

  /// A parameter's value.
  func value(_ template: Template) -> JSON {
    switch template {
    case .literal(.string(let text)): .string(text.hasPrefix("=") ? "=" + text : text)
    case .literal(let value): value
    case .expression(let expression): .string("={{ \(said(expression)) }}")
    case .text(let parts): .string("=" + parts.map(text).joined())
    case .list(let all): .array(all.map(value))
    case .object(let members): .object(JSONObject(members.map { ($0.key, value($0.value)) }))
    }
  }

  private func text(_ part: Template.Part) -> String {
    switch part {
    case .words(let words): words.replacing("{{", with: "{{ \"{{\" }}")
    case .expression(.value(.string(let words))): words
    case .expression(let expression): "{{ \(said(expression)) }}"
    }
  }

  /// A value as an expression of n8n's.
  func script(_ template: Template) -> String {
    switch template {
    case .literal(let value): value.text()
    case .expression(let expression): said(expression)
    case .text(let parts):
      "("
        + parts.map { part in
          switch part {
          case .words(let words): JSON.string(words).text()
          case .expression(let expression): said(expression)
          }
        }.joined(separator: " + ") + ")"
    case .list(let all): "[" + all.map(script).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\(JSON.string($0.key).text()): \(script($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// JSON with expressions in it, as one text.
  func json(_ template: Template) -> JSON { .string("=" + jsonText(template)) }

  private func jsonText(_ template: Template) -> String {
    switch template {
    case .literal(let value): value.text()
    case .expression(let expression): "{{ JSON.stringify(\(said(expression))) }}"
    case .text(let parts):
      "\""
        + parts.map { part in
          switch part {
          case .words(let words): String(JSON.string(words).text().dropFirst().dropLast())
          case .expression: text(part)
          }
        }.joined() + "\""
    case .list(let all): "[" + all.map(jsonText).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\(JSON.string($0.key).text()): \(jsonText($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  // MARK: Expressions

  private static let methods: [Expression.Function: String] = [
    .lower: "toLowerCase", .upper: "toUpperCase", .trim: "trim", .text: "toString", .number: "toNumber",
    .first: "first", .last: "last", .join: "join", .split: "split", .round: "round", .keys: "keys",
    .values: "values", .pluck: "pluck", .sum: "sum", .min: "min", .max: "max", .encode: "urlEncode",
  ]

  private func words(_ expression: Expression) -> String? {
    switch expression {
    case .value(let value): return value.text()
    case .name("now"): return "$now.toISO()"
    case .name("inputs"): return "$('\(start)').item.json"
    case .name(let name):
      return loop.flatMap { $0.name == name ? "$('\($0.node)').item.json" : nil }
    case .member(.name("run"), "id"): return "$execution.id"
    case .member(.name("steps"), let id): return result(id, nil)
    case .member(.member(.name("steps"), let id), let key): return result(id, key)
    case .member(let base, let key): return words(base).map { $0 + member(key) }
    case .element(let base, .value(.integer(let index))) where index < 0:
      return index == -1 ? words(base).map { $0 + ".last()" } : nil
    case .element(let base, let key):
      guard let base = words(base), let key = words(key) else { return nil }
      return "\(base)[\(key)]"
    case .not(let inner): return words(inner).map { "!" + $0 }
    case .negative(let inner): return words(inner).map { "(-\($0))" }
    case .choice(let condition, let yes, let no):
      guard let condition = words(condition), let yes = words(yes), let no = words(no) else { return nil }
      return "(\(condition) ? \(yes) : \(no))"
    case .binary(.contains, let a, let b):
      guard let a = words(a), let b = words(b) else { return nil }
      return "\(a).includes(\(b))"
    case .binary(let sign, let a, let b):
      guard let left = words(a), let right = words(b) else { return nil }
      // what is not there is undefined, which only the loose sign takes for null
      let isNull = a == .value(.null) || b == .value(.null)
      let isEquality = sign == .equal || sign == .unequal
      return "(\(left) \(sign.rawValue)\(isEquality && !isNull ? "=" : "") \(right))"
    case .call(.length, let all): return words(all[0]).map { $0 + ".length" }
    case .call(let function, let all):
      guard let method = Self.methods[function], let base = words(all[0]) else { return nil }
      let rest = all.dropFirst().map(words)
      guard !rest.contains(nil), ![.min, .max].contains(function) || rest.isEmpty else { return nil }
      return "\(base).\(method)(\(rest.compactMap { $0 }.joined(separator: ", ")))"
    }
  }

  private func member(_ key: String) -> String {
    let isPlain =
      key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && key.first?.isNumber == false
    return isPlain ? "." + key : "[\(JSON.string(key).text())]"
  }

  /// A call gives its body there, and nothing else; what acts in the house gives nothing.
  private func result(_ id: String, _ key: String?) -> String? {
    guard let (node, kind) = results[id] else { return nil }
    let json = "$('\(node)').item.json"
    switch kind {
    case .http: return key == "body" ? json : nil
    case .set(.object), .workflow: return json + (key.map(member) ?? "")
    case .set: return key == nil ? json + ".value" : json + ".value" + member(key ?? "")
    default: return nil
    }
  }

  // MARK: Conditions

  /// What an IF or a rule of a switch asks.
  func conditions(_ expression: Expression) -> JSON {
    var (all, sign): ([Expression], Expression.Operator) = ([expression], .and)
    if case .binary(let outer, _, _) = expression, outer == .and || outer == .or {
      sign = outer
      all = split(expression, outer)
    }
    return [
      "options": ["caseSensitive": true, "leftValue": "", "typeValidation": "loose", "version": 2],
      "conditions": .array(all.enumerated().map { condition($0.element, $0.offset) }),
      "combinator": sign == .or ? "or" : "and",
    ]
  }

  private func split(_ expression: Expression, _ sign: Expression.Operator) -> [Expression] {
    guard case .binary(sign, let a, let b) = expression else { return [expression] }
    return split(a, sign) + split(b, sign)
  }

  private static let operations: [Expression.Operator: String] = [
    .equal: "equals", .unequal: "notEquals", .more: "gt", .less: "lt", .atLeast: "gte", .atMost: "lte",

    .contains: "contains",
  ]

  private func condition(_ expression: Expression, _ index: Int) -> JSON {
    func one(_ left: Expression, _ type: String, _ operation: String, _ right: Expression?) -> JSON {
      var operation: JSONObject = ["type": .string(type), "operation": .string(operation)]
      if right == nil { operation["singleValue"] = true }
      return [
        "id": .string("condition-\(index + 1)"), "leftValue": operand(left), "rightValue": right.map(operand) ?? "",
        "operator": .object(operation),
      ]
    }
    switch expression {
    case .binary(.equal, let left, .value(.null)): return one(left, "string", "notExists", nil)
    case .binary(.unequal, let left, .value(.null)): return one(left, "string", "exists", nil)
    case .binary(.equal, let left, .value(.bool(let yes))): return one(left, "boolean", yes ? "true" : "false", nil)
    case .not(.binary(.contains, let left, let right)): return one(left, "string", "notContains", right)
    case .binary(let sign, let left, let right):
      guard let operation = Self.operations[sign] else { break }
      let order: Set<Expression.Operator> = [.more, .less, .atLeast, .atMost]
      var isNumber = order.contains(sign)
      if case .value(let value) = right { isNumber = value.double != nil || isNumber && value.string == nil }
      // n8n puts texts in no order
      if order.contains(sign), !isNumber { break }
      return one(left, isNumber ? "number" : "string", operation, right)
    default: break
    }
    return one(expression, "boolean", "true", nil)
  }

  private func operand(_ expression: Expression) -> JSON {
    if case .value(let value) = expression { return self.value(.literal(value)) }
    return .string("={{ \(said(expression)) }}")
  }
}
