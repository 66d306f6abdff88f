import Actions
import Base
import Messages
import RoomTesting
import Store
import Testing

@testable import Delivery

struct OutboxTests {
  private func talk(
    pace: Pace = Pace(), merges: Bool = false, _ body: @escaping @Sendable (Talk) throws -> Void
  ) async throws {
    try await OwnThread.run { try body(Talk(pace: pace, merges: merges)) }
  }

  private struct Row: Equatable {
    let state: String
    let isUncertain: Bool
  }
  private func outbox(_ talk: Talk, _ member: Int = 3) throws -> [Row] {
    let chat = Cast.chat(member)
    return try talk.rows("SELECT chat, state, is_uncertain FROM outbox ORDER BY id") { row in
      (row.text(0), Row(state: row.text(1), isUncertain: row.bool(2)))
    }.filter { $0.0 == chat }.map(\.1)
  }

  /// When the platform was called for a chat, in microseconds.
  private func calls(_ talk: Talk, _ member: Int = 3) -> [Int64] {
    talk.platform.calls.filter { $0.chat == Cast.chat(member) }.map(\.elapsed)
  }

  @Test("told to wait, a chat waits as long as it was told, and no other does")
  func tooMany() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.tooMany], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=X")))
      talk.advance(by: .milliseconds(900))
      #expect(talk.say("note.add token=Y", from: 4) == ["noted Y ."])
      talk.advance(by: .seconds(6))
      #expect(talk.read() == ["noted X ."])
      #expect(talk.platform.breaches.isEmpty)
      #expect(try outbox(talk) == [Row(state: "sent", isUncertain: false)])
    }
  }

  @Test("errors are retried with growing pauses, in order, unmarked")
  func backoff() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.serverError, .noConnection, .serverError, .serverError], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.advance(by: .seconds(40))
      #expect(talk.read() == ["noted A .", "noted B ."])
      let times = calls(talk)
      let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.prefix(4)
      #expect(times.count == 6)
      for (gap, least) in zip(gaps, [500_000, 1_000_000, 2_000_000, 4_000_000]) { #expect(gap >= least) }
      #expect(try outbox(talk).allSatisfy { $0 == Row(state: "sent", isUncertain: false) })
    }
  }

  @Test("a lost answer is sent again and marked")
  func lostAnswer() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.lostAnswer], for: Cast.chat(3))
      _ = talk.say("note.add token=A")
      talk.advance(by: .seconds(5))
      #expect(talk.letters().map(\.text) == ["noted A .", "noted A ."])
      #expect(try outbox(talk) == [Row(state: "sent", isUncertain: true)])
    }
  }

  @Test("a platform that hangs holds up its chat alone")
  func hang() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.hang], for: Cast.chat(3))
      _ = talk.say("note.add token=A")
      #expect(talk.say("note.add token=B", from: 4) == ["noted B ."])
      talk.advance(by: .seconds(40))
      #expect(talk.read().last == "noted A .")
    }
  }

  @Test("a refused message is given up, and the next one goes")
  func refused() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.refused], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.advance(by: .seconds(3))
      #expect(talk.read() == ["noted B ."])
      #expect(
        try outbox(talk) == [Row(state: "failed", isUncertain: false), Row(state: "sent", isUncertain: false)])
    }
  }

  @Test("who has blocked us is not written to, until they write again")
  func blocked() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.blocked], for: Cast.chat(3))
      _ = talk.say("note.add token=A")
      #expect(try outbox(talk) == [Row(state: "failed", isUncertain: false)])
      let reach = "SELECT is_reachable FROM addresses WHERE user = 'c3'"
      #expect(try talk.rows(reach) { $0.bool(0) } == [false])
      let said = talk.say("note.add token=B")
      #expect(said.count == 2 && said[0] == "noted B ." && said[1].hasSuffix(": noted A ."))
    }
  }

  @Test("a message that alone fails is given up after a dozen tries and blocks nobody")
  func givingUp() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script(Array(repeating: .serverError, count: Outbox.attemptLimit), for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.advance(by: .minutes(1))
      #expect(talk.say("note.add token=C", from: 4) == ["noted C ."])
      talk.advance(by: .minutes(39))
      #expect(talk.read() == ["noted B ."])
      #expect(try outbox(talk).map(\.state) == ["failed", "sent"])
    }
  }

  @Test("while nothing gets through a message is tried for a day, in order, with pauses of at most five minutes")
  func away() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script(Array(repeating: .noConnection, count: 30), for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.advance(by: .minutes(20))
      // a restart in between changes nothing
      talk.crash()
      try talk.reopen()
      talk.advance(by: .minutes(100))
      #expect(talk.read() == ["noted A .", "noted B ."])
      let times = calls(talk)
      #expect(zip(times.dropFirst(), times).allSatisfy { $0 - $1 < 301_000_000 })
    }
  }

  @Test("after a day of vain tries it is given up, and the next one goes")
  func dayOver() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script(Array(repeating: .noConnection, count: 15), for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.advance(by: .minutes(25))
      #expect(try outbox(talk).map(\.state) == ["waiting"])
      talk.leap(by: .hours(24))
      talk.advance(by: .minutes(6))
      #expect(try outbox(talk).map(\.state) == ["failed"])
      talk.advance(by: .minutes(6))
      let said = talk.say("note.add token=B")
      #expect(said.count == 2 && said[0] == "noted B ." && said[1].hasSuffix(": noted A ."))
    }
  }

  @Test("a wait ends when its time has passed, whatever the wall clock does", arguments: [-5.0, 5.0])
  func steppedClock(hours: Double) async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.tooMany], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=X")))
      talk.advance(by: .milliseconds(900))
      talk.clock.step(by: .seconds(hours * 3_600))
      talk.advance(by: .seconds(20))
      #expect(talk.read() == ["noted X ."])
      #expect(talk.platform.breaches.isEmpty)
    }
  }

  @Test("a chat is written to no faster than its pace; the burst goes at once")
  func pacing() async throws {
    try await talk(pace: Pace(perChat: 0.5, chatBurst: 3)) { (talk: Talk) throws in
      for index in 0..<6 { talk.deliver(talk.message(.text("note.add token=\(index)"))) }
      talk.advance(by: .seconds(12))
      let times = calls(talk)
      try #require(times.count == 6)
      #expect(times[2] - times[0] < 2_000_000, "a burst of three")
      // sends take up to six tenths of a second, so starts are read from what the pace allows in all
      #expect(times[5] - times[0] >= 5_000_000)
    }
  }

  @Test("what waits for the pace leaves as one message; each has its outcome, and a failure is tried again for all")
  func merged() async throws {
    try await talk(pace: Pace(perChat: 0.1, chatBurst: 1), merges: true) { (talk: Talk) throws in
      talk.platform.script([.accept, .serverError, .lostAnswer], for: Cast.chat(3))
      for token in ["A", "B", "C"] {
        talk.deliver(talk.message(.text("note.add token=\(token)")))
        talk.settle()
      }
      talk.advance(by: .seconds(60))
      #expect(talk.letters().map(\.text) == ["noted A .", "noted B .\n\nnoted C .", "noted B .", "noted C ."])
      #expect(try outbox(talk).map(\.state) == ["sent", "sent", "sent"])
      // who knows whether it came: so for both
      #expect(try outbox(talk).map(\.isUncertain) == [false, true, true])
      // a crash in between leaves no row behind
      for token in ["D", "E", "F"] {
        talk.deliver(talk.message(.text("note.add token=\(token)")))
        talk.settle()
      }
      talk.advance(by: .seconds(35))
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(120))
      #expect(try outbox(talk).allSatisfy { $0.state == "sent" })
      let read = talk.letters().map(\.text).joined(separator: " ")
      for token in ["D", "E", "F"] { #expect(read.contains("noted \(token) .")) }
      #expect(talk.platform.breaches.isEmpty)
    }
  }

  @Test("all chats together are written to no faster than the total pace")
  func totalPace() async throws {
    try await talk(pace: Pace(total: 2)) { (talk: Talk) throws in
      for member in [0, 1, 3, 4, 5, 6] {
        for index in 0..<2 { talk.deliver(talk.message(.text("note.add token=\(index)"), from: member)) }
      }
      talk.advance(by: .seconds(15))
      let times = talk.platform.calls.map(\.elapsed).sorted()
      #expect(times.count == 12)
      for start in times { #expect(times.count { $0 >= start && $0 < start + 1_000_000 } <= 5) }
      #expect((times.last ?? 0) - (times.first ?? 0) >= 4_000_000)
    }
  }

  @Test("accepted, then the power goes: sent once more, and marked")
  func crashBeforeTheRecord() async throws {
    try await talk { (talk: Talk) throws in
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      // time goes on until the platform has it, and no further
      while talk.letters().isEmpty {
        talk.clock.advance(to: talk.clock.nextDeadline(polls: true) ?? talk.clock.elapsed)
        talk.settle()
      }
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(3))
      #expect(talk.letters().map(\.text) == ["noted A .", "noted A ."])
      #expect(try outbox(talk) == [Row(state: "sent", isUncertain: true)])
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(3))
      #expect(talk.letters().count == 2, "what is settled stays settled")
    }
  }

  @Test("a chat keeps its order over a retry and a restart")
  func orderOverRestart() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.serverError, .serverError], for: Cast.chat(3))
      for token in ["A", "B", "C"] {
        talk.deliver(talk.message(.text("note.add token=\(token)")))
        talk.settle()
      }
      talk.advance(by: .seconds(2))
      #expect(talk.letters().isEmpty)
      talk.crash()
      try talk.reopen()
      talk.advance(by: .seconds(10))
      #expect(talk.letters().map(\.text) == ["noted A .", "noted B .", "noted C ."])
    }
  }

  @Test("a chat keeps its order over a restart, also when the clock was put back")
  func orderOverAClockStep() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.serverError, .serverError], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.settle()
      talk.clock.step(by: .minutes(-5))
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.settle()
      talk.crash()
      try talk.reopen()
      talk.advance(by: .minutes(7))
      #expect(talk.letters().map(\.text) == ["noted A .", "noted B ."])
    }
  }

  @Test("that a try failed, written late, undoes nothing that the next try has written")
  func lateOutcome() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.serverError], for: Cast.chat(3))
      _ = talk.say("note.add token=A")
      talk.advance(by: .seconds(5))
      var item = try #require(talk.platform.calls.first?.item)
      item.attempts = 1
      let record = OutboxRecord(item: item, at: talk.clock.now, outcome: .again("502"))
      let store = HouseStore(talk.house.store)
      talk.house.run { _ = try? await store.write(.reserve) { try $0.write(record) } }
      talk.settle()
      #expect(try outbox(talk) == [Row(state: "sent", isUncertain: false)])
    }
  }

  @Test("taking up what is left twice sends nothing twice")
  func recoverTwice() async throws {
    try await talk { (talk: Talk) throws in
      talk.platform.script([.hang], for: Cast.chat(3))
      talk.deliver(talk.message(.text("note.add token=A")))
      talk.deliver(talk.message(.text("note.add token=B")))
      talk.settle()
      talk.crash()
      try talk.reopen()
      let outbox = talk.house.outbox
      talk.house.run { _ = try? await outbox.recover() }
      talk.advance(by: .seconds(60))
      #expect(talk.letters().map(\.text).sorted() == ["noted A .", "noted B ."])
    }
  }
}
