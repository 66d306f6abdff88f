import Actions
import Base
import Care
import Desk
import Formats
import Knowledge
import Reminders
import RoomTesting
import Testing

@Suite("What somebody usually has or does")
struct UsualDeedTests {
  /// Monday the 23rd of November 2026, ten in the morning in Kolkata; expenses of the Fridays before it.
  private func book() async throws -> Notebook {
    let book = try await Notebook(rooms: [Reminders.room, Care.room, Desk.room])
    let spent = [
      ("2026-10-30", "biryani", "300"), ("2026-11-06", "biryani", "320"), ("2026-11-13", "biryani", "310"),
      ("2026-11-13", "auto", "90"), ("2026-11-20", "dosa", "120"), ("2026-11-17", "rent", "20000"),
      ("2026-11-18", "milk", "60"), ("2026-11-19", "milk", "60"),
    ]
    for (day, what, amount) in spent {
      try await book.house.run(
        "expense.add",
        ["date": .string(day), "what": .string(what), "amount": ["amount": .string(amount), "currency": "INR"]])
    }
    return book
  }

  @Test(
    "is told with how often and when last, in every language",
    arguments: [
      ("what do I usually order on Fridays?", ["biryani", "3 of 5", "13 November"]),
      ("What do we normally buy on fridays", ["biryani", "3 of 5"]),
      ("how much do I usually spend on Fridays?", ["310", "4 days"]),
      ("நான் வழக்கமாக வெள்ளிக்கிழமை என்ன வாங்குவேன்?", ["biryani", "3 of 5"]),
      ("naan vazhakkama vellikizhamai enna order pannuven", ["biryani", "3 of 5"]),
      ("मैं शुक्रवार को आमतौर पर क्या खरीदता हूँ?", ["biryani", "3 of 5"]),
      ("main friday ko aksar kya order karta hoon", ["biryani", "3 of 5"]),
      ("main friday ko aksar kitna kharch karta hoon", ["310", "4 days"]),
    ])
  func languages(_ question: String, _ expected: [String]) async throws {
    let answer = try await book().ask(question)
    for part in expected { #expect(answer.contains(part), "\(question): \(answer)") }
  }

  @Test("of one thing what it costs each time, and the middle one, not the mean")
  func amount() async throws {
    let book = try await book()
    #expect(try await book.ask("how much do I usually spend on biryani").contains("310"))
    for day in ["2026-10-16", "2026-10-23"] {
      try await book.house.run(
        "expense.add",
        ["date": .string(day), "what": "biryani party", "amount": ["amount": "9000", "currency": "INR"]])
    }
    #expect(try await book.ask("how much do I usually spend on biryani").contains("320"))
  }

  @Test("where nothing comes up again and again it is said so")
  func honest() async throws {
    let book = try await book()
    #expect(try await book.ask("what do I usually order on Mondays?").contains("know nothing"))
    #expect(try await book.ask("what do I usually buy on Wednesdays?").contains("no habit"))
    #expect(try await book.ask("what do I usually take in the morning?").contains("know nothing"))
    for (number, what) in ["tea", "pens", "soap", "rice", "salt", "oil", "nuts"].enumerated() {
      try await book.house.run(
        "expense.add",
        [
          "date": .string("2026-11-0\(number + 1)"), "what": .string(what),
          "amount": ["amount": "10", "currency": "INR"],
        ])
    }
    #expect(try await book.ask("what do I usually buy").contains("varies"))
  }

  @Test("what went on a list counts as well, and nobody else's deeds do")
  func lists() async throws {
    let book = try await Notebook(rooms: [Reminders.room, Care.room, Desk.room])
    for items in ["milk, bread", "milk", "milk, eggs"] {
      try await book.house.run("list.add", ["items": .string(items)])
      book.house.clock.advance(by: .days(7))
    }
    let answer = try await book.ask("what do I usually order")
    #expect(answer.contains("milk") && answer.contains("3 of 5"), "\(answer)")
    #expect(try await !book.ask("what do I usually order", as: book.elder).contains("milk"))
  }

  @Test("doses that were taken answer what one usually takes, by the part of the day")
  func doses() async throws {
    let book = try await Notebook(now: "2026-11-20T02:00:00Z", rooms: [Reminders.room, Care.room, Desk.room])
    try await book.house.run(
      "medicine.add", ["name": "Thyronorm", "schedule": ["at": "2026-11-20T08:00:00", "rrule": "FREQ=DAILY"]])
    for _ in 0..<3 {
      await book.house.advance(by: .hours(1))
      try await book.house.run("medicine.taken", [:])
      await book.house.advance(by: .hours(23))
    }
    let answer = try await book.ask("what do I usually take in the morning?")
    #expect(answer.contains("Thyronorm") && answer.contains("3 of 3"), "\(answer)")
    #expect(try await book.ask("what do I usually take at night?").contains("know nothing"))
  }
}
