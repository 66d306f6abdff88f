import Messages

/// Writes styled text with WhatsApp's marks: `*bold*`, `_italic_`, `` `code` ``.
///
/// The platform has no escape sign, and a mark works only at the edge of a word, within one line. So a run is drawn per
/// line, without the spaces at its ends; where its marks would not work it is left plain; and a stray mark that would
/// start a style of its own gets an invisible joiner before it.
enum WhatsAppMarkup {
  private static let joiner: UInt16 = 0x2060

  static func render(_ styled: StyledText) -> String {
    let units = Array(styled.text.utf16)
    let runs = usable(styled.runs, in: units)
    guard !runs.isEmpty || units.contains(where: isMark) else { return styled.text }
    var opening: [Int: [StyledText.Run]] = [:]
    var closing: [Int: [StyledText.Run]] = [:]
    var isCode = [Bool](repeating: false, count: units.count)
    for run in runs {
      opening[run.start, default: []].append(run)
      closing[run.start + run.length, default: []].append(run)
      if run.style == .code { for index in run.start..<run.start + run.length { isCode[index] = true } }
    }
    var out: [UInt16] = []
    out.reserveCapacity(units.count + runs.count * 2)
    for index in 0...units.count {
      // Inner ones close first and open last: the runs are in order, outer before inner.
      for run in (closing[index] ?? []).reversed() { out.append(mark(run.style)) }
      for run in opening[index] ?? [] { out.append(mark(run.style)) }
      guard index < units.count else { break }
      if isMark(units[index]), !isCode[index], opens(units, at: index) { out.append(joiner) }
      out.append(units[index])
    }
    return String(decoding: out, as: UTF16.self)
  }

  // MARK: Runs

  /// Runs cut to lines, trimmed, properly nested and able to work, outer before inner.
  private static func usable(_ runs: [StyledText.Run], in units: [UInt16]) -> [StyledText.Run] {
    var pieces: [StyledText.Run] = []
    for run in runs {
      let start = min(max(0, run.start), units.count)
      let end = min(max(start, run.start.addingReportingOverflow(run.length).partialValue), units.count)
      for line in units[start..<end].split(separator: 10) {
        var (low, high) = (line.startIndex, line.endIndex)
        while low < high, isSpace(units[low]) { low += 1 }
        while low < high, isSpace(units[high - 1]) { high -= 1 }
        let isFree = (low == 0 || !isWord(units[low - 1])) && (high == units.count || !isWord(units[high]))
        if low < high, isFree, !units[low..<high].contains(mark(run.style)) {
          pieces.append(.init(start: low, length: high - low, style: run.style))
        }
      }
    }
    pieces.sort { ($0.start, -$0.length) < ($1.start, -$1.length) }
    var kept: [StyledText.Run] = []
    for piece in pieces {
      let end = piece.start + piece.length
      let fits = kept.allSatisfy { other in
        let otherEnd = other.start + other.length
        if otherEnd <= piece.start { return true }
        return end <= otherEnd && other.style != .code && other.style != piece.style
      }
      if fits { kept.append(piece) }
    }
    return kept
  }

  // MARK: Signs

  private static func mark(_ style: StyledText.Style) -> UInt16 {
    switch style {
    case .bold: 42
    case .italic: 95
    case .code: 96
    }
  }

  private static func isMark(_ unit: UInt16) -> Bool { unit == 42 || unit == 95 || unit == 96 || unit == 126 }
  private static func isSpace(_ unit: UInt16) -> Bool {
    unit == 32 || unit == 9 || unit == 10 || unit == 13 || unit == 0xA0
  }
  private static func isWord(_ unit: UInt16) -> Bool {
    unit > 0x7F && unit != 0xA0 || 48...57 ~= unit || 65...90 ~= unit || 97...122 ~= unit
  }

  /// Whether the mark would start a style: at the edge of a word, with its like further on in the line.
  private static func opens(_ units: [UInt16], at index: Int) -> Bool {
    guard index == 0 || !isWord(units[index - 1]), index + 1 < units.count, !isSpace(units[index + 1]) else {
      return false
    }
    var next = index + 2
    while next < units.count, units[next] != 10 {
      if units[next] == units[index], !isSpace(units[next - 1]) { return true }
      next += 1
    }
    return false
  }
}
