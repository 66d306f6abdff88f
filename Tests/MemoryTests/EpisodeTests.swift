import Actions
import Base
import Conversation
import Formats
import Foundation
import Memory
import Messages
import People
import RoomTesting
import Store
import Testing

private func episode(_ said: String, _ replied: String = "", at: Instant, by person: PersonID) -> Episode {
  Episode(
    person: person, door: "telegram", conversation: "c", at: at, said: said, replied: replied, intent: "x.y",
    actions: ["x.y", "x.z"])
}

extension RoomHarness {
  fileprivate func remember(_ said: String, _ replied: String = "", by person: Person? = nil, ago: Duration = .zero)
    async throws
  {
    let (id, at) = ((person ?? owner).id, clock.now - ago)
    try await tenant().write { try $0.remember(episode(said, replied, at: at, by: id)) }
  }

  fileprivate func index(limit: Int = 100) async throws -> Int {
    try await store.write { try $0.indexEpisodes(limit: limit) }
  }

  fileprivate func search(_ words: String..., by person: Person? = nil) async throws -> [String] {
    let (id, now) = ((person ?? owner).id, clock.now)
    return try await tenant().read {
      try $0.searchEpisodes(of: id, words: words, from: .epoch, to: now + .days(1), limit: 50).map(\.said)
    }
  }
}

struct SearchCase: CustomTestStringConvertible {
  let said: String
  let word: String
  let isFound: Bool
  var testDescription: String { "\(word) in \(said): \(isFound)" }
  init(_ said: String, _ word: String, _ isFound: Bool) {
    self.said = said
    self.word = word
    self.isFound = isFound
  }
}

struct EpisodeSearchTests {
  @Test(
    "a Tamil or Hindi word is one word, with its vowel signs, pulli and nukta",
    arguments: [
      SearchCase("காலை மருந்து எடுத்தேன்", "மருந்து", true),
      SearchCase("காலை மருந்து எடுத்தேன்", "மரு", false),
      SearchCase("காலை மருந்து எடுத்தேன்", "து", false),
      // the same consonants with other vowel signs: stick and leg, milk and the letter pair
      SearchCase("கோல் எங்கே", "கால்", false), SearchCase("கால் வலிக்கிறது", "கோல்", false),
      SearchCase("பால் வாங்கு", "பேல்", false), SearchCase("பால் வாங்கு", "பால்", true),
      SearchCase("ஸ்ரீரங்கம் கோயில்", "கோயில்", true),
      SearchCase("दिन में दवा ली", "दान", false), SearchCase("दिन में दवा ली", "दिन", true),
      SearchCase("दवाई ली", "दवा", false), SearchCase("डॉक्टर कब आएंगे", "डॉक्टर", true),
      SearchCase("पढ़ना है", "पढ़ना", true), SearchCase("किताब पढ़ी", "कीताब", false),
      // the same vowel sign typed in two halves
      SearchCase("\u{B95}\u{BC6}\u{BBE}சு", "\u{B95}\u{BCA}சு", true),
      SearchCase("\u{B95}\u{BCA}சு", "\u{B95}\u{BC6}\u{BBE}சு", true),
      SearchCase("Ezhil courier 2400", "EZHIL", true), SearchCase("résumé sent", "resume", false),
    ])
  func words(_ row: SearchCase) async throws {
    let house = try await RoomHarness([])
    try await house.remember(row.said)
    // the turn of this moment is found like one that is in the index
    #expect(try await house.search(row.word) == (row.isFound ? [row.said] : []))
    #expect(try await house.index() == 1)
    #expect(try await house.search(row.word) == (row.isFound ? [row.said] : []))
  }

  @Test(
    "what a person writes is never the index's syntax",
    arguments: ["\"", "NEAR(a b)", "a OR b", "said:x", "*", "-", "a\"b", "^x", ""])
  func syntax(_ word: String) async throws {
    let house = try await RoomHarness([])
    try await house.remember("nothing to see")
    #expect(try await house.search(word) == [])
    #expect(try await house.search(word, "nothing") == ["nothing to see"])
    _ = try await house.index()
    #expect(try await house.search(word) == [])
    #expect(try await house.search(word, "nothing") == ["nothing to see"])
  }

  @Test("each turn is added to the index once, a few at a time, and found exactly once at any moment")
  func indexing() async throws {
    let house = try await RoomHarness([])
    let said = (0..<5).map { "pay the printer \($0)" }
    for words in said { try await house.remember(words) }
    for expected in [2, 2, 1, 0] {
      #expect(try await house.search("printer").sorted() == said)
      #expect(try await house.index(limit: 2) == expected)
    }
    #expect(try await house.search("printer").sorted() == said)
  }

  @Test("a turn that gets the number of a forgotten one is indexed all the same")
  func reusedNumber() async throws {
    let house = try await RoomHarness([])
    try await house.remember("stays with me")
    try await house.remember("a secret wish", by: house.elder)
    _ = try await house.index()
    let elder = house.elder.id
    _ = try await house.tenant().write { try Keeper.memory.forget(elder, &$0) }
    try await house.remember("the wish of today")
    #expect(try await house.index() == 1)
    #expect(try await house.search("wish") == ["the wish of today"])
  }

  @Test("the index is written by itself a moment after a turn")
  func byItself() async throws {
    let house = try await RoomHarness([])
    let index = EpisodeIndex(store: house.store, changes: house.changes, clock: house.clock)
    let running = Task { await index.run() }
    try await house.remember("call the printer")
    while try await house.store.read({ try $0.count("SELECT count(*) FROM episodes_text") }) == 0 {
      house.clock.advance(by: .seconds(1))
      await Task.yield()
    }
    index.stop()
    // It may have begun another pause, which nobody's clock would end.
    running.cancel()
    await running.value
    #expect(try await house.search("printer") == ["call the printer"])
  }

  @Test("nobody finds another's words")
  func own() async throws {
    let house = try await RoomHarness([])
    try await house.remember("a secret wish", by: house.elder)
    #expect(try await house.search("secret") == [])
    #expect(try await house.search("secret", by: house.elder) == ["a secret wish"])
    let other = house.store.tenant(TenantID("other"))
    let elder = house.elder.id
    #expect(
      try await other.read {
        try $0.searchEpisodes(of: elder, words: ["secret"], from: .epoch, to: .init(microseconds: .max), limit: 9)
      }.isEmpty)
  }

  @Test("answers count as well, but what the house said first is no question of the person's")
  func replies() async throws {
    let house = try await RoomHarness([])
    try await house.remember("what's on today", "The plumber comes at four.")
    try await house.remember("", "The plumber is late.")
    #expect(try await house.search("plumber") == ["what's on today"])
  }

  @Test("a search in a span is not cut off by better matches outside of it")
  func span() async throws {
    let house = try await RoomHarness([AssistantRoom.room])
    for _ in 0..<60 { try await house.remember("doctor doctor doctor", ago: .days(9)) }
    try await house.remember("when does the doctor come, and what should I bring along with me", ago: .days(1))
    let found = try await house.run("memory.search", ["about": "the doctor", "day": "2026-11-22"])
    #expect(found.data.array?.count == 1)
  }

  @Test("what was asked this very moment is found, as when time stands still")
  func thisMoment() async throws {
    let house = try await RoomHarness([AssistantRoom.room])
    try await house.remember("call the printer")
    #expect(try await house.run("memory.search", ["about": "the printer"]).data.array?.count == 1)
    #expect(try await house.run("memory.search", ["day": "2026-11-23"]).data.array?.count == 1)
  }

  @Test("“what did I ask you yesterday?” gives the day in the person's zone, in order")
  func yesterday() async throws {
    // 10:00 in Kolkata
    let house = try await RoomHarness([AssistantRoom.room], now: "2026-11-23T04:30:00Z")
    for (said, ago) in [
      ("this morning", Duration.hours(2)), ("just after midnight", .hours(9)), ("late last night", .hours(11)),
      ("at breakfast", .hours(26)), ("the day before", .hours(35)),
    ] { try await house.remember(said, ago: ago) }
    let found = try await house.run("memory.search", ["day": "2026-11-22"])
    #expect(found.data.array?.map { $0["said"].string } == ["at breakfast", "late last night"])
    let text = house.text(found.say)
    #expect(text.contains("at breakfast") && !text.contains("this morning"))
  }

  @Test("the rows of an older store are found after the migration")
  func migrates() async throws {
    let folder = try TestFolder("memory")
    var options = StoreOptions()
    options.ballastBytes = 4_096
    let database = try SQLiteDatabase(path: folder.path + "/house.db", options: options)
    let store = database.house.tenant(TenantID("home"))
    let person = PersonID("p")
    func find(_ word: String) async throws -> [String] {
      try await store.read {
        try $0.searchEpisodes(of: person, words: [word], from: .epoch, to: .init(microseconds: .max), limit: 9)
          .map(\.said)
      }
    }
    try await database.migrate(Array(MemoryMigrations.all.prefix(1)))
    for said in ["கோல் எங்கே", "கால் வலிக்கிறது"] {
      try await store.write {
        // as the first version did it
        let id = $0.newID()
        try $0.execute(
          """
          INSERT INTO episodes (tenant, id, person, door, conversation, at, said, replied, actions)
          VALUES (:tenant, ?, ?, 'telegram', 'c', ?, ?, '', '')
          """, id, person, $0.now, said)
        try $0.execute(
          "INSERT INTO episodes_text (tenant, id, person, said, replied) VALUES (:tenant, ?, ?, ?, '')", id, person,
          said)
      }
    }
    // the fault that the migration mends
    #expect(
      try await store.read {
        try $0.count("SELECT count(*) FROM episodes_text WHERE episodes_text MATCH ? AND tenant = :tenant", "கால்")
      } == 2)
    try await database.migrate(MemoryMigrations.all)
    #expect(try await find("கால்") == ["கால் வலிக்கிறது"])
    try await store.write { try $0.remember(episode("கால் சரியானது", at: $0.now, by: person)) }
    #expect(try await find("கால்").count == 2)
    await database.close()
  }
}
