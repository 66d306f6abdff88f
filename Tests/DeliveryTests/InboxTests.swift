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

  @Test("what ends the house on sight is set aside in the end; nobody beside it is")
  func poison() async throws {
    let bench = try await InboxBench()
    let poison = try #require(
      try await bench.inbox.accept([message("poison", id: "1"), message("innocent", id: "2")])[0])
    try await bench.inbox.accept([message("neighbour", id: "3", chat: "2")])
    _ = bench.messages()
    _ = try bench.marks().set(poison)
    for start in 1...Inbox.attemptLimit {
      let marks = try bench.marks()
      let recovered = try await bench.inbox.recover(begun: marks.found)
      let isLast = start == Inbox.attemptLimit
      #expect(recovered.setAside == (isLast ? 1 : 0))
      #expect(bench.messages().compactMap(\.text) == (isLast ? [] : ["poison"]) + ["innocent", "neighbour"])
      // handling it ends the process: the mark is never cleared
      _ = marks.set(poison)
    }
    #expect(try await bench.inbox.pending() == 2)
  }

  @Test("stopping again and again sets nothing aside that was only waiting")
  func patience() async throws {
    let bench = try await InboxBench()
    try await bench.inbox.accept([message("a", id: "1")])
    for _ in 0...Inbox.attemptLimit {
      let recovered = try await bench.inbox.recover(begun: try bench.marks().found)
      #expect(recovered == (resumed: 1, setAside: 0))
    }
  }
}
