/// The rules of the house. Each takes a tree and gives what breaks it; to add one, write it beside these and list it in
/// `Rules.all`.
enum Rules {
  typealias Rule = @Sendable (SourceTree) -> [Finding]

  static let all: [(name: String, rule: Rule)] = [
    ("imports only go down", imports),
    ("no banned calls", bannedCalls),
    ("unchecked claims carry their proof", proofs),
    ("unowned tasks are known", unownedTasks),
    ("no file is too long", longFiles),
    ("every data file is used", dataFiles),
    ("no path of one machine", machinePaths),
    ("every link leads somewhere", links),
    ("every command in the README exists", commands),
    ("every setting has its row in the page", settings),
    ("every event has its schema", eventSchemas),
    ("the service may start what the program starts", service),
    ("every door that takes bytes has its row", doorRows),
  ]

  // MARK: Floors

  /// Rooms of Core see only those to their left.
  static let coreOrder = [
    "Messages", "People", "Events", "Schedule", "Delivery", "Actions", "Guard", "Models", "Memory", "Understanding",
    "Knowledge", "Crews", "Workflows", "Conversation",
  ]
  static let floors = ["C", "Platform", "Core", "Domains", "Doors", "App"]
  /// Parts of the toolchain; whatever else a file needs comes from a room or a C library of ours.
  static let toolchain: Set = ["Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"]
  /// C libraries that a room above Platform may use, because no other needs them.
  static let libraries = ["Terminal": ["CEdit"]]

  @Sendable static func imports(_ tree: SourceTree) -> [Finding] {
    var rooms: [String: String] = [:]
    var findings: [Finding] = []
    for path in tree.paths(under: "Sources") {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count >= 4, floors.contains(parts[1]) else {
        findings.append(.init(file: path, advice: "put it in a room: Sources/<floor>/<room>/, floors are \(floors)"))
        continue
      }
      rooms[parts[2]] = parts[1]
      if parts[1] == "Core", !coreOrder.contains(parts[2]) {
        findings.append(.init(file: path, advice: "give \(parts[2]) its place in Rules.coreOrder"))
      }
    }
    for path in tree.paths(under: "Sources", ".swift") {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count >= 4 else { continue }
      for (index, line) in tree.code[path, default: []].enumerated() {
        guard let imported = importedModule(line), imported != parts[2] else { continue }
        if let advice = objection(to: imported, on: rooms[imported], from: parts[2], on: parts[1]) {
          findings.append(.init(file: path, line: index + 1, advice: advice))
        }
      }
    }
    return findings
  }

  static func importedModule(_ line: String) -> String? {
    let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
    guard let place = words.firstIndex(of: "import"),
      words[..<place].allSatisfy({
        $0.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains($0)
      })
    else { return nil }
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return words[(place + 1)...].first { !kinds.contains($0) }?.split(separator: ".").first.map(String.init)
  }

  private static func objection(to imported: String, on there: String?, from room: String, on here: String) -> String? {
    guard let there else {
      return toolchain.contains(imported)
        ? nil : "\(imported) is neither a room nor one of \(toolchain.sorted()); use our own layer over a C library"
    }
    switch (here, there) {
    case ("Platform", "Platform"), ("Platform", "C"), ("App", "App"), ("App", "Platform"), ("App", "Core"),
      ("App", "Domains"), ("App", "Doors"), ("Core", "Platform"), ("Domains", "Platform"), ("Doors", "Platform"),
      ("Doors", "Core"):
      return nil
    case ("Core", "Core"):
      guard let mine = coreOrder.firstIndex(of: room), let other = coreOrder.firstIndex(of: imported) else {
        return nil
      }
      return other < mine ? nil : "\(imported) stands after \(room) in Core; move what both need to the left"
    case ("Domains", "Core"):
      return ["Conversation", "Crews"].contains(imported)
        ? "a domain does not know \(imported); offer an action, a reaction or a skill in its Room instead" : nil
    case ("Domains", "Domains"):
      return "domains do not know each other; use an event, an action by name, or something in Core"
    case ("Doors", "Doors"): return "doors do not know each other; move what both need to Core or Platform"
    case ("Doors", "Domains"): return "a door has no business of its own; call actions through the registry"
    case (_, "C"):
      return libraries[room, default: []].contains(imported)
        ? nil : "only Platform speaks to C libraries; add what is missing to the room that wraps \(imported)"
    default: return "imports only go down, and \(there)/\(imported) is above \(here)/\(room)"
    }
  }
}
