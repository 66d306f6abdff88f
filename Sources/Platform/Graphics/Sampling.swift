/// Makes long series short without losing what the eye would see.
enum Sampling {
  typealias Point = (index: Double, value: Double)

  /// The runs between gaps; with more than two points a pixel, the first, least, greatest and last of each pixel.
  static func runs(_ points: [Double?], pixels: Int) -> [[Point]] {
    let pixels = max(1, pixels)
    var runs: [[Point]] = []
    var run: [Point] = []
    func close() {
      if !run.isEmpty { runs.append(run) }
      run = []
    }
    guard points.count > 2 * pixels else {
      for (index, value) in points.enumerated() {
        if let value = Scale.bounded(value) { run.append((Double(index), value)) } else { close() }
      }
      close()
      return runs
    }
    for pixel in 0..<pixels {
      var extremes: (first: Point, least: Point, greatest: Point, last: Point)?
      for index in bucket(pixel, of: pixels, count: points.count) {
        guard let value = Scale.bounded(points[index]) else { continue }
        let point = (Double(index), value)
        guard var seen = extremes else {
          extremes = (point, point, point, point)
          continue
        }
        if value < seen.least.value { seen.least = point }
        if value > seen.greatest.value { seen.greatest = point }
        seen.last = point
        extremes = seen
      }
      guard let extremes else {
        close()
        continue
      }
      let ordered = [extremes.first, extremes.least, extremes.greatest, extremes.last].sorted { $0.index < $1.index }
      for point in ordered where run.last?.index != point.index { run.append(point) }
    }
    close()
    return runs
  }

  /// At most so many bars: of each group, the value farthest from zero.
  static func bars(_ points: [Double?], slots: Int) -> [Double?] {
    guard points.count > slots else { return points.map(Scale.bounded) }
    return (0..<slots).map { slot in
      bucket(slot, of: slots, count: points.count).compactMap { Scale.bounded(points[$0]) }.max { abs($0) < abs($1) }
    }
  }

  /// At most so many candles: the first open, the extremes and the last close of each group.
  static func candles(_ series: [Chart.Series], slots: Int) -> [Chart.Candle?] {
    let count = series.prefix(4).map(\.points.count).min() ?? 0
    guard series.count >= 4, count > 0 else { return [] }
    let slots = min(slots, count)
    return (0..<slots).map { slot in
      var merged: Chart.Candle?
      for index in bucket(slot, of: slots, count: count) {
        guard let open = Scale.bounded(series[0].points[index]), let high = Scale.bounded(series[1].points[index]),
          let low = Scale.bounded(series[2].points[index]), let close = Scale.bounded(series[3].points[index])
        else { continue }
        // A feed's high may lie below its close; the picture never shows a body outside its wick.
        let top = max(open, high, low, close)
        let bottom = min(open, high, low, close)
        if let before = merged {
          merged = .init(open: before.open, high: max(before.high, top), low: min(before.low, bottom), close: close)
        } else {
          merged = .init(open: open, high: top, low: bottom, close: close)
        }
      }
      return merged
    }
  }

  private static func bucket(_ slot: Int, of slots: Int, count: Int) -> Range<Int> {
    (slot * count / slots)..<((slot + 1) * count / slots)
  }
}
