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
    #"{"nodes": [{"name": "a", "type": "n8n-nodes-base.noOp"}, {"name": "b", "type": "n8n-nodes-base.noOp"}], "connections": {"a": {"main": [[{"node": "b"}]]}, "b": {"main": [[{"node": "a"}]]}}}"#,
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
