internal import Base
internal import CSQLite

/// One SQLite connection with its compiled statements. Used by one thread at a time, which the owner sees to
/// (`SQLITE_OPEN_NOMUTEX`): hence no lock here and no `Sendable`.
final class Connection {
  /// Which statements may be compiled at this moment.
  enum Rule {
    /// The store's own.
    case free
    /// A migration: may change the schema, but neither the transaction nor other files.
    case migration
    /// A handle: reads and changes of rows only.
    case rows
  }

  let path: String
  private(set) var handle: OpaquePointer
  /// Statements by text: the store's own apart from the handles', which were compiled under their rule.
  private var own: [String: Statement] = [:]
  private var cache: [String: Statement] = [:]
  private var uses: UInt64 = 0
  private let cacheLimit = 256
  /// What the compile now under way may do, and what it was seen to do.
  fileprivate var rule = Rule.free
  fileprivate var accesses: [TableAccess] = []
  fileprivate var refusal: String?
  var catalog = Catalog()
  /// Frames in the write-ahead log after the last commit.
  fileprivate(set) var walFrames = 0

  /// Once for the process; a library that was set up by somebody else stays as it is.
  private static let isLibraryReady: Bool = th_sqlite_without_statistics() == SQLITE_OK

  init(path: String, flags: Int32) throws {
    self.path = path
    _ = Self.isLibraryReady
    if flags & SQLITE_OPEN_CREATE != 0 { FileCopies.createPrivate(path) }
    var pointer: OpaquePointer?
    let code = sqlite3_open_v2(path, &pointer, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let pointer else {
      let error = StoreError.library(code, message: pointer.map { String(cString: sqlite3_errmsg($0)) } ?? "", path)
      sqlite3_close_v2(pointer)
      throw error
    }
    handle = pointer
    sqlite3_busy_timeout(handle, 2_000)
    let me = Unmanaged.passUnretained(self).toOpaque()  // cleared by `close` before this object goes away
    sqlite3_set_authorizer(handle, authorize, me)
    sqlite3_wal_autocheckpoint(handle, 0)
    sqlite3_wal_hook(handle, walGrew, me)
  }

  deinit { close() }

  private var isClosed = false
  func close() {
    guard !isClosed else { return }
    isClosed = true
    for statement in cache.values { statement.finalize() }
    for statement in own.values { statement.finalize() }
    (cache, own) = ([:], [:])
    sqlite3_set_authorizer(handle, nil, nil)
    sqlite3_wal_hook(handle, nil, nil)
    sqlite3_close_v2(handle)
  }

  /// Whether no transaction is open.
  var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }
  var changes: Int { Int(sqlite3_changes64(handle)) }
  var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

  func forgetFrames() { walFrames = 0 }

  func error(_ code: Int32) -> StoreError {
    .library(code, message: String(cString: sqlite3_errmsg(handle)), path)
  }

  /// Runs the store's own SQL (several statements allowed).
  func run(_ sql: String) throws {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code) }
  }

  /// Runs one statement of the store's own, compiled once.
  func step(_ sql: String) throws { try rows(sql) { _ in } }

  /// Reads rows for the store itself.
  func rows(_ sql: String, _ arguments: [(any SQLConvertible)?] = [], _ each: (Row) throws -> Void) throws {
    let statement = try statement(sql)
    statement.isRunning = true
    defer { statement.reset() }
    try statement.bind(arguments, tenant: nil, on: self)
    while try statement.step(on: self) { try each(statement.row) }
  }

  func lines(_ sql: String) throws -> [String] {
    var lines: [String] = []
    try rows(sql) { lines.append($0.text(0)) }
    return lines
  }

  func learnSchema() throws { catalog = try Catalog(reading: self) }

  /// Runs a script under a rule, statement by statement.
  func run(script: String, rule: Rule) throws {
    self.rule = rule
    refusal = nil
    defer { self.rule = .free }
    let code = sqlite3_exec(handle, script, nil, nil, nil)
    guard code == SQLITE_OK else {
      if let refusal { throw StoreError(.misuse, refusal, underlying: code) }
      throw error(code)
    }
  }

  /// A compiled statement, from the cache when it is there and not running.
  func statement(_ sql: String, rule: Rule = .free) throws -> Statement {
    guard rule == .rows else {
      if rule == .free, let known = own[sql], !known.isRunning { return known }
      let made = try compile(sql, rule: rule)
      if rule == .free, own[sql] == nil {
        made.isCached = true
        own[sql] = made
      }
      return made
    }
    uses += 1
    if let cached = cache[sql] {
      if !cached.isRunning {
        cached.lastUse = uses
        return cached
      }
      return try compile(sql, rule: rule)  // the same text inside its own scan
    }
    let made = try compile(sql, rule: rule)
    made.isCached = true
    made.lastUse = uses
    if cache.count >= cacheLimit { trim() }
    cache[sql] = made
    return made
  }

  private func trim() {
    let old = cache.filter { !$0.value.isRunning }.sorted { $0.value.lastUse < $1.value.lastUse }
    for (sql, statement) in old.prefix(cacheLimit / 4) {
      statement.finalize()
      cache[sql] = nil
    }
  }

  /// After a change of the schema: what the guard concluded may no longer hold.
  func forgetStatements() {
    for (sql, statement) in cache where !statement.isRunning {
      statement.finalize()
      cache[sql] = nil
    }
  }

  private func compile(_ sql: String, rule: Rule) throws -> Statement {
    self.rule = rule
    accesses.removeAll(keepingCapacity: true)
    refusal = nil
    defer { self.rule = .free }
    // `?1` may be the very parameter that `:tenant` is
    let isNumbered = zip(sql.utf8, sql.utf8.dropFirst()).contains { $0 == UInt8(ascii: "?") && $1 >= 48 && $1 <= 57 }
    guard !isNumbered else { throw StoreError(.misuse, "Parameters are `?`, without a number. Statement: \(sql)") }
    var text = sql
    var pointer: OpaquePointer?
    var hasTail = false
    let code = text.withUTF8 { bytes -> Int32 in
      bytes.withMemoryRebound(to: CChar.self) { bytes -> Int32 in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v3(
          handle, bytes.baseAddress, Int32(bytes.count), UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, &tail)
        if code == SQLITE_OK, let tail, let base = bytes.baseAddress {
          hasTail = bytes[(tail - base)...].contains { !" \n\t\r;".utf8.contains(UInt8(bitPattern: $0)) }
        }
        return code
      }
    }
    guard code == SQLITE_OK else {
      if let refusal { throw StoreError(.misuse, "\(refusal) Statement: \(sql)", underlying: code) }
      throw StoreError(.misuse, "\(String(cString: sqlite3_errmsg(handle))). Statement: \(sql)", underlying: code)
        .orDisk(error(code))
    }
    guard let pointer else { throw StoreError(.misuse, "The statement is empty.") }
    guard !hasTail else {
      sqlite3_finalize(pointer)
      throw StoreError(.misuse, "One statement at a time, please. Statement: \(sql)")
    }
    do {
      return try Statement(pointer, sql: sql, accesses: accesses)
    } catch {
      sqlite3_finalize(pointer)
      throw error
    }
  }
}

/// One table touched by a statement, as the compiler reported it.
struct TableAccess: Hashable {
  enum Kind { case read, insert, update, delete }
  let kind: Kind
  let table: String
  let column: String
  /// The trigger or view on whose behalf it was touched.
  let by: String?
}

// The two callbacks run on the thread that uses the connection, inside a call on it.

private func walGrew(
  _ context: UnsafeMutableRawPointer?, _ db: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ frames: Int32
) -> Int32 {
  guard let context else { return SQLITE_OK }
  Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().walFrames = Int(frames)
  return SQLITE_OK
}

private func authorize(
  _ context: UnsafeMutableRawPointer?, _ action: Int32, _ first: UnsafePointer<CChar>?,
  _ second: UnsafePointer<CChar>?, _ database: UnsafePointer<CChar>?, _ by: UnsafePointer<CChar>?
) -> Int32 {
  guard let context else { return SQLITE_DENY }
  let connection = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
  guard connection.rule != .free else { return SQLITE_OK }
  switch action {
  case SQLITE_SELECT, SQLITE_FUNCTION, SQLITE_RECURSIVE:
    return SQLITE_OK
  case SQLITE_READ, SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
    guard connection.rule == .rows else { return SQLITE_OK }
    let kind: TableAccess.Kind =
      switch action {
      case SQLITE_READ: .read
      case SQLITE_INSERT: .insert
      case SQLITE_UPDATE: .update
      default: .delete
      }
    connection.accesses.append(
      TableAccess(
        kind: kind, table: first.map { String(cString: $0).asciiLowercased } ?? "",
        column: second.map { String(cString: $0).asciiLowercased } ?? "",
        by: by.map { String(cString: $0).asciiLowercased }))
    return SQLITE_OK
  case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
    connection.refusal = "Transactions belong to the store: BEGIN, COMMIT and SAVEPOINT are refused."
    return SQLITE_DENY
  case SQLITE_ATTACH, SQLITE_DETACH:
    connection.refusal = "ATTACH and DETACH are refused."
    return SQLITE_DENY
  case SQLITE_PRAGMA where first.map { String(cString: $0) } == "data_version":
    return SQLITE_OK  // the full-text index asks it for itself; it changes nothing
  default:
    if connection.rule == .migration, action != SQLITE_PRAGMA { return SQLITE_OK }
    connection.refusal = "Only rows can be read and changed through a handle; schema and PRAGMA are refused."
    return SQLITE_DENY
  }
}

extension StoreError {
  /// A library code with its message as one of ours.
  static func library(_ code: Int32, message: String, _ path: String) -> StoreError {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED:
      StoreError(.busy, "The store is held by another program; try again.", underlying: code)
    case SQLITE_FULL:
      StoreError(.full, "There is no room left on the disk; free some space.", underlying: code)
    case SQLITE_IOERR, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
      StoreError(.io, "The store file \(path) cannot be used: \(message).", underlying: code)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      StoreError(
        .corrupt, "The store file \(path) is damaged (\(message)); restore a backup with `thinnai restore FILE`.",
        underlying: code)
    case SQLITE_CONSTRAINT:
      switch code {
      case SQLITE_CONSTRAINT_UNIQUE_, SQLITE_CONSTRAINT_PRIMARYKEY_, SQLITE_CONSTRAINT_ROWID_:
        StoreError(.unique, "There is one already: \(message).", underlying: code)
      default:
        StoreError(.constraint, "A rule of the table was broken: \(message).", underlying: code)
      }
    default:
      StoreError(.misuse, "\(message).", underlying: code)
    }
  }

  /// Keeps the disk's fault apart from the caller's.
  fileprivate func orDisk(_ other: StoreError) -> StoreError {
    switch other.kind {
    case .io, .full, .corrupt, .busy: other
    default: self
    }
  }
}

// Extended codes are macros with shifts that Swift cannot import. Source: sqlite3.h.
let SQLITE_CONSTRAINT_UNIQUE_: Int32 = 19 | (8 << 8)
let SQLITE_CONSTRAINT_PRIMARYKEY_: Int32 = 19 | (6 << 8)
let SQLITE_CONSTRAINT_ROWID_: Int32 = 19 | (10 << 8)
let SQLITE_IOERR_FSYNC_: Int32 = 10 | (4 << 8)
let SQLITE_IOERR_DIR_FSYNC_: Int32 = 10 | (5 << 8)
