import Actions
import Base
import Formats
import RoomTesting
import Testing
import Workflows

/// Counts to the sum of what it is given, with code between its steps.
private struct Adding: Workflow {
  static let name = "adding"
  static let title = "Adding"
  static let summary = "Adds."
  static let inputs: [JSON] = [["name": "numbers", "default": [1, 2, 3]]]
  static let steps: [WorkflowPart] = [
    .compute("sum", from: ["numbers": "${inputs.numbers}"]) { given in
      ["total": JSON((given["numbers"].array ?? []).compactMap(\.int).reduce(0, +))]
    },
    .act("count", Counting.Count.self, ["name": "sum", "by": "${steps.sum.total}"]),
    .each(
      "all", of: "inputs.numbers", as: "number",
      [
        .compute("twice", from: ["n": "${number}"]) { ["value": JSON((($0["n"].int) ?? 0) * 2)] },
        .act("note", Counting.Count.self, ["name": "twice", "by": "${steps.twice.value}"]).when("number > 1"),
      ]),
    .step("end", ["set": "${steps.count.count}"]),
  ]
}

private struct Failing: Workflow {
  static let name = "failing"
  static let title = "Failing"
  static let summary = "Fails."
  static let steps: [WorkflowPart] = [.compute("no", from: [:]) { _ in throw Refused() }]
  struct Refused: SpeakingError {
    var code: String { "test.refused" }
    var sentence: String { "That cannot be computed." }
  }
}

@Suite struct SwiftWorkflowTests {
  @Test("its code is run once each, recorded, and the same run goes the same way again")
  func runs() async throws {
    let house = try await WorkflowHouse(
      WorkflowLibrary([], swift: [Adding.self, Failing.self]), rooms: [Counting.room])
    let run = try await house.start("adding")
    let shown = try await house.show(run)
    #expect(shown["state"] == "done")
    #expect(shown["result"] == 6)
    #expect(try await house.counts() == ["sum": 6, "twice": 10])
    #expect(try await house.harness.run("workflow.replay", ["run": .string(run)]).data["same"] == true)
    let exported = try await house.harness.run("workflow.export", ["workflow": "adding"]).data["source"].string ?? ""
    #expect(exported.contains("adding@1/sum"))
    let failed = try await house.show(try await house.start("failing"))
    #expect(failed["state"] == "failed")
    #expect(failed["error"] == "That cannot be computed.")
  }

  @Test("a run goes on by the definition that it began with, and fails where its code is no more")
  func codeThatIsGone() async throws {
    let house = try await WorkflowHouse(WorkflowLibrary([], swift: [Adding.self]), rooms: [Counting.room])
    let source = try await house.harness.run("workflow.export", ["workflow": "adding"]).data["source"].string ?? ""
    // code that no program has is told when a workflow comes in
    await #expect(throws: ActionError.self) {
      try await house.harness.run(
        "workflow.keep",
        ["source": .string(source.replacing("adding@1/", with: "adding@9/").replacing("\"adding\"", with: "\"other\""))]
      )
    }
  }
}
