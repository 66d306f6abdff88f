import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Workflows

/// What n8n does with the items of its nodes, and what a file holds that nothing of ours does: right here, or listed.
@Suite struct N8NItemTests {
  private static func node(
    _ name: String, _ type: String, _ parameters: String = "{}", version: Double = 1, more: String = ""
  )
    -> String
  {
    """
    {"name": \(JSON.string(name).text()), "type": "n8n-nodes-base.\(type)", "typeVersion": \(version),
     "parameters": \(parameters)\(more)}
    """
  }

  /// - Parameter connections: for each node, what each of its outputs leads to.
  private static func file(
    _ nodes: [String], _ connections: [(String, [[String]])], name: String = "Flow"
  ) -> String {
    let all = connections.map { from, outputs in
      let lists = outputs.map { "[" + $0.map { "{\"node\": \(JSON.string($0).text())}" }.joined(separator: ", ") + "]" }
      return "\(JSON.string(from).text()): {\"main\": [\(lists.joined(separator: ", "))]}"
    }
    return """
      {"name": \(JSON.string(name).text()), "nodes": [\(([node("M", "manualTrigger")] + nodes).joined(separator: ",\n"))],
       "connections": {\(all.joined(separator: ", "))}}
      """
  }

  private static func set(_ name: String, _ field: String, _ value: String, type: String = "string") -> String {
    node(
      name, "set",
      "{\"assignments\": {\"assignments\": [{\"name\": \"\(field)\", \"value\": \(JSON.string(value).text()), \"type\": \"\(type)\"}]}}",
      version: 3.4)
  }

  private static func tell(_ text: String) -> String {
    node("Say", "telegram", "{\"text\": \(JSON.string(text).text())}")
  }

  private func bring(_ text: String, into house: WorkflowHouse) async throws -> Importer.Report {
    let importer = try #require(Workflows.room.importers.first { $0.kind == "n8n" })
    return try await importer.run(
      ByteSource(Array(text.utf8)), "flow.json", [:], house.harness.owner, house.harness.tenant())
  }

  /// What a file tells when it is run.
  private func told(_ text: String, answers: String...) async throws -> (
    told: [String], notes: [String], state: String?
  ) {
    let house = try await WorkflowHouse()
    let notes = try await bring(text, into: house).notes.map(\.sentence)
    for answer in answers { house.web.willSay(answer) }
    let run = try await house.start("flow")
    return (house.harness.told().map(\.text), notes, try await house.state(run))
  }

  @Test("titles of other scripts are different workflows, and their nodes can be named")
  func otherScripts() async throws {
    let house = try await WorkflowHouse()
    for (title, text) in [("வேலை ஒன்று", "one"), ("வேலை இரண்டு", "two"), ("काम एक", "three"), ("📅", "four"), ("🎉", "five")] {
      let report = try await bring(
        Self.file(
          [Self.set("கோரிக்கை", "w", text), Self.tell("={{ $('கோரிக்கை').item.json.w }}")],
          [("M", [["கோரிக்கை"]]), ("கோரிக்கை", [["Say"]])], name: title), into: house)
      #expect(report.added == 1 && !report.notes.contains { $0.sentence.contains("could not be read") }, "\(report)")
    }
    let all = try await house.harness.run("workflow.catalogue").data["workflows"].array ?? []
    #expect(all.count == 5)
    for one in all { _ = try await house.start(one["name"].string ?? "") }
    #expect(house.harness.told().map(\.text).sorted() == ["five", "four", "one", "three", "two"])
  }

  @Test(
    "a file of the same title takes the place of the one before and says so; another title of the same letters does not"
  )
  func replaces() async throws {
    let house = try await WorkflowHouse()
    func one(_ text: String, _ title: String) -> String {
      Self.file([Self.tell(text)], [("M", [["Say"]])], name: title)
    }
    _ = try await bring(one("a", "My workflow"), into: house)
    let again = try await bring(one("b", "My workflow"), into: house)
    #expect(again.updated == 1 && again.notes.contains { $0.sentence.contains("took the place") })
    #expect(try await bring(one("c", "My Workflow!"), into: house).added == 1)
    #expect(try await house.harness.run("workflow.catalogue").data["workflows"].array?.count == 2)
  }

  @Test("files of several workflows, in a wrapping, or with a mark of their order of bytes are read")
  func wrapped() async throws {
    let house = try await WorkflowHouse()
    let (one, two) = (
      Self.file([Self.tell("a")], [("M", [["Say"]])], name: "One"),
      Self.file([Self.tell("b")], [("M", [["Say"]])], name: "Two")
    )
    #expect(try await bring("\u{FEFF}[\(one), \(two)]", into: house).added == 2)
    #expect(try await bring("{\"workflow\": \(one)}", into: house).unchanged == 1)
    #expect(try await bring("{\"data\": [\(two)]}", into: house).unchanged == 1)
  }

  @Test(
    "a switch of the first version takes the output that its rule names",
    arguments: [("a", "two"), ("b", "zero"), ("z", "three")])
  func switches(_ given: String, _ way: String) async throws {
    let rules = #"""
      {"dataType": "string", "value1": "={{ $json.k }}", "rules": {"rules": [{"value2": "a", "output": 2}, {"value2": "b"}]},
       "fallbackOutput": 3}
      """#
    let ways = ["zero", "one", "two", "three"]
    let result = try await told(
      Self.file(
        [Self.set("A", "k", given), Self.node("Sw", "switch", rules)]
          + ways.map { Self.node($0, "telegram", "{\"text\": \"\($0)\"}") },
        [("M", [["A"]]), ("A", [["Sw"]]), ("Sw", ways.map { [$0] })]))
    #expect(result.told == [way])
  }

  @Test("behind a merge the fields of whichever way was taken are there")
  func merges() async throws {
    let condition = #"{"conditions": {"string": [{"value1": "={{ $json.k }}", "value2": "b"}]}}"#
    for (k, way) in [("b", "from b"), ("c", "c")] {
      let result = try await told(
        Self.file(
          [
            Self.set("A", "k", k), Self.node("If", "if", condition), Self.set("B", "y", "from b"),
            Self.node("No", "noOp"),
            Self.node("Merge", "merge", "{}", version: 3), Self.tell("={{ $json.y ?? $json.k }}"),
          ],
          [
            ("M", [["A"]]), ("A", [["If"]]), ("If", [["B"], ["No"]]), ("B", [["Merge"]]), ("No", [["Merge"]]),
            ("Merge", [["Say"]]),
          ]))
      #expect(result.told == [way] && result.notes.count == 1, "\(result)")
    }
  }

  @Test("what was gathered is a list of all items")
  func aggregates() async throws {
    let result = try await told(
      Self.file(
        [
          Self.node("H", "httpRequest", #"{"url": "https://example.org/list"}"#),
          Self.node("Agg", "aggregate", #"{"aggregate": "aggregateAllItemData"}"#),
          Self.tell("={{ $json.data.length }} {{ $json.data[0].name }}"),
        ], [("M", [["H"]]), ("H", [["Agg"]]), ("Agg", [["Say"]])]), answers: #"[{"name": "x"}, {"name": "y"}]"#)
    #expect(result.told == ["2 x"])
  }

  @Test("what is switched off hands on what came in; of a switched-off IF by its first output")
  func disabled() async throws {
    let off = ", \"disabled\": true"
    let result = try await told(
      Self.file(
        [
          Self.set("A", "x", "kept"),
          Self.node("Off", "httpRequest", #"{"url": "https://example.org/off"}"#, more: off),
          Self.node(
            "If", "if", #"{"conditions": {"string": [{"value1": "={{ $json.x }}", "value2": "no"}]}}"#, more: off),
          Self.tell("={{ $json.x }}"), Self.node("Other", "telegram", #"{"text": "other"}"#),
        ], [("M", [["A"]]), ("A", [["Off"]]), ("Off", [["If"]]), ("If", [["Say"], ["Other"]])]))
    #expect(result.told == ["kept"] && result.state == "done")
  }

  @Test(
    "an operation that has no step is listed, and the step fails; the file comes in all the same",
    arguments: [
      ("telegram", #"{"operation": "sendPhoto", "file": "x"}"#), ("telegram", #"{"operation": "deleteMessage"}"#),
      ("gmail", #"{"operation": "delete", "messageId": "1"}"#), ("gmail", #"{"operation": "getAll"}"#),
      ("gmail", #"{"operation": "reply", "message": "x"}"#),
      ("slack", #"{"resource": "channel", "operation": "create"}"#),
      ("slack", #"{"messageType": "block", "channelId": {"value": "C1"}}"#),
      ("emailSend", #"{"operation": "sendAndWait"}"#),
    ])
  func operations(_ type: String, _ parameters: String) async throws {
    let result = try await told(Self.file([Self.node("X", type, parameters)], [("M", [["X"]])]))
    #expect(result.notes.count == 1 && result.notes[0].contains("The step fails"), "\(result.notes)")
    #expect(result.state == "failed")
  }

  @Test("expressions between the quotes of a statement are values of it")
  func statements() async throws {
    let query = "=SELECT * FROM t WHERE n = '{{ $json.nm }}' AND x LIKE '%{{ $json.nm }}%' AND i = {{ $json.id }}"
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.file(
        [
          Self.set("A", "nm", "Anna"),
          Self.node("PG", "postgres", "{\"operation\": \"executeQuery\", \"query\": \(JSON.string(query).text())}"),
        ], [("M", [["A"]]), ("A", [["PG"]])]), into: house)
    let source = try await house.harness.run("workflow.export", ["workflow": "flow"]).data["source"].string ?? ""
    #expect(source.contains("n = $1 AND x LIKE '%' || $2::text || '%' AND i = $3"), "\(source)")
  }

  @Test("fields that are read of what may be a list are listed")
  func lists() async throws {
    let result = try await told(
      Self.file(
        [
          Self.node("H", "httpRequest", #"{"url": "https://example.org/list"}"#),
          Self.node(
            "Filter", "filter",
            #"{"conditions": {"conditions": [{"leftValue": "={{ $json.id }}", "rightValue": 1, "operator": {"type": "number", "operation": "gte"}}]}}"#,
            version: 2), Self.tell("x"),
        ], [("M", [["H"]]), ("H", [["Filter"]]), ("Filter", [["Say"]])]), answers: "[]")
    #expect(result.notes.contains { $0.hasPrefix("“H”: Where it gives a list") }, "\(result.notes)")
  }

  @Test("a circle that is no loop over items comes in, is listed, and fails where it would go back")
  func circles() async throws {
    let condition = #"{"conditions": {"string": [{"value1": "={{ $json.state }}", "value2": "ready"}]}}"#
    for (state, expected) in [("ready", "done"), ("busy", "failed")] {
      let result = try await told(
        Self.file(
          [
            Self.node("Check", "httpRequest", #"{"url": "https://example.org/state"}"#),
            Self.node("If", "if", condition),
            Self.node("Pause", "noOp"), Self.tell("ready"),
          ], [("M", [["Check"]]), ("Check", [["If"]]), ("If", [["Say"], ["Pause"]]), ("Pause", [["Check"]])]),
        answers: "{\"state\": \"\(state)\"}")
      #expect(result.state == expected)
      #expect(result.notes.contains { $0.hasPrefix("“Pause”: It leads back to “Check”") })
    }
  }

  @Test("types, dots in names, letters of either size and what n8n compares by itself are kept")
  func smallThings() async throws {
    func one(_ set: String, _ text: String) async throws -> [String] {
      try await told(Self.file([set, Self.tell(text)], [("M", [["A"]]), ("A", [["Say"]])])).told
    }
    #expect(try await one(Self.set("A", "n", "4", type: "number"), "={{ $json.n + 1 }}") == ["5"])
    #expect(try await one(Self.set("A", "l", "[1, 2]", type: "array"), "={{ $json.l.length }}") == ["2"])
    #expect(try await one(Self.set("A", "a.b", "deep"), "={{ $json.a.b }}") == ["deep"])
    func asked(_ condition: String, version: Double) async throws -> [String] {
      try await told(
        Self.file(
          [Self.set("A", "k", "ABC"), Self.node("If", "if", condition, version: version), Self.tell("yes")],
          [("M", [["A"]]), ("A", [["If"]]), ("If", [["Say"]])])
      ).told
    }
    #expect(try await asked(#"{"conditions": {"number": [{"value1": 1, "value2": 2}]}}"#, version: 1) == ["yes"])
    let loose = #"""
      {"conditions": {"options": {"caseSensitive": false}, "conditions": [{"leftValue": "={{ $json.k }}", "rightValue": "abc",
       "operator": {"type": "string", "operation": "equals"}}]}}
      """#
    #expect(try await asked(loose, version: 2.2) == ["yes"])
  }

  @Test("a wait for somebody waits as long as n8n would, and says how it goes on")
  func waits() async throws {
    let house = try await WorkflowHouse()
    let limited = #"{"resume": "webhook", "limitWaitTime": true, "resumeAmount": 2, "resumeUnit": "days"}"#
    let report = try await bring(
      Self.file(
        [Self.node("W1", "wait", limited), Self.node("W2", "wait", #"{"resume": "webhook"}"#)],
        [("M", [["W1"]]), ("W1", [["W2"]])]), into: house)
    let source = try await house.harness.run("workflow.export", ["workflow": "flow"]).data["source"].string ?? ""
    #expect(source.contains("wait: {for: 172800 s, signal: w1}") && source.contains("wait: {signal: w2}"), "\(source)")
    #expect(report.notes.map(\.sentence).contains { $0.contains("workflow.signal") })
  }
}
