import Actions
import Base
import Care
import Delivery
import Desk
import Directory
import Formats
import Knowledge
import Memory
import Messages
import People
import Reminders
import RoomTesting
import Store
import Testing

@Suite("“Forget everything about …” reaches every room")
struct ForgetEverywhereTests {
  private static let rooms = [Reminders.room, Care.room, Desk.room, DirectoryRoom.room]

  /// A house in which every room that holds words of a person's own speaks of somebody.
  private func book(_ name: String) async throws -> Notebook {
    let book = try await Notebook(rooms: Self.rooms)
    let house = book.house
    try await book.tell("my cook is \(name)")
    let calls: [(String, JSONObject)] = [
      ("reminder.create", ["text": "call \(name)", "schedule": ["at": "2026-11-24T08:00:00"]]),
      ("reminder.create", ["text": "water the plants", "schedule": ["at": "2026-11-24T09:00:00"]]),
      ("list.add", ["items": "gift for \(name), rice"]),
      ("task.add", ["title": "ask \(name) for the keys"]),
      ("task.add", ["title": "clean the car"]),
      ("expense.add", ["amount": ["amount": "500", "currency": "INR"], "what": "salary of \(name)"]),
      ("expense.add", ["amount": ["amount": "40", "currency": "INR"], "what": "tea"]),
      ("event.add", ["title": "lunch with \(name)", "starts": ["at": "2026-11-25T13:00:00"]]),
      ("appointment.add", ["title": "\(name) at the clinic", "starts": ["at": "2026-11-26T10:00:00"]]),
      ("birthday.add", ["whose": .string(name), "date": "1980-02-03"]),
    ]
    for (action, arguments) in calls { try await house.run(action, arguments) }
    let owner = house.owner.id
    try await house.tenant().write { transaction in
      try transaction.keep([1], type: "application/pdf", name: "\(name)-contract.pdf", person: owner, source: "a")
      try transaction.execute(
        """
        INSERT INTO wanted_files (tenant, source, person, door, media, asked_at)
        VALUES (:tenant, 'b', ?, 'telegram', ?, ?)
        """, owner, #"{"caption":"this is \#(name)"}"#, transaction.now)
      try transaction.execute(
        "INSERT INTO listing_shown (tenant, person, listings, query, at) VALUES (:tenant, ?, '[]', ?, ?)", owner,
        #"{"what":"\#(name) clinic"}"#, transaction.now)
    }
    return book
  }

  private func holding(_ word: String, _ book: Notebook) async throws -> Set<String> {
    let names = try await book.house.store.read { house in
      try house.query("SELECT name FROM sqlite_schema WHERE type = 'table'") { $0.text(0) }
    }
    return try await book.house.store.read { house in
      try Set(
        names.filter { name in
          try house.query("SELECT * FROM \(name)") { row in
            (0..<row.count).contains { column in
              switch row.value(column) {
              case .text(let text): text.lowercased().contains(word.lowercased())
              case .blob(let bytes): String(decoding: bytes, as: UTF8.self).lowercased().contains(word.lowercased())
              default: false
              }
            }
          }.contains(true)
        })
    }
  }

  private func question(_ what: String, _ book: Notebook) async throws -> String {
    let call = ActionCall("memory.forget", ["what": .string(what)])
    guard case .confirm(_, let say) = await book.house.runner.prepare(call, in: book.house.context()) else { return "" }
    return book.house.text(say)
  }

  /// Goes red while reminders, tasks, expenses and events keep the name.
  @Test("what names it goes from every room, in one go, and what does not stays")
  func everywhere() async throws {
    let book = try await book("Xylocanary")
    #expect(try await holding("Xylocanary", book).isSuperset(of: ["reminders", "desk_tasks", "desk_expenses"]))
    let question = try await question("forget everything about Xylocanary", book)
    for part in [
      "1 reminder", "1 task", "1 expense", "1 event", "1 appointment", "1 birthday", "1 line of a list", "2 files",
    ] {
      #expect(question.contains(part), "\(part) is not in: \(question)")
    }
    let outcome = try await book.house.run("memory.forget", ["what": "forget everything about Xylocanary"])
    #expect(outcome.data["rooms"]["removed"]["task"] == 1 && outcome.data["rooms"]["unnamed"]["expense"] == 1)
    let told = book.house.text(outcome.say, for: book.owner)
    #expect(told.contains("1 reminder") && told.contains("1 task") && !told.contains("Xylocanary"), "\(told)")
    #expect(try await holding("Xylocanary", book) == [])
    let left = try await book.house.store.read { rows in
      try rows.query("SELECT text FROM reminders UNION SELECT title FROM desk_tasks UNION SELECT text FROM list_items")
      {
        $0.text(0)
      }
    }
    #expect(Set(left) == ["water the plants", "clean the car", "rice"])
    let spent = try await book.house.store.read {
      try $0.query("SELECT minor FROM desk_expenses ORDER BY minor") { $0.int(0) }
    }
    #expect(spent == [4_000, 50_000], "the sums of the month are as they were")
    // nothing is due any more for what is gone
    _ = book.house.told()
    await book.house.sleepThrough(.days(2))
    #expect(!book.house.told().contains { $0.text.contains("Xylocanary") })
  }

  @Test("medicines and reminders of medicines stay, and whoever forgets is told so before and after")
  func medicines() async throws {
    let book = try await Notebook(rooms: Self.rooms)
    let house = book.house
    try await house.run(
      "medicine.add", ["name": "Canaryformin", "schedule": ["at": "2026-11-24T08:00:00", "rrule": "FREQ=DAILY"]])
    for text in ["take Canaryformin", "the tablet that Canarydoctor gave", "call Canarydoctor"] {
      try await house.run(
        "reminder.create",
        ["text": .string(text), "schedule": ["at": "2026-11-24T08:00:00", "rrule": "FREQ=DAILY"]])
    }
    let question = try await question("forget everything about Canaryformin", book)
    #expect(
      question.contains("stays") && question.contains("1 medicine") && question.contains("1 reminder"), "\(question)")
    let outcome = try await house.run("memory.forget", ["what": "forget everything about Canaryformin"])
    #expect(outcome.data["rooms"]["kept"] == ["reminder": 1, "medicine": 1])
    #expect(house.text(outcome.say, for: book.owner).contains("kept"))
    try await house.run("memory.forget", ["what": "forget everything about Canarydoctor"])
    let left = try await house.store.read { rows in
      try rows.query("SELECT text FROM reminders WHERE state = 'active' ORDER BY text") { $0.text(0) }
    }
    #expect(left == ["take Canaryformin", "the tablet that Canarydoctor gave"])
    #expect(try await house.store.read { try $0.count("SELECT count(*) FROM medicines WHERE state = 'active'") } == 1)
  }

  @Test("what somebody set for another, what others wrote, and what others keep stays theirs")
  func others() async throws {
    let book = try await book("Xylocanary")
    try await book.house.run(
      "reminder.create",
      ["text": "Xylocanary comes", "person": "Amma", "schedule": ["at": "2026-11-24T08:00:00"]])
    try await book.house.run("task.add", ["title": "thank Xylocanary"], as: book.elder)
    let outcome = try await book.house.run("memory.forget", ["what": "forget everything about Xylocanary"])
    #expect(outcome.data["rooms"]["kept"]["reminder"] == 1)
    let left = try await book.house.store.read { rows in
      try rows.query(
        "SELECT text FROM reminders WHERE person = ? UNION SELECT title FROM desk_tasks WHERE person = ?",
        book.elder.id, book.elder.id
      ) { $0.text(0) }
    }
    #expect(Set(left) == ["Xylocanary comes", "thank Xylocanary"])
  }

  @Test("a name that only stands inside other words takes nothing, and forgetting oneself takes no rooms along")
  func narrow() async throws {
    let book = try await Notebook(rooms: Self.rooms)
    try await book.house.run("task.add", ["title": "plan the annual meeting"])
    await #expect(throws: ActionError.self) {
      try await book.house.run("memory.forget", ["what": "forget everything about Ann"])
    }
    try await book.tell("I like tea")
    try await book.house.run("task.add", ["title": "Ravi must call the bank"])
    try await book.house.run("memory.forget", ["what": "forget everything about me"])
    #expect(try await book.house.store.read { try $0.count("SELECT count(*) FROM desk_tasks") } == 2)
  }

  @Test("of a calendar file the events that name it go, long lines and all")
  func files() async throws {
    let book = try await Notebook(rooms: Self.rooms)
    func event(_ uid: String, _ title: String) -> String {
      [
        "BEGIN:VEVENT", "UID:\(uid)", "DTSTART:20261201T040000Z", "DTEND:20261201T050000Z", "SUMMARY:\(title)",
        "END:VEVENT", "",
      ].joined(separator: "\r\n")
    }
    let text =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + event("a", "Lunch with Xyloca\r\n nary") + event("b", "Dentist")
      + "END:VCALENDAR\r\n"
    let importer = try #require(Desk.room.importers.first { $0.kind == "calendar" })
    _ = try await importer.run(ByteSource(Array(text.utf8)), "mine.ics", [:], book.owner, book.house.tenant())
    let question = try await question("forget everything about Xylocanary", book)
    #expect(question.contains("1 event"), "\(question)")
    try await book.house.run("memory.forget", ["what": "forget everything about Xylocanary"])
    #expect(try await book.rows("desk_calendar_events") == 1)
  }
}
