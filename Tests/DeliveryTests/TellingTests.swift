import Base
import Delivery
import Messages
import RoomTesting
import Store
import Testing

/// What the house says first.
struct TellingTests {
  private func talk(
    now: String = "2026-11-23T04:30:00Z", _ body: @escaping @Sendable (Talk) throws -> Void
  ) async throws {
    try await OwnThread.run { try body(Talk(now: now)) }
  }

  private func tell(
    _ talk: Talk, _ member: Int, _ words: String, _ urgency: Urgency = .normal, key: String? = nil
  ) {
    let store = HouseStore(talk.house.store).tenant(TenantID(Cast.members[member].tenant))
    talk.house.run {
      _ = try? await store.write { try $0.tell(Cast.id(member), Say.words(words), urgency: urgency, dedupeKey: key) }
    }
    talk.settle()
  }

  @Test("the same thing under the same key is told once, also after a restart")
  func dedupe() async throws {
    try await talk { (talk: Talk) throws in
      tell(talk, 3, "one", key: "k")
      tell(talk, 3, "two", key: "k")
      talk.advance(by: .seconds(2))
      talk.crash()
      try talk.reopen()
      tell(talk, 3, "three", key: "k")
      tell(talk, 3, "four", key: "l")
      talk.advance(by: .seconds(3))
      #expect(talk.read() == ["one", "four"])
    }
  }

  /// Half past ten in the evening in Kolkata.
  @Test("what may wait for the morning waits, and holds up nothing else")
  func quietHours() async throws {
    try await talk(now: "2026-11-23T17:00:00Z") { (talk: Talk) throws in
      tell(talk, Cast.elder, "later", .low)
      tell(talk, Cast.elder, "now", .normal)
      talk.advance(by: .seconds(3))
      #expect(talk.read(Cast.elder) == ["now"])
      // over a restart, until six
      talk.crash()
      try talk.reopen()
      talk.leap(by: .hours(7))
      talk.advance(by: .seconds(3))
      #expect(talk.read(Cast.elder).isEmpty)
      talk.leap(by: .minutes(30))
      talk.advance(by: .seconds(3))
      #expect(talk.read(Cast.elder) == ["later"])
      let uncertain = try talk.rows("SELECT count(*) FROM outbox WHERE is_uncertain = 1") { $0.integer(0) }
      #expect(uncertain == [0])
    }
  }

  @Test("by day the same leaves at once")
  func day() async throws {
    try await talk { (talk: Talk) throws in
      tell(talk, Cast.elder, "hello", .low)
      talk.advance(by: .seconds(2))
      #expect(talk.read(Cast.elder) == ["hello"])
    }
  }

  @Test("an emergency goes ahead of what waits in a chat")
  func emergency() async throws {
    try await talk { (talk: Talk) throws in
      for index in 0..<5 { tell(talk, 3, "old \(index)") }
      tell(talk, 3, "help", .emergency)
      talk.advance(by: .seconds(10))
      let words = talk.read()
      #expect(words.count == 6)
      // the first may have been on its way
      #expect((words.firstIndex(of: "help") ?? 9) <= 1)
      #expect(words.filter { $0 != "help" } == (0..<5).map { "old \($0)" })
    }
  }

  @Test("two emergencies keep their order")
  func twoEmergencies() async throws {
    try await talk { (talk: Talk) throws in
      for index in 0..<3 { tell(talk, 3, "old \(index)") }
      tell(talk, 3, "first", .emergency)
      tell(talk, 3, "second", .emergency)
      talk.advance(by: .seconds(10))
      #expect(talk.read().filter { ["first", "second"].contains($0) } == ["first", "second"])
    }
  }

  @Test("what is undone with its change is never told")
  func undone() async throws {
    struct Undone: Error {}
    try await talk { (talk: Talk) throws in
      let store = HouseStore(talk.house.store).tenant(TenantID("home"))
      talk.house.run {
        try? await store.write { (transaction: inout Transaction) throws -> Void in
          try transaction.tell(Cast.id(3), Say.words("never"))
          throw Undone()
        }
      }
      talk.advance(by: .seconds(2))
      #expect(talk.platform.calls.isEmpty)
    }
  }

  @Test("nobody hears what another tenant is told")
  func tenants() async throws {
    try await talk { (talk: Talk) throws in
      let store = HouseStore(talk.house.store).tenant(TenantID("acme"))
      talk.house.run { _ = try? await store.write { try $0.tell(Cast.id(3), Say.words("secret")) } }
      talk.advance(by: .seconds(2))
      #expect(talk.platform.accepted.isEmpty)
    }
  }
}
