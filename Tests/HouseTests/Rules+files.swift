import Foundation

extension Rules {
  // MARK: Length

  static let lineLimit = 450
  /// Longer files, each with its reason.
  static let longFilesAllowed: [String: String] = [:]

  @Sendable static func longFiles(_ tree: SourceTree) -> [Finding] {
    tree.paths(under: "Sources").compactMap { path in
      guard ["swift", "c", "h", "js", "css", "html"].contains(path.split(separator: ".").last.map(String.init)),
        longFilesAllowed[path] == nil
      else { return nil }
      let count = tree.lines(path).count
      return count <= lineLimit
        ? nil : Finding(file: path, line: lineLimit, advice: "has \(count) lines; ask what hides inside, and split it")
    }
  }

  // MARK: Data

  static let dataFolders = ["Personas", "Intents", "Knowledge", "Events", "Reactions", "Fixtures"]

  /// A data file is used when code names it, or walks the folder it lies in. Both are seen in string literals.
  @Sendable static func dataFiles(_ tree: SourceTree) -> [Finding] {
    var named: Set<Substring> = []
    var walkedByProgram: Set<Substring> = []
    for (path, literals) in tree.literals where !path.hasPrefix("Tests/HouseTests/") {
      for literal in literals where literal.utf8.count < 500 {
        for part in literal.split(whereSeparator: { $0 == "/" || $0 == " " || $0 == "\n" }) {
          named.insert(part)
          if path.hasPrefix("Sources/") { walkedByProgram.insert(part) }
        }
      }
    }
    // A data file may name others: a crew its agents, an index its recordings.
    for folder in dataFolders {
      for path in tree.paths(under: folder, ".yaml") + tree.paths(under: folder, ".json") {
        for word in tree.files[path, default: ""].split(whereSeparator: { "/ \n\"',:[]".contains($0) })
        where word.contains(".") { named.insert(word) }
      }
    }
    return dataFolders.flatMap { tree.paths(under: $0) }.compactMap { path in
      let parts = path.split(separator: "/")
      guard let file = parts.last, file != "README.md", !file.hasPrefix(".") else { return nil }
      let stem = file.prefix { $0 != "." }
      if named.contains(file) || named.contains(stem) { return nil }
      // Somebody walks the folder or one above it; the whole of Fixtures is too much to count as read.
      if parts[1..<parts.count - 1].contains(where: named.contains) { return nil }
      if parts[0] != "Fixtures", walkedByProgram.contains(parts[0]) { return nil }
      return Finding(file: path, advice: "nothing names it or walks its folder; use it in a test or take it out")
    }
  }

  // MARK: The service

  /// Helpers that the program starts, and the system call that each needs beyond what the service allows by group.
  static let helperCalls = ["/usr/bin/setpriv": "capset"]

  @Sendable static func service(_ tree: SourceTree) -> [Finding] {
    let unit = "Deploy/thinnai.service"
    let filters = tree.lines(unit).filter { $0.hasPrefix("SystemCallFilter=") }.map { $0.dropFirst(17) }
    // a later line gives back what an earlier one took
    let given = filters.reversed().prefix { !$0.hasPrefix("~") }.flatMap { $0.split(separator: " ") }
    let started = Set(tree.paths(under: "Sources", ".swift").flatMap { tree.literals[$0] ?? [] })
    return helperCalls.sorted { $0.key < $1.key }.compactMap { helper, call in
      guard started.contains(helper), !filters.isEmpty, !given.contains(Substring(call)) else { return nil }
      return Finding(file: unit, advice: "\(helper) needs \(call) behind the groups that are taken away")
    }
  }

  // MARK: Doors

  /// Doors that make messages of bytes from outside, or answer requests.
  static let takingBytes = ["HTTPHandler {", "InboundMessage("]

  /// A door without a row in the table of raw bytes would be let in untried.
  @Sendable static func doorRows(_ tree: SourceTree) -> [Finding] {
    let table = "Tests/AcceptanceTests/RawBytes/DoorTable.swift"
    let folders = Set(tree.paths(under: "Sources/Doors", ".swift").map { $0.split(separator: "/")[2] })
    return folders.sorted().compactMap { door in
      let takes = tree.paths(under: "Sources/Doors/" + door, ".swift").contains { path in
        tree.code[path, default: []].contains { line in takingBytes.contains { line.contains($0) } }
      }
      guard takes, !tree.files[table, default: ""].contains("room: \"\(door)\"") else { return nil }
      return Finding(file: table, advice: "\(door) takes bytes from outside and has no row here")
    }
  }

  // MARK: Paths

  /// Places where such a path is right, each with its reason.
  static let machinePathsAllowed: [String: String] = [
    "Deploy/thinnai.service": "says where not to install"
  ]

  @Sendable static func machinePaths(_ tree: SourceTree) -> [Finding] {
    var findings: [Finding] = []
    let places = ["Sources", "Personas", "Intents", "Deploy", "Benchmarks", "Docs"].flatMap { tree.paths(under: $0) }
    for path in places + ["Package.swift", "README.md"] where machinePathsAllowed[path] == nil {
      for (index, line) in tree.lines(path).enumerated() {
        for start in ["/home/", "/root/", "/tmp/", "/Users/"] where hasPath(start, in: line) {
          findings.append(
            .init(
              file: path, line: index + 1,
              advice: "\(start)… exists on one machine only; use the home, the share or the system's temporary folder"))
        }
      }
    }
    return findings
  }

  /// The path begins there: "/var/tmp/" and a web address ending in "/home/" are something else.
  private static func hasPath(_ start: String, in line: Substring) -> Bool {
    var rest = line
    while let range = rest.range(of: start) {
      let before = rest[..<range.lowerBound].last ?? " "
      if !before.isLetter, !before.isNumber, !"._~-}*>)".contains(before) { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }
}
