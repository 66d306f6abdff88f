/// A small table as a picture: a week's doses, an agenda, a price list.
package struct Card: Sendable {
  package struct Cell: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package var text: String
    /// Any tone but plain and muted is also shown as a tinted patch.
    package var tone: Tone

    package init(_ text: String, _ tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }
    package init(stringLiteral text: String) { self.init(text) }
  }

  package var title: String
  package var subtitle: String?
  /// Names of the columns; empty for none.
  package var header: [String]
  package var rows: [[Cell]]
  package var footnote: String?
  /// What a card without a row says.
  package var emptyText: String

  package init(
    title: String, subtitle: String? = nil, header: [String] = [], rows: [[Cell]], footnote: String? = nil,
    emptyText: String = "Nothing here yet"
  ) {
    self.title = title
    self.subtitle = subtitle
    self.header = header
    self.rows = rows
    self.footnote = footnote
    self.emptyText = emptyText
  }
}
