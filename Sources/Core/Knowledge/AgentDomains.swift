package import Actions
import People

/// What agents may read of what somebody told: relations name rooms (`domains` in `Knowledge/relations.yaml`), and an agent
/// reads those of the rooms whose actions its file lets it use. What has no room is for whoever may use everything.
package struct AgentDomains: Sendable {
  /// Rooms of each agent of the registry; `nil` for one that may use every action.
  private let rooms: [String: Set<String>?]

  package init() { rooms = [:] }

  /// - Parameter agents: with the actions that each may use, by name or `room.*`.
  package init(_ agents: [(name: String, actions: [String])], rooms: [Room]) {
    self.rooms = Dictionary(
      agents.map { agent in
        guard !agent.actions.contains("*") else { return (agent.name, nil) }
        let own = rooms.filter { room in
          room.actions.contains { action in agent.actions.contains { Persona.matches($0, action.name) } }
        }
        return (agent.name, Set(own.map(\.name)))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The rooms of whoever acts for a person; `nil` without a limit: the person themselves, or what they set up to speak in
  /// their place. An agent that is not in the registry has none.
  package func domains(of agent: String?) -> Set<String>? {
    guard let agent else { return nil }
    if let known = rooms[agent] { return known }
    return ["workflow ", "reaction."].contains(where: agent.hasPrefix) ? nil : []
  }
}

extension FactReader {
  /// Relations that whoever acts may read; `nil` for all.
  func relations(for agent: String?) -> Set<String>? {
    guard let domains = agents.domains(of: agent) else { return nil }
    return Set(words.relations.values.lazy.filter { !$0.domains.isDisjoint(with: domains) }.map(\.name))
  }
}

extension ActionContext {
  /// What holds a whole memory (talks, history, the picture of all) is not for an agent of a few rooms.
  ///
  /// - Throws: `memory.not_for_agents`.
  package func readsWholeMemory(_ reader: FactReader) throws {
    guard reader.agents.domains(of: authority.agent) == nil else {
      throw ActionError(
        "memory.not_for_agents", sentence: "An agent reads only what belongs to its own work; ask memory.ask.")
    }
  }
}
