import Base
import Foundation

/// One subcommand of the program.
struct Command: Sendable {
  let name: String
  let summary: String
  /// How it is written, without the program's name; the first line of its help.
  let forms: [String]
  var notes = ""
  /// Options that take no value.
  var flags: Set<String> = []
  /// Options that take one.
  var options: [String] = []
  /// True when unknown options are the command's own business (`act`).
  var takesAnyOption = false
  /// How many words it takes at most.
  var words = 0
  /// More to tell where the help is asked for with some words; the command's own help alone when it has nothing.
  var helpFor: @Sendable ([String]) throws -> String? = { _ in nil }
  let run: @Sendable (Arguments, String) async throws -> Int32

  var help: String {
    let usage = zip(["Usage:"] + Array(repeating: "      ", count: forms.count), forms)
      .map { "\($0) ./thinnai \($1)" }
    return ([summary, ""] + usage + (notes.isEmpty ? [] : ["", notes])).joined(separator: "\n")
  }
}

enum Commands {
  static let all: [Command] = [
    serve, repl, doctor, people, act, actions, importFile, backup, restore, time, calendar, nlu, memory, bench, version,
  ]

  static func run(_ given: [String]) async throws -> Int32 {
    var words = given[...]
    // `--home` may stand before the subcommand as well
    var home: [String] = []
    while let word = words.first, word == "--home" || word.hasPrefix("--home=") {
      let count = word == "--home" ? 2 : 1
      guard words.count >= count else { throw UsageError("--home needs a folder.") }
      home = Array(words.prefix(count))
      words = words.dropFirst(count)
    }
    guard let first = words.popFirst() else {
      Program.say(overview)
      return 0
    }
    if first == "--version" { return try await version.run(Arguments([], flags: [], known: []), "") }
    if ["--help", "-h", "help"].contains(first) {
      Program.say(try words.first.map { try named($0).help } ?? overview)
      return 0
    }
    let command = try named(first)
    do {
      return try await run(command, home + words)
    } catch var error as UsageError {
      error.command = command.name
      throw error
    }
  }

  private static func named(_ name: String) throws -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    let near = EditDistance.nearest(name, in: all.map(\.name) + ["test"]).map { " Did you mean \($0)?" } ?? ""
    throw UsageError(
      name.hasPrefix("-") ? "Name a command before \(name)." : "There is no command \(name).\(near)")
  }

  private static func run(_ command: Command, _ words: [String]) async throws -> Int32 {
    let flags = command.flags.union(["json"])
    let arguments = try Arguments(
      words, flags: flags, known: command.takesAnyOption ? nil : command.options + flags.sorted() + ["home"])
    if arguments.isHelpWanted {
      Program.say(try command.helpFor(arguments.positional) ?? command.help)
      return 0
    }
    if arguments.positional.count > command.words {
      throw UsageError("“\(arguments.positional[command.words])” is one word too many for \(command.name).")
    }
    return try await command.run(arguments, try homeFolder(arguments))
  }

  private static func homeFolder(_ arguments: Arguments) throws -> String {
    if arguments.has("home") {
      guard let given = arguments["home"], !given.isEmpty else { throw UsageError("--home needs a folder.") }
      return absolute(given)
    }
    // an empty variable is an unset one
    if let given = environment("THINNAI_HOME"), !given.isEmpty { return absolute(given) }
    return LoginHome.path(ProcessInfo.processInfo.environment) + "/.thinnai"
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// A path as a shell would take it: `~` is the login's home, a relative one starts at the working folder.
  static func absolute(_ path: String) -> String {
    let home = LoginHome.path(ProcessInfo.processInfo.environment)
    let whole = path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    return URL(fileURLWithPath: (whole as NSString).expandingTildeInPath).standardizedFileURL.path
  }

  static var overview: String {
    let width = all.map(\.name.count).max() ?? 0
    let lines = (all.map { ($0.name, $0.summary) } + [("test", "Runs all tests.")]).map { name, summary in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(summary)"
    }
    return """
      Thinnai, the porch of your house: a chat assistant that you host yourself.

        ./thinnai repl     talk to it here and now
        ./thinnai serve    open its doors: Telegram, WhatsApp, the web page

      \(lines.joined(separator: "\n"))

      ./thinnai COMMAND --help tells more. The home is --home DIR, else $THINNAI_HOME, else ~/.thinnai.
      """
  }

  static let version = Command(
    name: "version", summary: "Prints the version.", forms: ["version"],
    run: { arguments, _ in
      Program.say(arguments.has("json") ? #"{"version":"\#(Program.version)"}"# : "thinnai \(Program.version)")
      return 0
    })
}
