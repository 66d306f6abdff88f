/// What a chart shows, without any thought of pixels.
package struct Chart: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// One line a series.
    case line
    /// Lines with what lies between them and zero filled; below zero in another colour.
    case area
    /// One bar a point, side by side by series.
    case bars
    /// The first four series are open, high, low and close; further ones are lines over the candles.
    case candles
  }

  package struct Series: Sendable {
    package var name: String
    /// `nil`, not-a-number and infinity are gaps.
    package var points: [Double?]
    /// The theme's own when left out.
    package var color: Color?

    package init(_ name: String, _ points: [Double?], color: Color? = nil) {
      self.name = name
      self.points = points
      self.color = color
    }
  }

  /// A text at a point of the x axis.
  package struct Mark: Sendable {
    package var index: Int
    package var label: String

    package init(_ index: Int, _ label: String) {
      self.index = index
      self.label = label
    }
  }

  package struct Candle: Sendable {
    package var open: Double, high: Double, low: Double, close: Double

    package init(open: Double, high: Double, low: Double, close: Double) {
      self.open = open
      self.high = high
      self.low = low
      self.close = close
    }
  }

  package var title: String
  package var subtitle: String?
  /// The one number to remember, set large beside the title ("+₹ 1,240").
  package var headline: String?
  package var headlineTone: Tone
  package var kind: Kind
  package var series: [Series]
  /// One a point; as many are shown as there is room for.
  package var labels: [String]
  /// Chosen places instead of `labels`, for a time axis (midnights, first of the month).
  package var ticks: [Mark]
  /// Of the y axis ("kWh", "₹").
  package var unit: String
  /// Moments worth naming: a dashed line and a text at the top.
  package var markers: [Mark]
  package var footnote: String?
  /// What a chart without a single value says.
  package var emptyText: String

  package init(
    title: String, subtitle: String? = nil, headline: String? = nil, headlineTone: Tone = .plain, kind: Kind,
    series: [Series], labels: [String] = [], ticks: [Mark] = [], unit: String = "", markers: [Mark] = [],
    footnote: String? = nil,
    emptyText: String = "No data yet"
  ) {
    self.title = title
    self.subtitle = subtitle
    self.headline = headline
    self.headlineTone = headlineTone
    self.kind = kind
    self.series = series
    self.labels = labels
    self.ticks = ticks
    self.unit = unit
    self.markers = markers
    self.footnote = footnote
    self.emptyText = emptyText
  }

  /// The four series of candles; `nil` is a gap.
  package static func series(of candles: [Candle?]) -> [Series] {
    [
      Series("open", candles.map { $0?.open }), Series("high", candles.map { $0?.high }),
      Series("low", candles.map { $0?.low }), Series("close", candles.map { $0?.close }),
    ]
  }
}
