import Base
import Foundation
import Testing

@testable import Store

struct CheckpointTests {
  private let notes = Migration(
    room: "notes", number: 1,
    sql: [
      "CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
    ])

  private func write(_ numbers: Range<Int>, _ store: HouseStore) async throws {
    for n in numbers {
      try await store.tenant(TenantID("a")).write { transaction in
        try transaction.execute("INSERT INTO notes (tenant, id, n) VALUES (:tenant, ?, ?)", transaction.newID(), n)
      }
    }
  }

  private func kept(_ store: HouseStore) async throws -> [Int] {
    try await store.tenant(TenantID("a")).read { reader in
      try reader.query("SELECT n FROM notes WHERE tenant = :tenant ORDER BY n") { $0.integer(0) }
    }
  }

  private func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  @Test("the log is copied while changes go on, begins anew and stays small")
  func staysSmall() async throws {
    let home = try TestHome()
    let store = try await home.open([notes]) { $0.checkpointPages = 50 }
    var n = 0
    while n < 400 {
      try await write(n..<n + 100, store)
      n += 100
    }
    #expect(home.database?.statistics.checkpoints ?? 0 >= 3)
    #expect(size(home.path) > 8_192)
    let written = n * 4 * 4_096
    #expect(size(home.path + "-wal") < written / 2)
    #expect(try await kept(store) == Array(0..<n))
    await home.close()
    #expect(!FileManager.default.fileExists(atPath: home.path + "-wal"))
  }

  @Test("what waits for the log to be emptied finds nobody else at it, and a copy of the files holds everything")
  func alone() async throws {
    let home = try TestHome()
    let store = try await home.open([notes]) { $0.checkpointPages = 2 }
    for n in 0..<40 {
      try await write(n..<n + 1, store)
      home.database?.scrubLog()
    }
    try await write(40..<41, store)
    #expect(try await kept(store) == Array(0..<41))
    // as after a crash: the file and its log as they lie there
    let copy = home.folder + "/copy.db"
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: home.path + suffix, toPath: copy + suffix) }
    #expect(try await SQLiteDatabase.findings(copy).isEmpty)
    await home.close()
    #expect(!FileManager.default.fileExists(atPath: home.path + "-wal"))
  }
}
