import Actions
import Base
import Formats
import RoomTesting
import Store
import Synchronization
import Testing

@testable import Workflows

/// A step whose carrying out ends the program.
@Suite struct WorkflowInterruptionTests {
  private static let fatal = """
    workflow: fatal
    steps:
      - {id: good, action: counting.count, with: {name: good}, compensate: {action: counting.count, with: {name: back}}}
      - {id: bad, action: counting.dawdle, retry: {times: 9, pause: 1 s}}
      - {id: after, action: counting.count, with: {name: after}}
    """

  /// One start of the program after the other, each ending in the middle of a step that takes long.
  private final class Starts: Sendable {
    let house: WorkflowHouse
    private let path: String
    private let folder: TestFolder
    private final class Done: Sendable { let value = Atomic(false) }
    private let gone = Mutex<[Task<Void, Never>]>([])

    init(_ house: WorkflowHouse) throws {
      self.house = house
      folder = try TestFolder("marks")
      path = folder.path + "/marks"
    }

    deinit { for task in gone.withLock({ $0 }) { task.cancel() } }

    func marks() throws -> CrashMarks { try CrashMarks(path: path) }

    /// - Returns: whether it came to the step that takes long; otherwise everything was done.
    func next() async throws -> Bool {
      let engine = house.another(marks: try marks())
      house.harness.services.register(engine)
      await engine.recover(alone: true)
      let sleepers = house.harness.clock.sleepers
      let done = Done()
      let work = Task {
        await engine.drain()
        done.value.store(true, ordering: .releasing)
      }
      gone.withLock { $0.append(work) }
      while house.harness.clock.sleepers == sleepers, !done.value.load(ordering: .acquiring) { await Task.yield() }
      return !done.value.load(ordering: .acquiring)
    }
  }

  @Test("fails after some starts, and the run goes the way of a step that failed")
  func isGivenUp() async throws {
    let house = try await WorkflowHouse(Self.fatal)
    let program = try Starts(house)
    let begun = try await house.harness.run("workflow.start", ["workflow": "fatal"])
    let run = begun.data["run"].string ?? ""
    var starts = 0
    while try await house.state(run) == "running", starts < 60 {
      starts += 1
      guard try await program.next() else { break }
    }
    #expect(starts == WorkflowEngine.mostInterruptions + 1)
    let shown = try await house.show(run)
    #expect(shown["state"] == "failed")
    #expect(shown["error"] == "The program ended 25 times while this was carried out.")
    #expect(try await house.counts() == ["good": 1, "back": 1])
  }

  @Test("who was carried out beside it is not taken for it")
  func isNobodyElse() async throws {
    let house = try await WorkflowHouse(Self.fatal)
    let program = try Starts(house)
    let begun = try await house.harness.run("workflow.start", ["workflow": "fatal"])
    let run = begun.data["run"].string ?? ""
    // it ended twice in the middle of this one, which is done the third time
    for _ in 0..<2 { #expect(try await program.next()) }
    let engine = house.another(marks: try program.marks())
    house.harness.services.register(engine)
    await engine.recover(alone: true)
    let sleepers = house.harness.clock.sleepers
    async let work: Void = engine.drain()
    while house.harness.clock.sleepers == sleepers { await Task.yield() }
    house.harness.clock.advance(by: .hours(2))
    await work
    #expect(try await house.state(run) == "done")
    #expect(try program.marks().found.isEmpty)
  }

  /// Stops the program in the middle of a step that takes long.
  private func stop(_ house: WorkflowHouse, _ engine: WorkflowEngine) async {
    house.harness.services.register(engine)
    let sleepers = house.harness.clock.sleepers
    let work = Task { await engine.run() }
    // the sign of life, and the step
    while house.harness.clock.sleepers < sleepers + 2 { await Task.yield() }
    work.cancel()
    engine.close()
    await work.value
  }

  @Test("an end that was asked for counts against nobody, and what it broke off is carried out by the next start")
  func isNoStop() async throws {
    let house = try await WorkflowHouse(Self.fatal)
    let program = try Starts(house)
    let begun = try await house.harness.run("workflow.start", ["workflow": "fatal"])
    let run = begun.data["run"].string ?? ""
    for _ in 0..<(WorkflowEngine.mostInterruptions + 2) {
      await stop(house, house.another(marks: try program.marks()))
      #expect(try program.marks().found.isEmpty)
    }
    let shown = try await house.show(run)
    #expect(shown["state"] == "running")
    #expect(shown["steps"][1]["state"] == "started")
    #expect(!shown.text().contains("interrupted"))
    #expect(try await house.counts() == ["good": 1])
  }

  @Test("a step with a deadline that a stop broke off is no failed try")
  func isNoFailedTry() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: hurried
      steps:
        - {id: slow, action: counting.dawdle, deadline: 2 hours}
      """)
    let begun = try await house.harness.run("workflow.start", ["workflow": "hurried"])
    await stop(house, house.another())
    #expect(try await house.state(begun.data["run"].string ?? "") == "running")
  }
}
