import Base
package import Formats

/// A small worker: a role, the actions it may use, and a deterministic skill.
package struct Agent: Sendable {
  package let name: String
  package let role: String
  /// Action names or `room.*`; a proposal outside them is dropped and logged.
  package let actions: [String]
  /// The name of a registered skill.
  package let skill: String
  package let deadline: Duration

  /// - Throws: `DataFileError` with file, line and what was expected.
  package init(_ node: YAMLNode) throws {
    try node.onlyKeys(["name", "role", "actions", "skill", "deadline_ms"])
    name = try node.required("name").string(expecting: "the agent's name")
    role = try node.required("role").string(expecting: "one sentence about the role")
    actions = try node.required("actions").strings(expecting: "a list of action names")
    skill = try node["skill"]?.string(expecting: "a skill's name") ?? "direct"
    let milliseconds = try node["deadline_ms"]?.int(expecting: "milliseconds") ?? 3_000
    guard (1...60_000).contains(milliseconds) else {
      throw node.error("deadline_ms between 1 and 60000 was expected")
    }
    deadline = .milliseconds(milliseconds)
  }
}

/// One to four agents, run side by side, the first of which leads.
package struct Crew: Sendable {
  package let name: String
  package let agents: [String]

  package init(_ node: YAMLNode) throws {
    try node.onlyKeys(["name", "agents"])
    name = try node.required("name").string(expecting: "the crew's name")
    let list = try node.required("agents")
    agents = try list.strings(expecting: "a list of agent names, the lead first")
    guard (1...4).contains(agents.count) else { throw list.error("one to four agents were expected") }
  }
}

/// All crews and agents, checked against each other.
package struct CrewLibrary: Sendable {
  package let crews: [String: Crew]
  package let agents: [String: Agent]

  package init(crews: [Crew], agents: [Agent], skills: Set<String>) throws {
    self.crews = Dictionary(crews.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.agents = Dictionary(agents.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for crew in crews {
      for agent in crew.agents where self.agents[agent] == nil {
        throw DataFileError(
          file: "Personas/crews/\(crew.name).yaml", line: nil,
          expected: "the agent \(agent) is in no file of Personas/agents")
      }
    }
    for agent in agents where !skills.contains(agent.skill) {
      throw DataFileError(
        file: "Personas/agents/\(agent.name).yaml", line: nil,
        expected: "the skill \(agent.skill) is unknown; known are \(skills.sorted().joined(separator: ", "))")
    }
  }
}
