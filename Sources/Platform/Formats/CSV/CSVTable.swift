package import Base

/// A CSV file whose first record names the columns, read as it comes: good rows and complaints, one after the other.
package struct CSVTable: Sendable {
  package struct Row: Sendable {
    package let line: Int
    package let fields: [String]
    fileprivate let columns: [String: Int]

    /// The field of a column, whatever the case of its name; `nil` when there is no such column.
    package subscript(_ column: String) -> String? {
      columns[CSVTable.key(column)].map { fields[$0] }
    }
  }

  package private(set) var header: [String] = []
  /// Files divided by semicolons or tabs come from where decimals stand behind a comma.
  package var commaIsDecimal: Bool { reader.separator != UInt8(ascii: ",") }
  private var reader: CSVReader
  private let source: ByteSource
  private var columns: [String: Int] = [:]
  private var hasEnded = false

  /// - Throws: `CSVError` when the header itself cannot be read, and what the source throws.
  package init(_ source: ByteSource, separator: UInt8? = nil, limits: CSVReader.Limits = .init()) async throws {
    self.source = source
    reader = CSVReader(separator: separator, limits: limits)
    guard let first = try await record() else { throw CSVError(.empty, line: 1) }
    header = try first.get().fields.map { field in
      var name = field.drop(while: \.isWhitespace)
      while name.last?.isWhitespace == true { name.removeLast() }
      return String(name)
    }
    columns = Dictionary(header.enumerated().map { (Self.key($1), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The next row, or what is wrong with it; `nil` at the end.
  package mutating func next() async throws -> Result<Row, CSVError>? {
    guard let record = try await record() else { return nil }
    return record.flatMap { row in
      guard row.fields.count == header.count else { return .failure(CSVError(.columns, line: row.line)) }
      return .success(Row(line: row.line, fields: row.fields, columns: columns))
    }
  }

  private mutating func record() async throws -> Result<CSVRow, CSVError>? {
    while true {
      if let record = reader.next() { return record }
      guard !hasEnded else { return nil }
      if let piece = try await source.next() {
        reader.feed(piece)
      } else {
        hasEnded = true
        reader.finish()
      }
    }
  }

  private static func key(_ name: String) -> String { name.lowercased() }
}

/// Writes RFC 4180: commas, `\r\n`, quotes only where needed.
package enum CSVWriter {
  /// - Parameter guardFormulas: puts `'` before fields that a spreadsheet would run (`=`, `+`, `-`, `@`); for files that
  ///   people open, not for those that programs read back.
  package static func row(_ fields: [String], guardFormulas: Bool = false, into out: inout [UInt8]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      let first = field.utf8.first
      let isFormula = guardFormulas && (first.map { "=+-@\t\r".utf8.contains($0) } ?? false) && Double(field) == nil
      let special = field.utf8.contains {
        $0 == 0x22 || $0 == 0x2C || $0 == 0x3B || $0 == 0x0A || $0 == 0x0D || $0 == 9
      }
      let needsQuotes = special || isFormula || first == 0x20 || (field.isEmpty && fields.count == 1)
      if needsQuotes { out.append(0x22) }
      if isFormula { out.append(UInt8(ascii: "'")) }
      for byte in field.utf8 {
        if byte == 0x22 { out.append(0x22) }
        out.append(byte)
      }
      if needsQuotes { out.append(0x22) }
    }
    out.append(0x0D)
    out.append(0x0A)
  }

  package static func bytes(_ rows: [[String]], guardFormulas: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    for fields in rows { row(fields, guardFormulas: guardFormulas, into: &out) }
    return out
  }
}
