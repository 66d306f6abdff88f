import Base
import Delivery
import Messages
import RoomTesting
import Store
import Testing

struct InboxTests {
  private func message(_ text: String, id: String, chat: String = "1") -> InboundMessage {
    InboundMessage(
      from: Address(door: "telegram", account: "1", user: chat), kind: "message", externalID: id, chat: chat,
      content: .text(text))
  }

  @Test("a batch is taken whole, in order, and repeats in it are known")
  func batch() async throws {
    let bench = try await InboxBench()
    let first = try await bench.inbox.accept([message("a", id: "1"), message("b", id: "2"), message("a", id: "1")])
    #expect(first.map { $0 != nil } == [true, true, false])
    #expect(try await bench.inbox.accept([message("b", id: "2")]) == [nil])
    #expect(bench.messages().compactMap(\.text) == ["a", "b"])
    #expect(try await bench.inbox.pending() == 2)
  }

  @Test("the same update of another account or door is another one")
  func accounts() async throws {
    let bench = try await InboxBench()
    var other = message("a", id: "1")
    other.from.account = "2"
    let sequence = try await bench.inbox.accept([message("a", id: "1"), other])
    #expect(sequence.allSatisfy { $0 != nil })
  }

  @Test("full, it takes nothing and says so")
  func full() async throws {
    let bench = try await InboxBench()
    bench.isFull = true
    await #expect(throws: StoreError.self) { try await bench.inbox.accept([message("a", id: "1")]) }
    #expect(try await bench.inbox.pending() == 0)
    bench.isFull = false
    #expect(try await bench.inbox.accept([message("a", id: "1")]) != [nil])
  }

  @Test("what ends the house on sight is set aside in the end; nobody behind it is")
  func poison() async throws {
    let bench = try await InboxBench()
    try await bench.inbox.accept([message("poison", id: "1"), message("innocent", id: "2")])
    try await bench.inbox.accept([message("neighbour", id: "3", chat: "2")])
    _ = bench.messages()
    var starts = 0
    var setAside = 0
    while setAside == 0, starts < 30 {
      starts += 1
      setAside = try await bench.inbox.recover(begun: []).setAside
      let again = bench.messages().compactMap(\.text)
      if setAside == 0 { #expect(again == ["poison", "innocent", "neighbour"]) }
    }
    #expect(starts <= Inbox.attemptLimit + 1)
    #expect(try await bench.inbox.pending() >= 1)
  }
}
