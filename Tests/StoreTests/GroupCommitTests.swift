import Base
import Foundation
import Synchronization
import Testing

@testable import Store

struct GroupCommitTests {
  @Test("a throwing change undoes only itself, and every other one of its group stays")
  func isolation() async throws {
    let home = try TestHome()
    let store = try await home.open([
      Migration(
        room: "notes", number: 1,
        sql: [
          "CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
        ])
    ])
    struct Refused: Error {}
    await withTaskGroup(of: Void.self) { group in
      for n in 0..<200 {
        group.addTask {
          do {
            try await store.tenant(TenantID("a")).write { transaction in
              try transaction.execute(
                "INSERT INTO notes (tenant, id, n) VALUES (:tenant, ?, ?)", transaction.newID(), n)
              if n % 3 == 0 { throw Refused() }
            }
            #expect(n % 3 != 0)
          } catch {
            #expect(error is Refused)
          }
        }
      }
    }
    let kept = try await store.tenant(TenantID("a")).read { reader in
      try reader.query("SELECT n FROM notes WHERE tenant = :tenant ORDER BY n") { $0.integer(0) }
    }
    #expect(kept == (0..<200).filter { $0 % 3 != 0 })
    await home.close()
  }

  private static let schema = [
    Migration(
      room: "notes", number: 1,
      sql: ["CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"])
  ]

  private final class Seen: Sendable {
    let state = Mutex((committed: [String](), undone: [String](), ids: [Int: Set<String>]()))
  }

  @Test("what fails in a savepoint is undone alone, whoever shares the commit, and what is made again has the same ids")
  func savepoints() async throws {
    struct Refused: Error {}
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    let seen = Seen()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for n in 0..<60 {
        group.addTask {
          try await store.tenant(TenantID("a")).write { transaction in
            let id = transaction.newID()
            seen.state.withLock { _ = $0.ids[n, default: []].insert(id) }
            try transaction.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, ?)", "\(n)")
            transaction.afterCommit { seen.state.withLock { $0.committed.append("\(n)") } }
            guard n % 4 == 0 else { return }
            try? transaction.savepoint(isRarelyUndone: n % 8 == 0) { inner in
              try inner.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, ?)", "inner \(n)")
              inner.afterCommit { seen.state.withLock { $0.committed.append("inner \(n)") } }
              inner.onRollback { seen.state.withLock { $0.undone.append("inner \(n)") } }
              throw Refused()
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let kept = try await store.tenant(TenantID("a")).read { reader in
      try reader.query("SELECT id FROM notes WHERE tenant = :tenant") { $0.text(0) }
    }
    let all = (0..<60).map(String.init)
    #expect(kept.sorted() == all.sorted())
    #expect(seen.state.withLock { $0.committed }.sorted() == all.sorted())
    #expect(Set(seen.state.withLock { $0.undone }) == Set(stride(from: 0, to: 60, by: 4).map { "inner \($0)" }))
    #expect(seen.state.withLock { $0.ids.values.allSatisfy { $0.count == 1 } })
    await home.close()
  }

  @Test("a change that fails alone leaves nothing, and its memory is put back")
  func failsAlone() async throws {
    struct Refused: Error {}
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    let undone = Mutex(0)
    await #expect(throws: Refused.self) {
      try await store.tenant(TenantID("a")).write { transaction in
        try transaction.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, 'x')")
        transaction.onRollback { undone.withLock { $0 += 1 } }
        throw Refused()
      }
    }
    #expect(undone.withLock { $0 } == 1)
    #expect(try await store.read { try !$0.exists("SELECT 1 FROM notes") })
    await home.close()
  }
}
