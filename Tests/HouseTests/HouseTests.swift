import Testing

@Suite("The house")
struct HouseTests {
  @Test("keeps every rule", arguments: Rules.all.map(\.name))
  func rules(_ name: String) throws {
    let rule = try #require(Rules.all.first { $0.name == name }?.rule)
    let findings = rule(.house)
    #expect(findings.isEmpty, "\n\(findings.map(\.description).joined(separator: "\n"))")
  }

  @Test("was found")
  func found() {
    #expect(SourceTree.house.files["Package.swift"] != nil)
    #expect(SourceTree.house.code["Sources/Platform/Base/Instant.swift"] != nil)
  }
}

/// Each rule is shown a house that breaks it, so that a rule that sees nothing is seen.
@Suite("Rules of the house")
struct RuleTests {
  private func lines(_ rule: Rules.Rule, _ files: [String: String]) -> [String] {
    rule(SourceTree(files)).map { "\($0.file):\($0.line ?? 0)" }
  }

  @Test(
    "imports that go up or sideways are found",
    arguments: [
      ("Domains/Care", "import Desk", true), ("Domains/Care", "import People", false),
      ("Domains/Care", "internal import Conversation", true), ("Domains/Care", "import Crews", true),
      ("Domains/Care", "import Telegram", true), ("Domains/Care", "import CSQLite", true),
      ("Doors/Telegram", "package import Conversation", false), ("Doors/Telegram", "import Web", true),
      ("Doors/Telegram", "import Care", true), ("Platform/Store", "import People", true),
      ("Platform/Store", "import CSQLite", false), ("Core/People", "import Messages", false),
      ("Core/People", "import struct Events.Event", true), ("Core/People", "import Alamofire", true),
      ("Core/People", "import Synchronization", false), ("App/Thinnai", "import Care", false),
      ("Core/People", "// import Conversation", false), ("Core/Rumours", "", true), ("Cellar/Wine", "", true),
    ])
  func imports(_ folder: String, _ line: String, _ isBreach: Bool) {
    var files = ["Sources/\(folder)/Here.swift": "\n\(line)\n"]
    for room in [
      "Domains/Desk", "Domains/Care", "Core/People", "Core/Messages", "Core/Events", "Core/Conversation", "Core/Crews",
      "Doors/Telegram", "Doors/Web", "Platform/Store",
    ] { files["Sources/\(room)/A.swift"] = "" }
    files["Sources/C/CSQLite/shim.h"] = ""
    #expect(!Rules.imports(SourceTree(files)).isEmpty == isBreach)
  }

  @Test(
    "banned calls are found in code only",
    arguments: [
      ("let x = try! f()", true), ("print(1)", true), ("terminal.print(1)", false), ("func print(_ x: Int) {}", false),
      ("blueprint(1)", false), ("// print(1)", false), ("/* try! /* x */ try! */", false),
      ("let s = \"try! it\"", false),
      ("let s = \"\\(try! f())\"", true), ("let s = #\"\\(try! f())\"#", false),
      ("let s = \"\"\"\n try! \"x\" \n\"\"\"", false),
      ("let s = \"a \\(b(\"c\")) d\"; fatalError(\"x\")", true), ("final class A: @unchecked Sendable {}", true),
      ("Thread.sleep(1)", true), ("let f = DateFormatter()", true), ("let d = UpDate()", false),
    ])
  func calls(_ code: String, _ isBreach: Bool) {
    #expect(!Rules.bannedCalls(SourceTree(["Sources/Core/People/A.swift": code])).isEmpty == isBreach)
  }

  @Test("claims without a proof, tasks without an owner, long files and machine paths are found at their line")
  func places() {
    let path = "Sources/Platform/Base/A.swift"
    #expect(lines(Rules.proofs, [path: "import B\n\nclass A: @unchecked Sendable {}"]) == ["\(path):3"])
    #expect(lines(Rules.proofs, [path: "// One thread.\n@frozen\nclass A: @unchecked Sendable {}"]).isEmpty)
    #expect(lines(Rules.unownedTasks, [path: "f()\nTask { g() }"]) == ["\(path):2"])
    #expect(lines(Rules.unownedTasks, [path: "let t: Task<Void, Never>?\nlet b = MyTask { }"]).isEmpty)
    #expect(lines(Rules.longFiles, [path: String(repeating: "\n", count: 451)]) == ["\(path):450"])
    #expect(lines(Rules.machinePaths, [path: "\n\nopen(\"/tmp/x\")"]) == ["\(path):3"])
    #expect(lines(Rules.machinePaths, [path: "open(\"/var/tmp/x\") // \\(base)/home/"]).isEmpty)
  }

  @Test("a call that the service forbids, and a door that the table of raw bytes forgot, are found")
  func outside() {
    let unit = "Deploy/thinnai.service"
    let start = ["Sources/Platform/A.swift": "start(\"/usr/bin/setpriv\")"]
    func filters(_ lines: String...) -> [String: String] {
      start.merging([unit: lines.map { "SystemCallFilter=" + $0 }.joined(separator: "\n")]) { $1 }
    }
    #expect(lines(Rules.service, filters("@system-service", "~@privileged")) == ["\(unit):0"])
    #expect(lines(Rules.service, filters("capset", "~@privileged")) == ["\(unit):0"])
    #expect(lines(Rules.service, filters("@system-service", "~@privileged", "capset prctl")).isEmpty)
    let table = "Tests/AcceptanceTests/RawBytes/DoorTable.swift"
    let doors = [
      "Sources/Doors/Fax/Fax.swift": "struct Fax: HTTPHandler {}", "Sources/Doors/Pager/A.swift": "send(x)",
      "Sources/Doors/Post/B.swift": "let a = InboundMessage(from: b)", table: "Row(room: \"Post\")",
    ]
    #expect(lines(Rules.doorRows, doors) == ["\(table):0"])
  }

  @Test("data that nobody reads is found")
  func data() {
    let files = [
      "Sources/Core/Understanding/A.swift": "walk(\"Intents\"); read(\"Fixtures/ics/one.ics\")",
      "Intents/en/care.yaml": "", "Fixtures/ics/one.ics": "", "Fixtures/mail/two.eml": "", "Personas/elder.yaml": "",
    ]
    #expect(lines(Rules.dataFiles, files) == ["Personas/elder.yaml:0", "Fixtures/mail/two.eml:0"])
  }

  @Test("settings without a row, rows without a setting and wrong defaults are found")
  func settings() {
    let page = "Docs/configuration.md"
    let files = [
      "Sources/App/Thinnai/Configuration.swift": """
      Key(name: "listen", kind: .text, fallback: "here", summary: "x"),
      Key(
        name: "log.level", kind: .text, fallback: "info",
        summary: "x"), Key(name: "owner.name", kind: .text, fallback: "", summary: "x")
      """,
      page: "| `listen` | `there` | x |\n| `log.level` | `info` | x |\n| `old` | | x |\n## Files\n| `lock` | x |",
    ]
    #expect(lines(Rules.settings, files) == ["\(page):1", "\(page):3", "\(page):0"])
  }

  @Test("dead links, headings and commands are found")
  func docs() {
    let page = """
      # The Porch, again
      [a](Docs/a.md) [b](Docs/b.md) ![c](Docs/a.md#there) [d](#the-porch-again) [e](https://example.org/x)
      ```sh
      [not](a-link)
      $ ./thinnai serve --home x | ./thinnai juggle
      THINNAI_HOME=x ./thinnai --help
      ```
      """
    let files = ["README.md": page, "Docs/a.md": "# Here", "Sources/App/Thinnai/A.swift": "case \"serve\": run()"]
    #expect(lines(Rules.links, files) == ["README.md:2", "README.md:2"])
    #expect(lines(Rules.commands, files) == ["README.md:5"])
  }
}
