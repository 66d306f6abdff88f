import Base
import Formats
import Messages
import People
import RoomTesting
import Store
import Synchronization
import Testing

@testable import Delivery

/// A door whose files come, fail or are too large, by script.
private final class FileDoor: ReceivingDoor {
  struct Failure: SpeakingError {
    let code: String
    let sentence = "The place did not give the file."
  }
  let name = "telegram"
  let heard = Mutex<[String]>([])
  let asked = Mutex<[String]>([])
  let answer: Mutex<@Sendable (String) throws -> [UInt8]>

  init(_ answer: @escaping @Sendable (String) throws -> [UInt8]) { self.answer = Mutex(answer) }

  func heard(_ message: InboundMessage) { heard.withLock { $0.append(message.externalID) } }
  func fetch(_ media: InboundMessage.Media, limit: Int) async throws -> [UInt8] {
    asked.withLock { $0.append(media.handle) }
    return try answer.withLock { $0 }(media.handle)
  }
}

@Suite("What is done for a message beside answering it", .timeLimit(.minutes(5))) struct ReceptionTests {
  private func message(
    _ id: String, from user: String = "Ravi", kind: InboundMessage.Media.Kind = .voice, bytes: Int64? = nil,
    isGroup: Bool = false
  ) -> InboundMessage {
    InboundMessage(
      from: Address(door: "telegram", account: "1", user: user), kind: "update", externalID: id, chat: user,
      isGroup: isGroup,
      content: .media(.init(kind: kind, handle: "f" + id, type: "audio/ogg", name: nil, bytes: bytes, caption: nil)),
      messageID: "m" + id)
  }

  private func kept(_ house: RoomHarness) async throws -> [String] {
    try await house.store.read { reader in
      try reader.query("SELECT source FROM kept_files WHERE source IS NOT NULL ORDER BY source") { $0.text(0) }
    }
  }

  private func wanted(_ house: RoomHarness) async throws -> [Int] {
    try await house.store.read { try $0.query("SELECT attempts FROM wanted_files ORDER BY source") { $0.integer(0) } }
  }

  /// Runs the reception until something holds.
  private func run(_ reception: Reception, until isDone: @escaping @Sendable () async throws -> Bool) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await reception.run() }
      while try await !isDone() { await Task.yield() }
      group.cancelAll()
    }
  }

  @Test("files of known people are kept once, with their owner; strangers, groups and stickers cost nothing")
  func keeps() async throws {
    let house = try await RoomHarness([])
    let reception = Reception(store: house.store, people: house.people, clock: house.clock)
    let door = FileDoor { Array($0.utf8) }
    reception.add(door: door)
    for message in [
      message("1"), message("1"), message("2", from: "Lakshmi", kind: .photo), message("3", from: "stranger"),
      message("4", isGroup: true), message("5", kind: .sticker), message("6", bytes: 30 << 20),
    ] { reception.take(message) }
    try await run(reception) { try await kept(house).count == 2 }
    #expect(try await kept(house) == ["telegram/1/Lakshmi/m2", "telegram/1/Ravi/m1"])
    #expect(Set(door.asked.withLock { $0 }) == ["f1", "f2"])
    #expect(door.heard.withLock { $0 } == ["1", "1", "2", "5", "6"])
    let id = try await house.store.read {
      try $0.first("SELECT id FROM kept_files WHERE source = 'telegram/1/Ravi/m1'") { $0.text(0) }
    }
    let file = try await house.tenant().keptFile(id ?? "")
    #expect(file?.person == house.owner.id && file?.bytes == Array("f1".utf8) && file?.type == "audio/ogg")
    // a file that has outlived its time is gone at once, whenever its row is swept
    house.clock.advance(by: .days(31))
    #expect(try await house.tenant().keptFile(id ?? "") == nil)
  }

  @Test("a place that is down is asked again later, also after a restart, and given up in the end")
  func retries() async throws {
    let house = try await RoomHarness([])
    let door = FileDoor { _ in throw FileDoor.Failure(code: "telegram.unanswered") }
    let first = Reception(store: house.store, people: house.people, clock: house.clock)
    first.add(door: door)
    first.take(message("1"))
    try await run(first) { try await wanted(house) == [1] }
    let second = Reception(store: house.store, people: house.people, clock: house.clock)
    second.add(door: door)
    try await run(second) {
      house.clock.advance(by: .minutes(10))
      return try await wanted(house).isEmpty
    }
    #expect(door.asked.withLock { $0.count } == 5)
    #expect(try await kept(house).isEmpty)
  }

  @Test("a file that turns out too large is not asked for again")
  func tooLarge() async throws {
    let house = try await RoomHarness([])
    let door = FileDoor { _ in throw FileDoor.Failure(code: "http.tooLarge") }
    let reception = Reception(store: house.store, people: house.people, clock: house.clock)
    reception.add(door: door)
    reception.take(message("1"))
    try await run(reception) {
      let isLeft = try await !wanted(house).isEmpty
      return !isLeft && door.asked.withLock { $0.count } == 1
    }
  }

  @Test("of one person's files the oldest go when there are too many bytes; nobody else's do")
  func trims() async throws {
    let house = try await RoomHarness([])
    let (owner, elder) = (house.owner, house.elder)
    for index in 0..<5 {
      house.clock.advance(by: .seconds(1))
      try await house.tenant().write { transaction in
        try transaction.keep([UInt8](repeating: 1, count: 10), type: "a/b", person: owner.id, source: "s\(index)")
        try transaction.keep([UInt8](repeating: 1, count: 10), type: "a/b", person: elder.id, source: "e\(index)")
        // pictures that we made are not theirs to count
        try transaction.keep([UInt8](repeating: 1, count: 10), type: "image/png", person: owner.id)
        try transaction.trimFiles(of: owner.id, to: 25)
      }
    }
    #expect(try await kept(house).filter { $0.hasPrefix("s") } == ["s3", "s4"])
    #expect(try await kept(house).filter { $0.hasPrefix("e") }.count == 5)
    #expect(try await house.store.read { try $0.count("SELECT count(*) FROM kept_files WHERE source IS NULL") } == 5)
  }
}
