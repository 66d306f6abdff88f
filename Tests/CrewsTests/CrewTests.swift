import Actions
import Base
import Crews
import Formats
import RoomTesting
import Synchronization
import Telemetry
import Testing

private struct Failed: Error {}

/// The name, the deadline in milliseconds and what the skill gives.
private typealias Member = (name: String, deadline: Int, work: @Sendable (Assignment) async throws -> Finding)

/// A crew runner over agents made up for a test, and what it logs.
private final class Bench: Sendable {
  let clock = VirtualClock()
  let metrics = Metrics()
  private let lines = Mutex<[UInt8]>([])
  private let sink = Mutex<LogSink?>(nil)

  /// - Parameter agents: the lead first.
  func runner(_ agents: [Member]) throws -> CrewRunner {
    let sink = LogSink(clock: FixedClock(.epoch), redactor: Redactor()) { new in
      self.lines.withLock { $0.append(contentsOf: new) }
    }
    self.sink.withLock { $0 = sink }
    let described = try agents.map { agent in
      try Agent(
        YAML.parse(
          "name: \(agent.name)\nrole: tries\nactions: [notes.*]\nskill: \(agent.name)\ndeadline_ms: \(agent.deadline)",
          file: agent.name))
    }
    let crew = try Crew(
      YAML.parse("name: desk\nagents: [\(agents.map(\.name).joined(separator: ", "))]", file: "desk"))
    return CrewRunner(
      library: try CrewLibrary(crews: [crew], agents: described, skills: Set(agents.map(\.name))),
      skills: agents.map { Skill($0.name, work: $0.work) }, clock: clock, metrics: metrics, log: Log("crews", to: sink))
  }

  /// The agents that the log names, with the message.
  var logged: [String: String] {
    sink.withLock { $0?.flush() }
    let text = lines.withLock { String(decoding: $0, as: UTF8.self) }
    let entries = text.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
    return Dictionary(
      entries.map { ($0["agent"].string ?? "?", $0["message"].string ?? "") }, uniquingKeysWith: { first, _ in first })
  }

  /// Runs until all agents that sleep do so, then lets the time pass.
  func decide(_ runner: CrewRunner, _ assignment: Assignment, sleepers: Int = 0, passing: Duration = .zero) async
    -> [String]
  {
    async let decision = runner.decide(assignment, crew: "desk")
    while clock.sleepers < sleepers { try? await Task.sleep(for: .milliseconds(1)) }
    if passing > .zero { clock.advance(by: passing) }
    return await decision.map(\.name)
  }
}

private func finds(_ name: String, _ confidence: Double) -> @Sendable (Assignment) async throws -> Finding {
  { _ in Finding(proposals: [ActionCall(name)], confidence: confidence) }
}

struct CrewRunnerTests {
  private let bench = Bench()

  private func assignment() async throws -> Assignment {
    Assignment(
      call: ActionCall("notes.asked"), text: "note it", confidence: 0.5, context: try await RoomHarness([]).context())
  }

  @Test("the lead wins a tie; a member wins only by being surer")
  func leads() async throws {
    let tie = try bench.runner([
      ("lead", 1_000, finds("notes.lead", 0.7)), ("second", 1_000, finds("notes.second", 0.7)),
    ])
    #expect(await bench.decide(tie, try await assignment()) == ["notes.lead"])
    let surer = try bench.runner([
      ("lead", 1_000, finds("notes.lead", 0.7)), ("second", 1_000, finds("notes.second", 0.8)),
    ])
    #expect(await bench.decide(surer, try await assignment()) == ["notes.second"])
  }

  /// Goes red when a skill reads as the person, or what its agent's file does not name.
  @Test("a skill reads as its agent, and only what its file lets it use", arguments: [nil, "somebody else"])
  func reading(_ disguise: String?) async throws {
    let seen = Mutex<[String]>([])
    let runner = try bench.runner([
      (
        "lead", 1_000,
        { assignment in
          var context = assignment.context
          if let disguise { context.authority.agent = disguise } else { #expect(context.authority.agent == "lead") }
          for name in ["desk.peek", "memory.export", "notes.peek", "memory.ask"] {
            do { _ = try await context.call(name) } catch let error as ActionError {
              seen.withLock { $0.append("\(name) \(error.code)") }
            }
          }
          return Finding(proposals: [ActionCall("notes.lead")], confidence: 1)
        }
      ), ("second", 1_000, finds("notes.second", 0.1)),
    ])
    #expect(await bench.decide(runner, try await assignment()) == ["notes.lead"])
    // the house of this test has none of these actions: what is let through is unknown to it
    #expect(
      seen.withLock { $0 } == [
        "desk.peek actions.not_its_own", "memory.export actions.not_its_own", "notes.peek actions.unknown",
        "memory.ask actions.unknown",
      ])
  }

  @Test("an agent that fails loses nothing but its own finding, and is named in the log")
  func failing() async throws {
    let runner = try bench.runner([
      ("lead", 1_000, { _ in throw Failed() }), ("second", 1_000, finds("notes.second", 0.1)),
    ])
    #expect(await bench.decide(runner, try await assignment()) == ["notes.second"])
    #expect(bench.logged == ["lead": "An agent failed"])
    #expect(bench.metrics.prometheus().contains("thinnai_agents_lost_total 1"))
  }

  @Test("a slow agent is left behind at its own deadline, and is named in the log", .timeLimit(.minutes(5)))
  func slow() async throws {
    let clock = bench.clock
    let runner = try bench.runner([
      (
        "lead", 300,
        { _ in
          try await clock.sleep(for: .hours(1))
          return Finding(proposals: [ActionCall("notes.late")], confidence: 1)
        }
      ), ("second", 5_000, finds("notes.second", 0.1)),
    ])
    // the slow one, and its timer
    let decided = await bench.decide(runner, try await assignment(), sleepers: 2, passing: .milliseconds(300))
    #expect(decided == ["notes.second"])
    #expect(bench.logged == ["lead": "An agent came too late"])
  }

  @Test("an agent that does not even listen to its cancellation holds up nothing", .timeLimit(.minutes(5)))
  func deaf() async throws {
    let (stream, end) = AsyncStream<Void>.makeStream()
    let runner = try bench.runner([
      (
        "lead", 200,
        { _ in
          await withCheckedContinuation { continuation in
            Task.detached {
              for await _ in stream {}
              continuation.resume()
            }
          }
          return Finding(proposals: [ActionCall("notes.deaf")], confidence: 1)
        }
      ), ("second", 200, finds("notes.second", 0.1)),
    ])
    let decided = await bench.decide(runner, try await assignment(), sleepers: 1, passing: .milliseconds(200))
    #expect(decided == ["notes.second"])
    #expect(bench.logged == ["lead": "An agent came too late"])
    end.finish()
  }

  @Test("when all are lost, what the person asked is done all the same")
  func allLost() async throws {
    let runner = try bench.runner([
      ("lead", 1_000, { _ in throw Failed() }), ("second", 1_000, { _ in throw Failed() }),
      ("third", 1_000, { _ in Finding(proposals: [], confidence: 1) }),
    ])
    #expect(await bench.decide(runner, try await assignment()) == ["notes.asked"])
    #expect(bench.logged == ["lead": "An agent failed", "second": "An agent failed"])
  }

  @Test("a proposal outside of an agent's own actions is dropped and logged")
  func confined() async throws {
    let runner = try bench.runner([
      ("lead", 1_000, finds("trade.buy", 1)), ("second", 1_000, finds("notes.second", 0.1)),
    ])
    #expect(await bench.decide(runner, try await assignment()) == ["notes.second"])
    #expect(bench.logged == ["lead": "An agent proposed an action that is not its own"])
  }

  @Test(
    "whatever mix of agents answers, fails or is late, the answer is one of theirs or the call itself",
    .timeLimit(.minutes(5)))
  func anyMix() async throws {
    let random = SeededRandom(seed: 11)
    let assignment = try await assignment()
    for _ in 0..<60 {
      let bench = Bench()
      var sure: [(name: String, confidence: Double)] = []
      var late = 0
      let agents = (0..<(1 + random.below(4))).map {
        number -> Member in
        let name = "agent\(number)"
        switch random.below(3) {
        case 0: return (name, 100, { _ in throw Failed() })
        case 1:
          late += 2
          return (
            name, 100,
            { _ in
              try await bench.clock.sleep(for: .hours(1))
              throw Failed()
            }
          )
        default:
          let confidence = Double(random.below(10)) / 10
          sure.append(("notes.\(name)", confidence))
          return (name, 100, finds("notes.\(name)", confidence))
        }
      }
      let runner = try bench.runner(agents)
      let decided = await bench.decide(runner, assignment, sleepers: late, passing: .milliseconds(100))
      let best = sure.map(\.confidence).max()
      #expect(decided == [sure.first { $0.confidence == best }?.name ?? "notes.asked"])
      #expect(bench.logged.count == agents.count - sure.count)
    }
  }

  @Test("an unknown crew, or none, does what was asked")
  func noCrew() async throws {
    let runner = try bench.runner([("lead", 100, finds("notes.lead", 1))])
    let assignment = try await assignment()
    #expect(await runner.decide(assignment, crew: nil).map(\.name) == ["notes.asked"])
    #expect(await runner.decide(assignment, crew: "nobody").map(\.name) == ["notes.asked"])
  }
}

struct CrewFileTests {
  @Test(
    "a broken description is refused with what was expected",
    arguments: [
      "name: a\nrole: r\nactions: [x]\ndeadline_ms: 0", "name: a\nrole: r\nactions: [x]\ndeadline_ms: 60001",
      "name: a\nrole: r", "name: a\nrole: r\nactions: [x]\ncolour: red", "role: r\nactions: [x]",
    ])
  func agents(_ text: String) {
    #expect(throws: DataFileError.self) { try Agent(YAML.parse(text, file: "agent.yaml")) }
  }

  @Test("a crew has one to four agents, all of them known, with known skills")
  func crews() throws {
    #expect(throws: DataFileError.self) { try Crew(YAML.parse("name: c\nagents: []", file: "c")) }
    #expect(throws: DataFileError.self) { try Crew(YAML.parse("name: c\nagents: [a, b, c, d, e]", file: "c")) }
    let crew = try Crew(YAML.parse("name: c\nagents: [a]", file: "c"))
    let agent = try Agent(YAML.parse("name: a\nrole: r\nactions: [x]\nskill: magic", file: "a"))
    #expect(throws: DataFileError.self) { try CrewLibrary(crews: [crew], agents: [], skills: ["magic"]) }
    #expect(throws: DataFileError.self) { try CrewLibrary(crews: [crew], agents: [agent], skills: ["direct"]) }
    #expect(throws: Never.self) { try CrewLibrary(crews: [crew], agents: [agent], skills: ["magic"]) }
  }
}
