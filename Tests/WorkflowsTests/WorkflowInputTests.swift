import Actions
import Base
import Formats
import Messages
import RoomTesting
import Testing
import Time
import Workflows

/// What people write for what a workflow takes is read before it begins.
@Suite struct WorkflowInputTests {
  private static let source = """
    workflow: taking
    inputs:
      - {name: at, kind: time, default: ""}
      - {name: days, default: 3}
      - {name: long, kind: duration, default: 1 day}
      - {name: sure, default: false}
      - {name: things, default: []}
      - {name: margins, default: {tea: 1}}
      - {name: what, default: ""}
    steps:
      - {id: all, set: "${inputs}"}
    """

  /// The house's readers, as far as these tests need them.
  private static let words: Runner.WordReader = { text, kind, _ in
    switch (kind, text) {
    case (.when, "friday at 6 am"): .when(WhenValue(start: CivilDateTime("2026-11-27T06:00")!))
    case (.when, "5 december"):
      .when(WhenValue(start: CivilDateTime("2026-12-05T00:00")!, grain: .day, isTimeGiven: false))
    case (.when, "yesterday at 5"): .when(WhenValue(start: CivilDateTime("2026-11-22T05:00")!))
    case (.number, "three"): .number(3)
    case (.boolean, "of course"): .boolean(true)
    case (.duration, "a fortnight"): .duration(.days(14))
    default: nil
    }
  }

  private func values(_ inputs: JSONObject) async throws -> JSON {
    let house = try await WorkflowHouse(Self.source, words: Self.words)
    let run = try await house.start("taking", inputs)
    return try await house.show(run)["inputs"]
  }

  @Test(
    "a time, a number, a list and a yes as a person writes them",
    arguments: [
      ("at", "friday at 6 am", "2026-11-27T00:30:00Z"), ("at", "5 december", "2026-12-05T03:30:00Z"),
      ("at", "2026-12-01T03:30:00Z", "2026-12-01T03:30:00Z"), ("days", "three", 3), ("days", "12", 12), ("days", 4, 4),
      ("long", "a fortnight", "P14D"), ("long", "2 days", "2 days"), ("sure", "of course", true),
      ("things", "passport\n charger \n\nMum's letters, all", ["passport", "charger", "Mum's letters, all"]),
      ("things", "passport, charger", ["passport", "charger"]), ("things", "[\"a, b\"]", ["a, b"]),
      ("things", ["x"], ["x"]), ("margins", "{\"tea\": 2}", ["tea": 2]), ("what", "5 december", "5 december"),
    ] as [(String, JSON, JSON)])
  func reads(_ name: String, _ given: JSON, _ expected: JSON) async throws {
    #expect(try await values([name: given])[name] == expected)
  }

  @Test(
    "what is none of them begins nothing, and the field is named",
    arguments: [
      ("at", "soon", "workflows.input_time"), ("at", "yesterday at 5", "workflows.input_past"),
      ("days", "abc", "workflows.input_number"), ("long", "long", "workflows.input_duration"),
      ("sure", "perhaps", "workflows.input_yes"), ("margins", "much", "workflows.input_object"),
    ])
  func refuses(_ name: String, _ words: String, _ code: String) async throws {
    let house = try await WorkflowHouse(Self.source, words: Self.words)
    let error = await #expect(throws: ActionError.self) { try await house.start("taking", [name: .string(words)]) }
    #expect(error?.code == code && error?.field == "inputs.\(name)")
    #expect(error.map { house.harness.text($0.say).contains(words) } == true)
    #expect(try await house.harness.run("workflow.list").data["runs"].array == [])
  }

  @Test func whatIsLeftEmptyIsLeftOut() async throws {
    #expect(try await values(["days": " ", "things": ""]) == values([:]))
  }

  @Test("in a chat what is no time is asked for again")
  func asksAgain() async throws {
    let house = try await WorkflowHouse(
      "workflow: later\ninputs: [{name: at, kind: time}]\nsteps: [{wait: {until: \"${inputs.at}\"}}]\n",
      words: Self.words)
    let context = house.harness.context(inChat: true)
    let call = ActionCall("workflow.start", ["workflow": "later", "given": "soon"])
    guard case .ask(_, let parameter, let say) = await house.harness.runner.prepare(call, in: context) else {
      Issue.record("it is not asked for")
      return
    }
    #expect(parameter == "given" && house.harness.text(say).contains("5 December at 9 am"))
  }

  @Test func aPageIsToldWhatKindEachIs() async throws {
    let house = try await WorkflowHouse(Self.source)
    let all = try await house.harness.run("workflow.catalogue").data["workflows"][0]["inputs"].array ?? []
    #expect(all.map { $0["kind"] } == ["time", "number", "duration", "yes", "list", "object", "text"])
  }

  @Test func aKindThatThereIsNotIsToldByLine() {
    #expect(throws: DataFileError.self) {
      try WorkflowDefinition(
        source: "workflow: x\ninputs: [{name: a, kind: colour}]\nsteps: [{set: 1}]\n", file: "x.yaml")
    }
  }
}
