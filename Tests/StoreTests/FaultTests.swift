import Base
import CSQLite
import Foundation
import Synchronization
import Testing

@testable import Store

struct FaultTests {
  private let tenant = TenantID("home")
  private let failedSync: Int32 = 10 | (4 << 8)

  private func add(_ store: HouseStore, _ id: String) async throws {
    try await store.tenant(tenant).write {
      _ = try $0.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, ?)", id)
    }
  }

  @Test("after a failed sync nothing is acknowledged again, the house is told once, and a restart is consistent")
  func failedSyncStops() async throws {
    FaultyDisk.install()
    let home = try TestHome()
    let told = Mutex(0)
    let store = try await home.open(DurabilityTests.schema) { options in
      options.onFatal = { _ in told.withLock { $0 += 1 } }
    }
    try await add(store, "before")
    FaultyDisk.fail(.sync, under: home.path, code: failedSync)
    let acknowledged = await withTaskGroup(of: Bool.self) { group in
      for n in 0..<40 { group.addTask { (try? await self.add(store, "\(n)")) != nil } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    FaultyDisk.mend(home.path)
    // the disk works again, but what it dropped meanwhile is unknown
    let late = await #expect(throws: StoreError.self) { try await add(store, "late") }
    #expect(late?.kind == .io)
    #expect(acknowledged == 0 && told.withLock { $0 } == 1)
    guard case .failed = try #require(home.database).health else {
      Issue.record("the store says that it is well")
      return
    }
    await home.close()

    let again = try await home.open(DurabilityTests.schema)
    #expect(try await again.read { try $0.exists("SELECT 1 FROM notes WHERE id = 'before'") })
    #expect(try await #require(home.database).check() == [])
    #expect(try await again.read { try !$0.exists("SELECT 1 FROM notes WHERE id = 'late'") })
    await home.close()
  }

  @Test("a failed sync while the log is copied into the file stops the store before anything else is promised")
  func failedCopy() async throws {
    FaultyDisk.install()
    let home = try TestHome()
    let told = Mutex(0)
    let store = try await home.open(DurabilityTests.schema) { options in
      options.checkpointPages = 4
      options.onFatal = { _ in told.withLock { $0 += 1 } }
    }
    FaultyDisk.fail(.sync, at: home.path, code: failedSync)
    // what was acknowledged before the log is copied stays
    var acknowledged = 0
    do {
      while acknowledged < 20_000 {
        try await add(store, "\(acknowledged)")
        acknowledged += 1
      }
      Issue.record("nothing stopped")
    } catch let error as StoreError { #expect(error.kind == .io) }
    FaultyDisk.mend(home.path)
    await #expect(throws: StoreError.self) { try await add(store, "late") }
    #expect(told.withLock { $0 } == 1)
    await home.close()

    let again = try await home.open(DurabilityTests.schema)
    let kept = try await again.read { try $0.count("SELECT count(*) FROM notes") }
    #expect(kept == acknowledged)
    await home.close()
  }

  @Test("a write that finds no room fails its whole group, gives up the ballast, and heals without a restart")
  func noRoom() async throws {
    FaultyDisk.install()
    let home = try TestHome()
    let store = try await home.open(DurabilityTests.schema) { $0.ballastBytes = 64 << 10 }
    let database = try #require(home.database)
    try await add(store, "before")
    FaultyDisk.fail(.write, under: home.path, code: SQLITE_FULL)
    let refused = await #expect(throws: StoreError.self) { try await add(store, "lost") }
    #expect(refused?.kind == .full && database.health == .full)
    #expect(!FileManager.default.fileExists(atPath: home.folder + "/ballast"))
    #expect(try await store.read { try $0.count("SELECT count(*) FROM notes") } == 1)
    FaultyDisk.mend(home.path)
    var healed = false
    for _ in 0..<100 where !healed { healed = (try? await add(store, "after")) != nil }
    #expect(healed && database.health == .ok)
    #expect(FileManager.default.fileExists(atPath: home.folder + "/ballast"))
    let ids = try await store.read { try $0.query("SELECT id FROM notes ORDER BY rowid") { $0.text(0) } }
    #expect(ids == ["before", "after"])
    await home.close()
  }
}
