import Base
import Foundation

/// One subcommand of the program.
struct Command: Sendable {
  let name: String
  let summary: String
  let usage: String
  var flags: Set<String> = []
  var options: [String] = []
  /// True when unknown options are the command's own business (`act`).
  var takesAnyOption = false
  let run: @Sendable (Arguments, String) async throws -> Int32
}

enum Commands {
  static let all: [Command] = [
    serve, repl, doctor, people, act, actions, importFile, backup, restore, time, calendar, nlu, bench, version,
  ]

  static func run(_ words: [String]) async throws -> Int32 {
    guard let first = words.first, first != "--help", first != "-h", first != "help" else {
      Program.say(overview)
      return 0
    }
    if first == "--version" { return try await version.run(Arguments([], flags: []), "") }
    guard let command = all.first(where: { $0.name == first }) else {
      let near = EditDistance.nearest(first, in: all.map(\.name)).map { " Did you mean \($0)?" } ?? ""
      throw UsageError("There is no command \(first).\(near)")
    }
    let arguments = try Arguments(
      Array(words.dropFirst()), flags: command.flags.union(["json", "help"]))
    if arguments.isHelpWanted {
      Program.say("\(command.summary)\n\nUsage: ./thinnai \(command.usage)")
      return 0
    }
    if !command.takesAnyOption { try arguments.only(command.options + command.flags + ["home", "json"]) }
    let environment = ProcessInfo.processInfo.environment
    let home = arguments["home"] ?? environment["THINNAI_HOME"] ?? NSHomeDirectory() + "/.thinnai"
    return try await command.run(arguments, (home as NSString).expandingTildeInPath)
  }

  static var overview: String {
    let width = all.map(\.name.count).max() ?? 0
    let lines = all.map { "  \($0.name.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.summary)" }
    return """
      Thinnai, the porch of your house: a chat assistant that you host yourself.

        ./thinnai repl     talk to it here and now
        ./thinnai serve    open its doors: Telegram, WhatsApp, the web page

      \(lines.joined(separator: "\n"))
        test     runs all tests

      ./thinnai COMMAND --help tells more. The home is --home DIR, else $THINNAI_HOME, else ~/.thinnai.
      """
  }

  static let version = Command(
    name: "version", summary: "Prints the version.", usage: "version", options: [],
    run: { _, _ in
      Program.say("thinnai \(Program.version)")
      return 0
    })
}
