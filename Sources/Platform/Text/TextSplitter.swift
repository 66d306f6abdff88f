/// A stretch of styled text, in UTF-16 units as messengers count.
package struct StyledSpan<Style: Sendable>: Sendable {
  package var offset: Int
  package var length: Int
  package var style: Style

  package init(offset: Int, length: Int, style: Style) {
    self.offset = offset
    self.length = length
    self.style = style
  }
}

extension StyledSpan: Equatable where Style: Equatable {}

/// Cuts long texts into messages.
package enum TextSplitter {
  package struct Piece: Hashable, Sendable {
    package let text: String
    /// Where the piece stood in the whole text, in UTF-16 units. Spaces at the cuts belong to no piece.
    package let range: Range<Int>
  }

  /// Pieces of at most so many UTF-16 units, cut after a paragraph, else a line, else a word, else between characters as
  /// people see them. Only a single character longer than the limit is itself cut, between its scalars.
  package static func split(_ text: String, utf16Limit limit: Int) -> [Piece] {
    let limit = max(limit, 2)
    let total = text.utf16.count
    guard total > limit else { return text.isEmpty ? [] : [Piece(text: text, range: 0..<total)] }
    var pieces: [Piece] = []
    // A Substring, because a String would round an index inside a cluster back to the cluster's start.
    var rest = Substring(text)
    var offset = 0
    while !rest.isEmpty {
      let (cut, length) = cut(rest, limit: limit)
      add(rest[..<cut], at: offset, to: &pieces)
      rest = rest[cut...]
      offset += length
      // What led the writer to break here is not carried over: line ends and spaces.
      while let first = rest.first, first.isNewline || first == " " {
        offset += first.utf16.count
        rest.removeFirst()
        // Spaces after a line end are an indent and stay.
        if first.isNewline, let next = rest.first, !next.isNewline { break }
      }
    }
    return pieces
  }

  private static func add(_ part: Substring, at offset: Int, to pieces: inout [Piece]) {
    var part = part
    while let last = part.last, last.isNewline || last == " " || last == "\t" { part.removeLast() }
    if !part.isEmpty { pieces.append(Piece(text: String(part), range: offset..<offset + part.utf16.count)) }
  }

  private static func cut(_ text: Substring, limit: Int) -> (String.Index, Int) {
    var paragraph: (String.Index, Int)?
    var line: (String.Index, Int)?
    var word: (String.Index, Int)?
    var index = text.startIndex
    var length = 0
    while index < text.endIndex {
      let character = text[index]
      let width = character.utf16.count
      let next = text.index(after: index)
      if length > 0 {
        // A break that stands just at the limit still serves: what it is made of is left out.
        if character.isNewline {
          if next < text.endIndex, text[next].isNewline { paragraph = (index, length) }
          line = (index, length)
        } else if character == " " || character == "\t" {
          word = (index, length)
        }
      }
      if length + width > limit {
        // A break before the piece is half full would leave it needlessly short.
        for candidate in [paragraph, line] {
          if let candidate, candidate.1 * 2 >= limit { return candidate }
        }
        if let best = word ?? line ?? paragraph { return best }
        return length > 0 ? (index, length) : scalarCut(text, limit: limit)
      }
      index = next
      length += width
    }
    return (index, length)
  }

  private static func scalarCut(_ text: Substring, limit: Int) -> (String.Index, Int) {
    var index = text.startIndex
    var length = 0
    while index < text.endIndex {
      let width = UTF16.width(text.unicodeScalars[index])
      if length + width > limit { break }
      length += width
      index = text.unicodeScalars.index(after: index)
    }
    return (index, length)
  }

  /// The spans of the whole text as they fall on each piece, cut at its ends.
  package static func carry<Style>(_ spans: [StyledSpan<Style>], over pieces: [Piece]) -> [[StyledSpan<Style>]] {
    pieces.map { piece in
      spans.compactMap { span in
        let low = max(span.offset, piece.range.lowerBound)
        let high = min(span.offset + span.length, piece.range.upperBound)
        guard low < high else { return nil }
        return StyledSpan(offset: low - piece.range.lowerBound, length: high - low, style: span.style)
      }
    }
  }
}
