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
