import Foundation

extension Rules {
  /// Every event that is emitted by name has its schema, and every schema an emitter.
  @Sendable static func eventSchemas(_ tree: SourceTree) -> [Finding] {
    var known: [String: (file: String, line: Int)] = [:]
    // told from outside, through event.emit
    var open: Set<String> = []
    for path in tree.paths(under: "Events", ".yaml") {
      var name = ""
      for (index, line) in tree.lines(path).enumerated() {
        if line.hasPrefix("  open: true") { open.insert(name) }
        guard let first = line.first, first != " ", first != "#" else { continue }
        name = String(line.prefix { $0 != ":" })
        known[name] = (path, index + 1)
      }
    }
    var findings: [Finding] = []
    var literals: Set<String> = []
    for path in tree.paths(under: "Sources", ".swift") {
      literals.formUnion(tree.literals[path] ?? [])
      for (index, line) in tree.lines(path).enumerated() {
        for name in emitted(in: String(line)) where known[name] == nil {
          findings.append(.init(file: path, line: index + 1, advice: "give \(name) its schema in Events/"))
        }
      }
    }
    // some names are put together of the room's and another word
    for (name, place) in known.sorted(by: { $0.key < $1.key })
    where !open.contains(name) && !literals.contains(where: { $0.hasPrefix(name.prefix { $0 != "." } + ".") }) {
      findings.append(.init(file: place.file, line: place.line, advice: "nothing emits \(name); take it out"))
    }
    return findings
  }

  /// The names in `Event("…"` on a line; one that is put together is seen only when it is emitted.
  static func emitted(in line: String) -> [String] {
    line.components(separatedBy: "Event(\"").dropFirst().compactMap { rest in
      let name = String(rest.prefix { $0 != "\"" })
      return name.contains("\\") || !name.contains(".") ? nil : name
    }
  }
}
