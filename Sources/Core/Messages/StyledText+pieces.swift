import Text

extension StyledText {
  /// The text in messages of at most so many UTF-16 units, each with its share of the runs. A run that points outside the
  /// text is cut to it. Blank text gives no piece.
  package func pieces(utf16Limit limit: Int) -> [StyledText] {
    let pieces = TextSplitter.split(text, utf16Limit: limit)
    guard !runs.isEmpty else { return pieces.map { StyledText($0.text) } }
    let total = text.utf16.count
    let spans = runs.compactMap { run -> StyledSpan<Style>? in
      let start = min(max(0, run.start), total)
      let end = min(max(start, run.start.addingReportingOverflow(run.length).partialValue), total)
      return end > start ? StyledSpan(offset: start, length: end - start, style: run.style) : nil
    }
    return zip(pieces, TextSplitter.carry(spans, over: pieces)).map { piece, spans in
      StyledText(piece.text, runs: spans.map { Run(start: $0.offset, length: $0.length, style: $0.style) })
    }
  }
}

extension StyledText {
  /// Several texts in one, with a blank line between.
  package static func joined(_ texts: [StyledText]) -> StyledText {
    var whole = StyledText("")
    for text in texts {
      if !whole.text.isEmpty { whole.text += "\n\n" }
      let start = whole.text.utf16.count
      whole.text += text.text
      whole.runs += text.runs.map { Run(start: start + $0.start, length: $0.length, style: $0.style) }
    }
    return whole
  }

  /// A part of the text with its share of the runs; the range is cut to the text and must not divide a surrogate pair.
  package func slice(_ range: Range<Int>) -> StyledText {
    let total = text.utf16.count
    let (low, high) = (min(max(0, range.lowerBound), total), min(max(0, range.upperBound), total))
    let units = text.utf16
    let start = units.index(units.startIndex, offsetBy: low)
    let end = units.index(units.startIndex, offsetBy: high)
    return StyledText(
      String(text[start..<end]),
      runs: runs.compactMap { run in
        let first = max(low, run.start)
        let last = min(high, run.start.addingReportingOverflow(max(0, run.length)).partialValue)
        return first < last ? Run(start: first - low, length: last - first, style: run.style) : nil
      })
  }
}
