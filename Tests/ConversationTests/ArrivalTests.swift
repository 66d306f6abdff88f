import Actions
import Base
import Care
import Conversation
import Messages
import People
import RoomTesting
import Store
import Testing

struct ArrivalTests {
  private func talk(_ body: @escaping @Sendable (Talk) throws -> Void) async throws {
    try await OwnThread.run { try body(Talk([AssistantRoom.room, Care.room, Ledger.room])) }
  }

  private func stranger(_ text: String, _ talk: Talk, _ user: String = "s1") -> InboundMessage {
    var message = talk.message(.text(text))
    message.from = Address(door: "telegram", account: "1", user: user)
    message.chat = user
    message.senderName = "Stranger"
    return message
  }

  private func read(by user: String, _ talk: Talk) -> [String] {
    talk.platform.accepted.filter { $0.chat == user }.map(\.text)
  }

  @Test("a stranger gets a code and nothing else; the owner is asked, and lets them in")
  func pairing() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(stranger("note.add token=X", talk))
      talk.advance(by: .seconds(2))
      let words = read(by: "s1", talk)
      #expect(words.count == 1)
      let code = try #require(words[0].split { !$0.isLetter && !$0.isNumber }.map(String.init).first { $0.count == 8 })
      #expect(talk.read(0).count == 1)
      talk.deliver(stranger("note.add token=X", talk))
      talk.advance(by: .seconds(2))
      #expect(read(by: "s1", talk).count == 1, "the code is told once")
      #expect(try talk.ledger().isEmpty)
      #expect(
        talk.say("pairing.approve code=\(code) persona=founder", from: 1) == [try Talk.words("pairing.owner_only")])
      _ = talk.say("pairing.approve code=\(code) persona=founder", from: 0)
      talk.deliver(stranger("note.add token=X", talk))
      talk.advance(by: .seconds(2))
      #expect(read(by: "s1", talk).last == "noted X .")
    }
  }

  @Test("the owner's own new account is theirs, and makes nobody new")
  func ownAccount() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(stranger("note.add token=X", talk))
      talk.advance(by: .seconds(2))
      let words = read(by: "s1", talk)[0]
      let code = try #require(words.split { !$0.isLetter && !$0.isNumber }.map(String.init).first { $0.count == 8 })
      let before = talk.house.people.everybody.count
      _ = talk.say("pairing.approve code=\(code) person=me", from: 0)
      talk.deliver(stranger("note.add token=X", talk))
      talk.advance(by: .seconds(2))
      #expect(read(by: "s1", talk).last == "noted X .")
      #expect(talk.house.people.everybody.count == before)
    }
  }

  @Test("a group gets no answer and leaves no memory")
  func group() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(talk.message(.text("note.add token=X"), isGroup: true))
      talk.deliver(talk.message(.text("HELP in the group"), from: Cast.elder, isGroup: true))
      talk.advance(by: .seconds(5))
      #expect(talk.platform.accepted.isEmpty)
      #expect(try talk.ledger().isEmpty)
      #expect(try talk.rows("SELECT count(*) FROM episodes") { $0.integer(0) } == [0])
      #expect(try talk.rows("SELECT count(*) FROM inbox WHERE state = 'done'") { $0.integer(0) } == [2])
    }
  }

  @Test("what is asked in a group is answered in private, and the group hears only that; strangers hear nothing")
  func askedInAGroup() async throws {
    try await talk { (talk: Talk) throws in
      var asked = talk.message(.text("note.add token=X"))
      asked.askedIn = "-100/4"
      var strange = stranger("note.add token=Y", talk)
      strange.askedIn = "-100/4"
      talk.deliver(asked)
      talk.deliver(strange)
      talk.advance(by: .seconds(5))
      #expect(talk.read() == ["noted X ."])
      let group = talk.platform.accepted.filter { $0.chat == "-100/4" }
      #expect(group.map(\.text) == ["Arun, I'll answer you in our own chat."])
      #expect(talk.platform.accepted.count == 2)
      #expect(try talk.rows("SELECT count(*) FROM pairings") { $0.integer(0) } == [0])
      // the group is nobody's address: what cannot be said there is said nowhere else
      talk.platform.script([.blocked], for: "-100/4")
      asked.externalID = "again"
      talk.deliver(asked)
      talk.advance(by: .seconds(5))
      #expect(talk.read() == ["noted X ."] && talk.platform.accepted.count == 3)
      #expect(try talk.rows("SELECT is_reachable FROM addresses WHERE user = 'c3'") { $0.bool(0) } == [true])
    }
  }

  @Test("an album is one turn, wherever its words stand; what comes late is not answered again")
  func album() async throws {
    try await talk { (talk: Talk) throws in
      func picture(_ caption: String?) -> InboundMessage {
        talk.message(
          .media(.init(kind: .photo, handle: "p", type: nil, name: nil, bytes: 3, caption: caption, album: "7")))
      }
      for caption in [nil, nil, "note.add token=X", nil] { talk.deliver(picture(caption)) }
      talk.advance(by: .milliseconds(900))
      #expect(talk.read().isEmpty)
      talk.advance(by: .seconds(1))
      #expect(talk.read() == ["noted X ."])
      talk.deliver(picture(nil))
      // two albums at once, one of them of another chat
      var other = picture(nil)
      other.from = Cast.address(4)
      other.chat = Cast.chat(4)
      talk.deliver(other)
      talk.advance(by: .seconds(5))
      #expect(talk.read().isEmpty && talk.read(4).count == 1)
      #expect(try talk.ledger() == ["X"])
      #expect(try talk.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") { $0.integer(0) } == [0])
      #expect(try talk.rows("SELECT count(*) FROM episodes") { $0.integer(0) } == [3])
    }
  }

  @Test("a call for help overtakes a long queue, reaches every relative at once, and is raised once")
  func emergency() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(talk.message(.text("~90 note.add token=SLOW"), from: Cast.elder))
      talk.settle()
      for index in 0..<10 {
        talk.deliver(talk.message(.text("note.add token=Q\(index)"), from: Cast.elder))
        talk.settle()
      }
      talk.deliver(talk.message(.text("HELP I fell"), from: Cast.elder))
      talk.advance(by: .seconds(1))
      for relative in Cast.relatives {
        let words = talk.read(relative)
        #expect(words.count == 1 && words[0].contains("HELP I fell"))
      }
      #expect(talk.read(Cast.elder).count == 1, "who called is told at once")
      talk.advance(by: .seconds(110))
      #expect(talk.read(Cast.elder).count == 11)
      #expect(try talk.rows("SELECT count(*) FROM alerts") { $0.integer(0) } == [1])
      // again after two minutes, until somebody takes it
      talk.advance(by: .seconds(15))
      #expect(Cast.relatives.allSatisfy { talk.read($0).count == 1 })
      let take = try #require(talk.button("on it", to: 1))
      _ = talk.press(take, from: 1)
      _ = Cast.relatives.map { talk.read($0) }
      talk.advance(by: .minutes(5))
      #expect(Cast.relatives.allSatisfy { talk.read($0).isEmpty })
    }
  }

  @Test("a call for help leaves even when the disk is full")
  func emergencyOnAFullDisk() async throws {
    try await talk { (talk: Talk) throws in
      talk.house.store.refuse(.full)
      let delivered = talk.deliver(talk.message(.text("HELP I fell"), from: Cast.elder))
      talk.advance(by: .seconds(5))
      #expect(delivered.isAccepted)
      #expect(Cast.relatives.allSatisfy { talk.letters($0).count >= 1 })
    }
  }
}
