import Base
import Messages
import RoomTesting
import Store
import Testing

struct LaneTests {
  @Test("messages of a chat are answered in their order, each once")
  func order() async throws {
    try await OwnThread.run {
      let talk = try Talk(seed: 3)
      let tokens = (1...20).map { "T\($0)" }
      for token in tokens { talk.deliver(talk.message(.text("note.add token=\(token)"))) }
      talk.advance(by: .seconds(20))
      let order = try talk.rows("SELECT external_id FROM inbox ORDER BY seq") { $0.text(0) }
      let wanted = order.compactMap { Int($0.dropFirst()) }.map { tokens[$0 - 1] }
      #expect(talk.read() == wanted.map { "noted \($0) ." })
      #expect(try talk.ledger() == wanted)
    }
  }

  @Test("a slow conversation delays no other, and keeps its own order")
  func slow() async throws {
    try await OwnThread.run {
      let talk = try Talk()
      talk.deliver(talk.message(.text("~60 note.add token=SLOW")))
      talk.settle()
      talk.deliver(talk.message(.text("note.add token=AFTER")))
      #expect(talk.say("note.add token=OTHER", from: 4) == ["noted OTHER ."])
      #expect(talk.read().isEmpty)
      talk.advance(by: .seconds(61))
      #expect(talk.read() == ["noted SLOW .", "noted AFTER ."])
    }
  }

  @Test("the same delivery a hundred times at once has one effect and one answer")
  func hundred() async throws {
    try await OwnThread.run {
      let talk = try Talk()
      let message = talk.message(.text("note.add token=ONCE"))
      let deliveries = (0..<100).map { _ in talk.deliver(message) }
      talk.advance(by: .seconds(2))
      #expect(deliveries.allSatisfy { $0.isAccepted })
      let sequences = try deliveries.flatMap { try $0.result?.get() ?? [] }
      #expect(sequences.count == 100 && sequences.count { $0 != nil } == 1)
      #expect(try talk.ledger() == ["ONCE"])
      #expect(talk.read() == ["noted ONCE ."])
    }
  }

  @Test("twice in one delivery, or again after a restart, it is the same message")
  func repeats() async throws {
    try await OwnThread.run {
      let talk = try Talk()
      let message = talk.message(.text("note.add token=ONCE"))
      talk.deliver(message, message)
      talk.advance(by: .seconds(1))
      talk.crash()
      try talk.reopen()
      talk.deliver(message)
      talk.advance(by: .seconds(2))
      #expect(try talk.ledger() == ["ONCE"])
      #expect(talk.read() == ["noted ONCE ."])
    }
  }

  @Test("ids count within a door's kind: an update and a status may share one")
  func kinds() async throws {
    try await OwnThread.run {
      let talk = try Talk()
      talk.deliver(talk.message(.text("note.add token=A"), id: "7", kind: "message"))
      talk.deliver(talk.message(.text("note.add token=B"), id: "7", kind: "button"))
      talk.advance(by: .seconds(2))
      #expect(Set(try talk.ledger()) == ["A", "B"])
    }
  }

  /// Cut off after every step that the handling of a message takes.
  @Test("wherever the power goes, the message has its effect once and is answered", arguments: 0..<4)
  func everyStep(part: Int) async throws {
    try await OwnThread.run {
      for steps in stride(from: 1 + part, to: 60, by: 4) {
        let talk = try Talk(seed: UInt64(steps))
        let message = talk.message(.text("note.add token=T"))
        let delivered = talk.deliver(message)
        talk.crash(afterSteps: steps)
        try talk.reopen()
        if !delivered.isAccepted { talk.deliver(message) }
        talk.advance(by: .seconds(3))
        #expect(try talk.ledger() == ["T"], "after \(steps) steps")
        #expect(talk.read() == ["noted T ."], "after \(steps) steps")
        let open = try talk.rows("SELECT seq FROM inbox WHERE state <> 'done'") { $0.int(0) }
        #expect(open.isEmpty, "after \(steps) steps")
      }
    }
  }

  @Test("a full store accepts nothing; when there is room again, what was accepted goes on without a restart")
  func full() async throws {
    try await OwnThread.run {
      let talk = try Talk()
      let slow = talk.deliver(talk.message(.text("~5 note.add token=BEFORE")))
      talk.settle()
      #expect(slow.isAccepted)
      talk.house.store.refuse(.full)
      let refused = talk.message(.text("note.add token=DURING"))
      let delivered = talk.deliver(refused)
      talk.advance(by: .seconds(60))
      #expect(!delivered.isAccepted)
      talk.house.store.refuse(nil)
      talk.advance(by: .seconds(60))
      let (ledger, words) = (try talk.ledger(), talk.read())
      #expect(ledger == ["BEFORE"])
      #expect(words == ["noted BEFORE ."])
      talk.deliver(refused)
      talk.advance(by: .seconds(3))
      #expect(try talk.ledger().contains("DURING"))
    }
  }
}
