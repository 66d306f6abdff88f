/// Pages to print: headings, words and tables.
package struct Report: Sendable {
  package struct Table: Sendable {
    package var header: [String]
    package var rows: [[Card.Cell]]
    /// Shares of the width, one a column; even when empty.
    package var widths: [Double]

    package init(header: [String], rows: [[Card.Cell]], widths: [Double] = []) {
      self.header = header
      self.rows = rows
      self.widths = widths
    }
  }

  package enum Block: Sendable {
    case heading(String)
    case words(String)
    case table(Table)
  }

  package var title: String
  package var subtitle: String?
  package var blocks: [Block]
  /// Stands at the foot of every page, before its number.
  package var footer: String

  package init(title: String, subtitle: String? = nil, blocks: [Block], footer: String = "") {
    self.title = title
    self.subtitle = subtitle
    self.blocks = blocks
    self.footer = footer
  }
}

/// Sets a report on A4 pages.
package enum ReportRenderer {
  static let page = (width: 595, height: 842)
  /// Rows that are set; a report for a person to read has fewer.
  static let rowLimit = 2_000

  package static func pdf(_ report: Report) async throws -> [UInt8] {
    try await RenderThread.shared.run {
      let canvas = try Canvas(pageWidth: page.width, pageHeight: page.height)
      var drawing = ReportDrawing(report, canvas)
      drawing.draw()
      return try canvas.pdf()
    }
  }
}

/// One walk down the pages.
private struct ReportDrawing {
  private let report: Report
  private let canvas: Canvas
  private let theme = Theme.light
  private let margin = 42.0
  private let bottom: Double
  private var y = 42.0
  private var page = 1
  private var rowsLeft = ReportRenderer.rowLimit

  init(_ report: Report, _ canvas: Canvas) {
    self.report = report
    self.canvas = canvas
    bottom = Double(canvas.height) - 56
  }

  private var inner: Double { Double(canvas.width) - 2 * margin }

  mutating func draw() {
    write(report.title, size: 20, .bold, theme.ink, lines: 2)
    if let subtitle = report.subtitle { write(subtitle, size: 11, .regular, theme.muted, lines: 3) }
    y += 8
    for block in report.blocks {
      switch block {
      case .heading(let text):
        y += 10
        if y + 60 > bottom { turn() }
        write(text, size: 13.5, .semibold, theme.ink, lines: 2)
        y += 2
      case .words(let text): write(text, size: 10.5, .regular, theme.ink, lines: 12)
      case .table(let table): draw(table)
      }
    }
    foot()
  }

  private mutating func write(
    _ text: String, size: Double, _ weight: Canvas.Weight, _ color: Color, lines: Int
  ) {
    let style = Canvas.Style(size: size, weight: weight, color: color)
    let height = canvas.measure(text, style, width: inner, lines: lines).height
    if y + height > bottom { turn() }
    canvas.text(text, x: margin, y: y, style, width: inner, lines: lines)
    y += height + 3
  }

  private func foot() {
    let style = Canvas.Style(size: 8.5, color: theme.muted)
    canvas.text(report.footer, x: margin, y: Double(canvas.height) - 40, style, width: inner - 40, lines: 2)
    canvas.text(
      "\(page)", x: margin + inner - 30, y: Double(canvas.height) - 40,
      Canvas.Style(size: 8.5, color: theme.muted, alignment: .right), width: 30)
  }

  private mutating func turn() {
    foot()
    canvas.nextPage()
    page += 1
    y = 42
  }

  // MARK: Tables

  private mutating func draw(_ table: Report.Table) {
    let columns = max(table.header.count, table.rows.map(\.count).max() ?? 0)
    guard columns > 0 else { return }
    var shares = table.widths.count == columns ? table.widths : Array(repeating: 1, count: columns)
    let total = shares.reduce(0, +)
    shares = shares.map { $0 / total * inner }
    let head = table.header.map { Card.Cell($0, .muted) }
    if !head.isEmpty { row(head, shares, isHead: true, under: head) }
    for cells in table.rows where rowsLeft > 0 {
      rowsLeft -= 1
      row(cells, shares, isHead: false, under: head)
    }
    y += 6
  }

  private mutating func row(_ cells: [Card.Cell], _ widths: [Double], isHead: Bool, under head: [Card.Cell]) {
    func style(_ cell: Card.Cell) -> Canvas.Style {
      let isMarked = cell.tone == .good || cell.tone == .bad || cell.tone == .warning
      return Canvas.Style(
        size: isHead ? 9 : 10, weight: isHead || isMarked ? .semibold : .regular, color: theme.color(cell.tone))
    }
    let gap = 6.0
    let height =
      zip(cells, widths).map { cell, width in
        canvas.measure(cell.text, style(cell), width: width - gap, lines: 4).height
      }.max() ?? 12
    if y + height + 6 > bottom {
      turn()
      if !isHead, !head.isEmpty { row(head, widths, isHead: true, under: []) }
    }
    var x = margin
    for (cell, width) in zip(cells, widths) {
      canvas.text(cell.text, x: x, y: y + 3, style(cell), width: width - gap, lines: 4)
      x += width
    }
    y += height + 6
    canvas.line([(margin, y), (margin + inner, y)], width: isHead ? 1 : 0.5, isHead ? theme.axis : theme.grid)
  }
}
