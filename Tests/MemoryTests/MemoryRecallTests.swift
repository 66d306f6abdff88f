import Base
import Formats
import Foundation
import Memory
import People
import Recall
import RoomTesting
import Store
import Testing

struct MemoryRecallTests {
  private let folder = NSTemporaryDirectory() + "memory-\(UUID().uuidString)"

  private func recall(_ house: RoomHarness) throws -> MemoryRecall {
    let words = try RecallWords(YAML.parse("en: {stop: \"what, did, the, about, i, to\", own: i}", file: "words.yaml"))
    return MemoryRecall(
      store: house.store, folder: folder, words: words, encoder: nil, changes: house.changes, clock: house.clock)
  }

  private func say(
    _ said: String, _ replied: String = "", by person: Person, door: String = "web", in house: RoomHarness
  )
    async throws
  {
    let at = house.clock.now
    try await house.tenant().write {
      try $0.remember(
        Episode(
          person: person.id, door: door, conversation: "c", at: at, said: said, replied: replied, intent: nil,
          actions: []))
    }
  }

  private func said(_ recall: MemoryRecall, _ question: String, _ scope: RecallScope) async throws -> [String] {
    try await recall.recall(question, scope: scope, limit: 5).filter(\.isNear).map {
      $0.isReply ? $0.episode.replied : $0.episode.said
    }
  }

  @Test("a turn is found the moment it is there, by its stems, in what was said and what was answered")
  func atOnce() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let house = try await RoomHarness([])
    let recall = try recall(house)
    let scope = RecallScope(house.owner)
    #expect(try await said(recall, "what did the doctor say about salt?", scope) == [])
    try await say("the doctors want less salt", "Noted: a walk each morning", by: house.owner, in: house)
    #expect(try await said(recall, "what did the doctor say about salt?", scope) == ["the doctors want less salt"])
    #expect(try await said(recall, "walks", scope) == ["Noted: a walk each morning"])
  }

  @Test("nobody finds another's turns; a door and a time restrict")
  func scopes() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let house = try await RoomHarness([])
    let recall = try recall(house)
    try await say("my secret is salt", by: house.owner, door: "telegram", in: house)
    try await say("salt on the list", by: house.owner, in: house)
    #expect(try await said(recall, "salt", RecallScope(house.elder)) == [])
    #expect(try await said(recall, "salt", RecallScope(house.owner, door: "web")) == ["salt on the list"])
    let now = house.clock.now
    #expect(try await said(recall, "salt", RecallScope(house.owner, from: now + .seconds(1))) == [])
    #expect(try await said(recall, "salt", RecallScope(house.owner, from: now, to: now + .seconds(1))).count == 2)
  }

  @Test("who is forgotten leaves neither a row nor a file, and the others stay")
  func forgetting() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let house = try await RoomHarness([])
    let recall = try recall(house)
    try await say("canary salt", by: house.elder, in: house)
    try await say("pepper", by: house.owner, in: house)
    #expect(try await said(recall, "canary", RecallScope(house.elder)) == ["canary salt"])
    #expect(try await said(recall, "pepper", RecallScope(house.owner)) == ["pepper"])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).count
    let elder = house.elder.id
    _ = try await house.tenant().write { try Keeper.memory.forget(elder, &$0) }
    recall.forget(elder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == files / 2)
    #expect(try await said(recall, "canary", RecallScope(house.elder)) == [])
    #expect(try await said(recall, "pepper", RecallScope(house.owner)) == ["pepper"])
  }

  @Test("a row that was removed is not told, whatever the index holds")
  func removed() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let house = try await RoomHarness([])
    let recall = try recall(house)
    try await say("salt one", by: house.owner, in: house)
    #expect(try await said(recall, "salt", RecallScope(house.owner)) == ["salt one"])
    try await house.store.write { _ = try $0.execute("DELETE FROM episodes") }
    #expect(try await said(recall, "salt", RecallScope(house.owner)) == [])
    // It gets the number of the one that went.
    house.clock.advance(by: .seconds(1))
    try await say("salt two", by: house.owner, in: house)
    #expect(try await said(recall, "salt", RecallScope(house.owner)) == ["salt two"])
  }

  /// Goes red when a scope is state that another writer can change.
  @Test("sixteen people of four households write side by side; each finds all of their own and nothing else")
  func sideBySide() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let house = try await RoomHarness([])
    let recall = try recall(house)
    let people = (0..<16).map { number in
      Person(
        id: PersonID("scope-\(number)"), tenant: TenantID("t\(number % 4)"), name: "Same Name", persona: "client",
        language: house.owner.language, zone: house.owner.zone)
    }
    let at = house.clock.now
    await withThrowingTaskGroup(of: Void.self) { group in
      for person in people {
        group.addTask {
          for number in 0..<12 {
            try await house.store.tenant(person.tenant).write {
              try $0.remember(
                Episode(
                  person: person.id, door: "web", conversation: "c", at: at + .seconds(Int64(number)),
                  said: "salt \(number) of \(person.id)", replied: "", intent: nil, actions: []))
            }
            // asked while the others write
            _ = try await recall.recall("salt", scope: RecallScope(person), limit: 50)
          }
        }
      }
    }
    for person in people {
      let found = try await recall.recall("salt", scope: RecallScope(person), limit: 50).map(\.episode.said)
      #expect(Set(found) == Set((0..<12).map { "salt \($0) of \(person.id)" }) && found.count == 12)
      let elsewhere = Person(
        id: person.id, tenant: TenantID("t9"), name: person.name, persona: "client", language: person.language,
        zone: person.zone)
      let other = try await store(house, elsewhere)
      #expect(other == 0, "another household holds turns of \(person.id)")
    }
  }

  private func store(_ house: RoomHarness, _ person: Person) async throws -> Int {
    try await house.store.tenant(person.tenant).read {
      try $0.count("SELECT count(*) FROM episodes WHERE tenant = :tenant")
    }
  }
}
