import Formats

// Where the values of n8n's nodes are found in ours.
extension N8NReader {
  private func before(_ node: Node) -> [Node] { edges.filter { $0.to == node.name }.compactMap { nodes[$0.from] } }

  /// It hands on the items that came in, whatever else it does.
  private func passesOn(_ node: Node) -> Bool {
    if node.isDisabled { return !Self.isTrigger(node.type) }
    return ["if", "filter", "switch", "noOp", "wait", "respondToWebhook"].contains(node.type)
  }

  /// Where a node's data is found in our values.
  func result(of node: Node, depth: Int = 0) -> String {
    if Self.isTrigger(node.type) { return "inputs" }
    // a loop is not done while its body is
    if isLoop(node), !visible.contains(node.id) { return "item" }
    if passesOn(node), depth < 20 {
      return before(node).first.map { result(of: $0, depth: depth + 1) } ?? "inputs"
    }
    switch node.type {
    case "httpRequest": return "steps.\(node.id).body"
    case "postgres": return "steps.\(node.id).rows"
    default: return "steps.\(node.id)"
    }
  }

  /// Where a field of a node's items may be found, the likeliest first: what only routes items has those that came in, and a
  /// node that sets fields may keep the others.
  func places(of node: Node, depth: Int = 0) -> [String] {
    guard depth < 20 else { return [] }
    func inner(_ node: Node) -> [String] { places(of: node, depth: depth + 1) }
    func first() -> [String] { before(node).first.map(inner) ?? [] }
    if passesOn(node) { return first() }
    switch node.type {
    // whatever of its inputs was reached
    case "merge":
      var all: [String] = []
      for place in before(node).flatMap(inner) where !all.contains(place) { all.append(place) }
      return Array(all.prefix(8))
    case "postgres": return ["steps.\(node.id).rows[0]"]
    case "set", "editFields":
      let parameters = node.parameters
      let keeps =
        node.version < 3
        ? parameters["keepOnlySet"] != true
        : parameters["includeOtherFields"] == true || parameters["include"].string == "all"
      return ["steps.\(node.id)"] + (keeps ? first() : [])
    default: return [result(of: node)]
    }
  }

  /// The node whose answer the items of another are, where it may well be a list.
  func listing(_ node: Node, depth: Int = 0) -> Node? {
    guard depth < 20 else { return nil }
    if ["httpRequest", "postgres"].contains(node.type), !node.isDisabled { return node }
    guard passesOn(node) || node.type == "merge" else { return nil }
    return before(node).lazy.compactMap { self.listing($0, depth: depth + 1) }.first
  }
}
