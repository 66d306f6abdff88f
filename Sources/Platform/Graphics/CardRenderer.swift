/// Draws cards as tall as their rows need.
package enum CardRenderer {
  static let rowLimit = 30
  static let columnLimit = 10

  /// Draws on the thread of graphics; the same card gives the same bytes. Rows beyond 30 and columns beyond 10 are left
  /// out, and the rows left out are counted in the last line.
  package static func png(_ card: Card, width: Int = 1000, theme: Theme = .light) async throws -> [UInt8] {
    try await RenderThread.shared.run {
      // Heights are known only after shaping, which needs a canvas: measure on a small one, draw on the right one.
      let trial = try Canvas(width: width, height: Canvas.sides.lowerBound, background: theme.background)
      let height = CardDrawing(card, canvas: trial, theme: theme).draw()
      let sides = Canvas.sides
      let canvas = try Canvas(
        width: width, height: min(sides.upperBound, max(sides.lowerBound, Int(height))), background: theme.background)
      CardDrawing(card, canvas: canvas, theme: theme).draw()
      return try canvas.png()
    }
  }
}

private struct CardDrawing {
  private let card: Card
  private let rows: ArraySlice<[Card.Cell]>
  private let canvas: Canvas
  private let theme: Theme
  private let unit: Double
  private let margin: Double

  init(_ card: Card, canvas: Canvas, theme: Theme) {
    self.card = card
    self.canvas = canvas
    self.theme = theme
    rows = card.rows.prefix(CardRenderer.rowLimit)
    unit = max(0.5, Double(canvas.width) / 1000)
    margin = 40 * unit
  }

  private func style(_ size: Double, _ weight: Canvas.Weight = .regular, _ color: Color) -> Canvas.Style {
    Canvas.Style(size: size * unit, weight: weight, color: color)
  }

  /// Returns the height that the card needs.
  @discardableResult
  func draw() -> Double {
    let inner = Double(canvas.width) - 2 * margin
    var y = 30 * unit
    y += canvas.text(card.title, x: margin, y: y, style(40, .bold, theme.ink), width: inner, lines: 2).height
    if let subtitle = card.subtitle, !subtitle.isEmpty {
      y += canvas.text(subtitle, x: margin, y: y, style(28, .regular, theme.muted), width: inner, lines: 2).height
    }
    y += 22 * unit
    let columns = min(CardRenderer.columnLimit, max(card.header.count, rows.map(\.count).max() ?? 0))
    if rows.isEmpty || columns == 0 {
      y += canvas.text(card.emptyText, x: margin, y: y, style(32, .regular, theme.muted), width: inner, lines: 2).height
    } else {
      y = drawTable(top: y, widths: widths(columns, of: inner))
    }
    var notes: [String] = []
    if card.rows.count > rows.count { notes.append("+ \(card.rows.count - rows.count)") }
    if let footnote = card.footnote, !footnote.isEmpty { notes.append(footnote) }
    for note in notes {
      y += 14 * unit
      y += canvas.text(note, x: margin, y: y, style(26, .regular, theme.muted), width: inner, lines: 3).height
    }
    return y + 32 * unit
  }

  /// What lies between the texts of neighbouring columns: a week's grid needs the room more.
  private func padding(_ columns: Int) -> Double { (columns > 5 ? 24 : 44) * unit }

  /// A column is as wide as its widest text while there is room; what is missing is taken from the widest ones.
  private func widths(_ columns: Int, of inner: Double) -> [Double] {
    let padding = self.padding(columns)
    var natural = (0..<columns).map { column in
      let head = column < card.header.count ? canvas.measure(card.header[column], headStyle).width : 0
      let cells = rows.map { column < $0.count ? canvas.measure($0[column].text, cellStyle($0[column], 0)).width : 0 }
      return max(head, cells.max() ?? 0, 24 * unit) + padding
    }
    var total = natural.reduce(0, +)
    if total <= inner {
      // A grid of ticks is even where it can be; then all share what is left.
      if let widest = natural.dropFirst().max(), natural[0] + widest * Double(columns - 1) <= inner {
        for column in 1..<columns { natural[column] = widest }
        total = natural.reduce(0, +)
      }
      let extra = (inner - total) / Double(columns)
      return natural.map { $0 + extra }
    }
    while total > inner + 1, let widest = natural.max() {
      let next = natural.filter { $0 < widest - 0.5 }.max() ?? 0
      let wide = natural.indices.filter { natural[$0] >= widest - 0.5 }
      let cut = min(widest - next, (total - inner) / Double(wide.count))
      for index in wide { natural[index] -= cut }
      total = natural.reduce(0, +)
    }
    return natural
  }

  private var headStyle: Canvas.Style { style(26, .semibold, theme.muted) }

  private func cellStyle(_ cell: Card.Cell, _ column: Int) -> Canvas.Style {
    style(30, isTinted(cell) ? .semibold : column == 0 ? .medium : .regular, theme.color(cell.tone))
  }

  private func isTinted(_ cell: Card.Cell) -> Bool {
    cell.tone != .plain && cell.tone != .muted && !cell.text.isEmpty
  }

  /// Returns the lower edge.
  private func drawTable(top: Double, widths: [Double]) -> Double {
    let inner = widths.reduce(0, +)
    var y = top
    if !card.header.isEmpty {
      let height = drawRow(
        card.header.prefix(widths.count).map { ($0, headStyle, nil) }, top: y, widths: widths, lines: 1, inset: 6)
      y += height
      canvas.line([(margin, y), (margin + inner, y)], width: 2.5 * unit, theme.axis)
    }
    for (index, row) in rows.enumerated() {
      let cells = row.prefix(widths.count).enumerated().map { column, cell in
        (cell.text, cellStyle(cell, column), isTinted(cell) ? theme.color(cell.tone) : nil)
      }
      let height = measureRow(cells, widths: widths, lines: 3, inset: 16)
      if index % 2 == 1 {
        canvas.fill(
          x: margin - 14 * unit, y: y, width: inner + 28 * unit, height: height, radius: 10 * unit, theme.stripe)
      }
      drawRow(cells, top: y, widths: widths, lines: 3, inset: 16)
      y += height
    }
    return y
  }

  private typealias Piece = (text: String, style: Canvas.Style, tint: Color?)

  private func measureRow(_ cells: [Piece], widths: [Double], lines: Int, inset: Double) -> Double {
    let heights = zip(cells, widths).map { cell, width in
      canvas.measure(cell.text, cell.style, width: width - padding(widths.count), lines: lines).height
    }
    return (heights.max() ?? 30 * unit) + 2 * inset * unit
  }

  /// The first column reads from the left, the others are centred under their names.
  @discardableResult
  private func drawRow(_ cells: [Piece], top: Double, widths: [Double], lines: Int, inset: Double) -> Double {
    let height = measureRow(cells, widths: widths, lines: lines, inset: inset)
    var x = margin
    for (column, (cell, width)) in zip(cells, widths).enumerated() {
      var style = cell.style
      style.alignment = column == 0 ? .left : .center
      let room = width - padding(widths.count)
      let size = canvas.measure(cell.text, style, width: room, lines: lines)
      let left = column == 0 ? x : x + padding(widths.count) / 2
      let y = top + (height - size.height) / 2
      if let tint = cell.tint {
        let patch = min(width - 6 * unit, max(size.width + 32 * unit, 64 * unit))
        let patchHeight = max(size.height + 8 * unit, 50 * unit)
        let patchLeft = column == 0 ? x - 10 * unit : left + (room - patch) / 2
        canvas.fill(
          x: patchLeft, y: top + (height - patchHeight) / 2, width: patch, height: patchHeight, radius: 14 * unit,
          tint.opacity(0.15))
      }
      canvas.text(cell.text, x: left, y: y, style, width: room, lines: lines)
      x += width
    }
    return height
  }
}
