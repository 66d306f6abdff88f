package import Actions
package import Base
import Formats
import Messages
package import Store

/// What is in the air in one conversation: what we asked, what waits for a yes, what can be undone.
///
/// One row a conversation, written with each turn's transaction; never read by a domain.
package struct Dialogue: Sendable, Codable, Hashable {
  /// A parameter that we asked for.
  package struct Question: Sendable, Codable, Hashable {
    package var call: ActionCall
    package var parameter: String
    package var askedAt: Instant
  }
  /// Calls that wait for a yes to exactly their arguments.
  package struct Confirmation: Sendable, Codable, Hashable {
    package var calls: [ActionCall]
    package var askedAt: Instant
  }
  /// The last thing done, for "no, 9 pm" and "undo".
  package struct Last: Sendable, Codable, Hashable {
    package var call: ActionCall
    package var inverse: ActionCall?
    package var at: Instant
  }

  package var question: Question?
  package var confirmation: Confirmation?
  package var last: Last?
  /// What the house said first, most recent last: "done" answers it.
  package var told: [String] = []

  package init() {}

  /// Questions and confirmations are forgotten after this.
  static let patience: Duration = .minutes(30)

  mutating func forgetOld(_ now: Instant) {
    if let question, now - question.askedAt > Self.patience { self.question = nil }
    if let confirmation, now - confirmation.askedAt > Self.patience { self.confirmation = nil }
  }
}

package enum ConversationMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "conversation", number: 1,
      sql: [
        """
        CREATE TABLE dialogues (
          tenant TEXT NOT NULL, conversation TEXT NOT NULL, person TEXT NOT NULL, state TEXT NOT NULL,
          updated_at INTEGER NOT NULL, PRIMARY KEY (tenant, conversation, person)) STRICT
        """,
        """
        CREATE TABLE taught (
          tenant TEXT NOT NULL, id TEXT NOT NULL, language TEXT NOT NULL, intent TEXT NOT NULL, example TEXT NOT NULL,
          taught_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX taught_once ON taught (tenant, language, intent, example)",
      ])
  ]
}

extension Transaction {
  func save(_ dialogue: Dialogue, conversation: String, person: PersonID) throws {
    try execute(
      """
      INSERT INTO dialogues (tenant, conversation, person, state, updated_at) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, conversation, person) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
      """, conversation, person, try JSON(encoding: dialogue).text(), now)
  }
}

extension TenantStore {
  func dialogue(conversation: String, person: PersonID) async throws -> Dialogue {
    try await read { reader in
      let state = try reader.first(
        "SELECT state FROM dialogues WHERE tenant = :tenant AND conversation = ? AND person = ?", conversation, person
      ) { $0.text(0) }
      // a row from an older program that no longer fits is a fresh dialogue, not an error
      return state.flatMap { try? JSON.parse($0).decode(Dialogue.self) } ?? Dialogue()
    }
  }
}
