import Base
import Foundation
import Synchronization
import Testing

@testable import Store

struct DurabilityTests {
  static let schema = [
    Migration(
      room: "notes", number: 1,
      sql: ["CREATE TABLE notes (tenant TEXT NOT NULL, id TEXT NOT NULL, body BLOB, PRIMARY KEY (tenant, id)) STRICT"])
  ]
  private let tenant = TenantID("home")

  private func add(_ store: HouseStore, _ id: String, bytes: Int = 10, _ priority: WritePriority = .normal) async throws
  {
    try await store.tenant(tenant).write(priority) {
      _ = try $0.execute(
        "INSERT INTO notes (tenant, id, body) VALUES (:tenant, ?, ?)", id, [UInt8](repeating: 7, count: bytes))
    }
  }

  private func count(_ store: HouseStore) async throws -> Int {
    try await store.read { try $0.count("SELECT count(*) FROM notes") }
  }

  @Test("what was written is there after closing and opening, with no log left behind")
  func reopening() async throws {
    let home = try TestHome()
    try await add(try await home.open(Self.schema), "1")
    await home.close()
    #expect(!FileManager.default.fileExists(atPath: home.path + "-wal"))
    #expect(try await count(try await home.open(Self.schema)) == 1)
    await home.close()
    await #expect(throws: StoreError.self) { try await self.add(HouseStore(try #require(home.database)), "2") }
  }

  @Test("a broken uniqueness rule is told apart, and only its own change is lost")
  func uniqueness() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    try await add(store, "1")
    do {
      try await add(store, "1")
      Issue.record("the second row was accepted")
    } catch let error as StoreError {
      #expect(error.isUniqueness && error.code == "store.unique")
    }
    do {
      try await store.tenant(tenant).write { _ = try $0.execute("INSERT INTO notes (tenant) VALUES (:tenant)") }
      Issue.record("the row without an id was accepted")
    } catch let error as StoreError {
      #expect(error.kind == .constraint)
    }
    await home.close()
  }

  @Test("savepoints inside a change undo their part, hooks included; hooks run after the commit only")
  func savepoints() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    let ran = Mutex<[String]>([])
    struct Refused: Error {}
    try await store.tenant(tenant).write { transaction in
      try transaction.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, 'outer')")
      transaction.afterCommit { ran.withLock { $0.append("outer") } }
      try? transaction.savepoint { inner in
        try inner.execute("INSERT INTO notes (tenant, id) VALUES (:tenant, 'inner')")
        inner.afterCommit { ran.withLock { $0.append("inner") } }
        inner.onRollback { ran.withLock { $0.append("undone") } }
        throw Refused()
      }
      ran.withLock { $0.append("body") }
    }
    #expect(ran.withLock { $0 } == ["undone", "body", "outer"])
    #expect(try await store.read { try $0.query("SELECT id FROM notes") { $0.text(0) } } == ["outer"])

    try? await store.write { house in
      house.afterCommit { ran.withLock { $0.append("never") } }
      house.onRollback { ran.withLock { $0.append("back") } }
      try house.tenant(TenantID("x")).execute("INSERT INTO notes (tenant, id) VALUES (:tenant, 'gone')")
      throw Refused()
    }
    #expect(ran.withLock { $0.last } == "back" && !ran.withLock { $0.contains("never") })
    #expect(try await count(store) == 1)
    await home.close()
  }

  @Test("changes keep the order of their calls")
  func order() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    let tenant = tenant
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      for n in 0..<500 {
        store.submit { house in
          _ = try house.tenant(tenant).execute("INSERT INTO notes (tenant, id) VALUES (:tenant, ?)", "\(n)")
        } completion: { _ in
          if n == 499 { done.resume() }
        }
      }
    }
    let ids = try await store.read { try $0.query("SELECT id FROM notes ORDER BY rowid") { $0.text(0) } }
    #expect(ids == (0..<500).map(String.init))
    let statistics = try #require(home.database).statistics
    #expect(statistics.committed == 500 && statistics.groups < 500 && statistics.largestGroup > 1)
    await home.close()
  }

  @Test("more changes than may wait are refused as busy, not kept in memory")
  func bounded() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema) { $0.queueLimit = 4 }
    let gate = DispatchSemaphore(value: 0)
    let entered = DispatchSemaphore(value: 0)
    let outcomes = Mutex<[Bool]>([])
    store.submit { _ in
      entered.signal()
      gate.wait()
    } completion: { _ in
    }
    await withCheckedContinuation { done in
      DispatchQueue.global().async {
        entered.wait()
        done.resume()
      }
    }
    for _ in 0..<10 {
      store.submit { _ in
      } completion: { (result: Result<Void, any Error>) in
        outcomes.withLock { $0.append((try? result.get()) != nil) }
      }
    }
    gate.signal()
    await home.close()
    #expect(outcomes.withLock { $0.count { $0 } } == 4 && outcomes.withLock { $0.count } == 10)
  }

  @Test("a full file refuses with its own code, keeps what it has, and takes changes again when there is room")
  func full() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema) { $0.ballastBytes = 64 << 10 }
    let database = try #require(home.database)
    try await add(store, "first")
    try await database.limit(pages: 24)
    var refused: StoreError?
    var kept = 1
    for n in 0..<100 {
      do {
        try await add(store, "\(n)", bytes: 3_000)
        kept += 1
      } catch let error as StoreError {
        refused = error
        break
      }
    }
    #expect(refused?.code == "store.full")
    #expect(try await count(store) == kept)
    // half a change is never seen
    await #expect(throws: StoreError.self) {
      try await store.tenant(tenant).write { transaction in
        for n in 0..<50 {
          // a body that carries on after the error is still undone
          _ = try? transaction.execute(
            "INSERT INTO notes (tenant, id, body) VALUES (:tenant, ?, ?)", "half \(n)",
            [UInt8](repeating: 1, count: 3_000))
        }
      }
    }
    #expect(try await count(store) == kept)
    try await database.limit(pages: 100_000)
    try await eventually { try await add(store, "after", bytes: 3_000) }
    #expect(try await count(store) == kept + 1)
    #expect(database.health == .ok)
    #expect(FileManager.default.fileExists(atPath: home.folder + "/ballast"))
    await home.close()
  }

  /// Tries until it works: the writer looks for room by itself.
  private func eventually(_ body: () async throws -> Void) async throws {
    for _ in 0..<100 {
      if (try? await body()) != nil { return }
    }
    try await body()
  }

  @Test("a backup taken while others write is consistent and restores")
  func backup() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    for n in 0..<50 { try await add(store, "before \(n)") }
    let copy = home.folder + "/copy.db"
    let database = try #require(home.database)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for n in 0..<200 { group.addTask { try await self.add(store, "during \(n)", bytes: 2_000) } }
      group.addTask { try await database.backup(to: copy) }
      try await group.waitForAll()
    }
    #expect(try await count(store) == 250)
    for file in [home.path, home.path + "-wal", copy] {
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600, "\(file) can be read by others")
    }
    #expect(try await database.check() == [])
    try await add(store, "after")
    await home.close()

    try SQLiteDatabase.restore(from: copy, to: home.path)
    let restored = try await home.open(Self.schema)
    let ids = try await restored.read { try $0.query("SELECT id FROM notes ORDER BY rowid") { $0.text(0) } }
    #expect(ids.count >= 50 && !ids.contains("after"))
    #expect(Array(ids.prefix(50)) == (0..<50).map { "before \($0)" })
    await home.close()
    #expect(FileManager.default.fileExists(atPath: home.path + ".replaced"))
  }

  @Test("a restore that was cut short is finished at the next start; other files are not restored")
  func cutRestore() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    try await add(store, "old")
    let copy = home.folder + "/copy.db"
    try await #require(home.database).backup(to: copy)
    try await add(store, "new")
    await home.close()
    // as if killed right after the copy was complete
    try FileManager.default.copyItem(atPath: copy, toPath: home.path + ".restored")
    #expect(try await count(try await home.open(Self.schema)) == 1)
    await home.close()

    let text = home.folder + "/letter.txt"
    try Data("dear all".utf8).write(to: URL(fileURLWithPath: text))
    #expect(throws: StoreError.self) { try SQLiteDatabase.restore(from: text, to: home.path) }
    #expect(throws: StoreError.self) { try SQLiteDatabase.restore(from: home.folder + "/none", to: home.path) }
    #expect(try await count(try await home.open(Self.schema)) == 1)
    await home.close()
  }

  @Test("a damaged file is refused at start with a way out")
  func damaged() async throws {
    let home = try TestHome()
    let store = try await home.open(Self.schema)
    for n in 0..<200 { try await add(store, "\(n)", bytes: 500) }
    await home.close()
    let file = try #require(FileHandle(forWritingAtPath: home.path))
    for page in 2..<20 {
      try file.seek(toOffset: UInt64(page * 4_096))
      try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
    }
    try file.close()
    let error = await #expect(throws: StoreError.self) { _ = try await home.open(Self.schema) }
    #expect(error?.kind == .corrupt && error?.sentence.contains("thinnai restore") == true)
  }

  @Test("a home has one owner")
  func lock() throws {
    let home = try TestHome()
    var first: HomeLock? = try HomeLock(home: home.folder)
    let error = #expect(throws: StoreError.self) { try HomeLock(home: home.folder) }
    #expect(error?.kind == .locked && error?.sentence.contains("\(getpid())") == true)
    // also when somebody takes the lock for what a crash left, and removes it
    #expect(unlink(home.folder + "/lock") == 0)
    let other = #expect(throws: StoreError.self) { try HomeLock(home: home.folder) }
    #expect(other?.kind == .locked)
    withExtendedLifetime(first) {}
    first = nil
    _ = try HomeLock(home: home.folder)
  }
}
