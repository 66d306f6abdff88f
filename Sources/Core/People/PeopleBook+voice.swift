package import Base
import Formats
package import Store
import Synchronization

/// What a person wishes about voice.
package struct VoiceWishes: Sendable, Hashable {
  /// Answers are spoken beside the text.
  package var isSpokenTo = false
  /// Voice notes go to the relatives who may have alerts, as they were spoken.
  package var goToFamily = false
  package init() {}
}

extension PeopleBook {
  static let voiceMigrations: [Migration] = [
    Migration(
      room: "voice", number: 1,
      sql: [
        """
        CREATE TABLE voice_wishes (
          tenant TEXT NOT NULL, person TEXT NOT NULL, is_spoken_to INTEGER NOT NULL, go_to_family INTEGER NOT NULL,
          PRIMARY KEY (tenant, person)) STRICT
        """
      ])
  ]

  static func voices(_ house: HouseReader) throws -> [PersonID: VoiceWishes] {
    let rows = try house.query("SELECT person, is_spoken_to, go_to_family FROM voice_wishes") { row in
      var wishes = VoiceWishes()
      wishes.isSpokenTo = row.bool(1)
      wishes.goToFamily = row.bool(2)
      return (PersonID(row.text(0)), wishes)
    }
    return Dictionary(rows) { $1 }
  }

  package func voice(of person: PersonID) -> VoiceWishes { state.withLock { $0.voices[person] ?? VoiceWishes() } }

  package func set(_ wishes: VoiceWishes, of person: Person, in house: inout HouseTransaction) throws {
    try house.execute(
      """
      INSERT INTO voice_wishes (tenant, person, is_spoken_to, go_to_family) VALUES (?, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET is_spoken_to = excluded.is_spoken_to,
        go_to_family = excluded.go_to_family
      """, person.tenant, person.id, wishes.isSpokenTo, wishes.goToFamily)
    house.afterCommit { [self] in state.withLock { $0.voices[person.id] = wishes } }
  }

  static func exportVoice(_ id: PersonID, _ house: HouseReader) throws -> JSON {
    let wishes = try house.first("SELECT is_spoken_to, go_to_family FROM voice_wishes WHERE person = ?", id) {
      row -> JSON in
      ["spoken_replies": .bool(row.bool(0)), "to_family": .bool(row.bool(1))]
    }
    return wishes ?? .null
  }
}
