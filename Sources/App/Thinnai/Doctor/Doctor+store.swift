import Actions
import Base
import Crypto
import Delivery
import Foundation
import Glibc
import People
import Schedule
import Store

extension Doctor {
  func store() async -> [Result] {
    let path = home + "/thinnai.db"
    // the home itself was complained about already
    if access(home, F_OK) == 0, access(home, R_OK | X_OK) != 0 { return [] }
    guard FileManager.default.fileExists(atPath: path) else {
      guard !House.hasRun(home) else { return [Result("store", .wrong(House.storeMissing))] }
      return [Result("store", .advice("\(path) is not there yet: the first start makes it."))]
    }
    guard access(path, R_OK) == 0 else {
      return [Result("store", .wrong("this user may not read \(path): start as its owner, or chown it."))]
    }
    var results = [masterKey()]
    do {
      let isOpen = holder != nil && FileManager.default.fileExists(atPath: path + "-shm")
      let copy = try StoreCopy(of: path, isOpen: isOpen)
      defer { copy.remove() }
      let findings = try await SQLiteDatabase.findings(copy.path)
      guard findings.isEmpty else {
        // what is looked at is a copy
        return results + [damaged(findings[0].replacing(copy.path, with: path))]
      }
      let isHouse = try await SQLiteDatabase.inspect(copy.path) {
        try $0.exists("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'")
      }
      guard isHouse else {
        return results
          + [Result("store", .wrong("\(path) holds no house of Thinnai: restore a backup (./thinnai restore FILE)."))]
      }
      if let newer = try await SQLiteDatabase.inspect(copy.path, { try House.newerThanThisProgram($0) }) {
        let sentence = "it was written by a newer Thinnai (\(newer)): update the program."
        return results + [Result("store", .wrong(sentence))]
      }
      results.append(Result("store", .fine("\(path) is whole")))
      let key = try? MasterKey.load(at: home + "/master.key")
      if let key, try await SQLiteDatabase.inspect(copy.path, { try KeyCheck.fits(key, $0) }) == false {
        results[0] = Result("master key", .wrong(House.keyOther))
      } else if let key, let log = try await auditLog(copy.path, key) {
        results.append(log)
      }
      results += try await contents(copy.path)
    } catch let error as StoreError where error.kind == .corrupt {
      results.append(damaged(error.sentence))
    } catch {
      results.append(Result("store", .wrong(sentence(error))))
    }
    return results
  }

  private func damaged(_ what: String) -> Result {
    Result("store", .wrong("it is damaged (\(what)). Restore a backup: ./thinnai restore FILE."))
  }

  private func masterKey() -> Result {
    do {
      return try MasterKey.load(at: home + "/master.key") == nil
        ? Result("master key", .wrong(House.keyMissing))
        : Result("master key", .fine("master.key is there, for its owner only"))
    } catch {
      return Result("master key", .wrong(sentence(error)))
    }
  }

  /// Whether what was done still stands as it was written; not asked without the key, or of a store of an older version.
  private func auditLog(_ path: String, _ key: SecretKey) async throws -> Result? {
    let log = AuditLog(masterKey: key)
    let finding = try await SQLiteDatabase.inspect(path) { house -> Check.Finding? in
      guard try house.exists("SELECT 1 FROM migrations WHERE room = 'actions' AND number >= 2") else { return nil }
      for tenant in try house.query("SELECT id FROM tenants", map: { TenantID($0.text(0)) }) {
        if let line = try log.firstBroken(house.tenant(tenant)) {
          return .wrong("line \(line) of \(tenant) is not as it was written: somebody changed the file.")
        }
      }
      return .fine("every line is as it was written")
    }
    return finding.map { Result("audit log", $0) }
  }

  /// What waits for somebody in a store whose schema may be older than this program's.
  private func contents(_ path: String) async throws -> [Result] {
    let now = SystemClock().now
    func count(_ sql: String) async -> Int {
      (try? await SQLiteDatabase.inspect(path) { try $0.count(sql) }) ?? 0
    }
    var results: [Result] = []
    func note(_ name: String, _ count: Int, _ sentence: (Int) -> String) {
      if count > 0 { results.append(Result(name, .advice(sentence(count)))) }
    }
    func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
    let waiting = await count(
      "SELECT count(*) FROM pairings WHERE state = 'pending' AND expires_at > \(now.microseconds)")
    note("people", waiting) {
      "\($0) waiting to be let in: ask for the code they were given, then ./thinnai people approve CODE."
    }
    note("inbox", await count("SELECT count(*) FROM inbox WHERE state = 'set_aside'")) {
      "\(messages($0)) set aside because handling failed again and again; the log says why."
    }
    note("outbox", await count("SELECT count(*) FROM outbox WHERE state = 'failed'")) {
      "\(messages($0)) could not be delivered; the log says why."
    }
    let undelivered = "FROM outbox WHERE receipt = 'failed'"
    let reason = try? await SQLiteDatabase.inspect(path) { house in
      try house.first("SELECT receipt_note \(undelivered) ORDER BY receipt_at DESC LIMIT 1") { $0.optionalText(0) }
    }
    note("outbox", await count("SELECT count(*) \(undelivered)")) {
      "\(messages($0)) sent, but not delivered. The last: \((reason ?? nil ?? nil) ?? "no reason was given.")"
    }
    results += await doorHealth(path)
    let late = now.microseconds - 60_000_000
    note("outbox", await count("SELECT count(*) FROM outbox WHERE state = 'waiting' AND due_at < \(late)")) {
      "\(messages($0)) wait to be sent; a serving house sends them."
    }
    for trouble in (try? await SQLiteDatabase.inspect(path, { try ScheduleTrouble.all($0) })) ?? [] {
      note("schedule", trouble.count) {
        "\($0) due \($0 == 1 ? "item" : "items") of kind \(trouble.kind) not done: \(trouble.error)."
      }
    }
    let ahead = now.microseconds + 60_000_000
    if await count("SELECT count(*) FROM inbox WHERE received_at > \(ahead)") > 0 {
      results.append(
        Result(
          "clock", .wrong("the store holds messages from the future: the clock was set back, or was wrong before.")))
    }
    for check in House.rooms.flatMap(\.checks) {
      do {
        results.append(Result(check.name, try await SQLiteDatabase.inspect(path) { try check.run($0) }))
      } catch {
        results.append(Result(check.name, .advice("it cannot be looked at before the next start: \(sentence(error))")))
      }
    }
    return results
  }

  /// When something last came and went by each door, and what stands in its way.
  private func doorHealth(_ path: String) async -> [Result] {
    // a store of an older program has no such rows yet
    guard let states = try? await SQLiteDatabase.inspect(path, { try DoorHealth.read($0) }) else { return [] }
    return states.filter { !PeopleBook.ownDoors.contains($0.key) }.sorted { $0.key < $1.key }.flatMap {
      door, state -> [Result] in
      let troubles = state.troubles.sorted { $0.key.rawValue < $1.key.rawValue }
      return [Result(door, state.failures > 0 ? .advice(state.sentence) : .fine(state.sentence))]
        + troubles.map { Result(door, .wrong($0.value)) }
    }
  }
}

/// A store to look into. One that nobody has open is copied first, because SQLite would make its log files beside it.
private struct StoreCopy {
  let path: String
  private let folder: String?

  init(of store: String, isOpen: Bool) throws {
    guard !isOpen else {
      path = store
      folder = nil
      return
    }
    let folder =
      NSTemporaryDirectory() + "/thinnai-doctor-" + IDGenerator(clock: SystemClock(), random: SystemRandom()).next()
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: store + suffix) {
        try FileManager.default.copyItem(atPath: store + suffix, toPath: folder + "/thinnai.db" + suffix)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw StoreError(.io, "it cannot be copied to look at it: is there room in \(NSTemporaryDirectory())?")
    }
    self.folder = folder
    path = folder + "/thinnai.db"
  }

  func remove() { if let folder { try? FileManager.default.removeItem(atPath: folder) } }
}
