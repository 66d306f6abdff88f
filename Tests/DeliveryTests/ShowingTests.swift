import Base
import Delivery
import Formats
import Messages
import RoomTesting
import Store
import Testing

/// A state that is shown in one message.
struct ShowingTests {
  private func talk(_ body: @escaping @Sendable (Talk) throws -> Void) async throws {
    try await OwnThread.run { try body(Talk()) }
  }

  private func show(_ talk: Talk, _ words: String, _ member: Int = 3, door: String = "telegram") {
    let store = HouseStore(talk.house.store).tenant(TenantID(Cast.members[member].tenant))
    let id = Cast.id(member)
    talk.house.run {
      _ = try? await store.write {
        var say = Say.words(words)
        say.buttons = [Say.Button("dialogue.button.no", action: "note.add", arguments: ["token": "X"])]
        try $0.show(id, say, as: "state", at: door)
      }
    }
    talk.settle()
  }

  private func calls(_ talk: Talk) -> [String] {
    talk.platform.calls.map { "\($0.item.replaces ?? "new"): \($0.text)" }
  }

  @Test("one message changes, also after a restart; the buttons under it stay the same")
  func changes() async throws {
    try await talk { (talk: Talk) throws in
      show(talk, "one")
      talk.advance(by: .seconds(2))
      show(talk, "two")
      talk.advance(by: .seconds(2))
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(2))
      show(talk, "three")
      // nothing new is nothing to send
      show(talk, "three")
      talk.advance(by: .seconds(2))
      #expect(calls(talk) == ["new: one", "m0: two", "m0: three"])
      #expect(Set(talk.platform.calls.flatMap { $0.item.message.buttons.map(\.id) }).count == 1)
      let rows = try talk.rows("SELECT state, version, external_id FROM outbox") {
        "\($0.text(0)) \($0.integer(1)) \($0.text(2))"
      }
      #expect(rows == ["sent 3 m0"])
    }
  }

  @Test("of states that wait only the latest leaves, and nothing is passed on when it cannot")
  func latest() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.tooMany, .accept, .blocked], for: Cast.chat(3))
      for words in ["one", "two", "three"] { show(talk, words) }
      talk.advance(by: .seconds(8))
      #expect(calls(talk).filter { !$0.hasSuffix("one") } == ["new: three"])
      show(talk, "four")
      talk.advance(by: .seconds(2))
      show(talk, "five")
      talk.advance(by: .seconds(2))
      #expect(talk.read().last == "three")
      #expect(try talk.rows("SELECT count(*) FROM outbox") { $0.integer(0) } == [1])
    }
  }

  @Test("a change that was under way when the house fell is made again, to the same message")
  func crash() async throws {
    try await talk { (talk: Talk) throws in
      show(talk, "one")
      talk.advance(by: .seconds(2))
      talk.platform.script([.hang], for: Cast.chat(3))
      show(talk, "two")
      talk.advance(by: .milliseconds(700))
      show(talk, "three")
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(3))
      #expect(calls(talk) == ["new: one", "m0: two", "m0: three"])
    }
  }

  @Test("where a door cannot change what it sent, and where nobody is, nothing is shown")
  func nowhere() async throws {
    try await talk { (talk: Talk) throws in
      show(talk, "one", door: "whatsapp")
      talk.advance(by: .seconds(2))
      #expect(try talk.rows("SELECT count(*) FROM outbox") { $0.integer(0) } == [0])
    }
  }
}
