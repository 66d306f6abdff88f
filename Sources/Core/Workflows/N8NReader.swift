import Actions
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

  struct Node {
    let name: String
    let type: String
    let parameters: JSON
    let isDisabled: Bool
    let id: String
    let version: Double
    /// How often it is tried, and how long it waits between, where it is tried again at all.
    let tries: (times: Int, pause: Double)?
    /// What follows when it fails: the same as otherwise, or its second output.
    let goesOn: Bool
    let hasErrorOutput: Bool

    /// What our step has for that.
    var onFailure: [String] {
      var lines: [String] = []
      if let tries {
        lines.append("retry: {times: \(tries.times), pause: \(Int(tries.pause.rounded(.up))) s, factor: 1}")
      }
      if goesOn || hasErrorOutput { lines.append("on_error: continue") }
      return lines
    }

    init(_ json: JSON, name: String, type: String, id: String) {
      self.name = name
      self.id = id
      self.type = type.split(separator: ".").last.map(String.init) ?? type
      parameters = json["parameters"]
      isDisabled = json["disabled"] == true
      version = json["typeVersion"].double ?? 1
      let pause = max(1, min(json["waitBetweenTries"].double ?? 1_000, 5_000_000) / 1_000)
      tries = json["retryOnFail"] == true ? (max(1, min(json["maxTries"].int ?? 3, 100)), pause) : nil
      hasErrorOutput = json["onError"] == "continueErrorOutput"
      goesOn = json["onError"] == "continueRegularOutput" || json["continueOnFail"] == true
    }
  }

  struct Edge: Hashable {
    let from: String
    let output: Int
    let to: String
  }

  static let limit = 300
  private(set) var notes: [(node: String, sentence: String)] = []
  private(set) var nodes: [String: Node] = [:]
  private(set) var edges: [Edge] = []
  private var order: [String] = []
  /// Ways back that no loop over items goes, by the node from which they lead.
  private var waysBack: [String: [String]] = [:]
  /// Nodes of whose lists it was said already that they are not gone over here.
  var saidOfLists: Set<String> = []
  private var starts: [String] = []
  private var inputs: [String] = []
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
    var reader = try N8NReader(json, zone, name, inputs, isHere)
    return try reader.result()
  }

  static func refuse(_ sentence: String) -> ActionError {
    ActionError("workflows.n8n", ["sentence": .text(sentence)], sentence: sentence)
  }

  private init(
    _ json: JSON, _ zone: Zone?, _ name: String?, _ inputs: @escaping (String) -> [WorkflowDefinition.Input]?,
    _ isHere: @escaping (String) -> Bool
  ) throws {
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
    for node in given {
      guard let name = node["name"].string, let type = node["type"].string else {
        throw Self.refuse("Every node of a workflow of n8n has a name and a type.")
      }
      if type.hasSuffix(".stickyNote") { continue }
      var id = Self.stepID(name)
      while !ids.insert(id).inserted { id += "-again" }
      guard nodes[name] == nil else { throw Self.refuse("Two nodes are called \(name).") }
      names.append(name)
      nodes[name] = Node(node, name: name, type: type, id: id)
    }
    for (from, outputs) in (json["connections"].object ?? [:]).map({ ($0.key, $0.value) }) {
      guard nodes[from] != nil else { continue }
      for (index, output) in (outputs["main"].array ?? []).enumerated() {
        for target in output.array ?? [] {
          guard let to = target["node"].string else { continue }
          guard nodes[to] != nil else {
            notes.append((from, "It leads to “\(to)”, which is not in the file."))
            continue
          }
          edges.append(Edge(from: from, output: index, to: to))
        }
      }
    }
    noteSettings(json["settings"], owner: zone)
    leaveOutCounting(&names)
    leaveOutUnreached(&names)
    order = sorted(names)
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

  private static let triggers: Set<String> = [
    "manualTrigger", "start", "webhook", "scheduleTrigger", "cron", "interval", "formTrigger", "chatTrigger",
    "telegramTrigger", "executeWorkflowTrigger", "errorTrigger", "emailReadImap", "gmailTrigger",
  ]
  static func isTrigger(_ type: String) -> Bool { triggers.contains(type) || type.hasSuffix("Trigger") }
  private static let loops: Set<String> = ["splitInBatches"]
  func isLoop(_ node: Node) -> Bool { Self.loops.contains(node.type) && !node.isDisabled }

  /// The output that leads into the body of a loop; until version 3 it was the first.
  private func into(_ loop: String) -> Int { nodes[loop].map { $0.version < 3 ? 0 : 1 } ?? 1 }

  /// An IF that asks whether items are left is how loops ended once: ours know by themselves.
  private mutating func leaveOutCounting(_ names: inout [String]) {
    for name in names where nodes[name]?.type == "if" && nodes[name]?.parameters.text().contains("noItemsLeft") == true
    {
      guard let loop = edges.first(where: { $0.from == name && Self.loops.contains(nodes[$0.to]?.type ?? "") })?.to
      else { continue }
      let after = edges.filter { $0.from == name && $0.to != loop }
      let before = edges.filter { $0.to == name && $0.from != loop }
      edges.removeAll { $0.from == name || $0.to == name }
      edges += before.map { Edge(from: $0.from, output: $0.output, to: loop) }
      edges += after.map { Edge(from: loop, output: 1 - into(loop), to: $0.to) }
      nodes[name] = nil
    }
    names.removeAll { nodes[$0] == nil }
  }

  /// What no trigger reaches never runs in n8n. A file without any trigger is a piece of one, and kept as it is.
  private mutating func leaveOutUnreached(_ names: inout [String]) {
    var open = names.filter { nodes[$0].map { Self.isTrigger($0.type) } ?? false }
    guard !open.isEmpty else { return }
    var seen: Set<String> = []
    while let name = open.popLast() {
      if seen.insert(name).inserted { open += edges.filter { $0.from == name }.map(\.to) }
    }
    for name in names where !seen.contains(name) {
      notes.append((name, "Nothing leads to it, so it was left out."))
      edges.removeAll { $0.from == name || $0.to == name }
      nodes[name] = nil
    }
    names.removeAll { !seen.contains($0) }
  }

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
    let hidden = Set(bodies.values.flatMap { $0 })
    var lines: [String] = []
    for name in order where !hidden.contains(name) { lines += try step(name, bodies, indent: 2) }
    if lines.isEmpty { lines = ["  - {id: nothing, set: {}}"] }
    var head = ["workflow: \(name)", "title: \(Self.quoted(title))"]
    if !starts.isEmpty { head += ["start:"] + starts.map { "  - \($0)" } }
    if !inputs.isEmpty { head += ["inputs:"] + inputs.map { "  - {name: \($0), default: null, required: false}" } }
    let source = (head + ["steps:"] + lines).joined(separator: "\n") + "\n"
    return Result(source: source, name: name, notes: notes)
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
    let before = edges.filter { $0.to == name }.map(\.from)
    let pad = String(repeating: " ", count: indent)
    var lines = ["\(pad)- id: \(node.id)"]
    let steps = before.compactMap { nodes[$0] }.filter {
      !Self.isTrigger($0.type) && !isBodyStart(name, $0, bodies)
    }
    defer { visible.insert(node.id) }
    lines.append("\(pad)  needs: [\(steps.map(\.id).joined(separator: ", "))]")
    if let condition = condition(name, bodies) { lines.append("\(pad)  when: \(Self.quoted(condition))") }
    if node.isDisabled {
      lines.append("\(pad)  set: {}")
      return lines + wayBack(name, node, pad)
    }
    if let body = bodies[name] {
      let from = before.compactMap { nodes[$0] }.first.map { result(of: $0) } ?? "inputs"
      // of what it was given, the list in it
      let list = from == "inputs" ? "inputs.items" : from
      if list == "inputs.items" { wants(input: "items") }
      lines += ["\(pad)  each: \(Self.quoted(list))", "\(pad)  steps:"]
      let outside = visible
      for inner in body { lines += try step(inner, bodies, indent: indent + 4) }
      visible = outside
      if body.isEmpty { lines.append("\(pad)    - {id: nothing, set: {}}") }
      return lines
    }
    return lines + kind(node, bodies, before).map { "\(pad)  \($0)" } + wayBack(name, node, pad)
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

  private func isBodyStart(_ name: String, _ from: Node, _ bodies: [String: [String]]) -> Bool {
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
    return unique.count == 1 ? unique[0] : unique.map { "(\($0))" }.joined(separator: " || ")
  }

  mutating func note(_ node: Node, _ sentence: String) { notes.append((node.name, sentence)) }

  private mutating func begin(_ node: Node) {
    if node.isDisabled {
      note(node, "It is switched off in n8n, so it begins nothing.")
      return
    }
    switch node.type {
    case "scheduleTrigger", "cron", "interval":
      let times = N8NSchedule.starts(node)
      if times.isEmpty || times.contains(where: { $0 == nil }) {
        note(node, "Its times could not be read: write them under start.")
      }
      if times.contains(where: { $0?.isSlower == true }) { note(node, "It begins at most once a minute.") }
      starts += times.compactMap { $0?.line }
    case "manualTrigger", "start", "executeWorkflowTrigger": break
    default:
      if !inputs.contains("body") { inputs.append("body") }
      note(
        node,
        "Start it by POST /api/v1/actions/workflow.start with {\"workflow\": \"\(name)\", \"inputs\": {\"body\": …}}."
      )
    }
  }

  /// Needed by what is read from outside.
  mutating func wants(input name: String) { if !inputs.contains(name) { inputs.append(name) } }

  /// A text as YAML in double quotes.
  static func quoted(_ text: String) -> String { JSON.string(text).text() }

  /// Words that are no expression of ours, whatever they look like.
  static func literal(_ text: some StringProtocol) -> String { String(text).replacing("${", with: "${\"${\"}") }
}
