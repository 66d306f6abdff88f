/// Reads rows. `:tenant` is bound by the handle; every other parameter is a positional `?`.
///
/// Statements are compiled once and cached by their text: keep the text constant and pass values as arguments.
package protocol Querying {
  /// Hands each row to `each` until it returns `false` or no row is left.
  func scan(_ sql: String, arguments: [(any SQLConvertible)?], each: (Row) throws -> Bool) throws
}

extension Querying {
  package func scan(_ sql: String, _ arguments: (any SQLConvertible)?..., each: (Row) throws -> Bool) throws {
    try scan(sql, arguments: arguments, each: each)
  }

  package func query<T>(_ sql: String, _ arguments: (any SQLConvertible)?..., map: (Row) throws -> T) throws -> [T] {
    var rows: [T] = []
    try scan(sql, arguments: arguments) { row in
      rows.append(try map(row))
      return true
    }
    return rows
  }

  package func query<T>(_ sql: String, arguments: [(any SQLConvertible)?], map: (Row) throws -> T) throws -> [T] {
    var rows: [T] = []
    try scan(sql, arguments: arguments) { row in
      rows.append(try map(row))
      return true
    }
    return rows
  }

  /// The first row, or `nil` when there is none.
  package func first<T>(_ sql: String, _ arguments: (any SQLConvertible)?..., map: (Row) throws -> T) throws -> T? {
    var found: T?
    try scan(sql, arguments: arguments) { row in
      found = try map(row)
      return false
    }
    return found
  }

  /// Whether the statement gives any row.
  package func exists(_ sql: String, _ arguments: (any SQLConvertible)?...) throws -> Bool {
    var found = false
    try scan(sql, arguments: arguments) { _ in
      found = true
      return false
    }
    return found
  }

  /// The first column of the first row as a whole number; 0 when there is none.
  package func count(_ sql: String, _ arguments: (any SQLConvertible)?...) throws -> Int {
    var found = 0
    try scan(sql, arguments: arguments) { row in
      found = row.integer(0)
      return false
    }
    return found
  }
}
