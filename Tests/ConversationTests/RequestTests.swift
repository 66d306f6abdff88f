import Actions
import Base
import Conversation
import Formats
import Messages
import Operations
import People
import RoomTesting
import Store
import Testing

/// What is typed while a request waits for somebody's yes.
struct RequestTests {
  /// An agent of the owner's wants something.
  private struct Wish: Action {
    static let name = "note.wish"
    static let summary = "Makes a request that waits."
    static let effect = Effect.write
    @Parameter("What.", default: "") var token: String

    func perform(in context: ActionContext) async throws -> ActionResult {
      let person = context.actor.id
      return .change { transaction in
        try transaction.execute(
          """
          INSERT INTO approvals (tenant, id, action, arguments, bound, requester, agent, door, language, scopes, tier, is_held,
            state, asked_at, expires_at)
          VALUES (:tenant, ?, 'note.add', '{}', 'x', ?, 'trader', 'telegram', 'en', 'write', 'one', 0, 'waiting', ?, ?)
          """, transaction.newID(), person, transaction.now, transaction.now + .days(1))
        return Outcome(.words("asked ."))
      }
    }
  }

  private static let wishes = Room(
    name: "wishes", migrations: [], actions: [Wish.self], forget: { _, _ in 0 }, export: { _, _ in .null })

  private static let answers = [
    "yes", "Yes please", "ok do it", "no", "not now", "agree", "Refuse", "refuse all", "allow this for 30 days",
    "always allow", "deny this", "not this one", "agree to all of them", "சரி", "வேண்டாம்", "sari", "venam", "हाँ", "नहीं",
    "haan",
    "nahi",
  ]

  @Test("a short answer shows the request again with its buttons, and agrees to nothing", arguments: answers)
  func shownAgain(_ answer: String) async throws {
    try await OwnThread.run {
      let talk = try Talk([AssistantRoom.room, Ledger.room, OperationsRoom.room, Self.wishes])
      _ = talk.say("note.wish", from: 0)
      talk.advance(by: .minutes(15))
      let replies = talk.say(answer, from: 0)
      #expect(replies.count == 1 && replies[0].hasPrefix("One request"), "\(replies)")
      #expect(talk.button("✅ Agree", to: 0) != nil)
      #expect(try talk.rows("SELECT state FROM approvals") { $0.text(0) } == ["waiting"])
    }
  }

  @Test("where nothing waits, or for others, a short answer is what it was")
  func nothingWaits() async throws {
    try await OwnThread.run {
      let talk = try Talk([AssistantRoom.room, Ledger.room, OperationsRoom.room, Self.wishes])
      #expect(talk.say("yes", from: 0).first?.hasPrefix("One request") == false)
      _ = talk.say("note.wish", from: 0)
      #expect(talk.say("yes", from: 1).first?.hasPrefix("One request") == false)
    }
  }
}
