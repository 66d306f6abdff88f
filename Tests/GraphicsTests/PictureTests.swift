import Foundation
import Testing

@testable import Graphics

/// The sides that a PNG's header gives; `nil` when it is not a whole PNG.
private func sides(ofPNG bytes: [UInt8]) -> (width: Int, height: Int)? {
  guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count > 45,
    bytes[12..<16].elementsEqual("IHDR".utf8), bytes.suffix(8).prefix(4).elementsEqual("IEND".utf8)
  else { return nil }
  func number(_ offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
  return (number(16), number(20))
}

private func keep(_ name: String, _ png: [UInt8]) throws {
  guard let folder = ProcessInfo.processInfo.environment["THINNAI_GALLERY"] else { return }
  try Data(png).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).png"))
}

/// One after the other: there is one render thread, and what waits for it is bounded.
@Suite("Pictures", .serialized)
enum PictureTests {}

extension PictureTests {
  @Suite("Charts", .serialized)
  struct ChartTests {
    @Test(
      "draws every sample in both themes, twice with the same bytes", arguments: Samples.charts.map(\.0), Theme.allCases
    )
    func samples(_ name: String, _ theme: Theme) async throws {
      let chart = try #require(Samples.charts.first { $0.0 == name }?.1)
      let png = try await ChartRenderer.png(chart, theme: theme)
      let size = try #require(sides(ofPNG: png))
      #expect(size == (1000, 600))
      #expect(try await ChartRenderer.png(chart, theme: theme) == png)
      try keep("\(name)-\(theme)", png)
    }

    @Test("bears hostile values", arguments: Chart.Kind.allCases)
    func hostileValues(_ kind: Chart.Kind) async throws {
      let columns: [[Double?]] = [
        [], [nil], [.nan, .infinity, -.infinity], [0], [0, 0, 0], [1e308, -1e308],
        [.leastNonzeroMagnitude, -.leastNormalMagnitude], [1e15, 1e15 + 1],
        [.greatestFiniteMagnitude], [-7], [1, nil, 2, nil, 3], [-1e-7, 1e-7], [1e300, 1e-300],
      ]
      for points in columns {
        // Candles need four series of this.
        let series = (0..<5).map { Chart.Series("s\($0)", $0 == 3 ? points.reversed() : points) }
        let chart = Chart(title: "\(points)", kind: kind, series: series, labels: ["a", "b"], markers: [.init(0, "m")])
        #expect(sides(ofPNG: try await ChartRenderer.png(chart, width: 400, height: 300)) != nil, "\(kind) \(points)")
      }
    }

    @Test("bears series of unlike lengths, and candles without four series", arguments: Chart.Kind.allCases)
    func unlikeLengths(_ kind: Chart.Kind) async throws {
      let chart = Chart(
        title: "t", kind: kind, series: [.init("a", [1, 2, 3]), .init("b", []), .init("c", [4])],
        labels: Array(repeating: "label", count: 50), ticks: [.init(-1, "no"), .init(2, "yes"), .init(99, "no")],
        markers: [.init(-5, "no"), .init(1, ""), .init(7, "no")])
      #expect(sides(ofPNG: try await ChartRenderer.png(chart)) != nil)
    }

    @Test("draws 100,000 points quickly", .timeLimit(.minutes(1)), arguments: Chart.Kind.allCases)
    func manyPoints(_ kind: Chart.Kind) async throws {
      let points = (0..<100_000).map { Double?(Double($0 * 7919 % 1000)) }
      let chart = Chart(
        title: "Long", kind: kind, series: (0..<5).map { .init("s\($0)", points) },
        labels: (0..<100_000).map { "\($0)" })
      #expect(sides(ofPNG: try await ChartRenderer.png(chart)) != nil)
    }

    @Test("bears long and strange texts")
    func strangeTexts() async throws {
      let long = String(repeating: "மிக நீளமான தலைப்பு 👩‍👩‍👧‍👦 ", count: 2_000)
      for text in [long, String(repeating: "W", count: 100_000), "\u{0}\u{7}\n\r\t\u{202E}x", "👨‍👩‍👧‍👦🇮🇳", "<b>&amp;"] {
        let chart = Chart(
          title: text, subtitle: text, headline: text, kind: .line, series: (0..<20).map { _ in .init(text, [1, 2]) },
          labels: [text, text], unit: text, markers: [.init(0, text), .init(1, text)], footnote: text)
        #expect(sides(ofPNG: try await ChartRenderer.png(chart)) != nil)
        #expect(sides(ofPNG: try await ChartRenderer.png(chart, width: 200, height: 200)) != nil)
      }
    }

    @Test(
      "refuses sizes that no screen has", arguments: [(0, 600), (-1, -1), (1000, 199), (5000, 600), (Int.max, Int.max)])
    func sizes(_ width: Int, _ height: Int) async {
      await #expect {
        try await ChartRenderer.png(Samples.weekBars, width: width, height: height)
      } throws: {
        ($0 as? GraphicsError)?.fact == .sizeOutOfRange
      }
    }

    @Test("draws many at once, one after the other, and turns away only what would wait too long")
    func manyAtOnce() async throws {
      let outcomes = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<12 {
          group.addTask { (try? await ChartRenderer.png(Samples.weekBars, width: 300, height: 200)) != nil }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(outcomes == Array(repeating: true, count: 12))
    }
  }

  @Suite("Cards", .serialized)
  struct CardTests {
    @Test("draws every sample as tall as it needs", arguments: Samples.cards.map(\.0), Theme.allCases)
    func samples(_ name: String, _ theme: Theme) async throws {
      let card = try #require(Samples.cards.first { $0.0 == name }?.1)
      let png = try await CardRenderer.png(card, theme: theme)
      #expect(try #require(sides(ofPNG: png)).width == 1000)
      #expect(try await CardRenderer.png(card, theme: theme) == png)
      try keep("card-\(name)-\(theme)", png)
    }

    @Test("bears hostile tables")
    func hostile() async throws {
      let long = String(repeating: "எழுத்து ", count: 5_000)
      let tables: [[[Card.Cell]]] = [
        [[]], [[], ["a"]], Array(repeating: Array(repeating: Card.Cell(long, .bad), count: 40), count: 200),
        [[""]], [["\u{0}", "👨‍👩‍👧‍👦"]],
      ]
      for rows in tables {
        let card = Card(title: long, subtitle: long, header: ["a", "b", long], rows: rows, footnote: long)
        for width in [200, 1000] {
          let size = try #require(sides(ofPNG: try await CardRenderer.png(card, width: width)))
          #expect(size.width == width && size.height <= 4096)
        }
      }
    }
  }
}
