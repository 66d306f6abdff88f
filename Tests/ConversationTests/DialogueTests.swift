import Actions
import Base
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Store
import Testing

@testable import Conversation

struct DialogueTests {
  private func talk(_ body: @escaping @Sendable (Talk) throws -> Void) async throws {
    try await OwnThread.run { try body(Talk([AssistantRoom.room, Reminders.room, Ledger.room])) }
  }

  @Test("what is missing is asked for, and the answer completes it, across a restart")
  func missing() async throws {
    try await talk { (talk: Talk) throws in
      #expect(talk.say("note.add") == ["note.add.ask.token"])
      talk.crash()
      try talk.reopen()
      #expect(talk.say("milk") == ["noted milk ."])
      #expect(try talk.ledger() == ["milk"])
      // the question is answered: the next words are words again
      #expect(talk.say("bread").first?.hasPrefix(try Talk.words("dialogue.out_of_scope")) == true)
    }
  }

  @Test("another request instead of the answer is that request")
  func instead() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.add")
      #expect(talk.say("note.refuse token=X") == ["refused X ."])
      #expect(try talk.ledger().isEmpty)
    }
  }

  @Test("what rang is known after a restart, to whom it rang, until it is long ago")
  func rang() async throws {
    let house = try await RoomHarness([AssistantRoom.room])
    let (person, store) = (house.elder.id, house.store)
    var taken = Say.Button("care.button.taken", action: "medicine.taken", arguments: ["medicine": "m"])
    taken.isOffer = true
    let say = Say(
      "words", ["text": .text("Time")], buttons: [taken, Say.Button("care.button.later", action: "medicine.snooze")])
    let first = Rings()
    try await house.tenant().write { try first.keep(say, for: person, $0) }
    // what cannot be put off rings nobody
    try await house.tenant().write { try first.keep(Say("words"), for: person, $0) }
    let second = Rings()
    try await second.load(store, now: house.clock.now)
    let ring = try #require(second.ring(for: person, since: .epoch, now: house.clock.now))
    #expect(ring.call(to: ["taken"]) == ActionCall("medicine.taken", ["medicine": "m"]))
    #expect(ring.buttons.map(\.isOffer) == [true, false])
    #expect(second.ring(for: house.owner.id, since: .epoch, now: house.clock.now) == nil)
    let third = Rings()
    try await third.load(store, now: house.clock.now + .hours(3))
    #expect(third.ring(for: person, since: .epoch, now: house.clock.now) == nil)
  }

  @Test("what is asked is taken up again after something else, once, and then forgotten")
  func takenUp() async throws {
    try await talk { (talk: Talk) throws in
      let question = "reminder.create"
      let asked = talk.say(question + " text=water")
      let answer = talk.say("note.add token=A")
      #expect(answer.first?.hasPrefix("noted A .") == true)
      #expect(answer.first?.hasSuffix(asked[0]) == true, "\(answer)")
      #expect(talk.say("note.add token=B") == ["noted B ."])
      #expect(try talk.ledger() == ["A", "B"])
    }
  }

  @Test("what is asked waits while something else is asked, also over a restart")
  func nested() async throws {
    try await talk { (talk: Talk) throws in
      let asked = talk.say("reminder.create text=water")
      #expect(talk.say("note.send token=A").first?.contains("Shall I") == true || talk.button("Yes") != nil)
      talk.crash()
      try talk.reopen()
      #expect(talk.say("yes").first?.hasSuffix(asked[0]) == true)
      #expect(try talk.ledger() == ["A"])
    }
  }

  @Test("what was looked at in between keeps a yes waiting, and a change does not")
  func waiting() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=A")
      _ = talk.say("reminder.list")
      #expect(talk.say("yes") == ["sent A ."])
      _ = talk.say("note.send token=B")
      _ = talk.say("note.add token=C")
      _ = talk.say("yes")
      #expect(try talk.ledger() == ["A", "C"])
      // a second look lets it go: an answer that carries an old question for ever is read by nobody
      _ = talk.say("note.send token=D")
      _ = talk.say("reminder.list")
      _ = talk.say("reminder.list")
      _ = talk.say("yes")
      #expect(try talk.ledger() == ["A", "C"])
    }
  }

  @Test(
    "new words stand for old ones only when they share one",
    arguments: [
      ("call Priya", "call Meena", "call Meena"), ("read meter 12", "meter 14", "read meter 14"),
      ("pay the electricity bill", "the water bill", "pay the water bill"), ("call Priya", "I am fine", nil),
      ("call Priya", "", nil),
    ])
  func rewording(_ old: String, _ new: String, _ expected: String?) {
    #expect(Conversation.reworded(old, by: new) == expected)
  }

  @Test("undo after a question takes the question back, not what was done before it", arguments: [false, true])
  func undoing(isConfirmation: Bool) async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.add token=A")
      _ = talk.say(isConfirmation ? "note.send token=B" : "note.add")
      #expect(talk.say("undo") == [try Talk.words("dialogue.cancelled")])
      #expect(try talk.ledger() == ["A"])
      _ = talk.say("undo")
      #expect(try talk.ledger() == [])
    }
  }

  @Test("what is passed on never acts by itself: it is quoted and done on a yes")
  func forwarded() async throws {
    try await talk { (talk: Talk) throws in
      func pass(on text: String) -> [String] {
        var message = talk.message(.text(text))
        message.isForwarded = true
        talk.deliver(message)
        talk.advance(by: .seconds(1))
        return talk.read()
      }
      #expect(pass(on: "note.add token=X").first?.contains("note.add token=X") == true)
      #expect(try talk.ledger() == [])
      #expect(talk.say("yes") == ["noted X ."])
      // it answers no question of ours and takes nothing back
      _ = talk.say("note.add")
      for text in ["milk", "yes", "undo", "/undo"] {
        #expect(pass(on: text) == [try Talk.words("dialogue.forwarded")], "\(text)")
      }
      #expect(talk.say("milk") == ["noted milk ."])
      // nothing that reaches others is offered, and none of it is an alarm
      for text in ["note.send token=Y", "help I fell", "/sos"] {
        #expect(pass(on: text) == [try Talk.words("dialogue.forwarded")], "\(text)")
      }
      #expect(try talk.ledger() == ["X", "milk"])
    }
  }

  @Test("nothing outbound happens without a yes, and one yes makes it happen once")
  func confirming() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=X")
      #expect(try talk.ledger().isEmpty)
      let yes = try #require(talk.button("Yes"))
      #expect(talk.say("yes") == ["sent X ."])
      #expect(talk.press(yes) == [try Talk.words("dialogue.button_used")])
      #expect(try talk.ledger() == ["X"])
    }
  }

  @Test("two taps on yes in one breath count once")
  func twoTaps() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=X")
      let yes = try #require(talk.button("Yes"))
      talk.deliver(talk.message(.press(data: yes)), talk.message(.press(data: yes)))
      talk.advance(by: .seconds(3))
      #expect(try talk.ledger() == ["X"])
      #expect(talk.read() == ["sent X .", try Talk.words("dialogue.button_used")])
    }
  }

  @Test("no means no, by words or by button", arguments: [true, false])
  func refusing(byButton: Bool) async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=X")
      let answer = byButton ? talk.press(try #require(talk.button("No"))) : talk.say("no")
      #expect(answer == [try Talk.words("dialogue.cancelled")])
      _ = talk.say("yes")
      #expect(try talk.ledger().isEmpty)
    }
  }

  @Test("a yes half an hour later is too late")
  func late() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=X")
      let yes = try #require(talk.button("Yes"))
      talk.leap(by: .minutes(31))
      _ = talk.say("yes")
      _ = talk.press(yes)
      #expect(try talk.ledger().isEmpty)
    }
  }

  @Test("undo takes back the last thing, once")
  func undo() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.add token=KEEP")
      _ = talk.say("note.add token=X")
      #expect(talk.say("undo") == ["removed X ."])
      #expect(try talk.ledger() == ["KEEP"])
      #expect(talk.say("undo") == [try Talk.words("dialogue.nothing_to_undo")])
      #expect(try talk.ledger() == ["KEEP"])
    }
  }

  @Test("a correction replaces what was done, and changes what waits for a yes")
  func correcting() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.add token=X")
      #expect(talk.say("no, token=Y") == ["noted Y ."])
      #expect(try talk.ledger() == ["Y"])
      _ = talk.say("note.send token=A")
      _ = talk.say("no, token=B")
      #expect(talk.say("yes") == ["sent B ."])
      #expect(try talk.ledger() == ["Y", "B"])
    }
  }

  @Test("what was sent away is not sent a second time by a correction without a new yes")
  func correctingWhatIsGone() async throws {
    try await talk { (talk: Talk) throws in
      _ = talk.say("note.send token=A")
      _ = talk.say("yes")
      _ = talk.say("no, token=B")
      #expect(try talk.ledger() == ["A"])
    }
  }

  @Test("a refusal inside a change undoes the whole turn and is the answer")
  func refusal() async throws {
    try await talk { (talk: Talk) throws in
      #expect(talk.say("note.refuse token=X") == ["refused X ."])
      #expect(try talk.ledger().isEmpty)
      #expect(talk.say("undo") == [try Talk.words("dialogue.nothing_to_undo")])
    }
  }

  @Test("an edited message does not run its action a second time")
  func edited() async throws {
    try await talk { (talk: Talk) throws in
      var first = talk.message(.text("note.add token=X"))
      first.messageID = "m1"
      talk.deliver(first)
      talk.advance(by: .seconds(1))
      talk.deliver(talk.message(.text("note.add token=X"), kind: "edited_message", edits: "m1"))
      talk.advance(by: .seconds(1))
      let ledger = try talk.ledger()
      #expect(ledger == ["X"])
    }
  }

  // MARK: Buttons

  private func reminded(_ talk: Talk) throws -> String {
    _ = talk.say("reminder.create text=water schedule=2026-11-23T00:00:30", from: 3)
    talk.advance(by: .seconds(40))
    return try #require(talk.button("Done"))
  }

  @Test("a button works for whom it was made, and for nobody else", arguments: [4, 6])
  func foreign(member: Int) async throws {
    try await talk { (talk: Talk) throws in
      // New York: half past midnight minus half an hour
      talk.leap(by: .minutes(30))
      let done = try reminded(talk)
      #expect(talk.press(done, from: member) == [try Talk.words("dialogue.button_unknown")])
      #expect(try talk.rows("SELECT state FROM reminder_fires") { $0.text(0) } == ["sent"])
      _ = talk.read()
      #expect(talk.press(done).count == 1)
      #expect(try talk.rows("SELECT state FROM reminder_fires") { $0.text(0) } == ["acknowledged"])
    }
  }

  @Test("a button of last month has expired, and one that never was is unknown")
  func expired() async throws {
    try await talk { (talk: Talk) throws in
      talk.leap(by: .minutes(30))
      let done = try reminded(talk)
      _ = talk.read()
      talk.leap(by: .days(30))
      #expect(talk.press(done) == [try Talk.words("dialogue.button_expired")])
      #expect(talk.press("nonsense") == [try Talk.words("dialogue.button_unknown")])
      #expect(try talk.rows("SELECT state FROM reminder_fires") { $0.text(0) } == ["sent"])
    }
  }
}
