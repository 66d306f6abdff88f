package import Actions
package import Base
package import Crews
import Formats
package import Knowledge
package import Messages
package import People
import Text
package import Understanding
package import Workflows

/// What a simulated house understands and answers with: a script of the tests' own, or what people get.
package struct Mind: Sendable {
  package var understanding: @Sendable (any WallClock) -> any Understanding
  package var emergency: @Sendable (String) -> String?
  package var words: Runner.WordReader
  package var personas: PersonaLibrary
  package var replies: Replies
  package var crews: CrewLibrary
  /// Reads what tells or asks what is known; `nil` where the house knows nothing.
  package var knowledge: FactReader?
  /// Reads goals in words; `nil` where nobody can be given one.
  package var goals: GoalWords?

  package init(
    understanding: @escaping @Sendable (any WallClock) -> any Understanding,
    emergency: @escaping @Sendable (String) -> String?, words: @escaping Runner.WordReader = { _, _, _ in nil },
    personas: PersonaLibrary, replies: Replies, crews: CrewLibrary, knowledge: FactReader? = nil
  ) {
    (self.understanding, self.emergency, self.words) = (understanding, emergency, words)
    (self.personas, self.replies, self.crews, self.knowledge) = (personas, replies, crews, knowledge)
  }

  /// Understands what `ScriptedUnderstanding` says; read once for all houses of a run of tests.
  static let scripted = Result<Mind, any Error> {
    let personas = try [
      "{name: founder, actions: ['*'], confirm: {outbound: ask, money: ask}}",
      "{name: elder, plain: true, actions: ['*'], quiet_hours: {from: '22:00', to: '06:00'}}",
    ].map { try Persona(YAML.parse($0, file: "persona")) }
    return Mind(
      understanding: { ScriptedUnderstanding(clock: $0) }, emergency: { $0.hasPrefix("HELP") ? $0 : nil },
      personas: PersonaLibrary(personas), replies: try RoomHarness.sharedReplies.get(),
      crews: try CrewLibrary(crews: [], agents: [], skills: []))
  }
}
