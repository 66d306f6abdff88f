import Foundation

extension Rules {
  // MARK: Links

  @Sendable static func links(_ tree: SourceTree) -> [Finding] {
    var findings: [Finding] = []
    for path in tree.files.keys.filter({ $0.hasSuffix(".md") }).sorted() {
      var isCode = false
      for (index, line) in tree.lines(path).enumerated() {
        if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
        guard !isCode else { continue }
        for target in targets(in: line) {
          if let advice = objection(toLink: target, from: path, in: tree) {
            findings.append(.init(file: path, line: index + 1, advice: advice))
          }
        }
      }
    }
    return findings
  }

  /// What stands in the round brackets of `[text](target)` and `![text](target "title")`, and in `src="…"`.
  static func targets(in line: Substring) -> [String] {
    var targets: [String] = []
    for (opening, closing) in [("](", Character(")")), ("src=\"", "\""), ("href=\"", "\"")] {
      var rest = line
      while let range = rest.range(of: opening) {
        rest = rest[range.upperBound...]
        let target = rest.prefix { $0 != closing }
        if let first = target.split(separator: " ").first { targets.append(String(first)) }
      }
    }
    return targets
  }

  private static func objection(toLink target: String, from path: String, in tree: SourceTree) -> String? {
    for outside in ["http://", "https://", "mailto:"] where target.hasPrefix(outside) { return nil }
    let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let file = (parts.first ?? "").removingPercentEncoding ?? ""
    let resolved = file.isEmpty ? path : resolve(file, from: path)
    guard tree.exists(resolved) else { return "\(target) leads nowhere; correct the link (\(resolved) does not exist)" }
    guard parts.count == 2, resolved.hasSuffix(".md") else { return nil }
    return anchors(tree.lines(resolved)).contains(String(parts[1]))
      ? nil : "\(resolved) has no heading #\(parts[1]); correct the link"
  }

  private static func resolve(_ target: String, from path: String) -> String {
    var parts = path.split(separator: "/").dropLast().map(String.init)
    if target.hasPrefix("/") { parts = [] }
    for part in target.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  /// As code hosts make them of headings: small letters, no punctuation, hyphens for spaces, numbered when repeated.
  static func anchors(_ lines: [Substring]) -> Set<String> {
    var anchors: Set<String> = []
    for line in lines where line.hasPrefix("#") {
      let words = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
      let slug = String(
        words.compactMap { character -> Character? in
          if character == " " { return "-" }
          return character.isLetter || character.isNumber || character == "-" || character == "_" ? character : nil
        })
      var (anchor, number) = (slug, 0)
      while !anchors.insert(anchor).inserted {
        number += 1
        anchor = "\(slug)-\(number)"
      }
    }
    return anchors
  }

  // MARK: Commands

  /// A subcommand exists when the program's or the launcher's source has its word.
  @Sendable static func commands(_ tree: SourceTree) -> [Finding] {
    var words: Set<String> = ["test"]
    for path in tree.paths(under: "Sources/App", ".swift") {
      for literal in tree.literals[path, default: []] {
        // Usage texts may list many ("people add NAME").
        words.formUnion(literal.split { !$0.isLetter && $0 != "-" }.map(String.init))
      }
    }
    guard words.count > 1 else { return [] }
    var findings: [Finding] = []
    for path in tree.files.keys.sorted() where path == "README.md" || path.hasPrefix("Docs/") && path.hasSuffix(".md") {
      var isCode = false
      for (index, line) in tree.lines(path).enumerated() {
        if line.drop(while: { $0 == " " }).hasPrefix("```") {
          isCode.toggle()
          continue
        }
        guard isCode else { continue }
        for command in subcommands(in: line) where !words.contains(command) {
          findings.append(
            .init(file: path, line: index + 1, advice: "there is no “thinnai \(command)”; correct the page or add it"))
        }
      }
    }
    return findings
  }

  /// The word after `./thinnai` or `thinnai` where that begins a command.
  static func subcommands(in line: Substring) -> [String] {
    let parts = line.split { "|;&".contains($0) }
    return parts.compactMap { part in
      var words = part.split(separator: " ")
      while let first = words.first, first == "$" || first == "#" || first == "sudo" || first.contains("=") {
        words.removeFirst()
      }
      guard words.count > 1, words[0] == "./thinnai" || words[0] == "thinnai" else { return nil }
      let word = words[1].prefix { $0.isLetter || $0 == "-" }
      return word.isEmpty || word.hasPrefix("-") || word.allSatisfy { $0.isUppercase } ? nil : String(word)
    }
  }

  // MARK: Settings

  /// Every setting that is declared has its row in the page, with its default, and the page has no other.
  @Sendable static func settings(_ tree: SourceTree) -> [Finding] {
    let (source, page) = ("Sources/App/Thinnai/Configuration.swift", "Docs/configuration.md")
    guard let text = tree.files[source], tree.files[page] != nil else { return [] }
    let declaration = #/name:\s*"(?<name>[a-z_.]+)",\s*kind:\s*\.\w+,\s*fallback:\s*"(?<fallback>[^"]*)"/#
    let declared = Dictionary(
      text.matches(of: declaration).map { (String($0.output.name), String($0.output.fallback)) }
    ) { $1 }
    var findings: [Finding] = []
    var described: Set<String> = []
    for (index, line) in tree.lines(page).enumerated() {
      if line.hasPrefix("## ") { break }
      guard let row = line.firstMatch(of: #/^\| `(?<name>[a-z_.]+)` \| ?(?<fallback>[^|]*) ?\|/#) else { continue }
      let (name, shown) = (String(row.output.name), row.output.fallback.filter { $0 != "`" && $0 != " " })
      guard let fallback = declared[name] else {
        findings.append(.init(file: page, line: index + 1, advice: "there is no setting \(name); take the row out"))
        continue
      }
      described.insert(name)
      if !fallback.isEmpty, fallback != shown {
        findings.append(.init(file: page, line: index + 1, advice: "the default of \(name) is \(fallback)"))
      }
    }
    for name in declared.keys.sorted() where !described.contains(name) {
      findings.append(.init(file: page, line: nil, advice: "\(name) is missing; add a row for it"))
    }
    return findings
  }
}
