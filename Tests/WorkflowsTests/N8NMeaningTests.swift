import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Workflows

/// What people's own files of n8n hold: usual values that are not written, several triggers, loops in loops, lists.
@Suite struct N8NMeaningTests {
  private static func node(
    _ name: String, _ type: String, _ parameters: String = "{}", _ version: Double = 1
  ) -> String {
    """
    {"name": \(JSON.string(name).text()), "type": "n8n-nodes-base.\(type)", "typeVersion": \(version), "parameters": \(parameters)}
    """
  }

  private static func set(_ name: String, _ json: String) -> String {
    node(name, "set", "{\"mode\": \"raw\", \"jsonOutput\": \(JSON.string(json).text())}", 3.4)
  }

  private static func tell(_ name: String, _ text: String) -> String {
    node(name, "telegram", "{\"text\": \(JSON.string(text).text())}", 1.2)
  }

  /// - Parameter connections: `A > B` from the first output, `A 1> B` from the second.
  private static func file(_ nodes: [String], _ connections: [String], name: String? = "Flow") -> String {
    var outputs: [String: [Int: [String]]] = [:]
    for one in connections {
      let ends = one.split(separator: ">").map { String($0).trimmed }
      let words = ends[0].split(separator: " ").map(String.init)
      let output = Int(words.last ?? "") ?? 0
      outputs[words[0], default: [:]][output, default: []].append(ends[1])
    }
    let all = outputs.map { from, lists in
      let written = (0...(lists.keys.max() ?? 0)).map { output in
        "["
          + (lists[output] ?? []).map { to in
            // behind a sign which input it leads into
            let parts = to.split(separator: "#")
            return "{\"node\": \"\(parts[0])\", \"index\": \(parts.count > 1 ? parts[1] : "0")}"
          }.joined(separator: ", ") + "]"
      }
      return "\"\(from)\": {\"main\": [\(written.joined(separator: ", "))]}"
    }
    let title = name.map { "\"name\": \"\($0)\", " } ?? ""
    return "{\(title)\"nodes\": [\(nodes.joined(separator: ",\n"))], \"connections\": {\(all.joined(separator: ", "))}}"
  }

  private func bring(
    _ text: String, into house: WorkflowHouse, _ file: String = "flow.json"
  ) async throws -> Importer.Report {
    let importer = try #require(Workflows.room.importers.first { $0.kind == "n8n" })
    return try await importer.run(
      ByteSource(Array(text.utf8)), file, [:], house.harness.owner, house.harness.tenant())
  }

  private func source(_ house: WorkflowHouse) async throws -> String {
    try await house.harness.run("workflow.export", ["workflow": "flow"]).data["source"].string ?? ""
  }

  /// What a file tells that begins by hand, with one node after the other.
  private func told(
    _ nodes: String..., answers: String...
  ) async throws -> (told: [String], notes: [String], state: String?, calls: [HTTPClientRequest]) {
    let house = try await WorkflowHouse()
    let names = try nodes.map { try JSON.parse($0)["name"].string ?? "" }
    let ways = zip(["M"] + names, names).map { "\($0) > \($1)" }
    let notes = try await bring(Self.file([Self.node("M", "manualTrigger")] + nodes, ways), into: house).notes
    for answer in answers { house.web.willSay(answer) }
    let run = try await house.start("flow")
    return (house.harness.told().map(\.text), notes.map(\.sentence), try await house.state(run), house.web.calls)
  }

  @Test("each trigger runs its own branch; that for errors is left out, and said")
  func triggers() async throws {
    let house = try await WorkflowHouse()
    let hourly = #"{"rule": {"interval": [{"field": "hours"}]}}"#
    let report = try await bring(
      Self.file(
        [
          Self.node("Clock", "scheduleTrigger", hourly, 1.2), Self.node("Hook", "webhook"),
          Self.node("Err", "errorTrigger"), Self.tell("A", "by the clock"), Self.tell("B", "order came"),
          Self.tell("C", "failed"), Self.tell("Both", "either"),
        ], ["Clock > A", "Hook > B", "Err > C", "A > Both", "B > Both"]), into: house)
    #expect(report.notes.contains { $0.sentence.hasPrefix("“Err”: You are told when a run fails") })
    #expect(report.notes.contains { $0.sentence.contains("\"started_by\": \"hook\", \"body\": …") }, "\(report.notes)")
    _ = try await house.start("flow")
    #expect(house.harness.told().map(\.text) == ["order came", "either"])
    await house.advance(by: .minutes(61))
    #expect(house.harness.told().map(\.text) == ["by the clock", "either"])
    _ = try await house.start("flow", ["started_by": "clock"])
    #expect(house.harness.told().map(\.text) == ["by the clock", "either"])
  }

  @Test("a loop in a loop is done once for each element, and reads its own")
  func loops() async throws {
    let house = try await WorkflowHouse()
    let list = #"{"list": [{"name": "a", "sub": [{"n": 1}, {"n": 2}]}, {"name": "b", "sub": [{"n": 3}]}]}"#
    _ = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("S", list),
          Self.node("List", "splitOut", #"{"fieldToSplitOut": "list"}"#), Self.node("Outer", "splitInBatches", "{}", 3),
          Self.node("Subs", "splitOut", #"{"fieldToSplitOut": "sub"}"#), Self.node("Inner", "splitInBatches", "{}", 3),
          Self.tell("Tell", "={{ $json.n }} of {{ $('Outer').item.json.name }}"), Self.tell("End", "over"),
        ],
        [
          "M > S", "S > List", "List > Outer", "Outer 1> Subs", "Subs > Inner", "Inner 1> Tell", "Tell > Inner",
          "Inner > Outer",
          "Outer > End",
        ]
      ), into: house)
    let run = try await house.start("flow")
    #expect(try await house.state(run) == "done")
    #expect(house.harness.told().map(\.text) == ["1 of a", "2 of a", "3 of b", "over"])
  }

  @Test("two loops one after the other, two nodes of one name and an index outside of loops refuse no file")
  func comesIn() async throws {
    let house = try await WorkflowHouse()
    let report = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("S", #"{"list": [{"n": 1}]}"#),
          Self.node("One", "splitInBatches", "{}", 3), Self.tell("In", "={{ $json.n }}"),
          Self.node("Two", "splitInBatches", "{}", 3),
          Self.tell("Other", "={{ $json.n }}"), Self.tell("Late", "=no. {{ $('In').item.json.n }}"),
          Self.tell("Index", "=no. {{ $itemIndex + 1 }}"), Self.tell("Index", "second"),
        ],
        [
          "M > S", "S > One", "One 1> In", "In > One", "In > Two", "One > Index", "Two 1> Other", "Other > Two",
          "Index > Late",
        ]), into: house)
    #expect(report.added == 1 && report.notes.contains { $0.sentence.contains("Two nodes are called so") })
    _ = try await house.start("flow")
    #expect(house.harness.told().map(\.text).contains("no. 1"))
  }

  @Test("values that stand at their usual ones are not in the file")
  func usualValues() async throws {
    let who =
      #"{"fields": {"values": [{"name": "who", "stringValue": "Ann"}, {"name": "n", "type": "numberValue", "numberValue": "3"}]}}"#
    let set = try await told(
      Self.node("A", "set", who, 3.2),
      Self.node("B", "set", #"{"fields": {"values": [{"name": "=x", "stringValue": "y"}]}, "options": {}}"#, 3.2),
      Self.tell("T", "={{ $json.who }} {{ $json.n + 1 }} {{ $json.x }}"))
    #expect(set.told == ["Ann 4 y"] && set.notes.count == 1, "\(set)")
    for (n, yes) in [(5, true), (0, false)] {
      let asked = try await told(
        Self.set("A", "{\"n\": \(n), \"b\": false}"),
        Self.node(
          "If", "if",
          #"{"conditions": {"number": [{"value1": "={{$json[\"n\"]}}", "operation": "larger"}], "boolean": [{"value1": "={{$json.b}}"}]}}"#
        ), Self.tell("T", "yes"))
      #expect(asked.told == (yes ? ["yes"] : []))
    }
  }

  @Test(arguments: [("{\"amount\": 60}", 1.1, "60 seconds"), ("{}", 1.1, "5 seconds"), ("{}", 1, "1 hours")])
  func waits(_ parameters: String, _ version: Double, _ words: String) async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.file([Self.node("M", "manualTrigger"), Self.node("W", "wait", parameters, version)], ["M > W"]), into: house)
    #expect(try await source(house).contains("wait: \"\(words)\""))
  }

  @Test("a call that hands on its status is read by it, and no status fails it; a text is found under its name")
  func answers() async throws {
    let house = try await WorkflowHouse()
    let full =
      #"{"url": "https://a.example/", "options": {"response": {"response": {"fullResponse": true, "neverError": true}}}}"#
    let text = #"{"url": "https://a.example/x", "options": {"response": {"response": {"responseFormat": "text"}}}}"#
    _ = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.node("H", "httpRequest", full, 4.2),
          Self.tell("S", "={{ $json.statusCode }} {{ $json.body.ok }}"), Self.node("X", "httpRequest", text, 4.2),
          Self.tell("T", "={{ $json.data }}"),
        ], ["M > H", "H > S", "S > X", "X > T"]), into: house)
    house.web.will(404, 200)
    house.web.willSay(#"{"ok": "no"}"#, "a page")
    let run = try await house.start("flow")
    #expect(try await house.state(run) == "done")
    #expect(house.harness.told().map(\.text) == ["404 no", "a page"])
    let headers = try await told(
      Self.node("H", "httpRequest", full, 4.2), Self.tell("S", "={{ $json.headers.date }}"))
    #expect(headers.state == "failed" && headers.notes.contains { $0.contains("could not be read") })
  }

  @Test(
    "a text that is a number counts as that number",
    arguments: [
      ("{{ $json.t * 2 }}", "10"), ("{{ $json.t > 1 }}", "true"), ("{{ $json.t == 5 }}", "true"),
      ("{{ $json.t === 5 }}", "false"), ("{{ $json.t + $json.t }}", "55"), ("{{ $json.f.toInt() }}", "3"),
    ])
  func numbers(_ expression: String, _ words: String) async throws {
    let result = try await told(Self.set("S", #"{"t": "5", "f": "3.7"}"#), Self.tell("T", "=" + expression))
    #expect(result.told == [words])
  }

  @Test("a member of the time that ours does not have is listed") func times() async throws {
    let result = try await told(Self.tell("T", "={{ $now.hour }}"))
    #expect(result.state == "failed" && result.notes.contains { $0.contains("$now.hour") })
  }

  @Test("conditions take texts for numbers and yes, and times in any zone")
  func conditions() async throws {
    func asked(_ left: String, _ type: String, _ operation: String, _ right: String) async throws -> Bool {
      let one =
        "{\"leftValue\": \(left), \"rightValue\": \(right), \"operator\": {\"type\": \"\(type)\", \"operation\": \"\(operation)\"}}"
      return try await told(
        Self.set("S", #"{"t": "5", "yes": "true", "o": {}, "n": 17}"#),
        Self.node("If", "if", "{\"conditions\": {\"conditions\": [\(one)]}}", 2.2), Self.tell("T", "yes")
      ).told == ["yes"]
    }
    #expect(try await asked("\"={{ $json.t }}\"", "number", "gt", "3"))
    #expect(try await !asked("\"={{ $json.t }}\"", "number", "gt", "30"))
    #expect(try await asked("\"={{ $json.yes }}\"", "boolean", "true", "\"\""))
    #expect(try await asked("\"={{ $json.o }}\"", "object", "empty", "\"\""))
    #expect(try await asked("\"={{ $json.n }}\"", "string", "contains", "\"7\""))
    #expect(
      try await asked("\"2024-01-10T01:00:00+05:30\"", "dateTime", "before", "\"2024-01-09T20:00:00Z\""))
  }

  @Test("a switch that takes all outputs takes all that fit")
  func allOutputs() async throws {
    let house = try await WorkflowHouse()
    func rule(_ limit: Int) -> String {
      "{\"conditions\": {\"conditions\": [{\"leftValue\": \"={{ $json.n }}\", \"rightValue\": \(limit), \"operator\": {\"type\": \"number\", \"operation\": \"gt\"}}]}}"
    }
    let rules =
      "{\"rules\": {\"values\": [\(rule(1)), \(rule(2)), \(rule(9))]}, \"options\": {\"allMatchingOutputs\": true}}"
    _ = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("S", #"{"n": 7}"#), Self.node("Sw", "switch", rules, 3.2),
          Self.tell("A", "a"), Self.tell("B", "b"), Self.tell("C", "c"),
        ], ["M > S", "S > Sw", "Sw 0> A", "Sw 1> B", "Sw 2> C"]), into: house)
    _ = try await house.start("flow")
    #expect(house.harness.told().map(\.text) == ["a", "b"])
  }

  @Test("lists are split, put in order, cut, cleared of what is there twice, and their keys renamed")
  func lists() async throws {
    let list = #"{"rows": [{"n": 2, "k": "b"}, {"n": 10, "k": "A"}, {"n": 2, "k": "b"}, {"n": 1, "k": "c"}]}"#
    let result = try await told(
      Self.set("S", list), Self.node("Split", "splitOut", #"{"fieldToSplitOut": "rows"}"#),
      Self.node("U", "removeDuplicates", "{}", 2),
      Self.node("Sort", "sort", #"{"sortFieldsUi": {"sortField": [{"fieldName": "n", "order": "descending"}]}}"#),
      Self.node("L", "limit", #"{"maxItems": 2}"#),
      Self.node("R", "renameKeys", #"{"keys": {"key": [{"currentKey": "k", "newKey": "name"}]}}"#),
      Self.node("Agg", "aggregate", #"{"aggregate": "aggregateAllItemData"}"#),
      Self.tell(
        "T", "={{ $json.data.length }}: {{ $json.data[0].name }} {{ $json.data[0].n }}, {{ $json.data[1].name }}"))
    #expect(result.told == ["2: A 10, b"], "\(result)")
    let code = try await told(Self.node("Sort", "sort", #"{"type": "code", "code": "return 0"}"#))
    #expect(code.state == "failed" && code.notes.contains { $0.contains("sort(list") })
  }

  @Test("a list of plain values has them under its name")
  func plainLists() async throws {
    let house = try await WorkflowHouse()
    _ = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("S", #"{"a": {"tags": ["x", "y"]}}"#),
          Self.node("Split", "splitOut", #"{"fieldToSplitOut": "a.tags"}"#),
          Self.node("Loop", "splitInBatches", "{}", 3),
          Self.tell("T", "={{ $json['a.tags'] }}"),
        ], ["M > S", "S > Split", "Split > Loop", "Loop 1> T", "T > Loop"]), into: house)
    _ = try await house.start("flow")
    #expect(house.harness.told().map(\.text) == ["x", "y"])
  }

  @Test("what joins two branches reads the one that was taken; of a merge by position the last input counts")
  func joins() async throws {
    let house = try await WorkflowHouse()
    let condition = #"{"conditions": {"string": [{"value1": "={{ $json.k }}", "value2": "b"}]}}"#
    _ = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("S", #"{"k": "c"}"#), Self.node("If", "if", condition),
          Self.set("A", #"{"way": "a"}"#), Self.set("B", #"{"way": "b"}"#), Self.tell("T", "={{ $json.way }}"),
        ], ["M > S", "S > If", "If 0> A", "If 1> B", "A > T", "B > T"]), into: house)
    _ = try await house.start("flow")
    #expect(house.harness.told().map(\.text) == ["b"])
    let merged = try await WorkflowHouse()
    let report = try await bring(
      Self.file(
        [
          Self.node("M", "manualTrigger"), Self.set("A", #"{"t": "a", "p": 1}"#), Self.set("B", #"{"t": "b"}"#),
          Self.node("Mg", "merge", #"{"mode": "combine", "combineBy": "combineByPosition"}"#, 3),
          Self.tell("T", "={{ $json.t }} {{ $json.p }}"),
        ], ["M > A", "M > B", "A > Mg", "B > Mg#1", "Mg > T"]), into: merged)
    #expect(report.notes.contains { $0.sentence.hasPrefix("“Mg”") })
    _ = try await merged.start("flow")
    #expect(merged.harness.told().map(\.text) == ["b 1"])
  }

  @Test("a form is sent as a form; a file is sent by no step")
  func bodies() async throws {
    let form =
      #"{"requestMethod": "POST", "url": "https://x.example/f", "options": {"bodyContentType": "form-urlencoded"}, "bodyParametersUi": {"parameter": [{"name": "a", "value": "1 2"}]}}"#
    let sent = try await told(Self.node("H", "httpRequest", form))
    #expect(sent.calls.first.map { String(decoding: $0.body ?? [], as: UTF8.self) } == "a=1%202")
    #expect(sent.calls.first?.headers["Content-Type"] == "application/x-www-form-urlencoded")
    let file = try await told(
      Self.node(
        "H", "httpRequest", #"{"method": "POST", "url": "https://x.example/f", "contentType": "binaryData"}"#, 4.2))
    #expect(file.state == "failed" && file.calls.isEmpty && file.notes.contains { $0.contains("a file") })
  }

  @Test("what of a node is not taken over is named; tags are no words; a reply stays in its thread")
  func dropped() async throws {
    let buttons = try await told(
      Self.node(
        "T", "telegram",
        #"{"text": "Well?", "replyMarkup": "inlineKeyboard", "additionalFields": {"disable_notification": true}}"#))
    #expect(buttons.notes.contains { $0.contains("its buttons") })
    #expect(buttons.notes.contains { $0.contains("disable_notification") })
    let house = try await WorkflowHouse()
    let mail = #"{"sendTo": "a@b.example", "subject": "s", "message": "<h2>Hi</h2><p>x &amp; {{ 1 }}</p>"}"#
    let slack =
      #"{"channelId": {"value": "C1"}, "text": "x", "otherOptions": {"thread_ts": {"replyValues": {"thread_ts": "17.5"}}}}"#
    _ = try await bring(
      Self.file(
        [Self.node("M", "manualTrigger"), Self.node("G", "gmail", mail, 2.1), Self.node("S", "slack", slack, 2.2)],
        ["M > G", "G > S"]), into: house)
    let source = try await source(house)
    #expect(source.contains("Hi\\nx & ") && !source.contains("<p>"), "\(source)")
    #expect(source.contains("\"thread_ts\":\"17.5\""), "\(source)")
  }

  @Test(
    "an expression in the place of a table cannot be a value, and the values of a statement go out and come in again")
  func statements() async throws {
    let table = try await told(
      Self.node("P", "postgres", #"{"operation": "executeQuery", "query": "=DROP TABLE IF EXISTS t_{{ $json.x }}"}"#))
    #expect(table.state == "failed" && table.notes.contains { $0.contains("the place of a name") })
    let house = try await WorkflowHouse(
      """
      workflow: rows
      inputs: [a]
      steps:
        - {id: p, sql: {connector: postgres, query: UPDATE t SET a = $1 WHERE b = $2, values: ["${inputs.a}", "x, y"]}}
      """)
    let out = try await house.harness.run("workflow.export", ["workflow": "rows", "format": "n8n"]).data
    let again = try N8NReader.read(out)
    #expect(again.source.contains(#""values":["${inputs.a}","${\"x, y\"}"]"#), "\(again.source)")
  }

  @Test("files without a name are called by their files, and do not take each other's place")
  func withoutNames() async throws {
    let house = try await WorkflowHouse()
    func one(_ text: String) -> String {
      Self.file([Self.node("M", "manualTrigger"), Self.tell("T", text)], ["M > T"], name: nil)
    }
    let first = try await bring(one("a"), into: house, "orders/Order_alert.json")
    let second = try await bring(one("b"), into: house, "Bills.json")
    #expect(first.added == 1 && second.added == 1 && first.notes.contains { $0.sentence.contains("order-alert") })
    let many = try await bring("[\(one("c")), \(one("d"))]", into: house, "all.json")
    #expect(many.added == 2)
  }
}
