internal import CSQLite

/// A compiled statement: binding and stepping.
final class Statement {
  let sql: String
  let accesses: [TableAccess]
  let isReadOnly: Bool
  /// Tables whose rows it changes.
  let changes: TableSet
  var isCached = false
  var isRunning = false
  var lastUse: UInt64 = 0
  /// What the tenant guard concluded, once it was asked.
  var verdict: Result<Void, StoreError>?

  private let handle: OpaquePointer
  private var isFinalized = false
  /// Parameter indexes of `?` in order, and of `:tenant`.
  private let positional: [Int32]
  let tenantIndex: Int32?

  init(_ handle: OpaquePointer, sql: String, accesses: [TableAccess]) throws {
    self.handle = handle
    self.sql = sql
    self.accesses = accesses
    changes = TableSet(accesses.lazy.filter { $0.kind != .read }.map(\.table))
    isReadOnly = sqlite3_stmt_readonly(handle) != 0
    var positional: [Int32] = []
    var tenantIndex: Int32?
    let count = sqlite3_bind_parameter_count(handle)
    for index in 1..<(max(count, 0) + 1) {
      guard let name = sqlite3_bind_parameter_name(handle, index) else {
        positional.append(index)
        continue
      }
      guard String(cString: name) == ":tenant" else {
        throw StoreError(.misuse, "Parameters are `?` or `:tenant`, not `\(String(cString: name))`. Statement: \(sql)")
      }
      tenantIndex = index
    }
    self.positional = positional
    self.tenantIndex = tenantIndex
  }

  deinit { finalize() }

  func finalize() {
    guard !isFinalized else { return }
    isFinalized = true
    sqlite3_finalize(handle)
  }

  func bind(_ arguments: [(any SQLConvertible)?], tenant: String?, on connection: Connection) throws {
    guard arguments.count == positional.count else {
      throw StoreError(
        .misuse, "\(positional.count) arguments expected, \(arguments.count) given. Statement: \(sql)")
    }
    if let tenantIndex {
      guard let tenant else {
        throw StoreError(.misuse, "This handle has no tenant to bind to `:tenant`. Statement: \(sql)")
      }
      try check(bind(tenant, at: tenantIndex), connection)
    }
    for (slot, argument) in zip(positional, arguments) {
      let code =
        switch argument?.sql ?? .null {
        case .null: sqlite3_bind_null(handle, slot)
        case .integer(let value): sqlite3_bind_int64(handle, slot, value)
        case .real(let value): sqlite3_bind_double(handle, slot, value)
        case .text(let value): bind(value, at: slot)
        case .blob(let value): bind(value, at: slot)
        }
      try check(code, connection)
    }
  }

  private func check(_ code: Int32, _ connection: Connection) throws {
    if code != SQLITE_OK { throw connection.error(code) }
  }

  private func bind(_ text: String, at slot: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        // an empty buffer may have no address, and a null pointer would bind NULL
        guard let base = bytes.baseAddress else { return sqlite3_bind_text(handle, slot, "", 0, th_sqlite_transient()) }
        return sqlite3_bind_text64(
          handle, slot, base, UInt64(bytes.count), th_sqlite_transient(), UInt8(SQLITE_UTF8))
      }
    }
  }

  private func bind(_ blob: [UInt8], at slot: Int32) -> Int32 {
    blob.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, slot, 0) }
      return sqlite3_bind_blob64(handle, slot, base, UInt64(bytes.count), th_sqlite_transient())
    }
  }

  /// `true` when a row is there, `false` at the end.
  func step(on connection: Connection) throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw connection.error(code)
    }
  }

  var row: Row { Row(handle) }

  /// Ends a run and lets go of the arguments.
  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
    isRunning = false
    if !isCached { finalize() }
  }
}
