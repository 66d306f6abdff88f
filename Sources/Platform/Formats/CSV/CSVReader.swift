import Base

/// One record of a CSV file, or what is wrong with it.
package struct CSVRow: Sendable, Hashable {
  /// Where the record starts, from 1.
  package let line: Int
  package let fields: [String]
}

/// Why one record cannot be read; the records after it still can.
package struct CSVError: SpeakingError, Hashable {
  package enum Reason: String, Sendable {
    case quote, unclosed, fieldSize = "field_size", fields, utf8, encoding, columns, empty
  }
  package let reason: Reason
  package let line: Int
  package let field: String?

  package init(_ reason: Reason, line: Int, field: String? = nil) {
    self.reason = reason
    self.line = line
    self.field = field
  }

  package var code: String { "csv.\(reason.rawValue)" }
  package var sentence: String { "Line \(line): \(fact)." }
  /// The sentence for those who name the line themselves.
  package var fact: String {
    switch reason {
    case .quote: "a quotation mark stands inside a field; quote the field and double the mark"
    case .unclosed: "a quoted field is never closed"
    case .fieldSize: "a field is too long"
    case .fields: "too many fields"
    case .utf8: "a byte that is not UTF-8; save the file as “CSV UTF-8”"
    case .encoding: "the file is UTF-16 or no text; save it as “CSV UTF-8”"
    case .columns: "the number of fields differs from the header’s"
    case .empty: "there is no header"
    }
  }
}

/// Reads RFC 4180 piece by piece: feed bytes as they come, take records as they end.
///
/// Also takes what spreadsheets write: a byte-order mark, `\n` alone, `;` or tabs instead of commas. A broken record is
/// reported with its line and skipped to the next line, so that an import keeps the good ones.
package struct CSVReader: Sendable {
  package struct Limits: Sendable {
    package var field: Int
    package var fields: Int
    package init(field: Int = 1 << 20, fields: Int = 4_096) {
      self.field = field
      self.fields = fields
    }
  }

  private enum State { case start, plain, quoted, quoteInQuoted, skipping }

  private let limits: Limits
  private let given: UInt8?
  private var started = false
  /// What divides the fields, once the first line was read.
  package private(set) var separator: UInt8?
  private var state = State.start
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var line = 1
  private var rowLine = 1
  private var afterReturn = false
  private var failure: CSVError?
  /// What stands behind the first line of a quoted field: records of their own if it is never closed.
  private var held: [UInt8] = []
  private var heldLine: Int?
  private var isRefused = false
  private var ready: [Result<CSVRow, CSVError>] = []
  private var taken = 0
  /// The first line, held back until its end shows which separator is used.
  private var head: [UInt8] = []

  /// - Parameter separator: chosen by the first line when `nil`: of comma, semicolon and tab the most frequent outside
  ///   quotes.
  package init(separator: UInt8? = nil, limits: Limits = Limits()) {
    given = separator
    self.limits = limits
  }

  /// Every record of a whole file.
  package static func rows(
    _ bytes: [UInt8], separator: UInt8? = nil, limits: Limits = Limits()
  ) -> [Result<CSVRow, CSVError>] {
    var reader = CSVReader(separator: separator, limits: limits)
    var rows: [Result<CSVRow, CSVError>] = []
    reader.feed(bytes)
    reader.finish()
    while let row = reader.next() { rows.append(row) }
    return rows
  }

  /// The next whole record; `nil` until more is fed.
  package mutating func next() -> Result<CSVRow, CSVError>? {
    guard taken < ready.count else {
      ready.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    taken += 1
    return ready[taken - 1]
  }

  package mutating func feed(_ bytes: some Collection<UInt8>) {
    if started { return scan(bytes) }
    // At most so much is held back: a file without line ends is judged by its beginning.
    head.append(contentsOf: bytes)
    let isComplete = head.contains { $0 == 0x0A || $0 == 0x0D } && !Self.endsInsideQuotes(head)
    if isComplete || head.count > 65_536 { begin() }
  }

  /// Ends the last record, which needs no line end.
  package mutating func finish() {
    if !started { begin() }
    while heldLine != nil, state == .quoted { reread() }
    switch state {
    case .quoted: fail(.unclosed, at: rowLine)
    case .skipping: break
    case .start where fields.isEmpty && field.isEmpty: return
    default: endField()
    }
    endRow()
  }

  private mutating func begin() {
    started = true
    var bytes = head[...]
    // spreadsheets also write two bytes a letter, which no separator can be seen in
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(64).contains(0) {
      isRefused = true
      ready.append(.failure(CSVError(.encoding, line: 1)))
      return
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    separator = given ?? Self.detect(bytes)
    head = []
    scan(bytes)
  }

  private static func endsInsideQuotes(_ bytes: [UInt8]) -> Bool {
    var inside = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { inside.toggle() }
      if !inside, byte == 0x0A || byte == 0x0D { return false }
    }
    return inside
  }

  private static func detect(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    var inside = false
    var counts: [UInt8: Int] = [:]
    scan: for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""): inside.toggle()
      case 0x0A, 0x0D: if !inside { break scan }
      case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09: if !inside { counts[byte, default: 0] += 1 }
      default: continue
      }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    var best = candidates[0]
    for candidate in candidates where counts[candidate, default: 0] > counts[best, default: 0] { best = candidate }
    return best
  }

  // MARK: The machine

  private mutating func scan(_ bytes: some Sequence<UInt8>) {
    guard !isRefused else { return }
    for byte in bytes { step(byte) }
  }

  /// The quoted field in hand has no end: what is on its first line is lost, the lines behind it are records of their own.
  private mutating func reread() {
    guard let from = heldLine else { return }
    fail(.unclosed, at: rowLine)
    endRow()
    let bytes = held
    (held, heldLine) = ([], nil)
    (line, rowLine, afterReturn) = (from, from, false)
    scan(bytes)
  }

  private mutating func step(_ byte: UInt8) {
    // \r\n is one line end; \r alone is one too.
    if afterReturn {
      afterReturn = false
      if byte == 0x0A {
        if state == .quoted { append(byte) }
        return
      }
    }
    let isLineEnd = byte == 0x0A || byte == 0x0D
    if isLineEnd {
      afterReturn = byte == 0x0D
      line += 1
    }
    if state == .quoted {
      if heldLine != nil { held.append(byte) } else if isLineEnd { heldLine = line }
    } else if state == .quoteInQuoted, heldLine != nil {
      held.append(byte)
    }
    switch state {
    case .quoted:
      if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { append(byte) }
    case .quoteInQuoted:
      if byte == UInt8(ascii: "\"") {
        append(byte)
        if state != .skipping { state = .quoted }
      } else {
        unquoted(byte, isLineEnd)
      }
    case .start:
      if byte == UInt8(ascii: "\"") { state = .quoted } else { unquoted(byte, isLineEnd) }
    case .plain: unquoted(byte, isLineEnd)
    case .skipping: if isLineEnd { endRow() }
    }
  }

  private mutating func unquoted(_ byte: UInt8, _ isLineEnd: Bool) {
    if isLineEnd {
      // An empty line is no record.
      if state == .start, fields.isEmpty { return rowLine = line }
      endField()
      endRow()
    } else if byte == separator {
      endField()
      if state != .skipping { state = .start }
    } else if state == .quoteInQuoted {
      // the mark that ended it belongs to a later record: this one was never closed
      if heldLine != nil { return reread() }
      fail(.quote, at: line)
    } else if byte == UInt8(ascii: "\"") {
      fail(.quote, at: line)
    } else {
      state = .plain
      append(byte)
    }
  }

  private mutating func append(_ byte: UInt8) {
    guard field.count < limits.field else {
      if state == .quoted, heldLine != nil { return reread() }
      return fail(.fieldSize, at: line)
    }
    field.append(byte)
  }

  private mutating func endField() {
    guard fields.count < limits.fields else { return fail(.fields, at: rowLine) }
    guard let text = String(validating: field, as: UTF8.self) else { return fail(.utf8, at: rowLine) }
    fields.append(text)
    field.removeAll(keepingCapacity: true)
    (held, heldLine) = ([], nil)
  }

  private mutating func fail(_ reason: CSVError.Reason, at line: Int) {
    if failure == nil { failure = CSVError(reason, line: line) }
    state = .skipping
  }

  private mutating func endRow() {
    ready.append(failure.map { .failure($0) } ?? .success(CSVRow(line: rowLine, fields: fields)))
    failure = nil
    fields.removeAll(keepingCapacity: true)
    field.removeAll(keepingCapacity: true)
    state = .start
    rowLine = line
  }
}
