/// Everything around the marks: texts, axes and the place that is left for the data.
struct ChartFrame {
  typealias Box = (left: Double, top: Double, right: Double, bottom: Double)

  private(set) var plot: Box = (0, 0, 0, 0)
  /// `nil` when there is no value to show.
  let scale: Scale?
  /// Points along the x axis.
  let count: Int
  /// Pixels for what is 1 pixel on a picture of 1000 × 600.
  let unit: Double

  private let chart: Chart
  private let canvas: Canvas
  private let theme: Theme

  init(_ chart: Chart, canvas: Canvas, theme: Theme) {
    self.chart = chart
    self.canvas = canvas
    self.theme = theme
    unit = max(0.5, min(Double(canvas.width) / 1000, Double(canvas.height) / 600))
    count = chart.series.map(\.points.count).max() ?? 0

    var low = Double.infinity
    var high = -Double.infinity
    for series in chart.series {
      for point in series.points {
        guard let value = Scale.bounded(point) else { continue }
        low = min(low, value)
        high = max(high, value)
      }
    }
    let steps = Int((Double(canvas.height) / (110 * unit)).rounded())
    scale =
      low <= high
      ? Scale(low: low, high: high, fromZero: chart.kind == .bars || chart.kind == .area, count: min(8, max(2, steps)))
      : nil
    drawTexts()
    guard let scale else {
      drawEmpty()
      return
    }
    drawValueAxis(scale)
    drawTimeAxis()
  }

  // MARK: Places

  /// Bars and candles stand in the middle of their slot; lines run from edge to edge.
  private var hasSlots: Bool { chart.kind == .bars || chart.kind == .candles }

  func x(_ index: Double) -> Double {
    let width = plot.right - plot.left
    if hasSlots { return plot.left + (index + 0.5) / Double(max(1, count)) * width }
    return count > 1 ? plot.left + index / Double(count - 1) * width : plot.left + width / 2
  }

  func y(_ value: Double) -> Double {
    guard let scale else { return plot.bottom }
    // Halves first: the whole difference of two huge ends might overflow.
    let share = (value / 2 - scale.low / 2) / (scale.high / 2 - scale.low / 2)
    return plot.bottom - share * (plot.bottom - plot.top)
  }

  func style(_ size: Double, _ weight: Canvas.Weight = .regular, _ color: Color, _ alignment: Canvas.Alignment = .left)
    -> Canvas.Style
  {
    Canvas.Style(size: size * unit, weight: weight, color: color, alignment: alignment)
  }

  // MARK: Texts

  private mutating func drawTexts() {
    let margin = 36 * unit
    let right = Double(canvas.width) - margin
    var top = 26 * unit
    var titleWidth = right - margin
    if let headline = chart.headline, !headline.isEmpty {
      let big = style(46, .bold, theme.color(chart.headlineTone), .right)
      let room = titleWidth * 0.45
      let used = min(room, canvas.measure(headline, big).width + 1)
      canvas.text(headline, x: right - used, y: top - 8 * unit, big, width: used)
      titleWidth -= used + 24 * unit
    }
    top += canvas.text(chart.title, x: margin, y: top, style(38, .bold, theme.ink), width: titleWidth, lines: 2).height
    if let subtitle = chart.subtitle, !subtitle.isEmpty {
      let muted = style(26, theme.muted)
      top += canvas.text(subtitle, x: margin, y: top, muted, width: right - margin, lines: 1).height
    }
    top += drawLegend(top: top + 8 * unit, left: margin, right: right)
    var bottom = Double(canvas.height) - 26 * unit
    if let footnote = chart.footnote, !footnote.isEmpty {
      let small = style(24, theme.muted)
      let size = canvas.measure(footnote, small, width: right - margin)
      bottom -= size.height
      canvas.text(footnote, x: margin, y: bottom, small, width: right - margin)
      bottom -= 4 * unit
    }
    plot = (margin, top + 14 * unit, right, bottom)
  }

  private func style(_ size: Double, _ color: Color) -> Canvas.Style { style(size, .regular, color) }

  /// Only when there is something to tell apart; candles need no names, lines over them do. Returns the height used.
  private func drawLegend(top: Double, left: Double, right: Double) -> Double {
    let first = chart.kind == .candles ? 4 : 0
    guard chart.series.count > max(1, first) else { return 0 }
    let text = style(24, theme.ink)
    var (x, row) = (left, 0.0)
    let height = 34 * unit
    for index in first..<chart.series.count {
      let name = chart.series[index].name
      let width = min(canvas.measure(name, text).width + 1, (right - left) / 2)
      let swatch = 22 * unit
      if x > left, x + swatch + 10 * unit + width > right {
        guard row == 0 else {
          canvas.text("…", x: min(x, right - 24 * unit), y: top + row, text)
          break
        }
        (x, row) = (left, height)
      }
      canvas.fill(
        x: x, y: top + row + 7 * unit, width: swatch, height: swatch, radius: 6 * unit, color(index))
      canvas.text(name, x: x + swatch + 10 * unit, y: top + row, text, width: width)
      x += swatch + 10 * unit + width + 30 * unit
    }
    return row + height + 8 * unit
  }

  func color(_ index: Int) -> Color {
    chart.series[index].color ?? theme.series(chart.kind == .candles ? max(0, index - 4) : index)
  }

  private func drawEmpty() {
    for step in 0...3 {
      let y = plot.top + (plot.bottom - plot.top) * Double(step) / 3
      canvas.line([(plot.left, y), (plot.right, y)], width: 2 * unit, theme.grid)
    }
    let text = style(34, .medium, theme.muted, .center)
    let width = plot.right - plot.left
    let size = canvas.measure(chart.emptyText, text, width: width * 0.8, lines: 2)
    let top = (plot.top + plot.bottom - size.height) / 2
    let padding = 28 * unit
    canvas.fill(
      x: plot.left + (width - size.width) / 2 - padding, y: top - padding / 2, width: size.width + 2 * padding,
      height: size.height + padding, theme.background)
    canvas.text(chart.emptyText, x: plot.left + width * 0.1, y: top, text, width: width * 0.8, lines: 2)
  }

  // MARK: Axes

  /// Between the axis and its labels.
  private static let labelGap = 16.0

  private mutating func drawValueAxis(_ scale: Scale) {
    let text = style(24, .regular, theme.muted, .right)
    let labels = scale.ticks.map(scale.label)
    let room = labels.map { canvas.measure($0, text).width }.max() ?? 0
    let lineHeight = canvas.measure("0", text).height
    // One row above the data for the unit, at the left, and the names of moments.
    if chart.unit.isEmpty, !chart.markers.isEmpty { plot.top += lineHeight - 6 * unit }
    if !chart.unit.isEmpty {
      let unitStyle = style(24, .medium, theme.muted)
      plot.top +=
        canvas.text(chart.unit, x: plot.left, y: plot.top - 6 * unit, unitStyle, width: plot.right - plot.left)
        .height
    }
    plot.top += lineHeight / 3
    plot.left += room + 14 * unit
    if !chart.labels.isEmpty || !chart.ticks.isEmpty { plot.bottom -= lineHeight + Self.labelGap * unit }
    plot.bottom = max(plot.bottom, plot.top + 20 * unit)
    for (tick, label) in zip(scale.ticks, labels) {
      let y = y(tick).rounded()
      let isZero = tick == 0
      canvas.line(
        [(plot.left, y), (plot.right, y)], width: (isZero ? 2.5 : 1.5) * unit, isZero ? theme.axis : theme.grid)
      canvas.text(label, x: plot.left - 14 * unit, y: y - lineHeight / 2, text)
    }
  }

  private func drawTimeAxis() {
    let text = style(24, .regular, theme.muted)
    let top = plot.bottom + Self.labelGap * unit
    let gap = 26 * unit
    var edge = -Double.infinity
    for mark in marksOnAxis(text, gap: gap) {
      let room = max(40 * unit, (plot.right - plot.left) / 2)
      let width = min(room, canvas.measure(mark.label, text).width + 1)
      let left = min(max(4 * unit, x(Double(mark.index)) - width / 2), Double(canvas.width) - width - 8 * unit)
      guard left >= edge + gap / 2 else { continue }
      canvas.text(mark.label, x: left, y: top, text, width: width)
      edge = left + width
    }
  }

  private func marksOnAxis(_ text: Canvas.Style, gap: Double) -> [Chart.Mark] {
    guard count > 0 else { return [] }
    if !chart.ticks.isEmpty {
      return chart.ticks.prefix(200).filter { (0..<count).contains($0.index) }.sorted { $0.index < $1.index }
    }
    let labels = chart.labels.prefix(count)
    guard !labels.isEmpty else { return [] }
    // A sample is enough to know how wide labels are.
    let sample = stride(from: 0, to: labels.count, by: max(1, labels.count / 40))
    let widest = sample.map { canvas.measure(labels[$0], text).width }.max() ?? 0
    let fitting = max(1, Int((plot.right - plot.left + gap) / (widest + gap)))
    let step = Self.roundStep(atLeast: (labels.count + fitting - 1) / fitting, of: labels.count)
    return stride(from: 0, to: labels.count, by: step).map { Chart.Mark($0, labels[$0]) }
  }

  /// Steps that fall on whole hours, weeks and tens rather than on, say, every eleventh: a divisor of the whole when one
  /// is near, so that a day of quarter hours is named every three hours.
  private static func roundStep(atLeast least: Int, of count: Int) -> Int {
    if let divisor = (least...max(least, least * 3 / 2)).first(where: { count % $0 == 0 }) { return divisor }
    let round = [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 20, 24, 30, 48, 50, 60]
    if let step = round.first(where: { $0 >= least }) { return step }
    var step = 100
    while step < least { step *= step % 3 == 1 ? 2 : 5 }
    return step
  }
}
