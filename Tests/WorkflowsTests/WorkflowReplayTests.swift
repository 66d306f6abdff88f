import Actions
import Base
import Formats
import HTTP
import RoomTesting
import Store
import Testing

@testable import Workflows

/// Runs gone through again, and long ones folded from where they stood.
@Suite struct WorkflowReplayTests {
  private static let mixed = """
    workflow: mixed
    inputs: [{name: names, default: [a, b, c]}]
    steps:
      - {id: get, http: {url: "https://example.org/x"}, on_error: continue, retry: 2}
      - id: all
        each: inputs.names
        side_by_side: 2
        steps:
          - {id: count, action: counting.count, with: {name: "${item}"}}
          - {id: pause, wait: {for: 1 hour, signal: "go-${item}"}}
      - {id: inner, workflow: small}
      - {id: ask, approve: {what: "Go on?", for: 1 day, on_no: continue}}
      - {id: no, fail: "that is enough"}
    """
  private static let small =
    "workflow: small\nsteps:\n  - {id: s, set: 1}\n  - {action: counting.count, with: {name: s}}\n"

  private func mixedRun() async throws -> (WorkflowHouse, String) {
    let house = try await WorkflowHouse(Self.mixed, Self.small)
    house.web.will(503, 503)
    let run = try await house.start("mixed")
    await house.advance(by: .minutes(5))
    _ = try await house.harness.run(
      "workflow.signal", ["run": .string(run), "signal": "go-b", "data": ["by": "me"]])
    await house.engine.drain()
    await house.advance(by: .days(3))
    #expect(try await house.state(run) == "failed")
    return (house, run)
  }

  @Test("a run of retries, loops, waits, signals, a workflow inside and a question goes the same way again")
  func same() async throws {
    let (house, run) = try await mixedRun()
    let before = try await house.counts()
    let replay = try await house.harness.run("workflow.replay", ["run": .string(run)]).data
    #expect(replay["same"] == true, "\(replay["differs"].text())")
    #expect(replay["lines"].array?.last?["state"] == "failed")
    // nothing was carried out
    #expect(try await house.counts() == before)
  }

  @Test("by a workflow that was changed meanwhile it is told from where on it would go another way")
  func changed() async throws {
    let (house, run) = try await mixedRun()
    _ = try await house.harness.run(
      "workflow.keep", ["source": .string(Self.mixed.replacing("side_by_side: 2", with: "side_by_side: 1"))])
    let replay = try await house.harness.run("workflow.replay", ["run": .string(run), "newest": true]).data
    #expect(replay["same"] == false)
    #expect((replay["differs"]["line"].int ?? 0) > 1)
    let same = try await house.harness.run("workflow.replay", ["run": .string(run)]).data
    #expect(same["same"] == true)
  }

  @Test("a snapshot is the same state as the whole log folded, and what does not fit is passed over")
  func snapshots() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: long
      inputs: [count]
      steps:
        - id: all
          each: inputs.count
          side_by_side: 1
          steps:
            - {id: c, action: counting.count, with: {name: long}}
            - {id: w, wait: 1 hour}
        - {set: "${length(steps.all)}"}
      """)
    let run = try await house.start("long", ["count": .array((0..<120).map { JSON($0) })])
    await house.advance(by: .minutes(110 * 60))
    let tenant = house.harness.tenant()
    let kept = try await tenant.read { try $0.count("SELECT count(*) FROM workflow_snapshots WHERE tenant = :tenant") }
    #expect(kept == 1)
    func both() async throws -> (JSON, JSON) {
      try await tenant.read { rows in
        (
          try #require(try StoredRun.read(run, rows)).run.json,
          try #require(try StoredRun.read(run, whole: true, rows)).run.json
        )
      }
    }
    let (fast, whole) = try await both()
    #expect(fast == whole)
    #expect(fast["phase"] == "running")
    // somebody changed it: the log is the truth
    try await tenant.write { transaction in
      try transaction.execute(
        "UPDATE workflow_snapshots SET state = replace(state, 'running', 'done') WHERE tenant = :tenant AND run = ?",
        run)
    }
    let (mended, _) = try await both()
    #expect(mended == whole)
    await house.advance(by: .minutes(20 * 60))
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["long": 120])
    #expect(try await house.harness.run("workflow.replay", ["run": .string(run)]).data["same"] == true)
  }

  @Test("a call that cannot be taken back at once is tried again, and what a workflow inside did is taken back as well")
  func takenBack() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: outer
      steps:
        - {id: in, workflow: inner}
        - id: book
          http: {method: POST, url: "https://example.org/book"}
          compensate: {http: {method: DELETE, url: "https://example.org/book"}}
        - {fail: "no"}
      """,
      """
      workflow: inner
      steps:
        - id: c
          action: counting.count
          with: {name: inside}
          compensate: {action: counting.count, with: {name: inside, by: -1}}
        - {set: 1}
      """)
    house.web.will(200, 503, 503)
    let run = try await house.start("outer")
    await house.advance(by: .minutes(60))
    #expect(try await house.state(run) == "failed")
    #expect(house.web.calls.map(\.method) == ["POST", "DELETE", "DELETE", "DELETE"])
    #expect(Set(house.web.calls.dropFirst().map { $0.headers["Idempotency-Key"] }).count == 1)
    #expect(try await house.counts() == ["inside": 0])
    #expect(try await house.harness.run("workflow.replay", ["run": .string(run)]).data["same"] == true)
  }
}
