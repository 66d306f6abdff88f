import Base
import Formats
import People
import RoomTesting
import Testing
import Workflows

/// A signal ends one wait.
@Suite struct WorkflowSignalTests {
  private static let two = """
    workflow: two
    steps:
      - {id: first, wait: {for: 2 days, signal: reply}}
      - {id: second, wait: {for: 2 days, signal: reply}}
      - {id: end, set: "${steps.first.data} ${steps.second.timed_out ? \\"too late\\" : steps.second.data}"}
    """

  private func signal(_ house: WorkflowHouse, _ run: String, _ data: String) async throws {
    try await house.harness.run(
      "workflow.signal", ["run": .string(run), "signal": "reply", "data": .string(data)])
    await house.engine.drain()
  }

  @Test func endsOneWait() async throws {
    let house = try await WorkflowHouse(Self.two)
    let run = try await house.start("two")
    try await signal(house, run, "one")
    #expect(try await house.state(run) == "running")
    try await signal(house, run, "two")
    #expect(try await house.show(run)["result"] == "one two")
  }

  @Test func doesNotEndTheNextWaitOnceItIsUsed() async throws {
    let house = try await WorkflowHouse(Self.two)
    let run = try await house.start("two")
    try await signal(house, run, "one")
    await house.advance(by: .days(3))
    #expect(try await house.show(run)["result"] == "one too late")
  }

  @Test func isThereAgainForAWaitThatIsRewound() async throws {
    let house = try await WorkflowHouse(Self.two)
    let run = try await house.start("two")
    try await signal(house, run, "one")
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "first"])
    try await signal(house, run, "two")
    #expect(try await house.show(run)["result"] == "one two")
  }

  @Test func aRunOfAnOlderProgramGoesOnAsItBegan() {
    for isNew in [false, true] {
      var run = WorkflowRun(id: "run", person: PersonID("somebody"), definition: "", begunAt: .epoch)
      run.apply(WorkflowEvent(.begun, "", isNew ? ["uses_signals_up": true] : [:]))
      run.apply(WorkflowEvent(.waiting, "first", ["info": ["signal": "reply"]]))
      run.apply(WorkflowEvent(.signal, "", ["name": "reply", "data": "one"]))
      run.apply(WorkflowEvent(.done, "first", ["signal": "reply", "data": "one"]))
      let left: JSON? = isNew ? nil : "one"
      #expect(run.signals["reply"] == left)
    }
  }
}
