import Base

/// A command line, split the way Unix users expect: `--name value`, `--name=value`, `--flag`, `--` ends options.
struct Arguments {
  private(set) var positional: [String] = []
  private(set) var options: [(name: String, value: String?)] = []
  let isHelpWanted: Bool

  /// - Parameter flags: options that take no value.
  init(_ words: [String], flags: Set<String>) throws {
    var help = false
    var index = 0
    var isOpen = true
    while index < words.count {
      let word = words[index]
      index += 1
      guard isOpen, word.hasPrefix("-"), word != "-" else {
        positional.append(word)
        continue
      }
      if word == "--" {
        isOpen = false
      } else if word == "--help" || word == "-h" {
        help = true
      } else if word.hasPrefix("--") {
        var name = String(word.dropFirst(2))
        if let equals = name.firstIndex(of: "=") {
          let value = String(name[name.index(after: equals)...])
          name = String(name[..<equals])
          options.append((name, value))
        } else if flags.contains(name) {
          options.append((name, nil))
        } else {
          guard index < words.count else { throw UsageError("--\(name) needs a value.") }
          options.append((name, words[index]))
          index += 1
        }
      } else {
        throw UsageError("\(word) is not understood; options are written --name.")
      }
    }
    isHelpWanted = help
  }

  subscript(_ name: String) -> String? { options.last { $0.name == name }?.value ?? nil }
  func has(_ name: String) -> Bool { options.contains { $0.name == name } }
  func all(_ name: String) -> [String] { options.filter { $0.name == name }.compactMap(\.value) }

  /// Refuses options that the command does not know, naming the nearest one.
  func only(_ known: [String]) throws {
    for option in options where !known.contains(option.name) {
      let near = EditDistance.nearest(option.name, in: known).map { " Did you mean --\($0)?" } ?? ""
      throw UsageError("There is no option --\(option.name).\(near)")
    }
  }
}

/// The command line was not understood: exit code 64 (EX_USAGE).
struct UsageError: SpeakingError {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
  var code: String { "usage" }
}
