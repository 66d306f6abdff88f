import Glibc

@testable import Graphics

/// Pictures of what rooms draw, made of formulas. With THINNAI_GALLERY=FOLDER the tests also leave them there to look at.
enum Samples {
  private static func wave(_ index: Int, _ period: Double, _ phase: Double = 0) -> Double {
    sin(Double(index) / period * 2 * .pi + phase)
  }

  static let profitAndLoss = Chart(
    title: "Paper account", subtitle: "Profit and loss, last 30 days", headline: "+₹ 12,480", headlineTone: .good,
    kind: .area,
    series: [.init("P&L", (0..<120).map { 9_000 * wave($0, 90, -0.9) + 2_500 * wave($0, 17) + 60 * Double($0) })],
    ticks: [.init(0, "23 Oct"), .init(28, "30 Oct"), .init(56, "6 Nov"), .init(84, "13 Nov"), .init(112, "20 Nov")],
    unit: "₹", markers: [.init(40, "Sold 50 INFY")], footnote: "Paper money. Fees of 0.1 % are counted.")

  static let loadProfile = Chart(
    title: "North building", subtitle: "Load on Friday, 20 November", headline: "482 kWh", kind: .line,
    series: [
      .init("Today", (0..<96).map { $0 < 70 ? 18 + 14 * max(0, wave($0 - 26, 96)) + 2 * wave($0, 5) : nil }),
      .init("Usual Friday", (0..<96).map { 17 + 12 * max(0, wave($0 - 24, 96)) }),
    ],
    labels: (0..<96).map { "\($0 / 4 < 10 ? "0" : "")\($0 / 4):\($0 % 4 == 0 ? "00" : "\($0 % 4 * 15)")" }, unit: "kW",
    markers: [.init(38, "Unusual peak")])

  static let weekBars = Chart(
    title: "Net energy by day", subtitle: "Solar sold less grid bought", kind: .bars,
    series: [.init("Net", [4.2, -3.1, 6.8, nil, 7.4, 1.2, -5.5])],
    labels: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], unit: "kWh")

  static let groupedBars = Chart(
    title: "Expenses by brand", subtitle: "August to November", kind: .bars,
    series: [
      .init("Cafe", [120_000, 98_000, 143_000, 87_500]), .init("Studio", [64_000, 71_000, 52_500, 90_000]),
      .init("Web shop", [31_000, 28_500, 60_000, 44_000]),
    ],
    labels: ["Aug", "Sep", "Oct", "Nov"], unit: "₹")

  static var candles: Chart {
    var price = 67_200.0
    let candles = (0..<60).map { index -> Chart.Candle? in
      let open = price
      price += 420 * wave(index, 23) + 260 * wave(index, 3.1)
      return index == 31
        ? nil : .init(open: open, high: max(open, price) + 130, low: min(open, price) - 160, close: price)
    }
    let average = Chart.Series("Mean of 9", candles.map { $0.map { ($0.open + $0.close) / 2 } })
    return Chart(
      title: "BTC/USDT", subtitle: "1 hour candles", headline: "67,914", kind: .candles,
      series: Chart.series(of: candles) + [average], labels: (0..<60).map { "\($0 % 24):00" }, unit: "USDT")
  }

  static let tamil = Chart(
    title: "இரத்த அழுத்தம் — கடந்த ஏழு நாட்கள்", subtitle: "रक्तचाप: पिछले सात दिन", kind: .line,
    series: [.init("மேல் அளவு", [128, 131, 127, nil, 135, 129, 126]), .init("கீழ் அளவு", [82, 84, 80, nil, 86, 83, 81])],
    labels: ["திங்கள்", "செவ்வாய்", "புதன்", "வியாழன்", "வெள்ளி", "சனி", "ஞாயிறு"], unit: "mmHg")

  static let empty = Chart(title: "Portfolio", subtitle: "November", kind: .line, series: [])

  static let charts: [(String, Chart)] = [
    ("profit", profitAndLoss), ("load", loadProfile), ("bars", weekBars), ("grouped", groupedBars),
    ("candles", candles),
    ("tamil", tamil), ("empty", empty),
  ]

  static let doses = Card(
    title: "Medicines this week", subtitle: "16 to 22 November",
    header: ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    rows: [
      row("Metformin 08:00", "✓✓✓✗✓–·"), row("Amlodipine 08:00", "✓✓✓✓✓✓·"), row("Metformin 20:00", "✓–✓✓✓··"),
      row("வைட்டமின் D", "✓······"),
    ], footnote: "✓ taken   – skipped   ✗ missed")

  private static func row(_ name: String, _ marks: String) -> [Card.Cell] {
    [.init(name)]
      + marks.map { mark in
        .init(String(mark), mark == "✓" ? .good : mark == "✗" ? .bad : mark == "–" ? .warning : .muted)
      }
  }

  static let agenda = Card(
    title: "Friday", subtitle: "3 appointments, 1 conflict", header: ["What", "When", "Where"],
    rows: [
      ["Call with the auditors about the accounts of the last quarter and the new tax form", "09:30–10:15", "Phone"],
      ["Studio visit", .init("10:00–11:00", .warning), "Anna Nagar"], ["Dinner with family", "19:30", "Home"],
    ])

  static let cards: [(String, Card)] = [
    ("doses", doses), ("agenda", agenda), ("nothing", Card(title: "Tasks", rows: [])),
  ]
}
