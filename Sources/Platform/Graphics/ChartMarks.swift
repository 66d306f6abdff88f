/// The data of a chart: lines, areas, bars, candles and the moments named on them.
struct ChartMarks {
  private let chart: Chart
  private let frame: ChartFrame
  private let canvas: Canvas
  private let theme: Theme

  init(_ chart: Chart, frame: ChartFrame, canvas: Canvas, theme: Theme) {
    self.chart = chart
    self.frame = frame
    self.canvas = canvas
    self.theme = theme
  }

  private var unit: Double { frame.unit }
  private var width: Double { frame.plot.right - frame.plot.left }

  func draw() {
    guard frame.scale != nil else { return }
    let markers = chart.markers.prefix(12).filter { (0..<frame.count).contains($0.index) }
    for marker in markers {
      let x = frame.x(Double(marker.index)).rounded()
      canvas.line(
        [(x, frame.plot.top - 34 * unit), (x, frame.plot.bottom)], width: 2 * unit, theme.axis,
        dashes: [2 * unit, 7 * unit])
    }
    switch chart.kind {
    case .line: for index in chart.series.indices { drawLine(index) }
    case .area: for index in chart.series.indices { drawArea(index) }
    case .bars: drawBars()
    case .candles:
      drawCandles()
      for index in chart.series.indices.dropFirst(4) { drawLine(index) }
    }
    drawNames(of: markers)
  }

  // MARK: Lines and areas

  private func runs(_ index: Int) -> [[(x: Double, y: Double)]] {
    Sampling.runs(chart.series[index].points, pixels: Int(width)).map { run in
      run.map { (frame.x($0.index), frame.y($0.value)) }
    }
  }

  private func drawLine(_ index: Int) {
    let color = frame.color(index)
    let runs = runs(index)
    for run in runs { canvas.line(run, width: lineWidth, color) }
    if chart.kind == .line, frame.count <= 31 {
      for point in runs.joined() { canvas.dot(x: point.x, y: point.y, radius: 5 * unit, color) }
    }
    if chart.kind == .line, let last = runs.last?.last {
      canvas.dot(x: last.x, y: last.y, radius: 9 * unit, theme.background)
      canvas.dot(x: last.x, y: last.y, radius: 6.5 * unit, color)
    }
  }

  private var lineWidth: Double { (chart.kind == .candles ? 3 : chart.series.count > 3 ? 3.5 : 4) * unit }

  private func drawArea(_ index: Int) {
    let runs = runs(index)
    let zero = frame.y(0)
    let above = frame.color(index)
    // With several series the colour already says which one it is.
    let below = chart.series.count == 1 ? theme.bad : above
    let plot = frame.plot
    let room = 6 * unit
    canvas.clipped(x: 0, y: plot.top - room, width: Double(canvas.width), height: max(0, zero - plot.top + room)) {
      for run in runs {
        canvas.area(run, to: zero, from: plot.top, above)
        canvas.line(run, width: lineWidth, above)
      }
    }
    canvas.clipped(x: 0, y: zero, width: Double(canvas.width), height: max(0, plot.bottom - zero + room)) {
      for run in runs {
        canvas.area(run, to: zero, from: plot.bottom, below)
        canvas.line(run, width: lineWidth, below)
      }
    }
  }

  // MARK: Bars and candles

  private func drawBars() {
    let slots = min(frame.count, max(1, Int(width / (3 * unit * Double(max(1, chart.series.count))))))
    let slot = width / Double(max(1, slots))
    let group = slots == frame.count ? slot * 0.74 : slot
    let bar = group / Double(max(1, chart.series.count))
    let gap = bar > 8 * unit && chart.series.count > 1 ? 2 * unit : 0
    let zero = frame.y(0)
    for (position, series) in chart.series.enumerated() {
      // Shorter series keep their place: point i stands in slot i.
      let padded = series.points + Array(repeating: nil, count: frame.count - series.points.count)
      for (index, value) in Sampling.bars(padded, slots: slots).enumerated() {
        guard let value else { continue }
        let left = frame.plot.left + (Double(index) + 0.5) * slot - group / 2 + Double(position) * bar
        let y = frame.y(value)
        let color = value < 0 && chart.series.count == 1 ? theme.bad : frame.color(position)
        let height = max(abs(zero - y), value == 0 ? 0 : 1.5 * unit)
        guard height > 0 else { continue }
        let top = value < 0 ? zero : zero - height
        let thickness = max(1, bar - gap)
        canvas.fill(x: left + gap / 2, y: top, width: thickness, height: height, radius: min(6 * unit, bar / 5), color)
        // Only the far end is round.
        canvas.fill(
          x: left + gap / 2, y: value < 0 ? top : top + height / 2, width: thickness, height: height / 2, color)
      }
    }
    let (left, right) = (frame.plot.left, frame.plot.right)
    canvas.line([(left, zero), (right, zero)], width: 2.5 * unit, theme.axis)
  }

  private func drawCandles() {
    let candles = Sampling.candles(chart.series, slots: max(1, Int(width / (5 * unit))))
    guard !candles.isEmpty else { return }
    let points = Double(chart.series.prefix(4).map(\.points.count).min() ?? 1)
    let slot = width * points / Double(max(1, frame.count)) / Double(candles.count)
    let body = min(28 * unit, slot * 0.68)
    for (index, candle) in candles.enumerated() {
      guard let candle else { continue }
      let x = frame.plot.left + (Double(index) + 0.5) * slot
      let color = candle.close < candle.open ? theme.bad : theme.good
      canvas.line([(x, frame.y(candle.high)), (x, frame.y(candle.low))], width: max(1.5, 2.5 * unit), color)
      let top = frame.y(max(candle.open, candle.close))
      let height = max(2.5 * unit, frame.y(min(candle.open, candle.close)) - top)
      canvas.fill(x: x - body / 2, y: top, width: body, height: height, radius: 2 * unit, color)
    }
  }

  // MARK: Names of moments

  /// Each beside its line: in the row above the data, else in two rows over it, where it covers no other.
  private func drawNames(of markers: [Chart.Mark]) {
    var edges = [Double](repeating: -.infinity, count: 3)
    let style = frame.style(24, .medium, theme.ink)
    for marker in markers.sorted(by: { $0.index < $1.index }) where !marker.label.isEmpty {
      let x = frame.x(Double(marker.index))
      let size = canvas.measure(marker.label, style, width: width * 0.4)
      var left = x + 10 * unit
      if left + size.width > frame.plot.right { left = x - 10 * unit - size.width }
      guard let row = edges.firstIndex(where: { $0 < left - 16 * unit }) else { continue }
      edges[row] = left + size.width
      let top = frame.plot.top + Double(row - 1) * (size.height + 2 * unit) - 8 * unit
      canvas.fill(
        x: left - 6 * unit, y: top, width: size.width + 12 * unit, height: size.height, radius: 6 * unit,
        theme.background.opacity(0.86))
      canvas.text(marker.label, x: left, y: top, style, width: width * 0.4)
    }
  }
}
