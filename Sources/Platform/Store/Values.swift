package import Base

/// What a column can hold.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// A Swift value that can be a statement's argument.
package protocol SQLConvertible: Sendable {
  var sql: SQLValue { get }
}

extension SQLValue: SQLConvertible {
  package var sql: SQLValue { self }
}
extension Int: SQLConvertible {
  package var sql: SQLValue { .integer(Int64(self)) }
}
extension Int64: SQLConvertible {
  package var sql: SQLValue { .integer(self) }
}
extension Int32: SQLConvertible {
  package var sql: SQLValue { .integer(Int64(self)) }
}
extension Bool: SQLConvertible {
  package var sql: SQLValue { .integer(self ? 1 : 0) }
}
extension Double: SQLConvertible {
  package var sql: SQLValue { .real(self) }
}
extension String: SQLConvertible {
  package var sql: SQLValue { .text(self) }
}
extension [UInt8]: SQLConvertible {
  package var sql: SQLValue { .blob(self) }
}
/// UTC microseconds.
extension Instant: SQLConvertible {
  package var sql: SQLValue { .integer(microseconds) }
}
extension ID: SQLConvertible {
  package var sql: SQLValue { .text(text) }
}
extension Optional: SQLConvertible where Wrapped: SQLConvertible {
  package var sql: SQLValue { self?.sql ?? .null }
}
