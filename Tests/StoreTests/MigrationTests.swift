import Base
import Foundation
import Testing

@testable import Store

struct MigrationTests {
  private struct Killed: Error {}

  @Test("a migration that dies at any statement leaves nothing of itself and runs whole the next time")
  func whole() async throws {
    let statements = [
      "CREATE TABLE a (tenant TEXT NOT NULL, id INTEGER, PRIMARY KEY (tenant, id)) STRICT",
      "INSERT INTO a VALUES ('x', 1)", "CREATE INDEX a_id ON a (id)", "INSERT INTO a VALUES ('x', 2)",
    ]
    let home = try TestHome()
    for cut in 0..<statements.count {
      let dying = Migration(room: "a", number: 1) { house in
        for (index, sql) in statements.enumerated() {
          if index == cut { throw Killed() }
          try house.execute(sql)
        }
      }
      await #expect(throws: Killed.self) { _ = try await home.open([dying]) }
      let left = try await #require(home.database).read { reader in
        try reader.count("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'a%'")
          + reader.count("SELECT count(*) FROM migrations")
      }
      #expect(left == 0)
      await home.close()
    }
    let store = try await home.open([Migration(room: "a", number: 1, sql: statements)])
    #expect(try await store.read { try $0.count("SELECT count(*) FROM a") } == 2)
    await home.close()
    // a second start does nothing
    let again = try await home.open([
      Migration(room: "a", number: 1, sql: statements),
      Migration(room: "a", number: 2, sql: ["DELETE FROM a WHERE id = 1"]),
    ])
    #expect(try await again.read { try $0.count("SELECT count(*) FROM a") } == 1)
    await home.close()
  }

  @Test("a power cut in the middle of a migration leaves the old schema, and the next start migrates whole")
  func cut() async throws {
    let home = try TestHome()
    let wreck = try TestHome()
    let first = Migration(
      room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER) STRICT", "INSERT INTO a VALUES (1)"])
    _ = try await home.open([first])
    await home.close()
    let (from, to) = (home.folder, wreck.folder)
    let dying = Migration(room: "a", number: 2) { house in
      try house.execute("CREATE TABLE b (id INTEGER) STRICT")
      try house.execute("INSERT INTO b SELECT id FROM a")
      // the files as a cut would leave them
      for name in ["thinnai.db", "thinnai.db-wal"] {
        try? FileManager.default.copyItem(atPath: "\(from)/\(name)", toPath: "\(to)/\(name)")
      }
    }
    _ = try await home.open([first, dying])
    await home.close()
    let old = try await wreck.open([first])
    #expect(try await old.read { try $0.count("SELECT count(*) FROM a") } == 1)
    #expect(try await old.read { try $0.count("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") } == 0)
    await wreck.close()
    let whole = try await wreck.open([
      first, Migration(room: "a", number: 2, sql: ["CREATE TABLE b (id INTEGER) STRICT"]),
    ])
    #expect(try await whole.read { try $0.count("SELECT count(*) FROM migrations") } == 2)
    await wreck.close()
  }

  @Test("an update keeps a few copies of the store as it was before; a new store and an unchanged one keep none")
  func copies() async throws {
    let home = try TestHome()
    var migrations = [Migration(room: "a", number: 1, sql: ["CREATE TABLE a1 (id INTEGER) STRICT"])]
    for _ in 0..<2 {
      _ = try await home.open(migrations)
      await home.close()
    }
    #expect(UpdateBackups.all(of: home.path).isEmpty)
    for number in 2...6 {
      migrations.append(Migration(room: "a", number: number, sql: ["CREATE TABLE a\(number) (id INTEGER) STRICT"]))
      let clock = FixedClock(Instant(seconds: 1_800_000_000 + Int64(number)))
      _ = try await home.open(migrations) { $0.clock = clock }
      await home.close()
    }
    let copies = UpdateBackups.all(of: home.path)
    #expect(copies.map { $0.suffix(2) } == ["4Z", "5Z", "6Z"])
    #expect(copies.count == UpdateBackups.kept)
    let last = try #require(copies.last)
    let tables = try await SQLiteDatabase.inspect(last) {
      try $0.count("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'a%'")
    }
    #expect(tables == 5)
  }

  @Test("a file from a newer program is refused and left alone")
  func newer() async throws {
    let home = try TestHome()
    let first = Migration(room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER) STRICT"])
    let second = Migration(room: "a", number: 2, sql: ["CREATE TABLE b (id INTEGER) STRICT"])
    _ = try await home.open([first, second])
    await home.close()
    let other = Migration(room: "c", number: 1, sql: ["CREATE TABLE c (id INTEGER) STRICT"])
    let error = await #expect(throws: StoreError.self) { _ = try await home.open([first, other]) }
    #expect(error?.kind == .newer && error?.sentence.contains("a stands at 2, this program knows 1") == true)
    let tables = try await #require(home.database).read {
      try $0.count("SELECT count(*) FROM sqlite_schema WHERE name = 'c'")
    }
    #expect(tables == 0)
    await home.close()
  }

  @Test(
    "careless migrations are refused",
    arguments: [
      [Migration(room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER)"])],
      [Migration(room: "a", number: 2, sql: ["CREATE TABLE a (id INTEGER) STRICT"])],
      [
        Migration(room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER) STRICT"]),
        Migration(room: "a", number: 1, sql: ["CREATE TABLE b (id INTEGER) STRICT"]),
      ],
      [Migration(room: "a", number: 1, sql: ["COMMIT; CREATE TABLE a (id INTEGER) STRICT"])],
      [Migration(room: "a", number: 1, sql: ["PRAGMA journal_mode = DELETE"])],
      [Migration(room: "a", number: 1, sql: ["ATTACH ':memory:' AS other"])],
      [Migration(room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER) STRICT; nonsense"])],
    ])
  func careless(_ migrations: [Migration]) async throws {
    let home = try TestHome()
    await #expect(throws: StoreError.self) { _ = try await home.open(migrations) }
    let tables = try await #require(home.database).read {
      try $0.query("SELECT name FROM sqlite_schema WHERE type = 'table'") { $0.text(0) }
    }
    #expect(tables == (migrations.count == 2 && migrations[1].number == 2 ? ["migrations", "a"] : ["migrations"]))
    await home.close()
  }

  @Test("another program's database is not taken over")
  func foreign() async throws {
    let home = try TestHome()
    _ = try await home.open([Migration(room: "a", number: 1, sql: ["CREATE TABLE a (id INTEGER) STRICT"])])
    await home.close()
    let file = try #require(FileHandle(forWritingAtPath: home.path))
    try file.seek(toOffset: 68)  // the application id in the header
    try file.write(contentsOf: Data([0, 0, 0, 0]))
    try file.close()
    let error = await #expect(throws: StoreError.self) { _ = try await home.open([]) }
    #expect(error?.kind == .misuse)
  }
}
