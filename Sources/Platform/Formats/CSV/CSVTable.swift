/// A CSV file whose first record names the columns. For imports: good rows and complaints side by side.
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

  package let header: [String]
  /// Files divided by semicolons or tabs come from where decimals stand behind a comma.
  package let commaIsDecimal: Bool
  package private(set) var rows: [Row] = []
  package private(set) var errors: [CSVError] = []

  /// - Throws: only when the header itself cannot be read.
  package init(_ bytes: [UInt8], separator: UInt8? = nil, limits: CSVReader.Limits = .init()) throws(CSVError) {
    var reader = CSVReader(separator: separator, limits: limits)
    reader.feed(bytes)
    reader.finish()
    commaIsDecimal = reader.separator != UInt8(ascii: ",")
    guard let first = reader.next() else { throw CSVError(.empty, line: 1) }
    header = try first.get().fields.map { field in
      var name = Substring(field)
      while name.first?.isWhitespace == true { name.removeFirst() }
      while name.last?.isWhitespace == true { name.removeLast() }
      return String(name)
    }
    let columns = Dictionary(header.enumerated().map { (Self.key($1), $0) }, uniquingKeysWith: { first, _ in first })
    while let record = reader.next() {
      switch record {
      case .failure(let error): errors.append(error)
      case .success(let row):
        if row.fields.count == header.count {
          rows.append(Row(line: row.line, fields: row.fields, columns: columns))
        } else {
          errors.append(CSVError(.columns, line: row.line))
        }
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
