import Actions
import Base
package import Formats
import Messages
package import Time

/// Reads a workflow of n8n (its exported JSON) as one of ours.
///
/// Nodes become steps, in an order in which every node follows those it is connected from. n8n routes items over
/// connections; here a step has a condition: it is done where some connection into it is taken. What cannot be taken
/// over is named, with what to do instead, and becomes a step that fails when it is reached, so that nothing is left
/// out silently.
///
/// Source: the export format and node types of n8n 1.x (https://docs.n8n.io/workflows/export-import/).
package struct N8NReader {
  package struct Result: Sendable {
    /// Our file for it.
    package let source: String
    package let name: String
    /// Nodes that need something done by hand: which, and what.
    package let notes: [(node: String, sentence: String)]
  }

  static let limit = 300
  var notes: [(node: String, sentence: String)] = []
  var nodes: [String: Node] = [:]
  var edges: [Edge] = []
  private var order: [String] = []
  /// Ways back that no loop over items goes, by the node from which they lead.
  private var waysBack: [String: [String]] = [:]
  /// Nodes of whose lists it was said already that they are not gone over here.
  var saidOfLists: Set<String> = []
  var starts: [String] = []
  private(set) var inputs: [String] = []
  /// What begins it, where that is more than one node: each runs its own branch alone.
  var beginnings: [Node] = []
  /// Triggers that say how they are begun once it is known what is read of their data.
  var toldLater: [(place: Int, node: Node)] = []
  /// What calls hand on where that is not the answer alone, by the steps' ids.
  private(set) var answers: [String: N8NAnswer] = [:]
  /// Nodes that another one uses, which is no step after them.
  var serves: [String: String] = [:]
  /// What the elements of the loops are called that are being written, by the loops' ids.
  private(set) var elements: [String: String] = [:]
  /// The steps beside the one that is being written.
  private var beside: Set<String> = []
  /// Steps that cannot be as they were written, by id, and whether their condition is at fault too.
  private let broken: [String: Bool]
  /// The steps above the one that is being written, whose results it can name.
  private(set) var visible: Set<String> = []
  private let title: String
  /// Where its times without a zone are meant: as the file says, else where its owner is.
  let zone: Zone?
  /// Whether a workflow is here that it may begin.
  let isHere: (String) -> Bool
  /// What a workflow that is here takes; `nil` where that is not known.
  let inputsOf: (String) -> [WorkflowDefinition.Input]?
  /// What our workflow is called.
  let name: String

  /// - Parameters:
  ///   - zone: where its owner is.
  ///   - name: what ours is called, where that is not made of its title.
  ///   - inputs: what a workflow that is here takes.
  ///   - isHere: whether there is a workflow of that name.
  /// - Throws: `ActionError` with what was expected.
  package static func read(
    _ json: JSON, zone: Zone? = nil, name: String? = nil,
    inputs: @escaping (String) -> [WorkflowDefinition.Input]? = { _ in nil },
    isHere: @escaping (String) -> Bool = { _ in true }
  ) throws -> Result {
    var broken: [String: Bool] = [:]
    while true {
      var reader = try N8NReader(json, zone, name, inputs, isHere, broken)
      let result = try reader.result()
      // what cannot be as it was written becomes a step that fails: no file is refused for the sake of one node
      guard let id = wrongStep(result.source), broken[id] != true else { return result }
      broken[id] = broken[id] != nil
    }
  }

  /// The step that keeps a workflow from being read, where it is one step that does.
  private static func wrongStep(_ source: String) -> String? {
    do {
      try WorkflowLint(definition: WorkflowDefinition(source: source, file: "n8n"), file: "n8n").check()
      return nil
    } catch {
      guard let line = (error as? DataFileError)?.line else { return nil }
      let above = source.split(separator: "\n", omittingEmptySubsequences: false).prefix(line)
      let head = above.map { String($0).trimmed }.last { $0.hasPrefix("- id: ") }
      return head.map { String($0.dropFirst(6)) }
    }
  }

  static func refuse(_ sentence: String) -> ActionError {
    ActionError("workflows.n8n", ["sentence": .text(sentence)], sentence: sentence)
  }

  private init(
    _ json: JSON, _ zone: Zone?, _ name: String?, _ inputs: @escaping (String) -> [WorkflowDefinition.Input]?,
    _ isHere: @escaping (String) -> Bool, _ broken: [String: Bool]
  ) throws {
    self.broken = broken
    guard let given = json["nodes"].array, !given.isEmpty, json["connections"].object != nil else {
      throw Self.refuse("This is no workflow of n8n: an object with nodes and connections was expected.")
    }
    guard given.count <= Self.limit else { throw Self.refuse("At most \(Self.limit) nodes can be taken over.") }
    title = Self.title(of: json)
    self.name = name ?? Self.identifier(title)
    inputsOf = inputs
    let own = json["settings"]["timezone"].string.flatMap { try? Zone.named($0) }
    self.zone = own ?? zone
    self.isHere = isHere
    var ids: Set<String> = []
    var names: [String] = []
    /// Some files name nodes by their ids.
    var called: [String: String] = [:]
    for node in given {
      guard let name = node["name"].string, let type = node["type"].string else {
        throw Self.refuse("Every node of a workflow of n8n has a name and a type.")
      }
      if type.hasSuffix(".stickyNote") { continue }
      guard nodes[name] == nil else {
        notes.append((name, "Two nodes are called so: only the first was taken over."))
        continue
      }
      var id = Self.stepID(name)
      while !ids.insert(id).inserted { id += "-again" }
      names.append(name)
      let read = Node(node, name: name, type: type, id: id)
      nodes[name] = read
      answers[id] = read.answer
      if let own = node["id"].string { called[own] = name }
    }
    connect(json["connections"].object ?? [:], called)
    noteSettings(json["settings"], owner: zone)
    leaveOutCounting(&names)
    leaveOutUnreached(&names)
    order = sorted(names)
  }

  private mutating func connect(_ connections: JSONObject, _ called: [String: String]) {
    func name(_ written: String) -> String { nodes[written] == nil ? called[written] ?? written : written }
    for (given, outputs) in connections.map({ ($0.key, $0.value) }) {
      let from = name(given)
      guard nodes[from] != nil else { continue }
      for (index, output) in (outputs["main"].array ?? []).enumerated() {
        for target in output.array ?? [] {
          guard let to = target["node"].string.map(name) else { continue }
          guard nodes[to] != nil else {
            notes.append((from, "It leads to “\(to)”, which is not in the file."))
            continue
          }
          edges.append(Edge(from: from, output: index, to: to, input: target["index"].int ?? 0))
        }
      }
      // models, tools and memories of an agent hang on it by connections of their own
      for kind in (outputs.object ?? [:]).members where kind.key != "main" {
        for target in (kind.value.array ?? []).flatMap({ $0.array ?? [] }) {
          if let owner = target["node"].string.map(name) { serves[from] = owner }
        }
      }
    }
  }

  private mutating func noteSettings(_ settings: JSON, owner: Zone?) {
    if let name = settings["timezone"].string, name != "DEFAULT", name != owner?.identifier {
      notes.append((title, "Its times are in \(name); what it begins by the clock begins here by your own clock."))
    }
    if settings["errorWorkflow"].string?.isEmpty == false {
      notes.append((title, "Its workflow for errors is not begun here; you are told when a run fails."))
    }
  }

  // MARK: Order

  static let loops: Set<String> = ["splitInBatches"]
  func isLoop(_ node: Node) -> Bool { Self.loops.contains(node.type) && !node.isDisabled }

  /// The output that leads into the body of a loop; until version 3 it was the first.
  func into(_ loop: String) -> Int { nodes[loop].map { $0.version < 3 ? 0 : 1 } ?? 1 }

  /// The nodes of a loop's body: what its second output leads to and what leads back to it.
  private func body(of loop: String) -> [String] {
    func reach(_ start: [String], _ next: (String) -> [String]) -> Set<String> {
      var (seen, open): (Set<String>, [String]) = ([], start)
      while let name = open.popLast() {
        guard name != loop, seen.insert(name).inserted else { continue }
        open += next(name)
      }
      return seen
    }
    let forward = reach(edges.filter { $0.from == loop && $0.output == into(loop) }.map(\.to)) { name in
      edges.filter { $0.from == name }.map(\.to)
    }
    let back = reach(edges.filter { $0.to == loop }.map(\.from)) { name in edges.filter { $0.to == name }.map(\.from) }
    return forward.intersection(back).sorted()
  }

  /// A way back that no loop over items goes is cut where the circle was entered.
  private mutating func sorted(_ names: [String]) -> [String] {
    // the way back into a loop is the loop's own business
    for loop in names where Self.loops.contains(nodes[loop]?.type ?? "") {
      let inside = Set(body(of: loop))
      edges.removeAll { $0.to == loop && inside.contains($0.from) }
    }
    var left = names
    var done: Set<String> = []
    var result: [String] = []
    while !left.isEmpty {
      guard let next = left.firstIndex(where: { name in edges.allSatisfy { $0.to != name || done.contains($0.from) } })
      else {
        cutCircle(among: left, done)
        continue
      }
      let name = left.remove(at: next)
      done.insert(name)
      result.append(name)
    }
    return result
  }

  /// Takes out the ways back into the first node of a circle that something else leads to.
  private mutating func cutCircle(among left: [String], _ done: Set<String>) {
    func isOpen(_ name: String) -> Bool {
      let into = edges.filter { $0.to == name }
      return into.contains { done.contains($0.from) } && into.contains { !done.contains($0.from) }
    }
    guard let entered = left.first(where: isOpen) ?? left.first else { return }
    for edge in edges where edge.to == entered && !done.contains(edge.from) {
      waysBack[edge.from, default: []].append(entered)
      notes.append(
        (
          edge.from,
          "It leads back to “\(entered)”, which is not done again here, so the run fails there: "
            + "let the workflow begin by the clock and look once each time."
        ))
    }
    edges.removeAll { $0.to == entered && !done.contains($0.from) }
  }

  // MARK: Writing

  private mutating func result() throws -> Result {
    var bodies: [String: [String]] = [:]
    for loop in order where Self.loops.contains(nodes[loop]?.type ?? "") {
      let inside = Set(edges.filter { $0.from == loop && $0.output == into(loop) }.map(\.to))
      bodies[loop] = order.filter { name in reaches(name, from: inside) && !isAfter(name, loop) }
    }
    var lines = try steps(order, bodies, indent: 2)
    if lines.isEmpty { lines = ["  - {id: nothing, set: {}}"] }
    tellLater()
    var head = ["workflow: \(name)", "title: \(Self.quoted(title))"]
    if !starts.isEmpty { head += ["start:"] + starts.map { "  - \($0)" } }
    let usual =
      usualBeginning.map { ["  - {name: \(Self.startedBy), default: \(Self.quoted($0.id)), required: false}"] } ?? []
    let given = usual + inputs.map { "  - {name: \($0), default: null, required: false}" }
    if !given.isEmpty { head += ["inputs:"] + given }
    let source = (head + ["steps:"] + lines).joined(separator: "\n") + "\n"
    return Result(source: source, name: name, notes: notes)
  }

  /// Steps that stand beside each other; those in the bodies of loops among them are written there.
  private mutating func steps(_ names: [String], _ bodies: [String: [String]], indent: Int) throws -> [String] {
    let (outside, around) = (visible, beside)
    let hidden = Set(names.flatMap { bodies[$0] ?? [] })
    beside = []
    var lines: [String] = []
    for name in names where !hidden.contains(name) {
      lines += try step(name, bodies, indent: indent)
      if let node = nodes[name], !Self.isTrigger(node.type) { beside.insert(node.id) }
    }
    visible = outside
    beside = around
    return lines
  }

  private func reaches(_ name: String, from starts: Set<String>) -> Bool {
    var (seen, open): (Set<String>, [String]) = ([], [name])
    while let name = open.popLast() {
      if starts.contains(name) { return true }
      guard seen.insert(name).inserted else { continue }
      open += edges.filter { $0.to == name }.map(\.from)
    }
    return false
  }

  /// Whether a node belongs to what comes when a loop is over.
  private func isAfter(_ name: String, _ loop: String) -> Bool {
    reaches(name, from: Set(edges.filter { $0.from == loop && $0.output != into(loop) }.map(\.to)))
  }

  private mutating func step(_ name: String, _ bodies: [String: [String]], indent: Int) throws -> [String] {
    guard let node = nodes[name] else { return [] }
    if Self.isTrigger(node.type) {
      begin(node)
      return []
    }
    let before = edges.filter { $0.to == name }.sorted { $0.input < $1.input }.map(\.from)
    let pad = String(repeating: " ", count: indent)
    var lines = ["\(pad)- id: \(node.id)", "\(pad)  needs: [\(needs(name, bodies).joined(separator: ", "))]"]
    defer { visible.insert(node.id) }
    let fault = broken[node.id]
    if fault != true, let condition = condition(name, bodies) {
      lines.append("\(pad)  when: \(Self.quoted(condition))")
    }
    if fault != nil {
      note(node, "It names what is not known in its place, so the step fails: write it in our form.")
      return lines + ["\(pad)  \(fail("The node “\(node.name)” names what is not known in its place."))"]
    }
    if node.isDisabled {
      lines.append("\(pad)  set: {}")
      return lines + wayBack(name, node, pad)
    }
    if let body = bodies[name] {
      noteSize(node)
      var lists: [String] = []
      for one in before.compactMap({ nodes[$0] }).map({ result(of: $0) }) where !lists.contains(one) {
        lists.append(one)
      }
      // of what it was given, the list in it
      let list = lists.isEmpty || lists == ["inputs"] ? "inputs.items" : lists.joined(separator: " ?? ")
      if list == "inputs.items" { wants(input: "items") }
      let element = elements.isEmpty ? "item" : "item\(elements.count + 1)"
      lines.append("\(pad)  each: \(Self.quoted(list))")
      if element != "item" { lines.append("\(pad)  as: \(element)") }
      elements[node.id] = element
      let inner = try steps(body, bodies, indent: indent + 4)
      elements[node.id] = nil
      return lines + ["\(pad)  steps:"] + (inner.isEmpty ? ["\(pad)    - {id: nothing, set: {}}"] : inner)
    }
    return lines + kind(node, bodies, before).map { "\(pad)  \($0)" } + wayBack(name, node, pad)
  }

  /// The steps beside it that must be settled before; for one that is in a loop, that loop.
  private func needs(_ name: String, _ bodies: [String: [String]]) -> [String] {
    let inside = Set(bodies[name] ?? [])
    // what a loop's body reads from outside of it
    let all = edges.filter { $0.to == name || inside.contains($0.to) && !inside.contains($0.from) && $0.from != name }
    var needed: [String] = []
    for from in all.map(\.from) {
      let around = [from] + bodies.keys.filter { bodies[$0]?.contains(from) == true }.sorted()
      let found = around.lazy.compactMap { nodes[$0]?.id }.first { beside.contains($0) }
      if let found, !needed.contains(found) { needed.append(found) }
    }
    return needed
  }

  /// Where n8n would begin again, the run fails: nothing is passed over.
  private func wayBack(_ name: String, _ node: Node, _ pad: String) -> [String] {
    guard let targets = waysBack[name] else { return [] }
    let sentence =
      "The node “\(node.name)” leads back to “\(targets.joined(separator: "”, “"))”, which is not done again."
    return [
      "\(pad)- id: \(node.id)-back", "\(pad)  needs: [\(node.id)]", "\(pad)  when: \(Self.quoted(taken(name, node)))",
      "\(pad)  fail: \(Self.quoted(Self.literal(sentence)))",
    ]
  }

  /// Whether a node was reached; of one that decides, whether it chose what leads back.
  private func taken(_ name: String, _ node: Node) -> String {
    let own = condition(name, [:]) ?? "true"
    let others = edges.filter { $0.from == name }.map(\.output)
    switch node.type {
    case "if", "filter":
      return others.contains(0)
        ? "(\(own)) && steps.\(node.id).yes == false" : "(\(own)) && steps.\(node.id).yes == true"
    default: return own
    }
  }

  func isBodyStart(_ name: String, _ from: Node, _ bodies: [String: [String]]) -> Bool {
    bodies[from.name]?.contains(name) == true
  }

  /// When some connection into a node is taken; `nil` where that is always.
  func condition(_ name: String, _ bodies: [String: [String]], depth: Int = 0) -> String? {
    let into = edges.filter { $0.to == name }
    guard !into.isEmpty, depth < 40 else { return nil }
    var all: [String] = []
    for edge in into {
      guard let from = nodes[edge.from] else { continue }
      switch from.type {
      case _ where Self.isTrigger(from.type):
        guard beginnings.count > 1 else { return nil }
        all.append(isBegun(by: from))
      case _ where from.isDisabled && !Self.isTrigger(from.type):
        // switched off it passes on what came in, by its first output
        guard edge.output == 0 else {
          all.append("false")
          continue
        }
        guard let inner = condition(edge.from, bodies, depth: depth + 1) else { return nil }
        all.append(inner)
      case "if", "filter":
        all.append("steps.\(from.id).yes == \(edge.output == 0)")
      case "switch" where from.takesAllOutputs: all.append("steps.\(from.id).out\(edge.output) == true")
      case "switch": all.append("steps.\(from.id).branch == \(edge.output)")
      case _ where from.hasErrorOutput:
        let own = "steps.\(from.id).error \(edge.output == 0 ? "==" : "!=") null"
        let inner = condition(edge.from, bodies, depth: depth + 1)
        all.append(inner.map { "(\($0)) && \(own)" } ?? own)
      default:
        guard !isBodyStart(name, from, bodies), let inner = condition(edge.from, bodies, depth: depth + 1) else {
          return nil
        }
        all.append(inner)
      }
    }
    var unique: [String] = []
    for one in all where !unique.contains(one) { unique.append(one) }
    // whatever begins it
    if !beginnings.isEmpty, beginnings.allSatisfy({ unique.contains(isBegun(by: $0)) }) { return nil }
    return unique.count == 1 ? unique[0] : unique.map { "(\($0))" }.joined(separator: " || ")
  }

  mutating func note(_ node: Node, _ sentence: String) { notes.append((node.name, sentence)) }

  /// Needed by what is read from outside.
  mutating func wants(input name: String) { if !inputs.contains(name) { inputs.append(name) } }

  /// A text as YAML in double quotes.
  static func quoted(_ text: String) -> String { JSON.string(text).text() }

  /// Words that are no expression of ours, whatever they look like.
  static func literal(_ text: some StringProtocol) -> String { String(text).replacing("${", with: "${\"${\"}") }
}
