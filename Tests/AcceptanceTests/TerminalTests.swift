import Base
import Benchmarking
import Formats
import Foundation
import Testing

extension AcceptanceTests {
  /// `repl` and the commands, as scripts use them.
  @Suite("The terminal and the commands", .timeLimit(.minutes(5)))
  struct TerminalTests {
    static let now = "2026-11-23T10:00:00+05:30"

    /// Lines in, answers out, at a moment that stands still.
    private static func talk(_ lines: [String], persona: String? = nil, porch: Porch? = nil) async throws -> [JSON] {
      let porch = try porch ?? Porch()
      let more = persona.map { ["--persona", $0] } ?? []
      let ran = try await porch.run(
        ["repl", "--json", "--now", now] + more, input: lines.joined(separator: "\n") + "\n")
      #expect(ran.code == 0, "\(ran)")
      let answers = ran.json.filter { $0["proactive"].bool != true }
      #expect(answers.count == lines.count, "one line for each line: \(ran)")
      #expect(ran.lines.count == ran.json.count, "a line that is no JSON: \(ran.out)")
      return answers
    }

    private static func action(_ answer: JSON) -> String? { answer["actions"][0]["name"].string }

    @Test("repl answers plain lines and ends well at the end of input")
    func plain() async throws {
      let porch = try Porch()
      let ran = try await porch.run("repl", input: "hello\nadd expense 120 rupees for tea\n")
      #expect(ran.code == 0, "\(ran)")
      #expect(ran.out.contains("120"))
      #expect(!ran.out.contains("\u{1B}["), "colours where nobody sees them")
      let empty = try await porch.run("repl", input: "")
      #expect(empty.code == 0, "\(empty)")
      // The last line may lack its end.
      let cut = try await porch.run("repl", "--json", input: "hello")
      #expect(cut.code == 0 && cut.json.count == 1, "\(cut)")
    }

    @Test("repl on a terminal shows its prompt and takes every script", arguments: ["C", "C.UTF-8"])
    func onTerminal(locale: String) async throws {
      let porch = try Porch()
      let program = try #require(Porch.binary)
      let (input, output) = (porch.folder + "/typed", porch.folder + "/screen")
      try "add expense 120 rupees for tea\nவணக்கம்\n".write(toFile: input, atomically: false, encoding: .utf8)
      // `script` gives its command a terminal of its own
      let child = try ChildProcess(
        "/usr/bin/script", ["-qec", "'\(program)' repl --now \(Self.now)", "/dev/null"],
        environment: [
          "THINNAI_SHARE": Porch.share, "HOME": porch.folder, "TERM": "xterm", "LC_ALL": locale,
          "PATH": "/usr/bin:/bin",
        ], output: output, errors: output, input: input)
      let code = await child.waitAside(seconds: 30)
      let screen = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
      #expect(code == 0, "\(screen)")
      #expect(screen.contains("you ›") && screen.contains("120"), "\(screen)")
    }

    @Test("repl --json gives the agreed members, one line for each")
    func shape() async throws {
      let answers = try await Self.talk([
        "add expense 120 rupees for tea", "sdkfjh qwpoeiru zxmcnb", "what did i spend today",
      ])
      for answer in answers {
        for key in ["text", "buttons", "persona", "intent", "confidence", "actions"] {
          #expect(answer.object?.keys.contains(key) == true, "\(key) is missing in \(answer)")
        }
        #expect(answer["text"].string?.isEmpty == false)
        #expect(answer["persona"].string == "founder")
        for action in answer["actions"].array ?? [] {
          for key in ["name", "arguments", "status", "result"] {
            #expect(action.object?.keys.contains(key) == true, "\(key) is missing in \(action)")
          }
        }
        if let confidence = answer["confidence"].double { #expect((0...1).contains(confidence)) }
      }
      #expect(answers[0]["intent"].string == "expense.add")
      #expect(answers[0]["actions"][0]["status"].string == "done")
      #expect(answers[1]["intent"].isNull, "nonsense is out of scope: \(answers[1])")
      #expect(answers[2]["text"].string?.contains("120") == true)
    }

    @Test("asks for what is missing, corrects and takes back")
    func conversation() async throws {
      let answers = try await Self.talk([
        "remind me to call the bank", "at 8 pm", "no, 9 pm", "what are my reminders", "undo",
      ])
      #expect(Self.action(answers[0]) == "reminder.create")
      #expect(answers[0]["actions"][0]["status"].string == "asked", "\(answers[0])")
      #expect(answers[1]["actions"][0]["status"].string == "done", "\(answers[1])")
      #expect(answers[3]["text"].string?.contains("9") == true, "the correction counts: \(answers[3])")
      #expect(answers[3]["text"].string?.contains("8:00 pm") == false, "the old time is gone: \(answers[3])")
    }

    @Test("undo takes the last write back")
    func undo() async throws {
      let answers = try await Self.talk(["add expense 450 rupees for auto", "undo", "what did i spend today"])
      #expect(answers[1]["text"].string?.contains("450") == true, "\(answers[1])")
      #expect(answers[2]["text"].string?.contains("450") == false, "\(answers[2])")
    }

    @Test("speaks as an elder on trial, and as somebody known")
    func others() async throws {
      let elder = try await Self.talk(["i took my tablet"], persona: "elder")
      #expect(elder[0]["persona"].string == "elder")
      let porch = try Porch()
      #expect(try await porch.run("people", "add", "Meena", "--persona", "client", "--language", "en").code == 0)
      let ran = try await porch.run("repl", "--json", "--as", "Meena", input: "hello\n")
      #expect(ran.code == 0 && ran.json.first?["persona"].string == "client", "\(ran)")
      let nobody = try await porch.run("repl", "--as", "Nobody Known", input: "hello\n")
      #expect(nobody.code != 0 && nobody.err.contains("Nobody Known"), "\(nobody)")
    }

    @Test("--now without a home leaves no trace")
    func standstill() async throws {
      let porch = try Porch(environment: ["THINNAI_HOME": nil])
      let ran = try await porch.run("repl", "--json", "--now", Self.now, input: "add expense 10 rupees for tea\n")
      #expect(ran.code == 0, "\(ran)")
      #expect(!FileManager.default.fileExists(atPath: porch.folder + "/.thinnai"))
    }

    @Test("commands explain themselves and exit as Unix users expect")
    func manners() async throws {
      let porch = try Porch()
      let overview = try await porch.run("--help")
      #expect(overview.code == 0 && overview.out.contains("repl") && overview.err.isEmpty)
      for command in [
        "serve", "repl", "doctor", "people", "act", "actions", "import", "backup", "restore", "bench", "time",
        "calendar", "version",
      ] {
        let help = try await porch.run(command, "--help")
        #expect(help.code == 0 && help.out.contains("Usage"), "\(command): \(help)")
      }
      let version = try await porch.run("version")
      #expect(version.code == 0 && version.out.contains("."))
      let unknown = try await porch.run("serv")
      #expect(unknown.code == 64 && unknown.out.isEmpty && unknown.err.contains("serve"), "\(unknown)")
      let option = try await porch.run("serve", "--prot", "1")
      #expect(option.code == 64 && !option.err.isEmpty, "\(option)")
      let missing = try await porch.run("import", "calendar", porch.folder + "/none.ics")
      #expect(missing.code != 0 && missing.err.contains("none.ics"), "\(missing)")
      try "listen: nowhere\n".write(toFile: porch.folder + "/bad.yaml", atomically: false, encoding: .utf8)
      try FileManager.default.createDirectory(atPath: porch.home, withIntermediateDirectories: true)
      try "telegram:\n  tokn: x\n".write(toFile: porch.home + "/thinnai.yaml", atomically: false, encoding: .utf8)
      let broken = try await porch.run("serve", seconds: 20)
      #expect(broken.code != 0 && broken.err.contains("thinnai.yaml") && broken.err.contains("2"), "\(broken)")
    }

    @Test("act and actions reach every action", arguments: [false, true])
    func acting(isServing: Bool) async throws {
      let porch = try Porch()
      if isServing { try await porch.start() }
      let catalogue = try await porch.run("actions", "--json")
      #expect(catalogue.code == 0, "\(catalogue)")
      for name in ["reminder.create", "task.add", "expense.add"] { #expect(catalogue.out.contains(name)) }
      let done = try await porch.run("act", "task.add", "--title", "Buy rice", "--json")
      #expect(done.code == 0 && done.json.count == 1, "\(done)")
      let list = try await porch.run("act", "task.list", "--json")
      #expect(list.code == 0 && list.out.contains("Buy rice"), "\(list)")
      let wrong = try await porch.run("act", "task.add", "--titel", "x")
      #expect(wrong.code != 0 && wrong.err.contains("titel"), "\(wrong)")
      let unknown = try await porch.run("act", "task.ad")
      #expect(unknown.code != 0 && unknown.err.contains("task.a"), "\(unknown)")
      if isServing { #expect(await porch.stop() == 0) }
    }

    @Test("people are added, linked, given tokens and taken them away", arguments: [false, true])
    func people(isServing: Bool) async throws {
      let porch = try Porch()
      if isServing { try await porch.start() }
      let amma = try await porch.run(
        "people", "add", "Amma", "--persona", "elder", "--language", "ta", "--zone", "Asia/Kolkata", "--telegram",
        "4711")
      #expect(amma.code == 0, "\(amma)")
      #expect(try await porch.run("people", "add", "Ravi", "--persona", "founder").code == 0)
      #expect(try await porch.run("people", "link", "Amma", "Ravi").code == 0)
      let list = try await porch.run("people", "list", "--json")
      #expect(list.code == 0 && list.out.contains("Amma") && list.out.contains("Asia/Kolkata"), "\(list)")
      let twice = try await porch.run("people", "add", "Other", "--telegram", "4711")
      #expect(twice.code != 0, "an address belongs to one person: \(twice)")
      let zone = try await porch.run("people", "add", "Other", "--zone", "Mars/Base")
      #expect(zone.code != 0 && zone.err.contains("Mars/Base"), "\(zone)")
      let token = try await porch.token(for: "Ravi", scope: "read")
      #expect(token.count >= 32)
      let listed = try await porch.run("people", "list", "--json")
      #expect(!listed.out.contains(token), "a token is shown once")
      if isServing { #expect(await porch.stop() == 0) }
    }

    @Test("a backup restores everything but the key; a repeated import changes nothing")
    func keeping() async throws {
      let porch = try Porch()
      #expect(try await porch.run("act", "task.add", "--title", "Buy rice").code == 0)
      let file = Porch.share + "/Fixtures/time/ics/01-standup.ics"
      let first = try await porch.run("import", "calendar", file, "--json")
      #expect(first.code == 0, "\(first)")
      let again = try await porch.run("import", "calendar", file, "--json")
      #expect(again.code == 0, "\(again)")
      let backup = porch.folder + "/copy.thinnai"
      let kept = try await porch.run("backup", backup)
      #expect(kept.code == 0, "\(kept)")
      let key = FileManager.default.contents(atPath: porch.home + "/master.key") ?? Data()
      let bytes = FileManager.default.contents(atPath: backup) ?? Data()
      #expect(!bytes.isEmpty && !key.isEmpty && bytes.range(of: key.prefix(32)) == nil, "the key is in the backup")
      let other = try Porch()
      let restored = try await other.run("restore", backup)
      #expect(restored.code == 0 && restored.err.contains("put your copy of master.key"), "\(restored)")
      try FileManager.default.copyItem(atPath: porch.home + "/master.key", toPath: other.home + "/master.key")
      let list = try await other.run("act", "task.list", "--json")
      #expect(list.out.contains("Buy rice"), "\(list)")
      let rubbish = porch.folder + "/rubbish"
      try "not a backup".write(toFile: rubbish, atomically: false, encoding: .utf8)
      let refused = try await other.run("restore", rubbish)
      #expect(refused.code != 0 && !refused.err.isEmpty)
      #expect(try await other.run("act", "task.list", "--json").out.contains("Buy rice"), "a bad restore does no harm")
    }

    @Test("a file, a pipe and the standard input are imported alike, bad rows told by line", arguments: [false, true])
    func importing(isServing: Bool) async throws {
      let porch = try Porch()
      if isServing { try await porch.start() }
      let header = "meter,time,value,unit\n"
      let rows = (0..<5_000).map { "M1,\(1_760_000_000 + $0 * 900),\($0 % 7),kWh\n" }
      let text = header + rows[..<4_000].joined() + "M1,never,1,kWh\n" + rows[4_000...].joined()
      let ran = try await porch.run("import", "readings", "-", "--json", input: text)
      try #require(ran.code == 0, "\(ran)")
      #expect(ran.json.first?["added"].int == 5_000)
      #expect(ran.json.first?["problems"][0]["line"].int == 4_002)
      let pipe = porch.folder + "/pipe"
      try #require(mkfifo(pipe, 0o600) == 0)
      Thread.detachNewThread { try? text.write(toFile: pipe, atomically: false, encoding: .utf8) }
      let again = try await porch.run("import", "readings", pipe, "--json")
      #expect(again.json.first?["added"].int == 0 && again.json.first?["unchanged"].int == 5_000, "\(again)")
      let wrong = try await porch.run("import", "reading", "-", input: text)
      #expect(wrong.code == 64 && wrong.err.contains("readings"), "\(wrong)")
      let empty = try await porch.run("import", "readings", "-")
      #expect(empty.code == 1 && empty.err.contains("empty"), "\(empty)")
      let left = try FileManager.default.contentsOfDirectory(atPath: porch.home).filter { $0.hasSuffix(".pipe") }
      #expect(left.isEmpty)
      if isServing { #expect(await porch.stop() == 0) }
    }

    @Test("doctor finds a healthy home healthy and changes nothing")
    func doctor() async throws {
      let porch = try Porch()
      #expect(try await porch.run("act", "task.list").code == 0)
      let ran = try await porch.run("doctor")
      #expect(ran.code == 0, "\(ran)")
      #expect(ran.out.lowercased().contains("zone"))
    }

    @Test("time expand answers the shared cases")
    func timeExpand() async throws {
      let porch = try Porch()
      let path = Porch.share + "/Fixtures/time/rrule_examples.json"
      let ran = try await porch.run("time", "expand", "--cases", path, "--json")
      #expect(ran.code == 0, "\(ran.err)")
      let file = try JSON.parse(Array(FileManager.default.contents(atPath: path) ?? Data()))
      let cases = try #require(file["cases"].array)
      try #require(cases.count == 333 && ran.json.count == cases.count)
      for (wanted, got) in zip(cases, ran.json) {
        #expect(got["id"] == wanted["id"])
        #expect(got["local"] == wanted["local"], "\(wanted["id"])")
        #expect(got["utc"] == wanted["utc"], "\(wanted["id"])")
        #expect(got["next"].array == (wanted["next_after"].array ?? []).map { $0["next"] }, "\(wanted["id"])")
      }
      let refused = try await porch.run(
        "time", "expand", "--cases", Porch.share + "/Fixtures/time/rrule_reject_examples.json", "--json")
      #expect(refused.json.count == 25 && refused.json.allSatisfy { !$0["error"].isNull }, "\(refused)")
    }

    @Test("calendar expand gives what an independent library gives")
    func calendarExpand() async throws {
      let porch = try Porch()
      let folder = Porch.share + "/Fixtures/time/ics/"
      let file = try JSON.parse(Array(FileManager.default.contents(atPath: folder + "expected.json") ?? Data()))
      for calendar in try #require(file["calendars"].array) {
        let name = calendar["file"].string ?? ""
        let ran = try await porch.run(
          "calendar", "expand", folder + name, "--from", calendar["from"].string ?? "", "--to",
          calendar["to"].string ?? "", "--json")
        #expect(ran.code == 0, "\(name): \(ran.err)")
        let got = ran.json.count == 1 ? ran.json[0]["occurrences"].array ?? ran.json[0].array ?? ran.json : ran.json
        func key(_ one: JSON) -> String {
          ["uid", "start", "end"].map { one[$0].string ?? "" }.joined(separator: " ")
        }
        let wanted = (calendar["occurrences"].array ?? []).map(key).sorted()
        #expect(got.map(key).sorted() == wanted, "\(name)")
      }
    }
  }
}
