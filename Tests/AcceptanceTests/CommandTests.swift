import Base
import Benchmarking
import Formats
import Foundation
import Store
import Testing

extension AcceptanceTests {
  /// What a stranger types: wrong words, wrong files, broken homes.
  @Suite("The commands", .timeLimit(.minutes(5)))
  struct CommandTests {
    struct Slip: Sendable, CustomTestStringConvertible {
      var words: [String]
      var code: Int32
      var says: String
      var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
      "slips are named and told apart",
      arguments: [
        Slip(words: ["doctr"], code: 64, says: "Did you mean doctor?"),
        Slip(words: ["--port", "1"], code: 64, says: "Name a command before --port."),
        Slip(words: ["-x"], code: 64, says: "--help"),
        Slip(
          words: ["version", "now"], code: 64, says: "one word too many for version. See ./thinnai version --help."),
        Slip(words: ["serve", "--listn", "x"], code: 64, says: "no option --listn"),
        Slip(words: ["doctor", "--json=yes"], code: 64, says: "--json takes no value"),
        Slip(words: ["doctor", "--home"], code: 64, says: "--home needs a value"),
        Slip(words: ["doctor", "--home", ""], code: 64, says: "--home needs a folder"),
        Slip(words: ["people", "add"], code: 64, says: "people add NAME"),
        Slip(words: ["people", "link", "A", "B", "--days", "3"], code: 64, says: "people link takes no --days"),
        Slip(words: ["people", "ad", "X"], code: 64, says: "people knows list, add"),
        Slip(words: ["act"], code: 64, says: "Name one action"),
        Slip(words: ["act", "task.ad"], code: 1, says: "Did you mean task.add?"),
        Slip(words: ["act", "trade.buy", "--symbol", "TCS", "--quantity", "1"], code: 1, says: "Import a candle file"),
        Slip(words: ["actions", "reminder.creat"], code: 1, says: "Did you mean reminder.create?"),
        Slip(words: ["time", "expand"], code: 64, says: "--cases FILE"),
        Slip(words: ["calendar", "expand", "x.ics"], code: 64, says: "--from"),
        Slip(words: ["import", "calendar", "none.ics"], code: 1, says: "none.ics: there is no such file"),
        Slip(
          words: ["import", "foo", "none.ics"], code: 64,
          says: "no kind foo; there are calendar, candles, listings, n8n, readings, workflow."),
        Slip(words: ["backup", "x"], code: 1, says: "there is no store in this home yet"),
        Slip(words: ["restore", "none"], code: 1, says: "none: there is no such file"),
        Slip(words: ["restore", "."], code: 1, says: "this is a folder"),
        Slip(words: ["people", "--home", "/dev/null"], code: 1, says: "/dev/null: this is no folder"),
        Slip(words: ["people", "--home", "/proc/none"], code: 1, says: "/proc/none: the home folder cannot be made"),
      ])
    func slips(_ slip: Slip) async throws {
      let ran = try await Porch().run(slip.words)
      #expect(ran.code == slip.code && ran.err.contains(slip.says) && ran.out.isEmpty, "\(ran)")
    }

    @Test("who asks for JSON finds an error there as well")
    func errorAsJSON() async throws {
      let ran = try await Porch().run("import", "calendar", "none.ics", "--json")
      let error = try JSON.parse(Array(ran.out.utf8))["error"]
      #expect(ran.code == 1 && error["code"].string?.isEmpty == false, "\(ran)")
      #expect(error["sentence"].string?.contains("none.ics: there is no such file") == true, "\(ran)")
      #expect(ran.err.contains("none.ics: there is no such file"), "\(ran)")
    }

    @Test("help is given before, after and without a command; the home may stand first")
    func help() async throws {
      let porch = try Porch()
      let help = try await porch.run("help", "people")
      #expect(help.code == 0 && help.out.contains("./thinnai people token NAME --scope S"), "\(help)")
      #expect(try await porch.run().out.contains("./thinnai repl"))
      let kinds = try await porch.run("import", "--help")
      #expect(kinds.out.contains("workflow (YAML)") && kinds.out.contains("n8n ("), "\(kinds)")
      let other = porch.folder + "/other"
      #expect(try await porch.run("--home", other, "people", "add", "Meena").code == 0)
      #expect(try await porch.run("people", "list", "--home=" + other).out.contains("Meena"))
      #expect(try await !porch.run("people").out.contains("Meena"))
    }

    @Test("the commands of the README work as they stand there, one after the other")
    func readme() async throws {
      let porch = try Porch()
      let page = try String(contentsOfFile: Porch.share + "/README.md", encoding: .utf8)
      var ran = 0
      var isShell = false
      for line in page.split(separator: "\n") {
        if line.hasPrefix("```") { isShell = line == "```sh" }
        let command = line.prefix { $0 != "#" }
        guard isShell, command.hasPrefix("./thinnai ") else { continue }
        // words in quotes are one
        let words = command.dropFirst(10).split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .flatMap { $0 % 2 == 1 ? [String($1)] : $1.split(separator: " ").map(String.init) }
        guard let first = words.first, !["repl", "serve", "test"].contains(first) else { continue }
        let outcome = try await porch.run(words)
        #expect(outcome.code == 0, "\(line): \(outcome)")
        ran += 1
      }
      #expect(ran >= 6)
    }

    @Test("people who are known already or nobody knows are refused kindly", arguments: [false, true])
    func people(isServing: Bool) async throws {
      let porch = try Porch()
      if isServing { try await porch.start() }
      #expect(try await porch.run("people", "add", "Meena", "--telegram", "7").code == 0)
      let slips: [([String], String)] = [
        (["add", "meena"], "Meena is known already"), (["add", "Ravi", "--telegram", "7"], "already belongs to Meena"),
        (["add", "Ravi", "--telegram", "@ravi"], "give the account's number"),
        (["add", "Ravi", "--persona", "king"], "There is no persona king"),
        (["link", "Meena", "Nobody"], "Nobody"), (["token", "Nobody", "--scope", "read"], "Nobody"),
        (["token", "Meena", "--scope", "all"], "read, write, money or admin"),
        (["token", "Meena", "--scope", "read", "--days", "0"], "between 1 and"),
        (["approve", "NOSUCHCODE"], "not waiting for approval"), (["revoke", "none"], "no valid token"),
        (["forget", "Nobody"], "Nobody"), (["export", "Nobody"], "Nobody"),
      ]
      for (words, says) in slips {
        let ran = try await porch.run(["people"] + words)
        #expect(ran.code == 1 && ran.err.contains(says) && ran.out.isEmpty, "\(words): \(ran)")
      }
      let list = try await porch.run("people", "list", "--json")
      #expect(list.json.first?["people"].array?.count == 2, "\(list)")
      if isServing { #expect(await porch.stop() == 0) }
    }

    @Test("a reader that goes away ends a command quietly; a full disk is said")
    func output() async throws {
      let porch = try Porch()
      let program = try #require(Porch.binary)
      func shell(_ line: String) async throws -> (Int32?, String) {
        let errors = porch.folder + "/shell.err"
        let child = try ChildProcess(
          "/bin/bash", ["-o", "pipefail", "-c", line],
          environment: ["THINNAI_SHARE": Porch.share, "THINNAI_HOME": porch.home, "PATH": "/usr/bin:/bin"],
          output: porch.folder + "/shell.out", errors: errors)
        let code = await child.waitAside(seconds: 30)
        return (code, (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
      }
      let (code, words) = try await shell("'\(program)' actions | true")
      #expect(code == 141 || code == 0)
      #expect(words.isEmpty)
      let (talk, crash) = try await shell("yes hello | head -100 | '\(program)' repl | head -1")
      #expect(talk == 141 || talk == 0)
      #expect(crash.isEmpty, "\(crash)")
      let (full, complaint) = try await shell("'\(program)' actions > /dev/full")
      #expect(full == 74 && complaint.contains("No space left"))
    }

    struct Bad: Sendable, CustomTestStringConvertible {
      var text: String
      var says: [String]
      var testDescription: String { String(text.prefix(40)).replacing("\n", with: "⏎") }
    }

    @Test(
      "a mistake in thinnai.yaml stops the start with its line and the mend",
      arguments: [
        Bad(text: "lisen: 127.0.0.1:1\n", says: ["line 1", "did you mean listen?"]),
        Bad(text: "\ntelegram:\n  pace:\n    chat_per_s: fast\n", says: ["line 4", "a number from 0 to 1000000"]),
        Bad(text: "outbox.patience_h: 9e18\n", says: ["line 1", "a number from 0 to 1000000"]),
        Bad(text: "email.port: 70000\n", says: ["line 1", "a number from 0 to 65535"]),
        Bad(text: "telegram.secret: \"a b\"\n", says: ["line 1", "letters, digits, _ and -"]),
        Bad(text: "workflows.trusted: erp\n", says: ["line 1", "no beginning of an address"]),
        Bad(text: "telegram: hello\n", says: ["line 1", "telegram is a group", "token"]),
        Bad(text: "listen:\n  port: 3\n", says: ["line 2", "listen takes one value"]),
        Bad(text: "telegram:\n  token: a\n  token: b\n", says: ["line 3", "only once"]),
        Bad(text: "log:\n  level: info\nlog.level: debug\n", says: ["line 3", "set twice"]),
        Bad(text: "telegram:\n\ttoken: a\n", says: ["line 2", "spaces instead of a tab"]),
        Bad(text: "- a\n", says: ["line 1", "expected settings"]),
        Bad(text: "listen: [1, 2]\n", says: ["line 1", "takes one value"]),
        Bad(text: "public_url: https://\n", says: ["line 1", "https://example.org"]),
        Bad(text: "owner:\n  zone: Mars/Base\n", says: ["line 2", "no time zone of this machine"]),
        Bad(text: "zoneinfo: /nowhere\n", says: ["line 1", "no time-zone files"]),
        Bad(text: "tls:\n  certificate: /nowhere.pem\n", says: ["line 2", "tls.key as well"]),
        Bad(text: "a: \"\u{0}\"\n", says: ["UTF-8 text without control characters"]),
      ])
    func configuration(_ bad: Bad) async throws {
      let porch = try Porch()
      try FileManager.default.createDirectory(atPath: porch.home, withIntermediateDirectories: true)
      try bad.text.write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      let ran = try await porch.run("serve", seconds: 20)
      #expect(ran.code == 1, "\(ran)")
      for words in bad.says + ["thinnai.yaml"] { #expect(ran.err.contains(words), "\(ran)") }
    }

    @Test("the environment wins over the file; an empty variable and an empty file are none")
    func layers() async throws {
      let porch = try Porch()
      try FileManager.default.createDirectory(atPath: porch.home, withIntermediateDirectories: true)
      try "".write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      #expect(try await porch.run("people").code == 0)
      try "log:\n  level: loud\n".write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      let wrong = try await porch.run("people", environment: ["THINNAI_LOG_LEVEL": "info"])
      #expect(wrong.code == 1, "a broken file is broken whatever the environment says: \(wrong)")
      try "log:\n  level: debug\n".write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      let set = try await porch.run("doctor", environment: ["THINNAI_LOG_LEVEL": "", "THINNAI_LISEN": "x"])
      #expect(set.out.contains("/home/thinnai.yaml, line 2)"), "\(set)")
      #expect(set.out.contains("THINNAI_LISEN is set, but nothing reads it; did you mean THINNAI_LISTEN?"), "\(set)")
      let over = try await porch.run("doctor", environment: ["THINNAI_LOG_LEVEL": "error"])
      #expect(over.out.contains("log.level (THINNAI_LOG_LEVEL)"), "\(over)")
    }

    @Test("a report is written to a file, while the house serves and while it does not")
    func saves() async throws {
      let porch = try Porch()
      let medicine = ["act", "medicine.add", "--name", "Telma", "--schedule", "every day at 8 am"]
      #expect(try await porch.run(medicine).code == 0)
      func save(_ name: String, _ more: String...) async throws -> String {
        let path = porch.folder + "/" + name
        let saved = try await porch.run(["act", "medicine.export"] + more + ["--save", path])
        #expect(saved.code == 0, "\(saved)")
        return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)).prefix(8), as: UTF8.self)
      }
      #expect(try await save("report.pdf").hasPrefix("%PDF-"))
      try await porch.start()
      #expect(try await save("served.pdf").hasPrefix("%PDF-"))
      #expect(try await save("served.csv", "--format", "csv").hasPrefix("due,"))
      let none = try await porch.run(["act", "task.list", "--save", porch.folder + "/none"])
      #expect(none.code == 1 && none.err.contains("No picture or file"), "\(none)")
      #expect(await porch.stop() == 0)
    }

    @Test("a backup never harms the store or another file, also while it serves")
    func backup() async throws {
      let porch = try Porch()
      try await porch.start()
      #expect(try await porch.run("act", "task.add", "--title", "Buy rice").code == 0)
      let over = try await porch.run("backup", porch.home + "/thinnai.db")
      #expect(over.code == 1 && over.err.contains("home itself"), "\(over)")
      let note = porch.folder + "/note.txt"
      try "precious".write(toFile: note, atomically: false, encoding: .utf8)
      let onto = try await porch.run("backup", note)
      #expect(onto.code == 1 && onto.err.contains("no backup of Thinnai"), "\(onto)")
      #expect(try String(contentsOfFile: note, encoding: .utf8) == "precious")
      for _ in 0..<2 { #expect(try await porch.run("backup", porch.folder + "/copy").code == 0) }
      let short = try await porch.run("backup", porch.folder + "/sealed", "--with-key", input: "short\n")
      #expect(short.code == 64 && short.err.contains("8 characters"), "\(short)")
      let held = try await porch.run("restore", porch.folder + "/copy")
      #expect(held.code == 1 && held.err.contains("stop it first"), "\(held)")
      #expect(await porch.stop() == 0)
    }

    @Test("a restore checks first, keeps what was there, and takes the key with the right words only")
    func restore() async throws {
      let porch = try Porch()
      #expect(try await porch.run("act", "task.add", "--title", "Buy rice").code == 0)
      let copy = porch.folder + "/copy"
      let sealed = try await porch.run("backup", copy, "--with-key", input: "correct horse\n")
      #expect(sealed.code == 0, "\(sealed)")

      let other = try Porch()
      #expect(try await other.run("act", "task.add", "--title", "Sell tea").code == 0)
      let before = Self.digest(other.home)
      let wrong = try await other.run("restore", copy, input: "wrong horse battery\n")
      #expect(wrong.code == 1 && wrong.err.contains("passphrase is wrong"), "\(wrong)")
      var bytes = [UInt8](FileManager.default.contents(atPath: copy) ?? Data())
      for index in stride(from: 20_000, to: bytes.count, by: 3) { bytes[index] = 0x5A }
      let damaged = other.folder + "/damaged"
      try Data(bytes).write(to: URL(fileURLWithPath: damaged))
      let refused = try await other.run("restore", damaged)
      #expect(refused.code == 1 && refused.err.contains("damaged"), "\(refused)")
      let newer = other.folder + "/newer"
      try FileManager.default.copyItem(atPath: copy, toPath: newer)
      let database = try SQLiteDatabase(path: newer, options: StoreOptions())
      try await HouseStore(database).write {
        try $0.execute("INSERT INTO migrations (room, number, applied_at) VALUES ('people', 99, 1)")
      }
      await database.close()
      let tooNew = try await other.run("restore", newer)
      #expect(tooNew.code == 1 && tooNew.err.contains("newer Thinnai (people 99"), "\(tooNew)")
      #expect(Self.digest(other.home) == before, "a refused restore changes nothing")

      let done = try await other.run("restore", copy, input: "correct horse\n")
      #expect(done.code == 0 && done.out.contains("thinnai.db.replaced"), "\(done)")
      let tasks = try await other.run("act", "task.list")
      #expect(tasks.out.contains("Buy rice") && !tasks.out.contains("Sell tea"), "\(tasks)")
      let old = try await SQLiteDatabase.inspect(other.home + "/thinnai.db.replaced") {
        try $0.count("SELECT count(*) FROM desk_tasks WHERE title = 'Sell tea'")
      }
      #expect(old == 1)
      let keys = [porch.home, other.home].map { FileManager.default.contents(atPath: $0 + "/master.key") }
      #expect(keys[0] != nil && keys[0] == keys[1])
    }

    @Test("no key is made where a store was written with one, and another key is named as such")
    func keys() async throws {
      let files = FileManager.default
      let porch = try Porch()
      #expect(try await porch.run("people", "add", "Meena", "--webhook", "https://example.org/x").code == 0)
      let (key, copy) = (porch.home + "/master.key", porch.folder + "/copy")
      #expect(try await porch.run("backup", copy).code == 0)
      try files.moveItem(atPath: key, toPath: porch.folder + "/mine")
      for words in [["people", "list"], ["serve"], ["repl"]] {
        let ran = try await porch.run(words, seconds: 20)
        #expect(ran.code == 1 && ran.err.contains("master.key is missing: put it back from your backup."), "\(ran)")
      }
      #expect(!files.fileExists(atPath: key))

      // another home's key is neither taken nor called a change of the file
      let other = try Porch()
      #expect(try await other.run("people", "add", "Anbu").code == 0)
      try files.copyItem(atPath: other.home + "/master.key", toPath: key)
      for words in [["people", "list"], ["doctor"]] {
        let ran = try await porch.run(words)
        #expect(ran.code == 1 && (ran.out + ran.err).contains("not the key that this store was written with"), "\(ran)")
        #expect(!(ran.out + ran.err).contains("somebody changed the file"), "\(ran)")
      }
      try files.removeItem(atPath: key)
      try files.copyItem(atPath: porch.folder + "/mine", toPath: key)
      #expect(try await porch.run("people", "list").code == 0)

      // restored beside another key: said at once, and nothing starts before the right one is there
      let restored = try await other.run("restore", copy)
      #expect(restored.code == 0 && restored.err.contains("another key than that of this home"), "\(restored)")
      #expect(restored.out.contains("master.key.replaced"), "\(restored)")
      let early = try await other.run("people", "list")
      #expect(early.code == 1 && early.err.contains("master.key is missing"), "\(early)")
      try files.copyItem(atPath: key, toPath: other.home + "/master.key")
      let late = try await other.run("people", "list")
      #expect(late.code == 0 && late.out.contains("Meena"), "\(late)")
    }

    @Test("restoring without the key into a new home says what to do, and the next start waits for it")
    func restoreWithoutKey() async throws {
      let porch = try Porch()
      #expect(try await porch.run("act", "task.add", "--title", "Buy rice").code == 0)
      let copy = porch.folder + "/copy"
      #expect(try await porch.run("backup", copy).code == 0)
      let other = try Porch()
      let restored = try await other.run("restore", copy)
      #expect(restored.code == 0 && restored.err.contains("came without its key: put your copy"), "\(restored)")
      #expect(try await other.run("people", "list").code == 1)
      #expect(!FileManager.default.fileExists(atPath: other.home + "/master.key"))
    }

    // MARK: doctor

    /// The bytes of every file in a folder.
    private static func digest(_ folder: String) -> [String: Data] {
      var files: [String: Data] = [:]
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name != "lock" {
        files[name] = FileManager.default.contents(atPath: folder + "/" + name)
      }
      return files
    }

    private static func findings(_ ran: Porch.Ran, _ state: String) -> [String] {
      (ran.json.first?["findings"].array ?? []).filter { $0["state"].string == state }
        .map { "\($0["name"].string ?? ""): \($0["sentence"].string ?? "")" }
    }

    @Test("doctor changes no byte: of no home, a closed one, one that was cut off and one that serves")
    func readOnly() async throws {
      let porch = try Porch()
      let none = try await porch.run("doctor")
      #expect(none.code == 0 && !FileManager.default.fileExists(atPath: porch.home), "\(none)")
      #expect(try await porch.run("act", "task.add", "--title", "Buy rice").code == 0)
      for isCut in [false, true] {
        if isCut {
          try await porch.start()
          await porch.kill()
        }
        let before = Self.digest(porch.home)
        let ran = try await porch.run("doctor", "--json")
        #expect(ran.code == 0 && ran.json.first?["ok"].bool == true, "\(ran)")
        #expect(Self.digest(porch.home) == before)
      }
      try await porch.start()
      let serving = try await porch.run("doctor")
      #expect(serving.code == 0 && serving.out.contains("in use by process"), "\(serving)")
      #expect(await porch.stop() == 0)
    }

    @Test("doctor says what is wrong with a broken home")
    func broken() async throws {
      let porch = try Porch()
      #expect(try await porch.run("people", "add", "Meena").code == 0)
      let key = porch.home + "/master.key"
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
      var ran = try await porch.run("doctor", "--json")
      #expect(ran.code == 1 && Self.findings(ran, "wrong").contains { $0.contains("chmod 600") }, "\(ran)")
      try FileManager.default.removeItem(atPath: key)
      ran = try await porch.run("doctor", "--json")
      #expect(ran.code == 1 && Self.findings(ran, "wrong").contains { $0.contains("master.key is missing") }, "\(ran)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: porch.home)
      try "listen: nowhere\n".write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      ran = try await porch.run("doctor", "--json")
      #expect(Self.findings(ran, "note").contains { $0.contains("chmod 700") }, "\(ran)")
      #expect(Self.findings(ran, "wrong").contains { $0.contains("thinnai.yaml, line 1") }, "\(ran)")
      try FileManager.default.removeItem(atPath: porch.home + "/thinnai.yaml")
      var bytes = [UInt8](FileManager.default.contents(atPath: porch.home + "/thinnai.db") ?? Data())
      for index in stride(from: 8_192, to: bytes.count, by: 2) { bytes[index] ^= 0x5A }
      try Data(bytes).write(to: URL(fileURLWithPath: porch.home + "/thinnai.db"))
      ran = try await porch.run("doctor", "--json")
      #expect(ran.code == 1 && Self.findings(ran, "wrong").contains { $0.contains("./thinnai restore FILE") }, "\(ran)")
    }

    @Test("what is erased stands in no file of the home, and what others said stays")
    func erase() async throws {
      let porch = try Porch()
      #expect(try await porch.run("people", "add", "Meena", "--persona", "founder").code == 0)
      let said = try await porch.run(
        "repl", input: "remember that my locker code is canaryzebra77\nwhat is my locker code\nI like canaryzebra77\n")
      #expect(said.out.contains("canaryzebra77"), "\(said)")
      #expect(try await porch.run("repl", "--as", "Meena", input: "remember that I like blue tea\n").code == 0)
      let exported = try await porch.run("memory", "export")
      #expect(exported.code == 0 && exported.out.contains("canaryzebra77"), "\(exported)")
      #expect(try await porch.run("memory", "export", "--markdown").out.contains("canaryzebra77"))
      let owner = try #require(
        JSON.parse(exported.out)["person"]["name"].string)
      #expect(try await porch.run("memory", "erase", "--person", owner).code == 1, "without a yes nothing goes")
      let erased = try await porch.run("memory", "erase", "--person", owner, "--yes", "--json")
      #expect(erased.code == 0, "\(erased)")
      for name in FileManager.default.enumerator(atPath: porch.home) ?? .init() {
        let path = porch.home + "/\(name)"
        guard let bytes = FileManager.default.contents(atPath: path) else { continue }
        #expect(bytes.range(of: Data("canaryzebra77".utf8)) == nil, "\(name)")
      }
      #expect(try await porch.run("memory", "export", "--person", "Meena").out.contains("blue tea"))
    }

    @Test("doctor names old zone data, a port that is taken and credentials that do not hold")
    func outside() async throws {
      let telegram = try TelegramStandIn()
      let porch = try Porch(telegram: telegram, telegramSecret: nil)
      let zones = porch.folder + "/zones"
      try FileManager.default.createDirectory(atPath: zones + "/Asia", withIntermediateDirectories: true)
      for zone in ["Asia/Kolkata", "UTC"] {
        try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/\(zone)", toPath: "\(zones)/\(zone)")
      }
      try "# version 2023c\n".write(toFile: zones + "/tzdata.zi", atomically: false, encoding: .utf8)
      try await porch.start()
      let ran = try await porch.run(
        "doctor", "--json", "--home", porch.folder + "/second", environment: ["THINNAI_ZONEINFO": zones])
      #expect(ran.code == 1)
      #expect(Self.findings(ran, "wrong").contains { $0.contains("taken by another program") }, "\(ran)")
      #expect(Self.findings(ran, "note").contains { $0.contains("2023c is older than a year") }, "\(ran)")
      #expect(Self.findings(ran, "ok").contains { $0.contains("Telegram knows the token") }, "\(ran)")
      #expect(!ran.out.contains(telegram.token))
      #expect(await porch.stop() == 0)
    }
  }
}
