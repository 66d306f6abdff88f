import Formats

// Where the values of n8n's nodes are found in ours.
extension N8NReader {
  /// The nodes that lead into another, in the order of its inputs.
  func before(_ node: Node) -> [Node] {
    edges.filter { $0.to == node.name }.sorted { $0.input < $1.input }.compactMap { nodes[$0.from] }
  }

  /// It hands on the items that came in, whatever else it does.
  private func passesOn(_ node: Node) -> Bool {
    if node.isDisabled { return !Self.isTrigger(node.type) }
    return ["if", "filter", "switch", "noOp", "wait", "respondToWebhook"].contains(node.type)
  }

  /// Where a node's data is found in our values.
  func result(of node: Node, depth: Int = 0) -> String {
    if Self.isTrigger(node.type) { return "inputs" }
    // a loop is not done while its body is
    if isLoop(node), !visible.contains(node.id) { return elements[node.id] ?? "item" }
    if passesOn(node), depth < 20 {
      return before(node).first.map { result(of: $0, depth: depth + 1) } ?? "inputs"
    }
    switch node.type {
    case "httpRequest": return "steps.\(node.id)" + (node.answer == nil ? ".body" : "")
    case "postgres": return "steps.\(node.id).rows"
    default: return "steps.\(node.id)"
    }
  }

  /// What came into a node, whichever of those before it was done.
  func given(_ sources: [Node]) -> String {
    var all: [String] = []
    for one in sources.map({ result(of: $0) }) where !all.contains(one) { all.append(one) }
    return all.isEmpty ? "inputs" : all.joined(separator: " ?? ")
  }

  /// Where a field of what came into a node may be found: of several nodes before it, whichever was done.
  func places(ofAll sources: [Node], depth: Int = 0) -> [String] {
    var all: [String] = []
    for place in sources.flatMap({ places(of: $0, depth: depth) }) where !all.contains(place) { all.append(place) }
    return Array(all.prefix(8))
  }

  /// Where a field of a node's items may be found, the likeliest first: what only routes items has those that came in, and a
  /// node that sets fields may keep the others.
  func places(of node: Node, depth: Int = 0) -> [String] {
    guard depth < 20 else { return [] }
    func first() -> [String] { places(ofAll: before(node), depth: depth + 1) }
    if passesOn(node) { return first() }
    switch node.type {
    // whatever of its inputs was reached
    case "merge":
      var sources = before(node)
      switch N8NMerge(node) {
      case .input(let index): sources = sources.indices.contains(index) ? [sources[index]] : sources
      // of two fields of one name the later input's counts
      case .together: sources.reverse()
      case .append: break
      }
      return places(ofAll: sources, depth: depth + 1)
    case "postgres": return ["steps.\(node.id).rows[0]"]
    case _ where N8NLists.isList(node): return ["steps.\(node.id)[0]"]
    case "renameKeys": return ["steps.\(node.id)"] + first()
    case "set", "editFields": return ["steps.\(node.id)"] + (node.keepsFields ? first() : [])
    default: return [result(of: node)]
    }
  }

  /// A path of n8n's below one of these places, as ours has it; `nil` where ours has no such thing.
  func located(_ place: String, _ path: String) -> String? {
    guard place.hasPrefix("steps."), let answer = answers[String(place.dropFirst(6))] else { return place + path }
    for (name, ours) in answer.members {
      for theirs in [".\(name)", "[\(Self.quoted(name))]"] where path.hasPrefix(theirs) {
        let rest = path.dropFirst(theirs.count)
        if rest.isEmpty || rest.first == "." || rest.first == "[" { return place + ours + rest }
      }
    }
    return path.isEmpty ? place : nil
  }

  /// The node whose answer the items of another are, where it may well be a list.
  func listing(_ node: Node, depth: Int = 0) -> Node? {
    guard depth < 20 else { return nil }
    if node.type == "httpRequest" || node.type == "postgres" || N8NLists.isList(node) {
      return node.isDisabled || node.answer != nil ? nil : node
    }
    guard passesOn(node) || node.type == "merge" else { return nil }
    return before(node).lazy.compactMap { self.listing($0, depth: depth + 1) }.first
  }
}

/// How a call hands on what came back, where that is not the answer alone.
struct N8NAnswer {
  /// What its members are called there and here.
  let members: [(name: String, ours: String)]
}

/// What a Merge makes of its inputs.
enum N8NMerge {
  /// The items of all of them, one after the other.
  case append
  /// Items with the fields of all.
  case together
  /// Those of one input.
  case input(Int)

  init(_ node: N8NReader.Node) {
    let parameters = node.parameters
    switch parameters["mode"].string ?? "append" {
    case "chooseBranch":
      let chosen = parameters["useDataOfInput"].int ?? parameters["useDataOfInput"].string.flatMap { Int($0) }
      self = .input((chosen ?? (parameters["output"].string == "input2" ? 2 : 1)) - 1)
    case "passThrough": self = .input(parameters["output"].string == "input2" ? 1 : 0)
    case "append", "wait": self = .append
    default: self = .together
    }
  }
}

extension N8NReader.Node {
  /// Of a call: `nil` where it hands on the answer's JSON alone.
  var answer: N8NAnswer? {
    guard type == "httpRequest" else { return nil }
    let options = parameters["options"]
    let newer = options["response"]["response"]
    let isFull = newer["fullResponse"] == true || options["fullResponse"] == true
    let format = newer["responseFormat"].string ?? parameters["responseFormat"].string ?? "json"
    var members: [(String, String)] = []
    if ["text", "string"].contains(format) {
      let name = newer["outputPropertyName"].string ?? parameters["dataPropertyName"].string ?? "data"
      members.append((name.isEmpty ? "data" : name, ".body"))
    } else if isFull, format != "file" {
      members.append(("body", ".body"))
    }
    if isFull { members.append(("statusCode", ".status")) }
    return members.isEmpty ? nil : N8NAnswer(members: members)
  }

  /// Of a call: an answer of 404 or 500 is none of its failures.
  var takesAnyStatus: Bool {
    let options = parameters["options"]
    return options["response"]["response"]["neverError"] == true || options["ignoreResponseCode"] == true
  }

  /// Of a node that sets fields: whether those that came in stay beside them.
  var keepsFields: Bool {
    switch version {
    case ..<3: parameters["keepOnlySet"] != true
    case ..<3.3: parameters["include"].string != "none"
    default: parameters["includeOtherFields"] == true
    }
  }
}
