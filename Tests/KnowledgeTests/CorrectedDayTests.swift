import Actions
import Base
import Care
import Formats
import Knowledge
import People
import RoomTesting
import Store
import Testing

@Suite("A birthday that is put right in the memory is told on the right day")
struct CorrectedDayTests {
  private func book() async throws -> Notebook {
    let book = try await Notebook(rooms: [Care.room])
    book.house.services.register(try Notebook.reader.get().observer)
    try await book.house.run("birthday.add", ["whose": "Mohan", "date": "2027-03-03"])
    return book
  }

  private func fact(_ book: Notebook) async throws -> String {
    let things = try await book.house.run("memory.facts").data["things"].array ?? []
    let facts = things.flatMap { $0["facts"].array ?? [] }.filter { $0["current"] == true }
    return try #require(facts.first { $0["relation"] == "birthday" }?["id"].string)
  }

  private func day(_ book: Notebook) async throws -> [Int64?] {
    let all = try await book.house.run("birthday.list").data.array ?? []
    #expect(all.count == 1)
    return [all.first?["month"].int64, all.first?["day"].int64]
  }

  @Test("by a new day, and back by an undo", arguments: ["4 April", "on the 4th of April", "ஏப்ரல் 4"])
  func corrected(_ words: String) async throws {
    let book = try await book()
    let outcome = try await book.house.run("memory.correct", ["fact": .string(words), "id": .string(fact(book))])
    #expect(try await day(book) == [4, 4])
    _ = book.house.told()
    book.house.clock.set(try #require(Instant(iso8601: "2027-04-04T02:00:00Z")))
    await book.house.advance(by: .hours(1))
    #expect(book.house.told().map(\.text) == ["🎂 Today is Mohan's birthday!"], "on that day and on no other")
    let back = try #require(outcome.inverse)
    _ = try await book.house.runner.run(back, in: book.house.context(approved: true))
    #expect(try await day(book) == [3, 3])
  }

  @Test("what is no day is refused", arguments: ["no idea", "31 June", "soon"])
  func refused(_ words: String) async throws {
    let book = try await book()
    let id = try await fact(book)
    let error = await #expect(throws: ActionError.self) {
      try await book.house.run("memory.correct", ["fact": .string(words), "id": .string(id)])
    }
    #expect(error?.code == "memory.no_day")
    #expect(try await day(book) == [3, 3])
  }
}
