import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Workflows

/// What is given out for n8n says what the workflow does, or names what n8n cannot say.
@Suite struct N8NExportTests {
  private func export(_ source: String) async throws -> JSON {
    let house = try await WorkflowHouse(source)
    let name = try WorkflowDefinition(source: source, file: "w.yaml").name
    return try await house.harness.run("workflow.export", ["workflow": .string(name), "format": "n8n"]).data
  }

  private func node(_ file: JSON, _ name: String) throws -> JSON {
    try #require(file["nodes"].array?.first { $0["name"].string == name })
  }

  private func targets(_ file: JSON, _ name: String, _ output: Int) -> [String] {
    let outputs = file["connections"][name]["main"].array ?? []
    return outputs.indices.contains(output) ? (outputs[output].array ?? []).compactMap { $0["node"].string } : []
  }

  private static let branches = """
    workflow: branches
    title: "Branches"
    start:
      - {every: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", at: "09:00"}
    inputs:
      - {name: body, default: null, required: false}
    steps:
      - {id: fields, needs: [], set: {total: "${inputs.body.price * 2}", who: "${inputs.body.email.lower()}"}}
      - {id: big, needs: [fields], set: {yes: "${(steps.fields.total) > 100}"}}
      - id: call
        needs: [big]
        when: "steps.big.yes == true"
        http: {method: POST, url: "https://example.org/${steps.fields.who}", body: {total: "${steps.fields.total}", note: "for ${steps.fields.who}"}}
      - {id: small, needs: [big], when: "steps.big.yes == false", tell: "Small: ${steps.fields.total}"}
      - {id: kind, needs: [call], when: "steps.big.yes == true", set: {branch: "${(steps.call.body.status) == \\"paid\\" ? 0 : (steps.call.body.status) == \\"open\\" ? 1 : -1}"}}
      - {id: paid, needs: [kind], when: "steps.kind.branch == 0", tell: paid}
      - {id: open, needs: [kind], when: "steps.kind.branch == 1", tell: open}
    """

  @Test func saysConditionsAndExpressions() async throws {
    let file = try await export(Self.branches)
    #expect(try node(file, "Start")["parameters"]["rule"]["interval"][0]["expression"] == "0 9 * * 1,2,3,4,5")
    let big = try node(file, "big")
    #expect(big["type"] == "n8n-nodes-base.if")
    #expect(big["parameters"]["conditions"]["conditions"][0]["leftValue"] == "={{ $('fields').item.json.total }}")
    #expect(big["parameters"]["conditions"]["conditions"][0]["operator"]["operation"] == "gt")
    #expect(targets(file, "big", 0) == ["call"] && targets(file, "big", 1) == ["small"])
    #expect(try node(file, "kind")["type"] == "n8n-nodes-base.switch")
    #expect(targets(file, "call", 0) == ["kind"])
    #expect(targets(file, "kind", 0) == ["paid"] && targets(file, "kind", 1) == ["open"])
    let call = try node(file, "call")["parameters"]
    #expect(call["url"] == "=https://example.org/{{ $('fields').item.json.who }}")
    #expect(
      call["jsonBody"]
        == #"={"total": {{ JSON.stringify($('fields').item.json.total) }}, "note": "for {{ $('fields').item.json.who }}"}"#
    )
    #expect(file.text().contains("toLowerCase()"))
    #expect(!file.text().contains("{{ $json }}"))
  }

  @Test(arguments: [(80, "paid", ["paid"]), (80, "open", ["open"]), (80, "gone", []), (10, "", ["Small: 20"])])
  func comesBackAsItWas(_ price: Int64, _ status: String, _ told: [String]) async throws {
    let result = try N8NReader.read(try await export(Self.branches))
    let (ours, back) = (
      try WorkflowDefinition(source: Self.branches, file: "a"), try WorkflowDefinition(source: result.source, file: "b")
    )
    #expect(back.steps.map(\.id).sorted() == ours.steps.map(\.id).sorted(), "\(result.source)")
    #expect(back.starts.count == 1)
    for source in [Self.branches, result.source] {
      let house = try await WorkflowHouse(source)
      house.web.willSay("{\"status\": \"\(status)\"}")
      let run = try await house.start("branches", ["body": ["price": .integer(price), "email": "A@B.c"]])
      #expect(try await house.state(run) == "done", "\(source)")
      #expect(house.harness.told().map(\.text) == told, "\(source)")
      #expect(house.web.calls.map(\.url) == (price > 50 ? ["https://example.org/a@b.c"] : []))
      if let body = house.web.calls.first?.body {
        #expect(String(decoding: body, as: UTF8.self) == #"{"total":160,"note":"for a@b.c"}"#)
      }
    }
  }

  private static let loop = """
    workflow: loop
    title: "Loop"
    inputs: [ask]
    steps:
      - {id: list, http: {url: "https://example.org/list"}}
      - id: items
        each: "steps.list.body"
        as: one
        steps:
          - {id: send, when: "one.id != 2", http: {method: POST, url: "https://example.org/${one.id}"}}
      - {id: ask, when: "inputs.ask == true && length(inputs.ask) == 0", tell: "asked"}
      - {id: odd, set: "${where(steps.list.body, \\"id\\", 1)}"}
      - {id: end, tell: "done ${\\"${\\"}x"}
    """

  @Test func keepsTheStepsOfALoopAndNamesWhatItCannotSay() async throws {
    let file = try await export(Self.loop)
    #expect(targets(file, "items", 1) == ["If send"] && targets(file, "If send", 0) == ["send"])
    #expect(targets(file, "send", 0) == ["items"] && targets(file, "If send", 1) == ["items"])
    #expect(targets(file, "If ask", 0) == ["ask"] && targets(file, "If ask", 1) == ["odd"])
    #expect(targets(file, "ask", 0) == ["odd"])
    let notes = file["notes"].array ?? []
    #expect(notes.contains { $0["step"] == "odd" && $0["sentence"].string?.contains("cannot be said") == true })
    let result = try N8NReader.read(file)
    let house = try await WorkflowHouse(result.source)
    house.web.willSay(#"[{"id": 1}, {"id": 2}, {"id": 3}]"#)
    let run = try await house.start("loop", ["ask": true])
    #expect(try await house.state(run) == "done", "\(result.source)")
    #expect(house.web.calls.map(\.url) == ["list", "1", "3"].map { "https://example.org/" + $0 })
    #expect(house.harness.told().map(\.text) == ["asked", "done ${x"])
  }
}
