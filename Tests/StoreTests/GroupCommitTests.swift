import Base
import Foundation
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
}
