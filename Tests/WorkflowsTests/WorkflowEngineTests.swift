import Actions
import Base
import Formats
import HTTP
import People
import RoomTesting
import Schedule
import Store
import Synchronization
import Testing
import Workflows

@Suite struct WorkflowEngineTests {
  static let three = """
    workflow: three
    inputs: [{name: by, default: 2}]
    steps:
      - {id: one, action: counting.count, with: {name: one, by: "${inputs.by}"}}
      - {id: two, action: counting.count, with: {name: two, by: "${steps.one.count + 1}"}}
      - {id: end, set: {total: "${steps.one.count + steps.two.count}"}}
    """

  @Test func goesThroughItsSteps() async throws {
    let house = try await WorkflowHouse(Self.three)
    let run = try await house.start("three")
    let shown = try await house.show(run)
    #expect(shown["state"] == "done")
    #expect(shown["result"] == ["total": 5])
    #expect(try await house.counts() == ["one": 2, "two": 3])
    #expect(house.engine.depth == 0)
  }

  @Test func manyStepsThatEndAtOnceAreDoneOnce() async throws {
    let steps = (1...40).map { "  - {id: s\($0), needs: [], http: {method: POST, url: https://example.org/\($0)}}" }
    let house = try await WorkflowHouse("workflow: wide\nsteps:\n" + steps.joined(separator: "\n"))
    let begun = try await house.harness.run("workflow.start", ["workflow": "wide"])
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<40 { group.addTask { await house.engine.drain() } }
    }
    // what could not be written would be done again with the next sign of life
    await house.engine.beat(alone: true)
    await house.engine.drain()
    #expect(try await house.state(begun.data["run"].string ?? "") == "done")
    #expect(house.web.calls.count == 40)
  }

  @Test func takesItsInputs() async throws {
    let house = try await WorkflowHouse(Self.three)
    #expect(try await house.show(try await house.start("three", ["by": 5]))["result"] == ["total": 11])
    await #expect(throws: (any Error).self) { try await house.start("three", ["unknown": 5]) }
    await #expect(throws: (any Error).self) { try await house.start("nothing") }
  }

  @Test func runsBranchesAndLoops() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: loop
      inputs: [{name: names, default: [a, b, c]}]
      steps:
        - id: all
          each: inputs.names
          as: name
          side_by_side: 2
          steps:
            - {id: count, action: counting.count, with: {name: "${name}-${index}"}}
            - id: which
              choose:
                - when: name == "b"
                  steps: [{id: b, set: "it is ${name}"}]
                - steps: [{id: other, set: "other, count ${steps.count.count}"}]
        - {id: no, when: "length(steps.all) > 3", action: counting.count, with: {name: never}}
        - {id: end, set: "${steps.all}"}
      """)
    let shown = try await house.show(try await house.start("loop"))
    #expect(shown["result"] == ["other, count 1", "it is b", "other, count 1"])
    #expect(try await house.counts() == ["a-0": 1, "b-1": 1, "c-2": 1])
    #expect(shown["steps"].array?.contains { $0["step"] == "no" && $0["state"] == "skipped" } == true)
  }

  @Test func waitsAndIsNeverEarly() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: later
      steps:
        - {id: wait, wait: 3 days}
        - {id: count, action: counting.count, with: {name: later}}
      """)
    let run = try await house.start("later")
    await house.advance(by: .days(3) - .seconds(1))
    #expect(try await house.counts() == [:])
    await house.advance(by: .seconds(1))
    #expect(try await house.counts() == ["later": 1])
    #expect(try await house.state(run) == "done")
  }

  @Test(arguments: [true, false]) func waitsForASignalOrTheTime(_ isTold: Bool) async throws {
    let house = try await WorkflowHouse(
      """
      workflow: reply
      steps:
        - {id: wait, wait: {for: 1 day, signal: reply}}
        - {id: end, set: "${steps.wait.timed_out ? \\"too late\\" : steps.wait.data}"}
      """)
    let run = try await house.start("reply")
    if isTold {
      try await house.harness.run("workflow.signal", ["run": .string(run), "signal": "reply", "data": "here"])
    }
    await house.engine.drain()
    await house.advance(by: .days(2))
    #expect(try await house.show(run)["result"] == (isTold ? "here" : "too late"))
  }

  @Test func goesOnAfterACrash() async throws {
    let house = try await WorkflowHouse(Self.three)
    // begun and on disk, and then the process is gone before anything was carried out
    let outcome = try await house.harness.run("workflow.start", ["workflow": "three"])
    let run = outcome.data["run"].string ?? ""
    let next = house.another()
    house.harness.services.register(next)
    await next.recover(alone: true)
    await next.drain()
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["one": 2, "two": 3])
    // the one before wakes up late: what it has in hand is refused
    await house.engine.drain()
    #expect(try await house.counts() == ["one": 2, "two": 3])
    #expect(try await house.show(run)["intact"] == true)
  }

  @Test func goesOnWhenTheStoreDoes() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: disk
      steps:
        - {id: one, action: counting.stumble}
        - {id: two, action: counting.count, with: {name: two}}
      """)
    let run = try await house.start("disk")
    #expect(try await house.state(run) == "running")
    try await house.harness.run("counting.count", ["name": "healed"])
    await house.engine.recover(alone: false)
    await house.engine.drain()
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts()["two"] == 1)
  }

  @Test func isOneEnginesAtATime() async throws {
    let house = try await WorkflowHouse(Self.three)
    _ = try await house.harness.run("workflow.start", ["workflow": "three"])
    let other = house.another()
    // the first is alive: nothing is taken from it
    await other.recover(alone: false)
    await other.drain()
    #expect(try await house.counts() == [:])
    await house.engine.drain()
    #expect(try await house.counts() == ["one": 2, "two": 3])
    // it was not seen for too long: its runs go over
    _ = try await house.harness.run("workflow.start", ["workflow": "three"])
    house.harness.clock.advance(by: .minutes(1))
    await other.recover(alone: false)
    await other.drain()
    #expect(try await house.counts() == ["one": 4, "two": 5 + 3])
  }

  @Test func asksAndIsBoundToTheAnswer() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: ask
      steps:
        - {id: ask, approve: {what: "Send 500 letters?", for: 1 day}}
        - {id: count, action: counting.count, with: {name: sent}}
      """)
    let run = try await house.start("ask")
    #expect(try await house.counts() == [:])
    let told = house.harness.told()
    #expect(told.map(\.person) == ["Ravi"])
    #expect(told.first?.text.contains("Send 500 letters?") == true)
    #expect(told.first?.buttons.count == 2)
    let decide: JSONObject = ["run": .string(run), "step": "ask", "yes": true]
    // nobody else can say yes
    await #expect(throws: (any Error).self) {
      try await house.harness.run("workflow.decide", decide, as: house.harness.elder)
    }
    try await house.harness.run("workflow.decide", decide)
    await house.engine.drain()
    #expect(try await house.counts() == ["sent": 1])
    // and it is said once
    await #expect(throws: (any Error).self) { try await house.harness.run("workflow.decide", decide) }
    await house.engine.drain()
    #expect(try await house.counts() == ["sent": 1])
  }

  @Test func aQuestionThatNobodyAnswersIsANo() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: ask
      steps:
        - {id: ask, approve: {what: "Send?", for: 1 day}}
        - {id: count, action: counting.count, with: {name: sent}}
      """)
    let run = try await house.start("ask")
    await house.advance(by: .days(1) + .minutes(1))
    #expect(try await house.state(run) == "cancelled")
    #expect(try await house.counts() == [:])
  }

  @Test func whatCostsMoneyAsksFirst() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: pay
      steps: [{id: pay, action: counting.pay, with: {amount: 7}}]
      """)
    let run = try await house.start("pay")
    #expect(try await house.counts() == [:])
    #expect(house.harness.told().first?.text.contains("7") == true)
    try await house.harness.run("workflow.decide", ["run": .string(run), "step": "pay", "yes": true])
    await house.engine.drain()
    #expect(try await house.counts() == ["paid": 7])
    #expect(try await house.state(run) == "done")
  }

  @Test func triesAgainWithTheSameKey() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: call
      steps:
        - {id: call, http: {method: POST, url: "https://example.org/x", body: {a: 1}}, retry: {times: 3, pause: 10 s, factor: 2}}
      """)
    house.web.will(500, 503)
    let run = try await house.start("call")
    #expect(house.web.calls.count == 1)
    await house.advance(by: .hours(1))
    #expect(house.web.calls.count == 3)
    #expect(Set(house.web.calls.map { $0.headers["Idempotency-Key"] ?? "" }).count == 1)
    #expect(try await house.show(run)["result"]["body"] == ["ok": true])
  }

  @Test func takesBackWhatWasDone() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: saga
      steps:
        - id: one
          action: counting.count
          with: {name: one}
          compensate: {action: counting.count, with: {name: one, by: "${0 - steps.one.count}"}}
        - id: two
          action: counting.count
          with: {name: two}
          compensate: {action: counting.count, with: {name: back}}
        - {id: three, action: counting.refuse}
        - {id: four, action: counting.count, with: {name: four}}
      """)
    let run = try await house.start("saga")
    #expect(try await house.counts() == ["one": 0, "two": 1, "back": 1])
    let shown = try await house.show(run)
    #expect(shown["state"] == "failed")
    #expect(shown["error"] == "It will not be done.")
    let undone = shown["events"].array?.filter { $0["kind"] == "undone" }.compactMap { $0["step"].string }
    #expect(undone == ["two", "one"])
  }

  @Test func aFailureCanBeAValue() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: goes-on
      steps:
        - {id: no, action: counting.refuse, on_error: continue}
        - {id: end, set: "${steps.no.error}"}
      """)
    #expect(try await house.show(try await house.start("goes-on"))["result"] == "It will not be done.")
  }

  @Test func cancelledMeansStopped() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: later
      steps:
        - {id: wait, wait: 1 day}
        - {id: count, action: counting.count, with: {name: later}}
      """)
    let run = try await house.start("later")
    try await house.harness.run("workflow.cancel", ["run": .string(run)])
    await house.advance(by: .days(2))
    #expect(try await house.counts() == [:])
    #expect(try await house.state(run) == "cancelled")
    await #expect(throws: (any Error).self) { try await house.harness.run("workflow.cancel", ["run": .string(run)]) }
  }

  @Test func stopsBeforeStepsAndGoesOnOneByOne() async throws {
    let house = try await WorkflowHouse(Self.three)
    let run = try await house.start("three", stepping: true)
    #expect(try await house.counts() == [:])
    #expect(try await house.state(run) == "paused")
    try await house.harness.run("workflow.resume", ["run": .string(run), "one_step": true])
    await house.engine.drain()
    #expect(try await house.counts() == ["one": 2])
    #expect(try await house.state(run) == "paused")
    try await house.harness.run("workflow.resume", ["run": .string(run)])
    await house.engine.drain()
    #expect(try await house.state(run) == "done")

    let second = try await house.start("three", breakpoints: ["two"])
    #expect(try await house.state(second) == "paused")
    #expect(try await house.counts()["one"] == 4)
    try await house.harness.run("workflow.resume", ["run": .string(second)])
    await house.engine.drain()
    #expect(try await house.state(second) == "done")
  }

  private final class Done: Sendable { let value = Atomic(false) }

  @Test func aResultOfAnEarlierTimeAroundIsNotTaken() async throws {
    let house = try await WorkflowHouse("workflow: slow\nsteps: [{id: slow, action: counting.dawdle}]")
    let begun = try await house.harness.run("workflow.start", ["workflow": "slow"])
    let run = begun.data["run"].string ?? ""
    let done = Done()
    let clock = house.harness.clock
    let work = Task {
      await house.engine.drain()
      done.value.store(true, ordering: .releasing)
    }
    while clock.sleepers == 0 { await Task.yield() }
    // a token of less than the run is allowed lets it go no further
    var authority = ActionContext.Authority(scopes: ["read", "write"])
    authority.isApproved = true
    let less = house.harness.context(house.harness.owner, door: "rest", authority: authority)
    for call in [
      ActionCall("workflow.rewind", ["run": .string(run), "step": "slow"]),
      ActionCall("workflow.signal", ["run": .string(run), "signal": "go"]),
    ] {
      await #expect(throws: ActionError.self) { try await house.harness.runner.run(call, in: less) }
    }
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "slow"])
    clock.advance(by: .hours(1))
    // what comes now is the first time's; the second takes an hour of its own
    while clock.sleepers == 0, !done.value.load(ordering: .acquiring) { await Task.yield() }
    #expect(try await house.state(run) == "running")
    #expect(try await house.counts() == [:])
    clock.advance(by: .hours(1))
    await work.value
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["dawdled": 1])
  }

  @Test func rewindsToAStep() async throws {
    let house = try await WorkflowHouse(Self.three)
    let run = try await house.start("three")
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "two"])
    await house.engine.drain()
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["one": 2, "two": 6])
  }

  @Test func waitsForAWorkflowInside() async throws {
    let house = try await WorkflowHouse(
      Self.three,
      """
      workflow: outer
      steps:
        - {id: inner, workflow: three, with: {by: 10}}
        - {id: end, set: "${steps.inner.total}"}
      """)
    #expect(try await house.show(try await house.start("outer"))["result"] == 21)
  }

  @Test func noticesAChangedLog() async throws {
    let house = try await WorkflowHouse(Self.three)
    let run = try await house.start("three")
    try await house.harness.tenant().write { transaction in
      try transaction.execute(
        "UPDATE workflow_log SET events = replace(events, '\"by\":2', '\"by\":9') WHERE tenant = :tenant AND run = ?",
        run)
    }
    await #expect(throws: (any Error).self) { try await house.show(run) }
  }

  @Test func othersDoNotSeeIt() async throws {
    let house = try await WorkflowHouse(Self.three)
    let run = try await house.start("three")
    for name in ["workflow.show", "workflow.cancel", "workflow.pause"] {
      await #expect(throws: (any Error).self) {
        try await house.harness.run(name, ["run": .string(run)], as: house.harness.elder)
      }
    }
    let listed = try await house.harness.run("workflow.list", as: house.harness.elder)
    #expect(listed.data["runs"] == [])
  }

  @Test func keepsTheDefinitionItBeganWith() async throws {
    let first = "workflow: w\nsteps:\n  - {id: wait, wait: 1 day}\n  - {id: end, set: old}\n"
    let house = try await WorkflowHouse(first)
    let run = try await house.start("w")
    let library = try WorkflowLibrary([
      (try WorkflowDefinition(source: first.replacing("old", with: "new"), file: "test.yaml"), "test.yaml")
    ])
    let next = WorkflowHouse.engine(house.harness, library, house.web)
    house.harness.services.register(next)
    await next.recover(alone: true)
    await next.drain()
    house.harness.clock.advance(by: .days(2))
    await house.harness.scheduler.fireDue()
    await next.drain()
    #expect(try await house.show(run)["result"] == "old")
  }

  @Test func takingBackPaysNothingUnasked() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: refund
      steps:
        - {id: one, action: counting.count, with: {name: one}, compensate: {action: counting.pay, with: {amount: 5}}}
        - {id: two, action: counting.refuse}
      """)
    let run = try await house.start("refund")
    #expect(try await house.counts() == ["one": 1])
    #expect(try await house.state(run) == "failed")
    #expect(house.harness.told().contains { $0.text.contains("could not be taken back") })
  }

  @Test func aRunMayNoMoreThanWhoBeganIt() async throws {
    let house = try await WorkflowHouse(
      "workflow: pay\nsteps: [{id: pay, action: counting.pay, with: {amount: 7}}]")
    var context = house.harness.context(approved: true)
    context.authority.scopes = ["write"]
    let call = ActionCall("workflow.start", ["workflow": "pay"])
    let run = try await house.harness.runner.run(call, in: context).data["run"].string ?? ""
    await house.engine.drain()
    #expect(try await house.state(run) == "failed")
    // nor does a yes of less than it needs count
    let second = try await house.start("pay")
    let yes = ActionCall("workflow.decide", ["run": .string(second), "step": "pay", "yes": true])
    await #expect(throws: ActionError.self) { try await house.harness.runner.run(yes, in: context) }
    await house.engine.drain()
    #expect(try await house.counts() == [:])
  }

  @Test func aWorkflowAnswersNoQuestion() async throws {
    let house = try await WorkflowHouse(
      "workflow: ask\nsteps:\n  - {id: ask, approve: Send?}\n  - {id: count, action: counting.count, with: {name: sent}}",
      """
      workflow: trick
      inputs: [run]
      steps: [{id: yes, action: workflow.decide, with: {run: "${inputs.run}", step: ask, yes: true}}]
      """)
    let run = try await house.start("ask")
    #expect(try await house.state(try await house.start("trick", ["run": .string(run)])) == "failed")
    #expect(try await house.counts() == [:])
  }

  @Test func whoIsNotKnownIsNamed() async throws {
    let house = try await WorkflowHouse(
      "workflow: tell\nsteps: [{id: tell, tell: Hello, to: Nobody}, {id: ask, approve: {what: Send?, who: Nobody}}]")
    let run = try await house.start("tell")
    #expect(house.harness.told().filter { $0.text.contains("Nobody") }.count == 2)
    // and nobody says yes in their place
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.decide", ["run": .string(run), "step": "ask", "yes": true])
    }
  }
}
