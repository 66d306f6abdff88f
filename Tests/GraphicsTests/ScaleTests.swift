import Testing

@testable import Graphics

@Suite("Value axis")
struct ScaleTests {
  struct Case: CustomTestStringConvertible {
    let low: Double, high: Double
    var fromZero = false
    let labels: [String]
    var testDescription: String { "\(low) to \(high)" }
  }

  @Test(
    "has round ticks around the values",
    arguments: [
      Case(low: 0, high: 10, labels: ["0", "2", "4", "6", "8", "10"]),
      Case(low: 67_100, high: 67_900, labels: ["67,000", "67,200", "67,400", "67,600", "67,800", "68,000"]),
      Case(low: -3.1, high: 7.4, labels: ["−5.0", "−2.5", "0", "2.5", "5.0", "7.5"]),
      Case(low: 0, high: 143_000, labels: ["0", "50k", "100k", "150k"]),
      Case(low: 0.02, high: 0.11, labels: ["0", "0.025", "0.050", "0.075", "0.100", "0.125"]),
      Case(low: 5, high: 5, fromZero: true, labels: ["0", "1", "2", "3", "4", "5"]),
      Case(low: 0, high: 0, labels: ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      Case(low: 0, high: 4.2e9, labels: ["0", "1B", "2B", "3B", "4B", "5B"]),
    ])
  func ticks(_ c: Case) {
    let scale = Scale(low: c.low, high: c.high, fromZero: c.fromZero, count: 5)
    #expect(scale.ticks.map(scale.label) == c.labels)
    #expect(scale.low <= c.low && scale.high >= c.high)
  }

  @Test(
    "stays finite at the ends of what a number can be",
    arguments: [(-1e300, 1e300), (1e300, 1e300), (1e-300, 2e-300), (-1e-300, 1e300), (1e15, 1e15 + 2)])
  func extremes(_ low: Double, _ high: Double) {
    let scale = Scale(low: low, high: high, fromZero: false, count: 5)
    #expect(scale.low.isFinite && scale.high.isFinite && scale.high > scale.low && scale.ticks.count >= 2)
    for tick in scale.ticks { #expect(scale.label(tick).count < 28) }
  }

  @Test("keeps gaps, extremes and ends of long series")
  func sampling() {
    var points = [Double?](repeating: 1, count: 50_000)
    points[31_234] = 99
    points[31_235] = -99
    for index in 10_000..<20_000 { points[index] = .nan }
    let runs = Sampling.runs(points, pixels: 1_000)
    #expect(runs.count == 2)
    let all = runs.flatMap { $0 }
    #expect(all.count <= 4_000)
    #expect(all.first?.index == 0 && all.last?.index == 49_999)
    #expect(all.contains { $0.value == 99 } && all.contains { $0.value == -99 })
  }

  @Test("merges candles as a broker would")
  func candles() {
    let candles: [Chart.Candle?] = [
      .init(open: 1, high: 5, low: 0, close: 2), .init(open: 2, high: 9, low: 1, close: 3), nil,
      .init(open: 4, high: 6, low: 2, close: 5),
    ]
    let merged = Sampling.candles(Chart.series(of: candles), slots: 2)
    #expect(merged.map { $0?.open } == [1, 4] && merged.map { $0?.close } == [3, 5])
    #expect(merged.map { $0?.high } == [9, 6] && merged.map { $0?.low } == [0, 2])
  }
}
