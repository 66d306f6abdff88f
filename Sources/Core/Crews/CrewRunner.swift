package import Actions
package import Base
import People
package import Telemetry

/// What an agent found, and what it would do about it.
package struct Finding: Sendable {
  /// Calls of any effect; the lead chooses, then policy and confirmation apply.
  package var proposals: [ActionCall]
  /// 0…1; the lead prefers the surer one.
  package var confidence: Double
  package init(proposals: [ActionCall], confidence: Double) {
    self.proposals = proposals
    self.confidence = confidence
  }
}

/// What the crew is asked: the call that the understanding read from the message, and the words themselves.
package struct Assignment: Sendable {
  package let call: ActionCall
  package let text: String
  package let confidence: Double
  package let context: ActionContext
  package init(call: ActionCall, text: String, confidence: Double, context: ActionContext) {
    self.call = call
    self.text = text
    self.confidence = confidence
    self.context = context
  }
}

/// A deterministic way of working that agents name in their file. May run `.read` actions through the context.
package struct Skill: Sendable {
  package let name: String
  package let work: @Sendable (Assignment) async throws -> Finding
  package init(_ name: String, work: @escaping @Sendable (Assignment) async throws -> Finding) {
    self.name = name
    self.work = work
  }

  /// Proposes just the action that the message asked for.
  package static let direct = Skill("direct") { assignment in
    Finding(proposals: [assignment.call], confidence: assignment.confidence)
  }
}

/// Runs a crew: agents side by side, each with its deadline; one that fails or is slow never loses the answer.
package struct CrewRunner: Sendable {
  private let library: CrewLibrary
  private let skills: [String: Skill]
  private let clock: any WallClock
  private let log: Log
  private let lost: Counter

  package init(
    library: CrewLibrary, skills: [Skill], clock: any WallClock, metrics: Metrics, log: Log = Log("crews")
  ) {
    self.log = log
    self.library = library
    self.skills = Dictionary(skills.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.clock = clock
    lost = metrics.counter("thinnai_agents_lost_total", help: "Agents that failed or came too late.")
  }

  package func has(_ crew: String) -> Bool { library.crews[crew] != nil }

  /// What the crew decided to do: the lead's choice among the proposals of all.
  ///
  /// Falls back to the call itself when no crew is named or every agent was lost.
  package func decide(_ assignment: Assignment, crew name: String?) async -> [ActionCall] {
    guard let name, let crew = library.crews[name] else { return [assignment.call] }
    let agents = crew.agents.compactMap { library.agents[$0] }
    if agents.count == 1, agents[0].skill == "direct" {
      return permitted([assignment.call], to: agents[0]) ?? [assignment.call]
    }
    let findings = await withTaskGroup(of: (Int, Finding?).self) { group in
      for (index, agent) in agents.enumerated() {
        group.addTask { (index, await self.run(agent, assignment)) }
      }
      var findings: [(Int, Finding)] = []
      for await (index, finding) in group { if let finding { findings.append((index, finding)) } }
      return findings.sorted { $0.0 < $1.0 }
    }
    // the lead is agent 0: it wins a tie; a member wins only by being surer
    let best = findings.filter { !$0.1.proposals.isEmpty }.max { a, b in
      (a.1.confidence, b.0) < (b.1.confidence, a.0)
    }
    return best?.1.proposals ?? [assignment.call]
  }

  private func permitted(_ calls: [ActionCall], to agent: Agent) -> [ActionCall]? {
    let allowed = calls.filter { call in agent.actions.contains { Persona.matches($0, call.name) } }
    if allowed.count < calls.count {
      log.warning("An agent proposed an action that is not its own", ["agent": .text(agent.name)])
    }
    return allowed.isEmpty ? nil : allowed
  }

  private func run(_ agent: Agent, _ assignment: Assignment) async -> Finding? {
    guard let skill = skills[agent.skill] else { return nil }
    // an agent reads as itself: what it may know is not all that the person may
    let assignment = Assignment(
      call: assignment.call, text: assignment.text, confidence: assignment.confidence,
      context: assignment.context.acting(as: agent.name) { name in
        agent.actions.contains { Persona.matches($0, name) }
      })
    switch await race(skill, assignment, against: agent.deadline) {
    case .success(var finding):
      finding.proposals = permitted(finding.proposals, to: agent) ?? []
      return finding
    case .failure(let error):
      lost.add()
      log.warning("An agent failed", ["agent": .text(agent.name), "error": .error(error)])
    case nil:
      lost.add()
      log.warning("An agent came too late", ["agent": .text(agent.name)])
    }
    return nil
  }

  /// What the skill gives within its time; `nil` when it takes longer.
  ///
  /// A late skill is told to stop and left behind: waiting until it does would lose the answer with it.
  private func race(
    _ skill: Skill, _ assignment: Assignment, against deadline: Duration
  ) async -> Result<Finding, any Error>? {
    let (outcomes, tell) = AsyncStream.makeStream(
      of: Result<Finding, any Error>?.self, bufferingPolicy: .bufferingOldest(1))
    let clock = clock
    let work = Task {
      do { tell.yield(.success(try await skill.work(assignment))) } catch { tell.yield(.failure(error)) }
    }
    let timer = Task {
      try await clock.sleep(for: deadline)
      tell.yield(nil)
    }
    defer {
      work.cancel()
      timer.cancel()
    }
    for await outcome in outcomes { return outcome }
    return nil
  }
}
