import Actions
import Base
import Formats
import Knowledge
import Memory
import People
import RoomTesting
import Store
import Testing

@Suite("The memory as a page shows it")
struct ShowMemoryTests {
  private func things(_ book: Notebook, _ more: JSONObject = [:], as person: Person? = nil) async throws -> [JSON] {
    try await book.house.run("memory.facts", more, as: person).data["things"].array ?? []
  }

  private func fact(_ value: String, in things: [JSON]) -> JSON? {
    things.flatMap { $0["facts"].array ?? [] }.first { $0["value"].string == value }
  }

  @Test("shows every version with its times, and which holds now")
  func history() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Amma lives in Chennai")
    book.house.clock.advance(by: .days(90))
    try await book.tell("Amma moved to Madurai")
    let things = try await things(book)
    let amma = try #require(things.first { $0["name"].string == "Amma" })
    let facts = amma["facts"].array ?? []
    // Chennai as it was believed, Chennai as it ended, Madurai
    #expect(facts.map { $0["value"].string } == ["Chennai", "Chennai", "Madurai"])
    #expect(facts.map { $0["current"] } == [false, false, true])
    #expect(facts[0]["superseded"].string == "2026-04-10T04:30:00Z" && facts[1]["to"] == facts[2]["from"])
    #expect(facts[2]["label"].string == "home" && facts[2]["told"].string == "2026-04-10T04:30:00Z")
    let found = try await self.things(book, ["search": "madurai"])
    #expect(Set(found.compactMap { $0["name"].string }) == ["Amma", "Madurai"])
    #expect(try await self.things(book, ["search": "home"]).map { $0["name"].string } == ["Amma"])
    #expect(try await self.things(book, ["search": "nothing of this"]).isEmpty)
  }

  @Test("pages follow each other without a gap")
  func paging() async throws {
    let book = try await Notebook()
    for name in ["Arun", "Bala", "Chitra", "Devi", "Elango"] { try await book.tell("\(name) likes tea") }
    var names: [String] = []
    for skip in stride(from: 0, to: 5, by: 2) {
      let page = try await book.house.run("memory.facts", ["limit": 2, "skip": .integer(Int64(skip))]).data
      names += (page["things"].array ?? []).compactMap { $0["name"].string }
      #expect(page["more"] == .bool(skip < 4))
    }
    #expect(names.sorted() == ["Arun", "Bala", "Chitra", "Devi", "Elango"])
  }

  @Test("the graph holds what is true now, with the links of the family, from the middle outwards")
  func graph() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    for sentence in ["Lakshmi's doctor is Dr. Latha", "Dr. Latha lives in Adyar", "my daughter is Meera"] {
      try await book.tell(sentence)
    }
    let owner = book.owner
    let graph = try await book.house.run("memory.graph").data
    let nodes = graph["nodes"].array ?? []
    let names = Dictionary(uniqueKeysWithValues: nodes.map { ($0["id"].string ?? "", $0["name"].string ?? "") })
    let edges = (graph["edges"].array ?? []).map { edge in
      "\(names[edge["from"].string ?? ""] ?? "?") \(edge["label"].string ?? "") \(names[edge["to"].string ?? ""] ?? "?")"
    }
    #expect(nodes.first?["me"] == true)
    #expect(edges.contains("\(owner.name) Amma Amma") && edges.contains("\(owner.name) daughter Meera"), "\(edges)")
    #expect(edges.contains("Amma doctor Dr. Latha") && edges.contains("Dr. Latha home Adyar"), "\(edges)")
    // the neighbourhood of one thing alone
    let latha = try #require(nodes.first { $0["name"].string == "Dr. Latha" }?["id"])
    let near = try await book.house.run("memory.graph", ["thing": latha, "steps": 1]).data
    #expect(Set((near["nodes"].array ?? []).compactMap { $0["name"].string }) == ["Dr. Latha", "Amma", "Adyar"])
  }

  @Test("nobody sees another's memory; relatives see what is shared, and can point at nothing of it")
  func walls() async throws {
    let book = try await Notebook()
    let (people, elder, owner) = (book.house.people, book.elder, book.owner)
    func grant(_ rights: Set<FamilyLink.Right>) async throws {
      try await book.house.store.write { house in
        try people.link(
          FamilyLink(elder: elder.id, relative: owner.id, called: "Amma", rights: rights), tenant: owner.tenant,
          in: &house)
      }
    }
    try await grant([])
    try await book.tell("remember that my locker code is canary 77", as: book.elder)
    try await book.tell("I am allergic to penicillin", as: book.elder)
    try await book.tell("my doctor is Dr. Latha", as: book.elder)
    let mine = try await things(book, as: book.elder)
    let secret = try #require(fact("canary 77", in: mine)?["id"])
    let thing = try #require(mine.first { $0["name"].string == "Dr. Latha" }?["id"])
    func seen() async throws -> String {
      var all = ""
      for (action, values) in [
        ("memory.facts", [:]), ("memory.facts", ["search": "canary"]), ("memory.facts", ["thing": thing]),
        ("memory.graph", [:]), ("memory.graph", ["thing": thing]), ("memory.turns", [:]),
        ("memory.facts", ["search": "' OR owner <> '"]), ("memory.facts", ["search": "%"]),
      ] as [(String, JSONObject)] {
        all += (try? await book.house.run(action, values).data.text()) ?? ""
      }
      return all
    }
    let before = try await seen()
    #expect(!before.contains("canary") && !before.contains("penicillin") && !before.contains("Latha"))
    try await grant([.medicines])
    let after = try await seen()
    #expect(!after.contains("canary") && after.contains("penicillin"))
    #expect(!after.contains(thing.string ?? "?"), "ids of another's things are told")
    // pointing at what is another's finds nothing, and changes nothing
    for (action, values) in [
      ("memory.forget", ["what": "that", "id": secret]), ("memory.forget", ["what": "that", "id": thing]),
      ("memory.correct", ["fact": "stolen", "id": secret]),
    ] as [(String, JSONObject)] {
      await #expect(throws: ActionError.self) { try await book.house.run(action, values) }
    }
    #expect(fact("canary 77", in: try await things(book, as: book.elder)) != nil)
  }

  @Test("a fact that is pointed at is put right, and the wrong one is history")
  func correct() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Amma's doctor is Dr. Latha")
    let id = try #require(fact("Dr. Latha", in: try await things(book))?["id"])
    book.house.clock.advance(by: .days(1))
    let inverse = try #require(
      try await book.house.run("memory.correct", ["fact": "Dr. Lalitha", "id": id]).inverse)
    #expect(try await book.values("who is Amma's doctor") == ["Dr. Lalitha"])
    #expect(fact("Dr. Latha", in: try await things(book))?["superseded"].string == "2026-01-11T04:30:00Z")
    // who corrects what was corrected already is told so
    await #expect(throws: ActionError.self) {
      try await book.house.run("memory.correct", ["fact": "Dr. Priya", "id": id])
    }
    try await book.house.run(inverse.name, inverse.arguments)
    #expect(try await book.values("who is Amma's doctor") == ["Dr. Latha"])
    await #expect(throws: ActionError.self) { try await book.house.run("memory.correct", ["fact": " ", "id": id]) }
  }

  @Test("a fact that is pointed at goes with all its versions and the names that only it spoke of")
  func forgetFact() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    try await book.tell("Amma's doctor is Dr. Canaryname")
    try await book.tell("Amma likes tea")
    book.house.clock.advance(by: .days(10))
    try await book.tell("Amma's doctor is Dr. Priya")
    let id = try #require(fact("Dr. Canaryname", in: try await things(book))?["id"])
    try await book.house.run("memory.forget", ["what": "that", "id": id])
    for table in ["knowledge_facts", "knowledge_names", "knowledge_things", "knowledge_keys", "audit"] {
      let rows = try await book.house.store.read { house in
        try house.query("SELECT * FROM \(table)") { row in (0..<row.count).map { row.text($0) } }
      }
      #expect(!"\(rows)".lowercased().contains("canaryname"), "\(table)")
    }
    #expect(try await book.values("who is Amma's doctor") == ["Dr. Priya"])
    #expect(try await book.values("what does Amma like") == ["tea"])
  }

  @Test("“forget that” leaves no name of it either")
  func forgetLast() async throws {
    let book = try await Notebook()
    try await book.tell("Amma's doctor is Dr. Canaryname")
    try await book.house.run("memory.forget", ["what": "forget that"])
    for table in ["knowledge_names", "knowledge_things"] {
      let rows = try await book.house.store.read { house in
        try house.query("SELECT name FROM \(table)") { $0.text(0) }
      }
      #expect(!rows.contains { $0.contains("Canaryname") }, "\(table): \(rows)")
    }
  }

  @Test("talks are listed newest first, page by page, and a turn goes with what was learned from it")
  func turns() async throws {
    let book = try await Notebook(now: "2026-01-10T04:30:00Z")
    let owner = book.owner.id
    for number in 1...5 {
      book.house.clock.advance(by: .minutes(1))
      if number == 3 { try await book.tell("Amma's doctor is Dr. Latha") }
      let at = book.house.clock.now
      try await book.house.tenant().write { transaction in
        try transaction.remember(
          Episode(
            person: owner, door: "web", conversation: "web:1", at: at, said: "turn \(number)", replied: "ok",
            intent: nil, actions: []))
      }
    }
    var said: [String] = []
    var before: JSON = .null
    for _ in 0..<3 {
      let values: JSONObject = before.isNull ? ["limit": 2] : ["limit": 2, "before": before]
      let page = try await book.house.run("memory.turns", values).data
      said += (page["turns"].array ?? []).compactMap { $0["said"].string }
      before = page["turns"].array?.last?["at"] ?? .null
      #expect(page["more"] == .bool(said.count < 5))
    }
    #expect(said == (1...5).reversed().map { "turn \($0)" })
    let learned = "2026-01-10T04:33:00Z"
    try await book.house.run("memory.forget", ["what": "turn 3", "turn": .string(learned)])
    #expect(try await book.rows("knowledge_facts") == 0)
    let left = try await book.house.run("memory.turns").data["turns"].array ?? []
    #expect(left.compactMap { $0["said"].string } == ["turn 5", "turn 4", "turn 2", "turn 1"])
    #expect(try await book.house.run("memory.turns", [:], as: book.elder).data["turns"].array?.isEmpty == true)
  }

  @Test("in the picture everybody has a name, also of whom nothing was told")
  func named() async throws {
    let book = try await Notebook()
    try await book.tell("I like tea")
    for person in [book.owner, book.elder] {
      let nodes = try await book.house.run("memory.graph", [:], as: person).data["nodes"].array ?? []
      #expect(nodes.count > 1 && nodes.allSatisfy { $0["name"].string?.isEmpty == false }, "\(nodes)")
    }
  }
}
