import Formats

/// One statement and its values, as the server takes them.
struct PostgresStatement: Sendable {
  let sql: String
  /// In the server's text format; `nil` is NULL.
  let values: [String?]
  /// Rows.
  let limit: Int

  /// - Throws: when it cannot be sent as it is.
  init(_ sql: String, _ values: [JSON], limit: Int) throws(PostgresError) {
    guard values.count <= 65_535 else { throw PostgresError(.invalid, "A statement takes at most 65535 values.") }
    self.sql = sql
    self.values = values.map(Self.text)
    self.limit = max(0, limit)
    // libpq takes texts that end at their first zero: the rest would be lost without a word
    guard !sql.utf8.contains(0), !self.values.contains(where: { $0?.utf8.contains(0) ?? false }) else {
      throw PostgresError(
        .invalid, "The statement or a value holds a zero byte, which PostgreSQL cannot take; take it out.")
    }
  }

  private static func text(_ value: JSON) -> String? {
    switch value {
    case .null: nil
    case .string(let text): text
    // a whole number may be meant for a column that takes no other
    case .number(let number): Int64(exactly: number).map(String.init) ?? number.description
    case .bool, .integer, .array, .object: value.text()
    }
  }
}

/// Types by their numbers in the server's catalogue, which are the same in all servers.
enum PostgresType {
  static func value(_ bytes: UnsafeBufferPointer<UInt8>, type: UInt32) -> JSON {
    switch type {
    case 16: return .bool(bytes.first == UInt8(ascii: "t"))
    // int8, int2, int4
    case 20, 21, 23:
      let text = text(bytes)
      return Int64(text).map(JSON.integer) ?? .string(text)
    // float4, float8; JSON has no NaN and no infinity
    case 700, 701:
      let text = text(bytes)
      return Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text)
    // json, jsonb; one with more than our parser takes stays text
    case 114, 3_802: return (try? JSON.parse(bytes)) ?? .string(text(bytes))
    default: return .string(text(bytes))
    }
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
