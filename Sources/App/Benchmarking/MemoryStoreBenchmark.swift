package import Base
package import Formats
import Foundation
import Glibc
import Knowledge
import Memory
import People
package import Recall
package import Store
import Text
import Time

/// The part of `thinnai bench memory` that has a store: turns and facts that are on the disk (`synchronous=FULL`) when their
/// writer hears of it, and forgetting a person whole.
package enum MemoryStoreBenchmark {
  /// Turns and facts that are written one by one, each in a transaction of its own, by writers side by side.
  private static let written = 20_000
  private static let writers = 64
  /// What a person has who is forgotten, and what the others of the store have.
  private static let turns = 10_000
  private static let facts = 2_000
  private static let others = 90_000

  /// Removes a person's memory from all that holds any of it. - Returns: how many rows went.
  package typealias Erase = @Sendable (PersonID, inout Transaction) throws -> Int

  /// - Parameters:
  ///   - migrations: the tables of a whole house.
  ///   - erase: what `memory.erase` does.
  package static func run(migrations: [Migration], words: RecallWords, erase: @escaping Erase) async throws
    -> JSONObject
  {
    let bench = try await Bench(migrations, words)
    defer { try? FileManager.default.removeItem(atPath: bench.folder) }
    var result = JSONObject()
    result["durable_turns_per_s"] = try await bench.rate { number, transaction in
      try transaction.remember(bench.turn(number, of: bench.people[number % 4].id))
    }
    result["durable_facts_per_s"] = try await bench.rate { number, transaction in
      try bench.tell(number, of: bench.people[number % 4].id, &transaction)
    }
    try await bench.fill()
    for member in try await bench.forget(erase) { result[member.key] = member.value }
    await bench.database.close()
    return result
  }

  private final class Bench: Sendable {
    let folder: String
    let database: SQLiteDatabase
    let people: [Person]
    private let store: HouseStore
    private let recall: MemoryRecall
    private let tenant: TenantStore

    init(_ migrations: [Migration], _ words: RecallWords) async throws {
      var pattern = Array((NSTemporaryDirectory() + "/thinnai-bench-XXXXXX").utf8CString)
      guard mkdtemp(&pattern) != nil else { throw BenchmarkError(.notStarted, "No temporary folder can be made.") }
      folder = String(decoding: pattern.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      let options = StoreOptions(clock: SystemClock(), random: SystemRandom())
      database = try SQLiteDatabase(path: folder + "/thinnai.db", options: options)
      try await database.migrate(migrations)
      store = HouseStore(database)
      let book = PeopleBook(store: store, zones: .shared)
      options.services.register(book)
      let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
      let owner = try await book.ensureOwner(name: "Owner", zone: Zone.named("Asia/Kolkata"), ids: ids)
      var people = [owner]
      for name in ["Asha", "Ravi", "Meena"] {
        let person = Person(
          id: PersonID(ids.next()), tenant: owner.tenant, name: name, persona: "client", language: .english,
          zone: owner.zone)
        try await store.write { try book.add(person, in: &$0) }
        people.append(person)
      }
      self.people = people
      tenant = store.tenant(owner.tenant)
      recall = MemoryRecall(
        store: store, folder: folder + "/recall", words: words, encoder: nil, changes: options.changes,
        clock: SystemClock())
      options.services.register(recall)
    }

    func turn(_ number: Int, of person: PersonID) -> Episode {
      Episode(
        person: person, door: "web", conversation: "web:\(person)", at: Instant(seconds: 1_700_000_000 + Int64(number)),
        said: "what did the doctor say about salt number \(number) and the walk of week \(number % 97)",
        replied: "Less salt, you told me on day \(number % 365).", intent: "memory.ask", actions: ["memory.ask"])
    }

    func tell(_ number: Int, of person: PersonID, _ transaction: inout Transaction) throws {
      let thing = try transaction.makeThing("Shelf \(number % 500)", kind: "thing", owner: person)
      var change = FactChange()
      let fact = NewFact(
        owner: person, subject: thing.id, relation: .own("place of book \(number)"), value: "row \(number)")
      _ = try transaction.tell(fact, note: &change)
    }

    /// Each write waits until it is on the disk; several share a sync. - Returns: writes a second.
    func rate(_ write: @escaping @Sendable (Int, inout Transaction) throws -> Void) async throws -> JSON {
      let start = Stopwatch.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<writers {
          group.addTask { [tenant] in
            for number in stride(from: writer, to: written, by: writers) {
              try await tenant.write { try write(number, &$0) }
            }
          }
        }
        try await group.waitForAll()
      }
      return MessagesBenchmark.rounded(Double(written) / (Stopwatch.now - start), 0)
    }

    /// The first person has what is forgotten, the others the rest; all of it is in the indexes.
    func fill() async throws {
      try await store.write { house in
        try house.execute("DELETE FROM episodes")
        try house.execute("DELETE FROM knowledge_facts")
      }
      for first in stride(from: 0, to: turns + others, by: 1_000) {
        try await tenant.write { [self] transaction in
          for number in first..<first + 1_000 {
            try transaction.remember(
              turn(number, of: number % 10 == 0 ? people[0].id : people[1 + number % 3].id))
          }
        }
      }
      for first in stride(from: 0, to: facts, by: 500) {
        try await tenant.write { [self] transaction in
          for number in first..<first + 500 { try tell(number, of: people[0].id, &transaction) }
        }
      }
      var added = 1
      while added > 0 { added = try await store.write { try $0.indexEpisodes(limit: 2_000) } }
      for person in people { _ = try await recall.recall("salt", scope: RecallScope(person), limit: 5) }
    }

    func forget(_ erase: @escaping Erase) async throws -> JSONObject {
      let person = people[0].id
      let start = Stopwatch.now
      let rows = try await tenant.write { try erase(person, &$0) }
      let forgotten = Stopwatch.now - start
      database.scrub()
      // what is queued behind it has waited for it
      _ = try await store.write { try $0.count("SELECT count(*) FROM episodes LIMIT 1") }
      let scrubbed = Stopwatch.now - start - forgotten
      let left = try await store.read { try $0.count("SELECT count(*) FROM episodes WHERE person = ?", person) }
      guard left == 0 else { throw BenchmarkError(.failed, "\(left) turns of who was forgotten are there still.") }
      return [
        "forget_person_rows": .integer(Int64(rows)), "forget_person_s": MessagesBenchmark.rounded(forgotten, 3),
        "scrub_file_s": MessagesBenchmark.rounded(scrubbed, 3),
      ]
    }
  }
}
