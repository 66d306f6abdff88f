import Actions
import Base
import Formats
import Foundation
import Glibc
import People

extension Commands {
  static let act = Command(
    name: "act", summary: "Runs an action from the shell.",
    forms: ["act ACTION --parameter value … [--yes] [--json] [--save FILE]"],
    notes: """
        --yes    confirms what the policy asks a confirmation for
        --json   prints the result as JSON
        --save   writes the picture, PDF or table that comes with the answer to FILE

      ./thinnai actions lists the actions and their parameters. A parameter given twice is a list; one without a
      value is true. An object or a list may be given as JSON. A parameter called yes is given as --yes=true or
      --yes=false.
      """, flags: ["yes"], takesAnyOption: true, words: 1,
    helpFor: { words in
      guard let name = words.first else { return nil }
      return """
        \(try entries(name).map(description).joined(separator: "\n"))

        ./thinnai act --help tells of --yes, --json and --save.
        """
    },
    run: { arguments, home in
      guard let name = arguments.positional.first else {
        throw UsageError("Name one action, such as ./thinnai act reminder.list.")
      }
      var values = JSONObject()
      for option in arguments.options
      where !["home", "json", "save"].contains(option.name) && (option.name != "yes" || option.value != nil) {
        let key = option.name.replacing("-", with: "_")
        let value = JSON.string(option.value ?? "true")
        // given twice: a list
        if let before = values[key] {
          values[key] = .array((before.array ?? [before]) + [value])
        } else {
          values[key] = value
        }
      }
      return try await print(
        ActionCall(name, values), home, arguments,
        approved: arguments.options.contains { $0.name == "yes" && $0.value == nil })
    })

  /// Runs a call and prints its answer. An error is printed as JSON too when JSON was asked for.
  static func print(_ call: ActionCall, _ home: String, _ arguments: Arguments, approved: Bool) async throws -> Int32 {
    do {
      let shell = Shell(home: home)
      if let path = arguments["save"] { try requireRoom(for: absolute(path)) }
      let answer = try await shell.act(call, approved: approved)
      if let path = arguments["save"] {
        var bytes: [UInt8]?
        if let file = answer.file { bytes = try await shell.file(file) }
        try save(bytes, to: absolute(path))
      }
      Program.say(arguments.has("json") ? answer.data.text() : answer.text)
      return 0
    } catch let error as ActionError where error.code == "actions.confirm" && !arguments.has("json") {
      guard isatty(STDIN_FILENO) == 1 else {
        throw ActionError(error.code, sentence: "\(call.name) asks for a confirmation: repeat it with --yes.")
      }
      Program.complain("\(call.name) asks for a confirmation. Go on? [y/N]")
      guard ["y", "yes"].contains(readLine()?.lowercased()) else { return 1 }
      return try await print(call, home, arguments, approved: true)
    } catch let error as ActionError where arguments.has("json") {
      Program.say(Program.errorJSON(error))
      return 1
    }
  }

  /// Before anything is done, which somebody would do again because its file could not be written.
  private static func requireRoom(for path: String) throws {
    let files = FileManager.default
    let folder = (path as NSString).deletingLastPathComponent
    let place = files.fileExists(atPath: path) ? path : folder.isEmpty ? "." : folder
    guard files.isWritableFile(atPath: place) else {
      throw DataFileError(file: path, line: nil, expected: "no file can be written there; nothing was done")
    }
  }

  private static func save(_ bytes: [UInt8]?, to path: String) throws {
    guard let bytes else { throw ActionError("shell.no_file", sentence: "No picture or file came with the answer.") }
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw DataFileError(file: path, line: nil, expected: "the file cannot be written")
    }
  }

  static let actions = Command(
    name: "actions", summary: "Lists what the assistant can do, with parameters.",
    forms: ["actions [ACTION | ROOM] [--json]"],
    notes: "ROOM is the part before the dot: ./thinnai actions reminder lists all that reminders can do.", words: 1,
    run: { arguments, _ in
      let entries = try entries(arguments.positional.first)
      if arguments.has("json") {
        let list = entries.map { entry -> JSON in
          [
            "name": .string(entry.name), "summary": .string(entry.summary), "effect": .string(entry.effect.rawValue),
            "parameters": ActionRegistry.schema(of: entry),
          ]
        }
        Program.say(JSON.array(list).pretty())
        return 0
      }
      for entry in entries { Program.say(description(entry)) }
      return 0
    })

  /// The action of that name, those of a room, or all.
  private static func entries(_ wanted: String?) throws -> [ActionEntry] {
    let all = try House.catalogue().all.filter { !$0.isHidden }
    let entries = all.filter { entry in wanted.map { entry.name == $0 || entry.name.hasPrefix($0 + ".") } ?? true }
    if let wanted, entries.isEmpty {
      let near = EditDistance.nearest(wanted, in: all.map(\.name)).map { " Did you mean \($0)?" } ?? ""
      throw ActionError("actions.unknown", sentence: "There is no action \(wanted).\(near)")
    }
    return entries
  }

  private static func description(_ entry: ActionEntry) -> String {
    let lines = entry.parameters.map { parameter in
      "    --\(parameter.name)\(parameter.isRequired ? " (needed)" : "")  \(parameter.summary)"
    }
    return (["\(entry.name)  (\(entry.effect.rawValue))  \(entry.summary)"] + lines).joined(separator: "\n")
  }

  static let people = Command(
    name: "people", summary: "Lists, adds, lets in and links people; makes tokens.",
    forms: [
      "people [list]",
      "people add NAME [--persona P] [--telegram ID] [--whatsapp ID] [--email A] [--webhook URL] [--language L] …",
      "people bind NAME [--telegram ID] [--whatsapp ID] [--email A] [--webhook URL]",
      "people approve CODE [--name N] [--persona P] [--language L] | --person NAME",
      "people link ELDER RELATIVE [--called Amma]",
      "people token NAME --scope S [--days N]",
      "people revoke ID",
      "people forget NAME",
      "people export NAME",
    ],
    notes: """
        add       … and [--zone Z] [--country C]; bind adds a way to reach somebody who is known
        approve   lets somebody in by the code that they were given; --person NAME where it is somebody who is known,
                  --person me for yourself
        list      everybody, with their tokens' ids in --json, and who waits to be let in
        P         founder, elder, client (the default) or energy
        ID        the number of a Telegram account, a WhatsApp number with its country code; of a token when revoked
        L, Z, C   such as ta, Asia/Kolkata, IN
        S         read, write, money or admin, several with commas; each of them reads, and admin does all. The token is
                  shown once, and valid for N days or until revoked
        forget    removes all that is known about a person; export prints it as JSON

      All of it works while the house serves and while it does not. --json prints the result as JSON.
      """,
    options: [
      "persona", "telegram", "whatsapp", "email", "webhook", "language", "zone", "country", "name", "person", "called",
      "scope", "days",
    ],
    words: 3,
    run: { arguments, home in
      let words = arguments.positional
      func need(_ count: Int, _ form: String, _ options: String...) throws {
        guard words.count == count + 1 else { throw UsageError("Write people \(form).") }
        let others = arguments.options.map(\.name).filter { !(options + ["home", "json"]).contains($0) }
        guard others.isEmpty else { throw UsageError("people \(words[0]) takes no --\(others[0]).") }
      }
      var values = JSONObject()
      func pass(_ names: String...) {
        for name in names { if let value = arguments[name] { values[name] = .string(value) } }
      }
      let name: String
      switch words.first ?? "list" {
      case "list":
        if !words.isEmpty { try need(0, "list") }
        name = "people.list"
      case "add":
        try need(
          1, "add NAME --persona P …", "persona", "telegram", "whatsapp", "email", "webhook", "language", "zone",
          "country")
        name = "people.add"
        values["name"] = .string(words[1])
        pass("persona", "telegram", "whatsapp", "email", "webhook", "language", "zone", "country")
      case "bind":
        try need(1, "bind NAME --email A …", "telegram", "whatsapp", "email", "webhook")
        name = "people.bind"
        values["person"] = .string(words[1])
        pass("telegram", "whatsapp", "email", "webhook")
      case "approve":
        try need(1, "approve CODE", "name", "persona", "language", "person")
        name = "pairing.approve"
        values["code"] = .string(words[1])
        pass("name", "persona", "language", "person")
      case "link":
        try need(2, "link ELDER RELATIVE", "called")
        name = "people.link"
        values["elder"] = .string(words[1])
        values["relative"] = .string(words[2])
        pass("called")
      case "token":
        try need(1, "token NAME --scope S [--days N]", "scope", "days")
        name = "people.token"
        values["person"] = .string(words[1])
        pass("days")
        let scopes = arguments.all("scope")
        if !scopes.isEmpty { values["scope"] = .string(scopes.joined(separator: ",")) }
      case "revoke":
        try need(1, "revoke ID")
        name = "people.revoke"
        values["id"] = .string(words[1])
      case "forget", "export":
        try need(1, "\(words[0]) NAME")
        name = "people.\(words[0])"
        values["person"] = .string(words[1])
        if words[0] == "export" {
          let answer = try await Shell(home: home).act(ActionCall(name, values), approved: true)
          Program.say(answer.data.pretty())
          return 0
        }
      default: throw UsageError("people knows list, add, bind, approve, link, token, revoke, forget and export.")
      }
      return try await print(ActionCall(name, values), home, arguments, approved: true)
    })

  static let importFile = Command(
    name: "import", summary: "Imports listings, candles, readings, a calendar or a workflow from a file.",
    forms: ["import KIND FILE [--map column=field …] [--json]"],
    notes: """
        KIND     listings (CSV, GeoJSON), candles (CSV), readings (CSV: meter,time,value,unit), calendar (.ics),
                 workflow (YAML), n8n (a workflow exported from n8n, JSON)
        FILE     a file, a pipe, or - for the standard input: zcat year.csv.gz | ./thinnai import readings -
        --map    names the field that a column of the file holds; repeat it for more. In readings a word that is no
                 column holds for all rows: --map kWh=unit, --map M1=meter

      Bad rows are reported by line and the good ones kept; importing again changes nothing. The exit code is 1
      when the file held nothing but bad rows.
      """, options: ["map"], words: 2,
    run: { arguments, home in
      guard arguments.positional.count == 2 else { throw UsageError("Write import KIND FILE.") }
      // before the file, which may be missing for the same slip
      let kinds = House.rooms.flatMap(\.importers).map(\.kind)
      guard kinds.contains(arguments.positional[0]) else {
        throw UsageError(
          "There is no kind \(arguments.positional[0]); there are \(kinds.sorted().joined(separator: ", ")).")
      }
      let isInput = arguments.positional[1] == "-"
      let path = isInput ? "/dev/stdin" : absolute(arguments.positional[1])
      if !isInput { try requireFile(path) }
      var columns = JSONObject()
      for pair in arguments.all("map") {
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw UsageError("--map takes column=field.") }
        columns[parts[0]] = .string(parts[1])
      }
      let call = ActionCall(
        "files.import",
        [
          "kind": .string(arguments.positional[0]), "path": .string(path), "columns": .object(columns),
          "name": .string(isInput ? "-" : (path as NSString).lastPathComponent),
        ])
      let answer = try await Shell(home: home).importFile(call, at: path)
      if arguments.has("json") {
        Program.say(answer.data.text())
      } else {
        Program.say(answer.text)
        for problem in answer.data["problems"].array ?? [] {
          let line = problem["line"].int ?? 0
          let sentence = (problem["sentence"].string ?? "").trimmingPrefix("Line \(line): ")
          Program.complain(line > 0 ? "line \(line): \(sentence)" : String(sentence))
        }
        if let more = answer.data["problems_not_listed"].int, more > 0 {
          Program.complain("and \(more) more rows with problems")
        }
        for note in answer.data["notes"].array ?? [] {
          Program.say("Note, line \(note["line"].int ?? 0): \(note["sentence"].string ?? "")")
        }
      }
      let kept = ["added", "updated", "unchanged"].reduce(0) { $0 + (answer.data[$1].int ?? 0) }
      return kept == 0 && answer.data["problems"].array?.isEmpty == false ? 1 : 0
    })

  /// - Throws: a sentence that says what is wrong with the file, before anything else is done.
  static func requireFile(_ path: String) throws {
    var isFolder: ObjCBool = false
    func fail(_ what: String) -> DataFileError { DataFileError(file: path, line: nil, expected: what) }
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw fail("there is no such file")
    }
    guard !isFolder.boolValue else { throw fail("this is a folder, not a file") }
    guard FileManager.default.isReadableFile(atPath: path) else { throw fail("this user may not read the file") }
  }
}
