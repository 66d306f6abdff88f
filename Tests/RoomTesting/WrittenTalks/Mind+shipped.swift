import Actions
import Base
import Crews
import Formats
import Foundation
import Knowledge
import Messages
import People
import Text
package import Understanding
import Workflows

extension Mind {
  /// What people get: the shipped personas, crews and replies, and a trained understanding.
  package static func shipped(_ understanding: NativeUnderstanding) throws -> Mind {
    let emergencies = understanding.emergencies
    let personas = try files("Personas").map { try Persona(YAML.load(path: $0)) }
    let numbers = try EmergencyNumbers(YAML.load(path: RoomHarness.share + "/Personas/numbers/emergency.yaml"))
    var replies = try RoomHarness.sharedReplies.get()
    for persona in personas {
      for (language, texts) in persona.replies {
        for (key, text) in texts {
          try replies.add(persona: persona.name, language: language, key: key, text: text, file: persona.name)
        }
      }
    }
    let knowledge = FactReader(words: try knowledgeWords(), understanding: understanding)
    var mind = Mind(
      understanding: { _ in KnowingUnderstanding(understanding, reader: knowledge) },
      emergency: { knowledge.called($0, emergencies.match($0)?.what) },
      words: { text, kind, context in
        let request = UnderstandingRequest(
          text: text, now: context.now, zone: context.zone,
          languages: [context.language] + context.language.fallbacks, tenant: context.actor.tenant)
        return understanding.read(text, as: kind, request)
      },
      personas: PersonaLibrary(personas, emergencyNumbers: numbers), replies: replies,
      crews: try CrewLibrary(
        crews: files("Personas/crews").map { try Crew(YAML.load(path: $0)) },
        agents: files("Personas/agents").map { try Agent(YAML.load(path: $0)) }, skills: [Skill.direct.name]),
      knowledge: knowledge)
    mind.goals = try GoalWords(files("Workflows/words").map { try YAML.load(path: $0) })
    return mind
  }

  /// The forms of `Knowledge/`.
  static func knowledgeWords() throws -> KnowledgeWords {
    let all = try files("Knowledge")
    let relations = all.filter { $0.hasSuffix("/relations.yaml") }
    return try KnowledgeWords(
      relations: YAML.load(path: relations.first ?? ""),
      languages: all.filter { !relations.contains($0) }.map { try YAML.load(path: $0) })
  }

  private static func files(_ folder: String) throws -> [String] {
    let path = RoomHarness.share + "/" + folder
    return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }.sorted()
      .map { path + "/" + $0 }
  }
}
