import Actions
import Base
import Formats
import Knowledge
import Memory
import People
import RoomTesting
import Store
import Testing

@Suite("What fades by itself, and what does not")
struct ForgettingTests {
  private func sweep(_ book: Notebook) async throws -> Int {
    try await book.house.store.write { try Forgetting.sweep($0) }
  }

  /// Years of days, one sweep in each month, as the house does it in the background.
  private func live(_ book: Notebook, days: Int, each month: () async throws -> Void = {}) async throws {
    for _ in 0..<(days / 30) {
      book.house.clock.advance(by: .days(30))
      try await month()
      _ = try await sweep(book)
    }
  }

  private func values(_ book: Notebook) async throws -> Set<String> {
    Set(
      try await book.house.store.read { house in
        try house.query("SELECT value FROM knowledge_facts WHERE superseded_at IS NULL") { $0.text(0) }
      })
  }

  @Test("what was said in passing fades in some two years; what was asked to be remembered stays")
  func age() async throws {
    let book = try await Notebook()
    try await book.tell("I like tea")
    try await book.tell("remember that my shoe size is 7")
    try await book.house.store.write { house in
      // the teller may ask for it to be remembered by the action alone: passing is what the classifier heard
      try house.execute("UPDATE knowledge_facts SET is_pinned = 0, confidence = 0.8 WHERE value = 'tea'")
    }
    try await live(book, days: 690)
    #expect(try await values(book) == ["tea", "7"])
    try await live(book, days: 120)
    #expect(try await values(book) == ["7"])
    try await live(book, days: 3_650)
    #expect(try await values(book) == ["7"])
  }

  @Test("who asks for a fact keeps it; so does whoever tells it again")
  func use() async throws {
    let book = try await Notebook()
    for sentence in ["I like tea", "I like coffee", "I like milk"] { try await book.tell(sentence) }
    try await book.house.store.write { house in try house.execute("UPDATE knowledge_facts SET is_pinned = 0") }
    var months = 0
    try await live(book, days: 1_500) {
      months += 1
      guard months % 12 == 0 else { return }
      _ = try await book.ask("do I like tea?")
      try await book.tell("I like coffee")
    }
    #expect(try await values(book) == ["tea", "coffee"])
  }

  /// Goes red when only the oldest are looked at and none of them fades.
  @Test("many that are kept by use do not hide those that fade")
  func hidden() async throws {
    let book = try await Notebook()
    let owner = book.owner.id
    try await book.house.tenant().write { transaction in
      let thing = try transaction.makeThing("Shelf", kind: "thing", owner: owner)
      var change = FactChange()
      for number in 0..<700 {
        let fact = NewFact(owner: owner, subject: thing.id, relation: .own("book \(number)"), value: "kept \(number)")
        _ = try transaction.tell(fact, note: &change)
      }
      try transaction.execute(
        "UPDATE knowledge_facts SET uses = 20 WHERE tenant = :tenant AND owner = ?", owner)
    }
    await book.house.advance(by: .seconds(1))
    try await book.tell("I like tea")
    try await book.house.store.write { house in
      try house.execute("UPDATE knowledge_facts SET is_pinned = 0 WHERE value = 'tea'")
    }
    book.house.clock.advance(by: .days(1_000))
    _ = try await sweep(book)
    #expect(try await !values(book).contains("tea"))
    #expect(try await book.rows("knowledge_facts") == 700)
  }

  @Test("what fades leaves neither its older versions nor a name that only it spoke of")
  func whole() async throws {
    let book = try await Notebook()
    try await book.tell("my cook is Canaryname")
    book.house.clock.advance(by: .days(1))
    try await book.tell("my cook is Canaryname since 2020")
    try await book.house.store.write { house in try house.execute("UPDATE knowledge_facts SET is_pinned = 0") }
    #expect(try await book.rows("knowledge_facts") == 2)
    book.house.clock.advance(by: .days(2_000))
    _ = try await sweep(book)
    #expect(try await book.rows("knowledge_facts") == 0)
    let names = try await book.house.store.read { try $0.query("SELECT name FROM knowledge_names") { $0.text(0) } }
    #expect(!names.contains("Canaryname"))
  }

  @Test("facts that say the same become one, and what was known of either holds for it")
  func duplicates() async throws {
    let book = try await Notebook()
    try await book.tell("I like tea")
    try await book.tell("I like coffee", ["key": "k1"])
    // as clients that heard no answer have left them: the later copy is the one that was asked to be remembered
    try await book.house.store.write { house in
      try house.execute("UPDATE knowledge_facts SET is_pinned = 0, uses = 1")
      for number in 1...3 {
        try house.execute(
          """
          INSERT INTO knowledge_facts SELECT tenant, id || '-\(number)', owner, subject, relation, object, value, folded,
            valid_from, valid_to, told_at, door, learned_at, superseded_at, 1.0, origin, sharing, \(number == 2 ? 1 : 0),
            4, used_at + \(number) FROM knowledge_facts WHERE value = 'tea' AND id NOT LIKE '%-%-%-%-%-%'
          """)
      }
    }
    #expect(try await book.rows("knowledge_facts") == 5)
    _ = try await sweep(book)
    #expect(try await book.rows("knowledge_facts") == 2)
    let tea = try await book.house.store.read { house in
      try house.query("SELECT is_pinned, uses FROM knowledge_facts WHERE value = 'tea'") { ($0.bool(0), $0.integer(1)) }
    }
    #expect(tea.count == 1 && tea[0].0 && tea[0].1 == 13, "\(tea)")
    // another time is another fact
    try await book.tell("I lived in Salem from 2001 to 2005")
    try await book.tell("I lived in Salem from 2010 to 2012")
    let before = try await book.rows("knowledge_facts")
    _ = try await sweep(book)
    #expect(try await book.rows("knowledge_facts") == before)
    // the key of a copy still stands for the fact
    try await book.tell("I like coffee", ["key": "k1"])
    #expect(try await book.rows("knowledge_facts") == before)
  }

  @Test("a household's rules end talks and old versions after their days; other households keep theirs")
  func retention() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    let (house, owner) = (book.house, book.owner)
    let other = TenantID("other")
    try await house.store.write { transaction in
      try transaction.execute(
        "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?)", other, "other", transaction.now)
    }
    func turn(_ tenant: TenantID) async throws {
      let at = house.clock.now
      try await house.store.tenant(tenant).write { transaction in
        try transaction.remember(
          Episode(
            person: owner.id, door: "web", conversation: "c", at: at, said: "salt", replied: "", intent: nil,
            actions: []))
        let thing = try transaction.makeThing("Amma", kind: "person", owner: owner.id)
        var change = FactChange()
        for place in ["Chennai", "Madurai"] {
          var fact = NewFact(owner: owner.id, subject: thing.id, relation: .own("home"), value: place)
          fact.isPinned = true
          _ = try transaction.tell(fact, note: &change)
        }
      }
    }
    for tenant in [owner.tenant, other] { try await turn(tenant) }
    func counts(_ tenant: TenantID) async throws -> [Int] {
      try await house.store.tenant(tenant).read { rows in
        [
          try rows.count("SELECT count(*) FROM episodes WHERE tenant = :tenant"),
          try rows.count("SELECT count(*) FROM knowledge_facts WHERE tenant = :tenant"),
        ]
      }
    }
    #expect(try await counts(owner.tenant) == [1, 3])
    house.clock.advance(by: .days(400))
    _ = try await sweep(book)
    #expect(try await counts(owner.tenant) == [1, 3], "for ever, while no rule is set")
    try await house.run("memory.retention", ["talks": 365, "history": 730])
    _ = try await sweep(book)
    #expect(try await counts(owner.tenant) == [0, 3])
    house.clock.advance(by: .days(400))
    _ = try await sweep(book)
    // what ended and what holds are believed still: only what was superseded goes
    #expect(try await counts(owner.tenant) == [0, 2])
    #expect(try await counts(other) == [1, 3])
    await #expect(throws: ActionError.self) { try await house.run("memory.retention", ["talks": 1], as: book.elder) }
    await #expect(throws: ActionError.self) { try await house.run("memory.retention", ["talks": -1]) }
  }
}
