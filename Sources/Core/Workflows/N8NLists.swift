import Actions
import Formats

/// Nodes that make one list of another, with no code of their own.
enum N8NLists {
  /// What such a node does, by its type or, in the older one for all of it, by its operation.
  static func work(_ node: N8NReader.Node) -> String? {
    switch node.type {
    case "splitOut", "limit", "sort", "removeDuplicates": node.type
    case "itemLists":
      switch node.parameters["operation"].string ?? "splitOutItems" {
      case "splitOutItems": "splitOut"
      case "limit": "limit"
      case "sort": "sort"
      case "removeDuplicates": "removeDuplicates"
      default: nil
      }
    default: nil
    }
  }

  static func isList(_ node: N8NReader.Node) -> Bool { work(node) != nil }

  /// The fields that a text names, with commas between.
  static func fields(_ json: JSON) -> [String] {
    (json.string ?? "").split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
      .map { $0.hasPrefix("$json.") ? String($0.dropFirst(6)) : $0 }
  }
}

extension N8NReader {
  /// The list that such a node gives, as an expression; `nil` where it asks for what no expression says.
  mutating func list(_ node: Node, _ work: String, _ expressions: N8NExpressions, of sources: [Node]) -> String? {
    let parameters = node.parameters
    let options = parameters["options"]
    let list = "items(\(given(sources)))"
    switch work {
    case "splitOut":
      let fields = N8NLists.fields(parameters["fieldToSplitOut"])
      guard fields.count == 1, let field = fields.first, !field.hasPrefix("$"), !field.contains("{{") else {
        return nil
      }
      let path = options["disableDotNotation"] == true ? [field] : field.split(separator: ".").map(String.init)
      let steps = path.map { "[\(Self.quoted($0))]" }.joined()
      guard let found = expressions.value(.string("={{ $json\(steps) }}")).string?.dropFirst(2).dropLast() else {
        return nil
      }
      if parameters["include"].string ?? "noOtherFields" != "noOtherFields" {
        note(node, "Not taken over: the other fields of what it splits; read them from the step before.")
      }
      let named = N8NLists.fields(options["destinationFieldName"]).first
      if named != nil { note(node, "What is an object in its list keeps its own fields, and gets no other name.") }
      return "items(\(found), \(Self.quoted(named ?? field)))"
    case "limit":
      let size = parameters["maxItems"].isNull ? .integer(1) : parameters["maxItems"]
      let count =
        size.int.map(String.init) ?? expressions.value(size).string.flatMap(Self.inner).map { "number(\($0))" }
      guard let count else { return nil }
      return "take(\(list), \(parameters["keep"].string == "lastItems" ? "-(\(count))" : count))"
    case "sort":
      let fields = parameters["sortFieldsUi"]["sortField"].array ?? []
      guard parameters["type"].string ?? "simple" == "simple", !fields.isEmpty else { return nil }
      // the first field counts most, so it is put in order last
      return fields.reversed().reduce(list) { sorted, field in
        let isDown = field["order"].string == "descending"
        return "sort(\(sorted), \(Self.quoted(field["fieldName"].string ?? ""))\(isDown ? ", \"down\"" : ""))"
      }
    default:
      guard
        parameters["operation"].string ?? "removeDuplicateInputItems" == "removeDuplicateInputItems"
          || node.type == "itemLists"
      else { return nil }
      switch parameters["compare"].string ?? "allFields" {
      case "allFields": return "unique(\(list))"
      case "selectedFields":
        let fields = N8NLists.fields(parameters["fieldsToCompare"])
        let older = (parameters["fieldsToCompare"]["fields"].array ?? []).compactMap { $0["fieldName"].string }
        let all = fields + older
        return all.isEmpty ? nil : "unique(\(list), \(Self.quoted(all.joined(separator: ","))))"
      default: return nil
      }
    }
  }

  /// What a template of one expression alone has in it.
  private static func inner(_ template: String) -> String? {
    template.hasPrefix("${") && template.hasSuffix("}") ? String(template.dropFirst(2).dropLast()) : nil
  }

  /// What came in, with keys by other names.
  func renamed(_ node: Node, of sources: [Node]) -> String? {
    let keys = node.parameters["keys"]["key"].array ?? []
    let pairs = keys.map { ($0["currentKey"].string ?? "", $0["newKey"].string ?? "") }
    guard !pairs.isEmpty, pairs.allSatisfy({ !$0.0.isEmpty && !$0.1.isEmpty && !($0.0 + $0.1).contains("{{") }) else {
      return nil
    }
    return pairs.reduce(given(sources)) { "rename(\($0), \(Self.quoted($1.0)), \(Self.quoted($1.1)))" }
  }
}
