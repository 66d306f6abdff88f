import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Workflows

/// Files of n8n as they are brought in: nothing is made of what n8n would not run, and nothing is left out silently.
@Suite struct N8NImportTests {
  static func node(_ name: String, _ type: String, _ parameters: String = "{}", version: Double = 1) -> String {
    """
    {"name": \(JSON.string(name).text()), "type": "n8n-nodes-base.\(type)", "typeVersion": \(version), "parameters": \(parameters)}
    """
  }

  static func file(
    _ nodes: [String], _ connections: [(String, String)], settings: String = "{}", name: String = "Flow"
  ) -> String {
    let all = connections.map { from, to in
      "\(JSON.string(from).text()): {\"main\": [[{\"node\": \(JSON.string(to).text()), \"type\": \"main\", \"index\": 0}]]}"
    }
    return """
      {"name": "\(name)", "nodes": [\(nodes.joined(separator: ",\n"))],
       "connections": {\(all.joined(separator: ", "))}, "settings": \(settings)}
      """
  }

  /// A step behind a start by hand.
  static func single(_ type: String, _ parameters: String, version: Double = 1, settings: String = "{}") -> String {
    file(
      [node("Manual", "manualTrigger"), node("Step", type, parameters, version: version)], [("Manual", "Step")],
      settings: settings)
  }

  private func bring(_ text: String, into house: WorkflowHouse) async throws -> Importer.Report {
    let importer = try #require(Workflows.room.importers.first { $0.kind == "n8n" })
    return try await importer.run(
      ByteSource(Array(text.utf8)), "flow.json", [:], house.harness.owner, house.harness.tenant())
  }

  private func source(_ house: WorkflowHouse) async throws -> String {
    try await house.harness.run("workflow.export", ["workflow": "flow"]).data["source"].string ?? ""
  }

  @Test func leavesOutWhatNothingLeadsTo() async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.file(
        [
          Self.node("Manual", "manualTrigger"), Self.node("A", "noOp"),
          Self.node("Orphan", "httpRequest", #"{"method": "DELETE", "url": "https://a.example/orphan"}"#),
          Self.node("After", "telegram", #"{"text": "gone"}"#),
        ], [("Manual", "A"), ("Orphan", "After")]), into: house)
    #expect(
      report.notes.map(\.sentence) == [
        "“Orphan”: Nothing leads to it, so it was left out.", "“After”: Nothing leads to it, so it was left out.",
      ])
    let run = try await house.start("flow")
    #expect(try await house.state(run) == "done")
    #expect(house.web.calls.isEmpty && house.harness.told().isEmpty)
  }

  @Test func startsByTriggersItDoesNotKnow() async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.file([Self.node("Sheet", "someServiceTrigger"), Self.node("A", "noOp")], [("Sheet", "A")]), into: house)
    #expect(report.notes.map(\.sentence).contains { $0.hasPrefix("“Sheet”: Start it by POST") })
    #expect(try await source(house).contains("id: a"))
  }

  @Test func keepsLiteralTextLiteral() async throws {
    let house = try await WorkflowHouse()
    let say = "Total ${inputs.evil} and ${1+1}, ${ } and a lone ${"
    _ = try await bring(
      Self.file(
        [
          Self.node("Manual", "manualTrigger"),
          Self.node(
            "Values", "set", "{\"values\": {\"string\": [{\"name\": \"o\", \"value\": \(JSON.string(say).text())}]}}"),
          Self.node("Say ${y}", "telegram", #"{"text": "=${x} {{ $json.o }}"}"#),
        ], [("Manual", "Values"), ("Values", "Say ${y}")]), into: house)
    let run = try await house.start("flow")
    #expect(try await house.state(run) == "done")
    #expect(house.harness.told().map(\.text) == ["${x} " + say])
  }

  @Test func namesANodeThatCannotBeTakenOverLiterally() async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.file([Self.node("Manual", "manualTrigger"), Self.node("Do ${y}", "code")], [("Manual", "Do ${y}")]),
      into: house)
    #expect(try await house.state(try await house.start("flow")) == "failed")
  }

  @Test(arguments: [#""Send invoices""#, #"{"__rl": true, "value": "x1", "cachedResultName": "Flow"}"#, "null"])
  func takesOverWhatStartsAWorkflowThatIsNotHere(_ id: String) async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(Self.single("executeWorkflow", "{\"workflowId\": \(id)}"), into: house)
    #expect(report.notes.count == 1)
    #expect(try await house.state(try await house.start("flow")) == "failed")
  }

  @Test func startsAWorkflowThatIsHere() async throws {
    let house = try await WorkflowHouse("workflow: send-invoices\nsteps:\n  - {id: a, tell: sent}\n")
    _ = try await bring(Self.single("executeWorkflow", #"{"workflowId": "Send invoices"}"#), into: house)
    #expect(try await house.state(try await house.start("flow")) == "done")
    #expect(house.harness.told().map(\.text) == ["sent"])
  }

  @Test func setsJSON() async throws {
    let house = try await WorkflowHouse()
    let json =
      #"={\n \"a\": {{ $json.x }}, \"b\": [1, 2], \"c\": \"Hi {{ $json.y }}, {x}\", \"d\": \"{{ $json.x }}\"\n}"#
    _ = try await bring(
      Self.file(
        [
          Self.node("Manual", "webhook"),
          Self.node("Values", "set", "{\"mode\": \"raw\", \"jsonOutput\": \"\(json)\"}", version: 3.4),
        ], [("Manual", "Values")]), into: house)
    let run = try await house.start("flow", ["x": 5, "y": "Anbu"])
    let shown = try await house.show(run).text()
    #expect(shown.contains(#"{"a":5,"b":[1,2],"c":"Hi Anbu, {x}","d":"5"}"#), "\(shown)")
  }

  @Test func callsAsOnce() async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.single(
        "httpRequest",
        #"""
        {"requestMethod": "POST", "url": "https://x.example/a",
         "bodyParametersUi": {"parameter": [{"name": "q", "value": "x"}]},
         "headerParametersUi": {"parameter": [{"name": "X-A", "value": "1"}]},
         "queryParametersUi": {"parameter": [{"name": "z", "value": "1"}]}}
        """#), into: house)
    _ = try await house.start("flow")
    let call = try #require(house.web.calls.first)
    #expect(call.url == "https://x.example/a?z=1")
    #expect(String(decoding: call.body ?? [], as: UTF8.self) == #"{"q":"x"}"#)
    #expect(call.headers["X-A"] == "1")
  }

  @Test func encodesTheQuery() async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.single(
        "httpRequest",
        #"""
        {"url": "https://a.example/x?p=1", "sendQuery": true, "queryParameters": {"parameters": [
          {"name": "q", "value": "a b&c"}, {"name": "r", "value": "={{ $json.z }}/é"}]}}
        """#, version: 4.2), into: house)
    _ = try await house.start("flow", ["z": "1&2=3"])
    #expect(house.web.calls.map(\.url) == ["https://a.example/x?p=1&q=a%20b%26c&r=1%262%3D3%2F%C3%A9"])
  }

  @Test func namesWhatTheFileHasBesides() async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.file(
        [Self.node("Manual", "manualTrigger"), Self.node("A", "noOp")], [("Manual", "A"), ("A", "Ghost")],
        settings: #"{"timezone": "America/New_York", "errorWorkflow": "zz"}"#), into: house)
    let notes = report.notes.map(\.sentence)
    #expect(notes.contains("“A”: It leads to “Ghost”, which is not in the file."), "\(notes)")
    #expect(notes.contains { $0.contains("America/New_York") })
    #expect(notes.contains { $0.contains("errors") })
  }

  @Test(arguments: [
    ("*/15 * * * *", ["FREQ=HOURLY;BYMINUTE=0,15,30,45"]), ("0 9 1,15 * *", ["FREQ=MONTHLY;BYMONTHDAY=1,15"]),
    ("0 9 * * MON", ["FREQ=WEEKLY;BYDAY=MO"]), ("30 8-10 * * *", ["FREQ=DAILY;BYHOUR=8,9,10"]),
    ("0 0 9 * * 1-5", ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]), ("* * * * *", ["FREQ=MINUTELY"]),
    ("0 */6 * * mon-wed,SUN", ["FREQ=WEEKLY;BYHOUR=0,6,12,18;BYDAY=SU,MO,TU,WE"]),
    ("0 9 1 * 1", ["FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=WEEKLY;BYDAY=MO"]),
    ("0 9 24 DEC *", ["FREQ=YEARLY;BYMONTHDAY=24;BYMONTH=12"]), ("5,35 7 * * *", ["FREQ=DAILY;BYMINUTE=5,35"]),
    ("*/10 * * * * *", ["FREQ=MINUTELY"]), ("@daily", []), ("61 9 * * *", []), ("0 9 L * *", []), ("0 9-5 * * *", []),
    ("*/0 * * * *", []),
  ])
  func readsCron(_ cron: String, _ rules: [String]) async throws {
    let (source, report) = try await times(#"{"field": "cronExpression", "expression": "\#(cron)"}"#)
    for rule in rules { #expect(source.contains("\"\(rule)\""), "\(source)") }
    #expect(source.split(separator: "FREQ=").count == rules.count + 1)
    #expect(report.notes.contains { $0.sentence.contains("could not be read") } == rules.isEmpty)
    #expect(report.notes.contains { $0.sentence.contains("once a minute") } == cron.hasPrefix("*/10"))
  }

  @Test(arguments: [
    ("{}", "{every: \"FREQ=DAILY\", at: \"00:00\"}"),
    (#"{"field": "seconds", "secondsInterval": 10}"#, "{every: \"FREQ=MINUTELY\""),
    (#"{"field": "seconds", "secondsInterval": 120}"#, "{every: \"FREQ=MINUTELY;INTERVAL=2\""),
    (#"{"field": "minutes"}"#, "{every: \"FREQ=MINUTELY;INTERVAL=5\""),
  ])
  func readsIntervals(_ interval: String, _ start: String) async throws {
    let (source, report) = try await times(interval)
    #expect(source.contains(start), "\(source)")
    #expect(report.notes.contains { $0.sentence.contains("once a minute") } == interval.contains(": 10}"))
  }

  private func times(_ interval: String) async throws -> (String, Importer.Report) {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.file(
        [
          Self.node("When", "scheduleTrigger", "{\"rule\": {\"interval\": [\(interval)]}}", version: 1.2),
          Self.node("A", "noOp"),
        ], [("When", "A")]), into: house)
    return (try await source(house), report)
  }

  @Test(arguments: [
    ("2026-12-24T10:00:00", "{}", "2026-12-24T04:30:00Z"),
    ("2026-12-24T10:00:00", #"{"timezone": "America/New_York"}"#, "2026-12-24T15:00:00Z"),
    ("2026-12-24T10:00:00.000Z", "{}", "2026-12-24T10:00:00Z"), ("someday", "{}", nil),
  ])
  func waitsUntilALocalTime(_ text: String, _ settings: String, _ instant: String?) async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.single("wait", "{\"resume\": \"specificTime\", \"dateTime\": \"\(text)\"}", settings: settings), into: house)
    #expect(report.notes.contains { $0.sentence.contains("could not be read") } == (instant == nil))
    let source = try await source(house)
    if let instant { #expect(source.contains("wait: {until: \"\(instant)\"}"), "\(source)") }
  }

  @Test(arguments: [("{\"amount\": 90, \"unit\": \"minutes\"}", "90 minutes"), ("{\"amount\": 1.5}", "5400 s")])
  func waitsAsLong(_ parameters: String, _ words: String) async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(Self.single("wait", parameters), into: house)
    #expect(try await source(house).contains("wait: \"\(words)\""))
  }
}
