/// Draws charts that are read on a phone: large type, few lines, the data darkest.
package enum ChartRenderer {
  /// Series drawn; more could not be told apart.
  static let seriesLimit = 12

  /// Draws on the thread of graphics; the same chart gives the same bytes.
  ///
  /// - Throws: `GraphicsError`: a library is missing, the size is outside 200…4096, too many pictures wait.
  package static func png(_ chart: Chart, width: Int = 1000, height: Int = 600, theme: Theme = .light) async throws
    -> [UInt8]
  {
    try await RenderThread.shared.run {
      let canvas = try Canvas(width: width, height: height, background: theme.background)
      var chart = chart
      if chart.series.count > seriesLimit { chart.series.removeSubrange(seriesLimit...) }
      let frame = ChartFrame(chart, canvas: canvas, theme: theme)
      ChartMarks(chart, frame: frame, canvas: canvas, theme: theme).draw()
      return try canvas.png()
    }
  }
}
