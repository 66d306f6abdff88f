import Base

/// A command line, split the way Unix users expect: `--name value`, `--name=value`, `--flag`, `--` ends options.
struct Arguments {
  private(set) var positional: [String] = []
  private(set) var options: [(name: String, value: String?)] = []
  private(set) var isHelpWanted = false

  /// - Parameters:
  ///   - flags: options that take no value.
  ///   - known: all options, flags too; `nil` when any may be given. An unknown one with nothing behind it, or with
  ///     another option behind it, is a flag then.
  init(_ words: [String], flags: Set<String>, known: [String]?) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positional += rest
        return
      }
      guard word.hasPrefix("-"), word != "-" else {
        positional.append(word)
        continue
      }
      if word == "--help" || word == "-h" {
        isHelpWanted = true
        continue
      }
      guard word.hasPrefix("--") else { throw UsageError("\(word) is not understood; options are written --name.") }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      let name = parts[0]
      if let known, !known.contains(name) {
        let near = EditDistance.nearest(name, in: known).map { " Did you mean --\($0)?" } ?? ""
        throw UsageError("There is no option --\(name).\(near)")
      }
      if flags.contains(name) {
        // where any option may be given, one with a value is a parameter of that name
        guard parts.count == 1 || known == nil else { throw UsageError("--\(name) takes no value.") }
        options.append((name, parts.count == 2 ? parts[1] : nil))
      } else if parts.count == 2 {
        options.append((name, parts[1]))
      } else if let value = rest.first, known != nil || !value.hasPrefix("--") {
        rest.removeFirst()
        options.append((name, value))
      } else if known == nil {
        options.append((name, nil))
      } else {
        throw UsageError("--\(name) needs a value.")
      }
    }
  }

  subscript(_ name: String) -> String? { options.last { $0.name == name }?.value ?? nil }
  func has(_ name: String) -> Bool { options.contains { $0.name == name } }
  func all(_ name: String) -> [String] { options.filter { $0.name == name }.compactMap(\.value) }
}

/// The command line was not understood: exit code 64 (EX_USAGE).
struct UsageError: SpeakingError {
  let sentence: String
  /// The subcommand whose `--help` tells more.
  var command: String?
  init(_ sentence: String) { self.sentence = sentence }
  var code: String { "usage" }
}
