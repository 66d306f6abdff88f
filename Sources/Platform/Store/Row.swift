package import Base
internal import CSQLite

/// The current row of a running query, read by column index. Valid only inside the closure that received it.
package struct Row {
  private let statement: OpaquePointer

  init(_ statement: OpaquePointer) { self.statement = statement }

  package var count: Int { Int(sqlite3_column_count(statement)) }
  package func isNull(_ index: Int) -> Bool { sqlite3_column_type(statement, Int32(index)) == SQLITE_NULL }

  package func int(_ index: Int) -> Int64 { sqlite3_column_int64(statement, Int32(index)) }
  package func integer(_ index: Int) -> Int { Int(sqlite3_column_int64(statement, Int32(index))) }
  package func bool(_ index: Int) -> Bool { sqlite3_column_int64(statement, Int32(index)) != 0 }
  package func double(_ index: Int) -> Double { sqlite3_column_double(statement, Int32(index)) }
  package func instant(_ index: Int) -> Instant { Instant(microseconds: int(index)) }
  package func id<Subject>(_ index: Int) -> ID<Subject> { ID(text(index)) }

  /// The text of a column; empty for NULL.
  package func text(_ index: Int) -> String {
    guard let bytes = sqlite3_column_text(statement, Int32(index)) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes of a column; empty for NULL.
  package func blob(_ index: Int) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(statement, Int32(index)) else { return [] }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  package func optionalInt(_ index: Int) -> Int64? { isNull(index) ? nil : int(index) }
  package func optionalInteger(_ index: Int) -> Int? { isNull(index) ? nil : integer(index) }
  package func optionalBool(_ index: Int) -> Bool? { isNull(index) ? nil : bool(index) }
  package func optionalDouble(_ index: Int) -> Double? { isNull(index) ? nil : double(index) }
  package func optionalText(_ index: Int) -> String? { isNull(index) ? nil : text(index) }
  package func optionalBlob(_ index: Int) -> [UInt8]? { isNull(index) ? nil : blob(index) }
  package func optionalInstant(_ index: Int) -> Instant? { isNull(index) ? nil : instant(index) }
  package func optionalID<Subject>(_ index: Int) -> ID<Subject>? { isNull(index) ? nil : id(index) }

  package func value(_ index: Int) -> SQLValue {
    switch sqlite3_column_type(statement, Int32(index)) {
    case SQLITE_INTEGER: .integer(int(index))
    case SQLITE_FLOAT: .real(double(index))
    case SQLITE_TEXT: .text(text(index))
    case SQLITE_BLOB: .blob(blob(index))
    default: .null
    }
  }
}
