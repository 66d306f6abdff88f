import Events
import Time
import Actions
import Base
import Care
import Conversation
import Crypto
import Delivery
import Desk
import Directory
import Energy
import Formats
import Foundation
import Memory
import Messages
import People
import Reminders
import RoomTesting
import Schedule
import Store
import Telemetry
import Testing
import Text
import Trading
import Web
import Workflows

/// Words that stand in no table but where a test puts them.
private let canary = "xylocanary"
private let phone = "919900887766"

/// A house with every room, and one person of whom something lies in every table.
private struct Remembered {
  let house: RoomHarness
  let person: Person
  let token: String
  /// Tables into which nothing of a person was put, because none of their columns names one.
  let untouched: Set<String>

  init() async throws {
    let house = try await RoomHarness(
      [
        AssistantRoom.room, PeopleRoom.room, Reminders.room, Care.room, Desk.room, Trading.room, DirectoryRoom.room,
        EnergyRoom.room, Workflows.room,
      ], keepers: Keeper.core + [.web])
    self.house = house
    try await house.run("people.add", ["name": .string(canary), "whatsapp": .string(phone), "persona": "elder"])
    let person = try #require(house.people.person(at: Address(door: "whatsapp", user: phone)))
    self.person = person
    try await house.run("people.link", ["elder": .string(canary), "relative": "Ravi", "called": "Xylomother"])
    token = try await house.run("people.token", ["person": .string(canary)]).data["token"].string ?? ""
    try await house.run(
      "reminder.create", ["text": .string(canary), "schedule": ["at": "2026-11-24T08:00:00", "rrule": "FREQ=DAILY"]],
      as: person)
    try await Self.talk(house, person)
    try await Self.work(house, person)
    untouched = try await Self.plant(house, person)
  }

  /// What workflows leave: a run that waits, one that is over, and what either was given.
  private static func work(_ house: RoomHarness, _ person: Person) async throws {
    let source = """
      workflow: kept
      inputs: [{name: note, default: null}, {name: api_key, default: null}, {name: long, default: null}]
      steps:
        - {id: say, set: "${inputs.note} was said"}
        - {id: wait, when: inputs.long, wait: {signal: go}}
      """
    let library = try WorkflowLibrary([(try WorkflowDefinition(source: source, file: "kept.yaml"), "kept.yaml")])
    let engine = WorkflowEngine(
      WorkflowEngine.Parts(
        store: house.store, people: house.people, runner: house.runner, library: library, http: nil,
        clock: house.clock, ids: IDGenerator(clock: house.clock, random: SystemRandom()), metrics: Metrics()
      ) { person, authority in house.context(person, door: "workflow", authority: authority) })
    house.services.register(engine)
    await engine.recover(alone: true)
    for long in [true, false] {
      let inputs: JSONObject = ["note": .string(canary), "api_key": .string(canary), "long": .bool(long)]
      try await house.run("workflow.start", ["workflow": "kept", "inputs": .object(inputs)], as: person)
      await engine.drain()
    }
    let before = try await house.tables(holding: canary)
    #expect(before.contains("workflow_log") && before.contains("workflow_secrets"), "\(before)")
  }

  /// What a conversation leaves: messages in and out, files, memory, a request to be let in.
  private static func talk(_ house: RoomHarness, _ person: Person) async throws {
    let inbox = Inbox(store: house.store, metrics: Metrics(), isFull: { false }, handOver: { _ in })
    let phoneAddress = Address(door: "whatsapp", account: "9", user: phone)
    let userID = Address(door: "whatsapp", account: "9", user: "IN.\(canary)")
    let own = Address(door: "web", user: person.id.text)
    let messages = [(phoneAddress, userID as Address?), (userID, nil), (own, nil)].enumerated().map { number, pair in
      InboundMessage(
        from: pair.0, kind: "message", externalID: "\(number)", chat: number == 1 ? "a group" : pair.0.user,
        content: .text(canary), alias: pair.1)
    }
    try await inbox.accept(messages)
    house.people.saw(messages[0], at: house.clock.now)
    let pairing = Pairing(book: house.people, random: SystemRandom())
    try await house.store.write { transaction in
      _ = try pairing.ask(
        Address(door: "whatsapp", account: "another", user: phone), chat: phone, name: canary, in: &transaction)
      let tenant = transaction.tenant(person.tenant)
      try tenant.tell(
        person.id,
        Say(
          "words", ["text": .text(canary)], buttons: [.init("words", ["text": .text(canary)], action: "reminder.list")])
      )
      _ = try tenant.keep(Array(canary.utf8), type: "text/plain", name: canary, person: person.id)
      try tenant.remember(
        Episode(
          person: person.id, door: "whatsapp", conversation: phone, at: transaction.now, said: canary, replied: canary,
          intent: nil, actions: []))
      _ = try transaction.indexEpisodes(limit: 10)
    }
  }

  /// Puts a row with the canary into every table that names persons and takes one.
  private static func plant(_ house: RoomHarness, _ person: Person) async throws -> Set<String> {
    let naming = ["person", "creator", "elder", "guesser", "requester"]
    var untouched: Set<String> = []
    for table in try await house.tables() where !table.hasPrefix("sqlite_") && !table.hasPrefix("episodes_text") {
      let columns = try await house.store.read { reader in
        try reader.query("SELECT name, type FROM pragma_table_info(?)", table) { ($0.text(0), $0.text(1)) }
      }
      let declaration = try await house.store.read { reader in
        try reader.first("SELECT sql FROM sqlite_schema WHERE name = ?", table) { $0.text(0) } ?? ""
      }
      guard columns.contains(where: { naming.contains($0.0) }) else {
        untouched.insert(table)
        continue
      }
      let values = columns.map { name, type -> any SQLConvertible in
        if naming.contains(name) { return person.id }
        switch (name, type) {
        case ("tenant", _), ("person_tenant", _): return person.tenant
        case ("timetable", _):
          return
            "{\"at\":\"2026-11-24T08:00:00\",\"first\":\"2026-11-24T02:30:00Z\",\"zone\":\"Asia/Kolkata\",\"x\":\"\(canary)\"}"
        case (_, "INTEGER"): return 77
        case (_, "REAL"): return 7.7
        case (_, "BLOB"): return Array(canary.utf8)
        default: return choice(name, declaration) ?? "{\"\(canary)\": \"\(table).\(name)\"}"
        }
      }
      let marks = columns.map { _ in "?" }.joined(separator: ", ")
      do {
        try await house.store.write { _ = try $0.execute("INSERT INTO \(table) VALUES (\(marks))", arguments: values) }
      } catch let error as StoreError where error.kind == .constraint {
        // a table that takes only certain words has rows by its own actions
        let isThere = try await house.tables(holding: canary).contains(table)
        #expect(isThere, "nothing was put into \(table): do so by its actions")
      }
    }
    return untouched
  }
}

/// The first word that a column takes, where it takes only certain ones.
private func choice(_ column: String, _ declaration: String) -> String? {
  guard let start = declaration.ranges(of: "\(column) IN ('").first?.upperBound else { return nil }
  return String(declaration[start...].prefix { $0 != "'" })
}

struct ForgetTests {
  @Test("nothing of a forgotten person is left in any table")
  func forgets() async throws {
    let remembered = try await Remembered()
    let (house, person) = (remembered.house, remembered.person)
    let before = try await house.tables(holding: canary)
    for table in ["inbox", "outbox", "buttons", "kept_files", "episodes", "episodes_text_data", "audit", "persons"] {
      #expect(before.contains(table), "\(table) held nothing to forget")
    }
    let outcome = try await house.run("people.forget", ["person": .string(canary)])
    #expect(try await house.tables(holding: canary) == [])
    #expect(try await house.tables(holding: phone) == [])
    // the audit log keeps who did what, by an id that leads nowhere any more
    #expect(try await house.tables(holding: person.id.text) == ["audit"])
    let rows = try #require(outcome.data["rows"].int)
    #expect(rows >= before.count)
    let counted = (outcome.data["removed"].object ?? [:]).members.reduce(0) { $0 + ($1.value.int ?? 0) }
    #expect(counted == rows)
    let audit = house.runner.audit
    #expect(try await house.tenant().read { try audit.firstBroken($0) } == nil)
  }

  @Test("nor in the bytes of the file, once it is closed")
  func bytes() async throws {
    let house = try await Remembered().house
    try await house.run("people.forget", ["person": .string(canary)])
    await house.store.database.close()
    for file in [house.file, house.file + "-wal"] {
      guard let bytes = FileManager.default.contents(atPath: file) else { continue }
      for words in [canary, phone] { #expect(bytes.range(of: Data(words.utf8)) == nil, "\(words) in \(file)") }
    }
  }

  @Test("a table that names nobody is known to be so")
  func noTableIsOverlooked() async throws {
    let known: Set<String> = [
      "migrations", "tenants", "persons", "pairings", "inbox", "buttons", "audit", "taught", "listings",
      "trade_candles",
      "trade_symbols", "trade_replays", "desk_projects", "door_troubles", "schedule_facts", "event_seen",
      "event_rewinds", "event_hooks", "agent_records", "workflow_definitions", "workflow_engines", "workflow_log",
      "workflow_own", "workflow_secrets", "workflow_rates", "workflow_snapshots",
      "connectors",
      "event_cursors", "key_check",
    ]
    let untouched = try await Remembered().untouched
    let unknown = untouched.subtracting(known).filter { !$0.hasPrefix("energy_") && !$0.hasPrefix("listing") }
    #expect(unknown == [], "does it hold something of a person? then name them in a column `person`, and forget it")
  }

  @Test("access ends at once: address, second id, token, family")
  func revokes() async throws {
    let remembered = try await Remembered()
    let (house, person) = (remembered.house, remembered.person)
    #expect(house.people.verify(token: remembered.token, now: house.clock.now) != nil)
    try await house.run("people.forget", ["person": .string(canary)])
    #expect(house.people.verify(token: remembered.token, now: house.clock.now) == nil)
    #expect(house.people.person(at: Address(door: "whatsapp", user: phone)) == nil)
    #expect(house.people.person(at: Address(door: "whatsapp", account: "9", user: "IN.\(canary)")) == nil)
    #expect(house.people.person(at: Address(door: "web", user: person.id.text)) == nil)
    #expect(house.people.elders(of: house.owner.id).map(\.person.id) == [house.elder.id])
    await #expect {
      try await house.run("reminder.create", ["text": "late", "schedule": "PT1H"], as: person)
    } throws: {
      ($0 as? ActionError)?.code != nil
    }
    #expect(try await house.tables(holding: person.id.text) == ["audit"])
  }

  @Test("a forgetting that fails leaves everything as it was")
  func undone() async throws {
    let remembered = try await Remembered()
    let (house, person) = (remembered.house, remembered.person)
    let before = try await house.tables(holding: canary)
    await #expect(throws: PeopleError.self) {
      try await house.store.write { transaction in
        var tenant = transaction.tenant(person.tenant)
        for keeper in house.keepers.reversed() { _ = try keeper.forget(person.id, &tenant) }
        #expect(house.people.person(person.id) == nil)
        throw PeopleError("test", "the disk had a bad day")
      }
    }
    #expect(house.people.person(at: Address(door: "whatsapp", user: phone))?.id == person.id)
    #expect(house.people.verify(token: remembered.token, now: house.clock.now)?.person.id == person.id)
    #expect(house.people.relatives(of: person.id).map(\.person.id) == [house.owner.id])
    #expect(try await house.tables(holding: canary) == before)
  }

  @Test("others keep what is theirs")
  func others() async throws {
    let remembered = try await Remembered()
    let house = remembered.house
    try await house.run(
      "reminder.create", ["text": "water the plants", "schedule": ["at": "2026-11-24T09:00:00"]], as: house.elder)
    try await house.run("people.forget", ["person": .string(canary)])
    let list = try await house.run("reminder.list", as: house.elder)
    #expect(house.text(list.say).contains("water the plants"))
    #expect(house.people.relatives(of: house.elder.id).map(\.person.id) == [house.owner.id])
  }

  @Test("the owner cannot be forgotten, by name or as “me”", arguments: ["Ravi", "me"])
  func ownerStays(_ name: String) async throws {
    let house = try await porch()
    await #expect { try await house.run("people.forget", ["person": .string(name)]) } throws: {
      ($0 as? ActionError)?.code == "people.owner_stays"
    }
    #expect(house.people.owner(of: house.owner.tenant) != nil)
  }

  @Test("an export holds what each room and keeper has, as readable JSON")
  func exports() async throws {
    let remembered = try await Remembered()
    let data = try await remembered.house.run("people.export", ["person": .string(canary)]).data
    #expect(data["person"]["name"].string == canary)
    #expect(
      data["people"]["addresses"][0]["id"].string == phone || data["people"]["addresses"][1]["id"].string == phone)
    for part in ["people", "schedule", "delivery", "actions", "memory", "web", "reminders", "care"] {
      #expect(!data[part].isNull, "\(part) is missing")
    }
    #expect(!data.text().contains(remembered.token))
    #expect(try JSON.parse(data.pretty()) == data)
  }

  @Test("reading changes nothing", arguments: ["people.list", "people.export", "memory.search", "reminder.list"])
  func readingChangesNothing(_ action: String) async throws {
    let remembered = try await Remembered()
    let house = remembered.house
    let before = house.store.database.statistics.committed
    try await house.run(action, action == "people.export" ? ["person": .string(canary)] : [:])
    #expect(house.store.database.statistics.committed == before)
  }
}
