import Formats

// What begins a workflow of n8n, and what nothing in it leads to.
extension N8NReader {
  private static let triggers: Set<String> = [
    "manualTrigger", "start", "webhook", "scheduleTrigger", "cron", "interval", "formTrigger", "chatTrigger",
    "telegramTrigger", "executeWorkflowTrigger", "errorTrigger", "emailReadImap", "gmailTrigger",
  ]
  private static let byHand: Set<String> = ["manualTrigger", "start", "executeWorkflowTrigger"]
  private static let byTheClock: Set<String> = ["scheduleTrigger", "cron", "interval"]
  static func isTrigger(_ type: String) -> Bool { triggers.contains(type) || type.hasSuffix("Trigger") }

  /// The input that says which trigger a run was begun by.
  static let startedBy = "started_by"

  func isBegun(by node: Node) -> String { "inputs.\(Self.startedBy) == \(Self.quoted(node.id))" }

  /// What a run is begun by where nobody says: what is begun by hand, else what is begun from outside. `nil` where only one can be.
  var usualBeginning: Node? {
    guard beginnings.count > 1 else { return nil }
    return beginnings.first { Self.byHand.contains($0.type) }
      ?? beginnings.first { !Self.byTheClock.contains($0.type) } ?? beginnings.first
  }

  /// An IF that asks whether items are left is how loops ended once: ours know by themselves.
  mutating func leaveOutCounting(_ names: inout [String]) {
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
  mutating func leaveOutUnreached(_ names: inout [String]) {
    let all = names.compactMap { nodes[$0] }.filter { Self.isTrigger($0.type) }
    guard !all.isEmpty else { return }
    // a branch for errors is run by a failure, and what is switched off by nothing
    var begin = all.filter { node in
      node.type != "errorTrigger" && !node.isDisabled && edges.contains { $0.from == node.name }
    }
    if begin.isEmpty { begin = all }
    var open = begin.map(\.name)
    var seen: Set<String> = []
    while let name = open.popLast() {
      if seen.insert(name).inserted { open += edges.filter { $0.from == name }.map(\.to) }
    }
    for name in names where !seen.contains(name) {
      if let node = nodes[name] { notes.append((name, leftOut(node))) }
      edges.removeAll { $0.from == name || $0.to == name }
      nodes[name] = nil
    }
    names.removeAll { !seen.contains($0) }
    beginnings = begin.filter { !$0.isDisabled }
  }

  private func leftOut(_ node: Node) -> String {
    switch node.type {
    case "errorTrigger": "You are told when a run fails; what it leads to is not done then, and was left out."
    case _ where Self.isTrigger(node.type) && node.isDisabled:
      "It is switched off in n8n, so it and what it alone leads to were left out."
    case _ where Self.isTrigger(node.type): "It leads to nothing, so it was left out."
    default:
      if let owner = serves[node.name] {
        "It is used by “\(owner)” alone, and was left out."
      } else {
        "Nothing leads to it, so it was left out."
      }
    }
  }

  mutating func begin(_ node: Node) {
    if node.isDisabled {
      note(node, "It is switched off in n8n, so it begins nothing.")
      return
    }
    switch node.type {
    case _ where Self.byTheClock.contains(node.type):
      let times = N8NSchedule.starts(node)
      if times.isEmpty || times.contains(where: { $0 == nil }) {
        note(node, "Its times could not be read: write them under start.")
      }
      if times.contains(where: { $0?.isSlower == true }) { note(node, "It begins at most once a minute.") }
      let with = beginnings.count > 1 ? ", with: {\(Self.startedBy): \(Self.quoted(node.id))}}" : "}"
      starts += times.compactMap { $0.map { $0.line.dropLast() + with } }
    case _ where Self.byHand.contains(node.type): break
    default:
      toldLater.append((notes.count, node))
      note(node, "")
    }
  }

  /// What begins from outside is started with the data that the steps read of it.
  mutating func tellLater() {
    let read = inputs.filter { !["slack_token"].contains($0) }
    for (place, node) in toldLater {
      // what comes by a call to an address has its words in a body
      let fields = node.type == "webhook" && !read.contains("body") ? ["body"] + read : read
      if fields.isEmpty || node.type == "webhook" { wants(input: "body") }
      let which = beginnings.count > 1 ? ["\"\(Self.startedBy)\": \"\(node.id)\""] : []
      let given = (which + (fields.isEmpty ? ["body"] : fields).map { "\"\($0)\": …" }).joined(separator: ", ")
      notes[place].sentence =
        "Start it by POST /api/v1/actions/workflow.start with {\"workflow\": \"\(name)\", \"inputs\": {\(given)}}."
    }
  }

  /// Where a loop went over several items at a time.
  mutating func noteSize(_ node: Node) {
    let given = node.parameters["batchSize"]
    let size = given.isNull ? (node.version < 3 ? "10" : "1") : Expression.words(given)
    if size != "1" { note(node, "It took \(size) items at a time; here it is done for each by itself.") }
  }
}
