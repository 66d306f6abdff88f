import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Workflows

@Suite struct N8NTests {
  /// An order comes in by webhook; what is large is told, the rest goes on to a service.
  private static let order = """
    {"name": "Order alert", "nodes": [
      {"name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 1, "parameters": {"path": "order"}},
      {"name": "Big?", "type": "n8n-nodes-base.if", "typeVersion": 1, "parameters": {"conditions": {"number": [
        {"value1": "={{ $json.body.amount }}", "operation": "larger", "value2": 500}]}}},
      {"name": "Words", "type": "n8n-nodes-base.set", "typeVersion": 1, "parameters": {"values": {"string": [
        {"name": "text", "value": "=Big order of {{ $json.body.amount }}"}]}}},
      {"name": "Tell", "type": "n8n-nodes-base.telegram", "parameters": {"text": "={{ $json.text }}"}},
      {"name": "Post", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4, "parameters": {"method": "POST",
        "url": "=https://example.org/orders/{{ $json.body.id }}"}},
      {"name": "Sticky", "type": "n8n-nodes-base.stickyNote", "parameters": {}}],
     "connections": {
      "Webhook": {"main": [[{"node": "Big?", "type": "main", "index": 0}]]},
      "Big?": {"main": [[{"node": "Words", "type": "main", "index": 0}], [{"node": "Post", "type": "main", "index": 0}]]},
      "Words": {"main": [[{"node": "Tell", "type": "main", "index": 0}]]}}}
    """

  private func read(_ text: String) throws -> N8NReader.Result { try N8NReader.read(JSON.parse(text)) }

  @Test(arguments: [900, 20]) func takesBranches(_ amount: Int64) async throws {
    let house = try await WorkflowHouse(try read(Self.order).source)
    let run = try await house.start("order-alert", ["body": ["amount": .integer(amount), "id": 7]])
    #expect(try await house.state(run) == "done")
    #expect(house.harness.told().map(\.text) == (amount > 500 ? ["Big order of 900"] : []))
    #expect(house.web.calls.map(\.url) == (amount > 500 ? [] : ["https://example.org/orders/7"]))
  }

  @Test func goesOverItems() async throws {
    let result = try read(
      """
      {"name": "Loop", "nodes": [
        {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {}},
        {"name": "List", "type": "n8n-nodes-base.httpRequest", "parameters": {"url": "https://example.org/list"}},
        {"name": "Items", "type": "n8n-nodes-base.splitInBatches", "typeVersion": 3, "parameters": {}},
        {"name": "Send", "type": "n8n-nodes-base.httpRequest", "parameters": {"method": "POST", "url": "=https://example.org/{{ $json.id }}"}},
        {"name": "End", "type": "n8n-nodes-base.telegram", "parameters": {"text": "All sent"}}],
       "connections": {
        "Start": {"main": [[{"node": "List"}]]}, "List": {"main": [[{"node": "Items"}]]},
        "Items": {"main": [[{"node": "End"}], [{"node": "Send"}]]}, "Send": {"main": [[{"node": "Items"}]]}}}
      """)
    let house = try await WorkflowHouse(result.source)
    house.web.willSay(#"[{"id": 1}, {"id": 2}]"#)
    let run = try await house.start("loop")
    #expect(try await house.state(run) == "done")
    #expect(
      house.web.calls.map(\.url) == ["https://example.org/list", "https://example.org/1", "https://example.org/2"])
    #expect(house.harness.told().map(\.text) == ["All sent"])
  }

  @Test func namesWhatItCannotTakeOver() async throws {
    let result = try read(
      """
      {"name": "Code", "nodes": [
        {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {}},
        {"name": "Compute", "type": "n8n-nodes-base.code", "parameters": {"jsCode": "return []"}},
        {"name": "Rows", "type": "n8n-nodes-base.postgres", "parameters": {}},
        {"name": "Odd", "type": "n8n-nodes-base.set", "parameters": {"values": {"string": [{"name": "a", "value": "={{ $json.x.map(y => y) }}"}]}}}],
       "connections": {"Start": {"main": [[{"node": "Compute"}]]}, "Compute": {"main": [[{"node": "Rows"}, {"node": "Odd"}]]}}}
      """)
    #expect(Set(result.notes.map(\.node)) == ["Compute", "Rows", "Odd"])
    // and does not go past it silently
    let house = try await WorkflowHouse(result.source)
    #expect(try await house.state(try await house.start("code")) == "failed")
  }

  private func one(_ expression: String) -> String {
    """
    {"name": "One", "nodes": [
      {"name": "Start", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "parameters": {"path": "one"}},
      {"name": "Say", "type": "n8n-nodes-base.telegram", "parameters": {"text": \(JSON.string("=" + expression).text())}}],
     "connections": {"Start": {"main": [[{"node": "Say"}]]}}}
    """
  }

  @Test(arguments: [
    ("{{ $json.body.items.length }} items", "2 items"), ("{{ $json.body.name.toUpperCase() }}", "ANBU K"),
    ("{{ $json.body.name.split(' ')[0].toLowerCase() }}", "anbu"),
    ("{{ $json['body']['items'].join(' + ') }}", "a + b"),
    ("{{ $json.body.amount * 2 + 1 }}", "41"), ("{{ $json.body.items.includes('a') ? 'yes' : 'no' }}", "yes"),
    ("{{ $json.body?.missing === undefined_ ? 1 : 2 }}", nil),
    ("{{ $json.body.items.first() }}{{ $('Start').item.json.body.items.last() }}", "ab"),
    ("{{ $json.body.none.isEmpty() && $json.body.amount !== 7 }}", "true"),
    ("{{ $json.body.items.map(x => x) }}", nil), ("{{ $fromAI('x') }}", nil),
    ("{{ \"$json.length\" }}", "$json.length"), ("{{ $json.body.name.length > 3 }}", "true"),
  ])
  func readsExpressions(_ expression: String, _ words: String?) async throws {
    let result = try read(one(expression))
    let house = try await WorkflowHouse(result.source)
    let run = try await house.start("one", ["body": ["items": ["a", "b"], "name": "Anbu K", "amount": 20]])
    #expect(try await house.state(run) == (words == nil ? "failed" : "done"), "\(result.source)")
    let told = house.harness.told().map(\.text)
    #expect(words.map { told == [$0] } ?? told.allSatisfy { $0.contains("could not be finished") })
    #expect(result.notes.contains { $0.sentence.contains("could not be read") } == (words == nil))
  }

  @Test func failsWhereAConditionCannotBeRead() async throws {
    let house = try await WorkflowHouse(
      try read(Self.order.replacing("$json.body.amount }}\", \"operation", with: "$json.a.filter(b) }}\", \"operation"))
        .source)
    let run = try await house.start("order-alert", ["body": ["amount": 900, "id": 7]])
    #expect(try await house.state(run) == "failed")
    #expect(house.web.calls.isEmpty)
    #expect(house.harness.told().allSatisfy { $0.text.contains("could not be finished") })
  }

  @Test(arguments: ["continueRegularOutput", "continueErrorOutput", "stopWorkflow"])
  func goesOnAfterAnError(_ onError: String) async throws {
    let result = try read(
      """
      {"name": "Errors", "nodes": [
        {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {}},
        {"name": "Call", "type": "n8n-nodes-base.httpRequest", "parameters": {"url": "https://example.org/x"},
         "retryOnFail": true, "maxTries": 2, "waitBetweenTries": 2000, "onError": "\(onError)"},
        {"name": "Good", "type": "n8n-nodes-base.telegram", "parameters": {"text": "good"}},
        {"name": "Bad", "type": "n8n-nodes-base.telegram", "parameters": {"text": "bad"}}],
       "connections": {"Start": {"main": [[{"node": "Call"}]]},
        "Call": {"main": [[{"node": "Good"}], [{"node": "Bad"}]]}}}
      """)
    let house = try await WorkflowHouse(result.source)
    house.web.will(503, 503, 200)
    let run = try await house.start("errors")
    await house.advance(by: .seconds(3))
    #expect(house.web.calls.count == 2)
    #expect(try await house.state(run) == (onError == "stopWorkflow" ? "failed" : "done"))
    let told = house.harness.told().map(\.text).filter { ["good", "bad"].contains($0) }
    #expect(
      told.sorted()
        == ["continueRegularOutput": ["bad", "good"], "continueErrorOutput": ["bad"]][onError] ?? [])
    // and where nothing goes wrong, only the first output is taken
    house.web.will(200)
    let other = try await house.start("errors")
    #expect(try await house.state(other) == "done")
    if onError == "continueErrorOutput" { #expect(house.harness.told().map(\.text) == ["good"]) }
  }

  /// The first version had one output and an IF that asks whether items are left; the second has its outputs the other way
  /// round than the third.
  @Test(arguments: [1, 2]) func goesOverItemsAsOnce(_ version: Int) async throws {
    let end =
      version == 1
      ? #"""
      "Items": {"main": [[{"node": "Send"}]]}, "Send": {"main": [[{"node": "Over?"}]]},
      "Over?": {"main": [[{"node": "End"}], [{"node": "Items"}]]}
      """#
      : #"""
      "Items": {"main": [[{"node": "Send"}], [{"node": "End"}]]}, "Send": {"main": [[{"node": "Items"}]]}
      """#
    let over = #"""
      {"name": "Over?", "type": "n8n-nodes-base.if", "typeVersion": 1, "parameters": {"conditions": {"boolean": [
        {"value1": true, "value2": "={{$node[\"Items\"].context[\"noItemsLeft\"]}}"}]}}},
      """#
    let result = try read(
      """
      {"name": "Loop", "nodes": [
        {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {}},
        {"name": "List", "type": "n8n-nodes-base.httpRequest", "parameters": {"url": "https://example.org/list"}},
        {"name": "Items", "type": "n8n-nodes-base.splitInBatches", "typeVersion": \(version), "parameters": {"batchSize": 1}},
        \(version == 1 ? over : "")
        {"name": "Send", "type": "n8n-nodes-base.httpRequest", "parameters": {"method": "POST", "url": "=https://example.org/{{ $json.id }}"}},
        {"name": "End", "type": "n8n-nodes-base.telegram", "parameters": {"text": "All sent"}}],
       "connections": {
        "Start": {"main": [[{"node": "List"}]]}, "List": {"main": [[{"node": "Items"}]]}, \(end)}}
      """)
    let house = try await WorkflowHouse(result.source)
    house.web.willSay(#"[{"id": 1}, {"id": 2}]"#)
    let run = try await house.start("loop")
    #expect(try await house.state(run) == "done", "\(result.source)")
    #expect(
      house.web.calls.map(\.url) == ["https://example.org/list", "https://example.org/1", "https://example.org/2"])
    #expect(house.harness.told().map(\.text) == ["All sent"])
  }

  @Test(arguments: [
    ("0 9 * * 1-5", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"), ("30 8 * * *", "FREQ=DAILY"),
    ("0 0 1 * *", "FREQ=MONTHLY;BYMONTHDAY=1"),
  ])
  func readsTimes(_ cron: String, _ rule: String) throws {
    let result = try read(
      """
      {"name": "Cron", "nodes": [
        {"name": "When", "type": "n8n-nodes-base.scheduleTrigger", "parameters": {"rule": {"interval": [
          {"field": "cronExpression", "expression": "\(cron)"}]}}},
        {"name": "Tell", "type": "n8n-nodes-base.telegram", "parameters": {"text": "now"}}],
       "connections": {"When": {"main": [[{"node": "Tell"}]]}}}
      """)
    #expect(result.source.contains(rule))
    #expect(result.notes.map(\.node) == ["Tell"])
    #expect(try WorkflowDefinition(source: result.source, file: "cron").starts.count == 1)
  }

  @Test(arguments: [
    "{}", "[]", #"{"nodes": [], "connections": {}}"#, #"{"nodes": [{"type": "x"}], "connections": {}}"#,
  ])
  func refuses(_ text: String) throws {
    #expect(throws: ActionError.self) { try read(text) }
  }

  @Test func givesOut() async throws {
    let house = try await WorkflowHouse(WorkflowEngineTests.three)
    let given = try await house.harness.run("workflow.export", ["workflow": "three", "format": "n8n"]).data
    #expect(given["nodes"].array?.count == 4)
    #expect(given["connections"]["one"]["main"][0][0]["node"] == "two")
    // and what was given out can be taken over again
    #expect(try N8NReader.read(given).name == "three")
  }
}
