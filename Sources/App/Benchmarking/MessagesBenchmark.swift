package import Formats
import Glibc

/// `thinnai bench messages`: Telegram-shaped messages over loopback HTTP, from 64 chats, made durable and answered.
package enum MessagesBenchmark {
  static let chats = 64
  static let ratePerSecond = 500.0
  /// What people write: a write most of the time, as in real use, and now and then a question.
  static let texts = [
    "add expense 120 rupees for tea", "add task call the printer about the brochure", "add expense 45 rupees for auto",
    "what are my tasks for today",
  ]

  /// - Parameters:
  ///   - binary: the program itself.
  ///   - share: the folder with `Personas/` and `Intents/`.
  ///   - seconds: how long each phase posts.
  ///   - peer: a Python interpreter with aiogram; it is measured in the same run.
  package static func run(binary: String, share: String, seconds: Int = 5, peer: String? = nil) async throws -> JSON {
    try await aside {
      signal(SIGPIPE, SIG_IGN)
      var result = try measureThinnai(binary: binary, share: share, seconds: Double(seconds))
      if let peer {
        let other = try measurePeer(binary: binary, share: share, seconds: Double(seconds), python: peer)
        result["peer"] = other
        result["to_peer"] = ratios(result, to: other)
      }
      return result
    }
  }

  private static func measureThinnai(binary: String, share: String, seconds: Double) throws -> JSON {
    let (listener, api) = try Socket.listen()
    defer { close(listener) }
    let home = try BenchmarkHome(binary: binary, share: share, api: api)
    try home.addPeople(chats)
    let server = try home.start(["serve"])
    defer { server.end() }
    try home.waitUntilReady(server, since: Stopwatch.now)
    let result = try measure(server, home: home, listener: listener, path: "/telegram/webhook", seconds: seconds)
    guard server.end() == 0 else { throw BenchmarkError(.failed, "The server did not end cleanly.") }
    return result
  }

  private static func measurePeer(binary: String, share: String, seconds: Double, python: String) throws -> JSON {
    let (listener, api) = try Socket.listen()
    defer { close(listener) }
    let home = try BenchmarkHome(binary: binary, share: share, api: api)
    let server = try home.start(
      path: python,
      arguments: [
        share + "/Benchmarks/peers/aiogram_peer.py", "--port", String(home.port), "--api", "http://127.0.0.1:\(api)",
        "--token", BenchmarkHome.token, "--secret", BenchmarkHome.secret, "--database", home.folder + "/peer.db",
      ])
    defer { server.end() }
    try home.waitUntilReady(server, since: Stopwatch.now)
    return try measure(server, home: home, listener: listener, path: "/telegram/webhook", seconds: seconds)
  }

  private static func measure(
    _ server: ChildProcess, home: BenchmarkHome, listener: Int32, path: String, seconds: Double
  ) throws -> JSON {
    let loop = try LoadLoop(
      port: home.port, listener: listener, path: path, secret: BenchmarkHome.secret, chats: chats, texts: texts)
    // Caches filled, code paged in.
    try loop.pace(perSecond: 200, seconds: 1)
    _ = try loop.drain(patience: 20)
    loop.reset()

    var cpu = server.cpuSeconds
    try loop.saturate(seconds: seconds)
    let lost = try loop.drain(patience: 20)
    cpu = server.cpuSeconds - cpu
    let saturated = loop.results
    let resident = server.kilobytes("VmRSS") / 1_024
    loop.reset()

    try loop.pace(perSecond: ratePerSecond, seconds: seconds * 2)
    let lostWhilePaced = try loop.drain(patience: 20)
    let paced = loop.results

    let posting = max(saturated.lastAcknowledged - saturated.firstSent, 1e-9)
    let whole = max(saturated.lastAnswered - saturated.firstSent, 1e-9)
    return [
      "accepted_per_s": rounded(Double(saturated.accepted) / posting, 0),
      "answered_per_s": rounded(Double(saturated.answered) / whole, 0),
      "ack_p50_ms": milliseconds(paced.acknowledged, 0.5), "ack_p99_ms": milliseconds(paced.acknowledged, 0.99),
      "answer_p50_ms": milliseconds(paced.answers, 0.5), "answer_p99_ms": milliseconds(paced.answers, 0.99),
      "cpu_us_per_message": rounded(cpu / Double(max(saturated.answered, 1)) * 1e6, 0),
      "rss_mb": rounded(resident, 1), "rss_peak_mb": rounded(server.kilobytes("VmHWM") / 1_024, 1),
      "chats": .integer(Int64(chats)), "accepted": .integer(Int64(saturated.accepted)),
      "answered": .integer(Int64(saturated.answered)), "refused_503": .integer(Int64(saturated.refused)),
      "unanswered": .integer(Int64(lost + lostWhilePaced)),
      "answered_twice": .integer(Int64(saturated.unexpected + paced.unexpected)),
      "paced_per_s": rounded(ratePerSecond, 0), "paced": .integer(Int64(paced.accepted)),
      "ack_max_ms": milliseconds(paced.acknowledged, 1), "answer_max_ms": milliseconds(paced.answers, 1),
      "saturated_ack_p99_ms": milliseconds(saturated.acknowledged, 0.99), "pacing": "lifted",
    ]
  }

  /// Each figure divided by the peer's: what is left of it on another machine.
  private static func ratios(_ ours: JSON, to peer: JSON) -> JSON {
    var all = JSONObject()
    for name in ["accepted_per_s", "answered_per_s", "cpu_us_per_message", "ack_p99_ms", "answer_p99_ms"] {
      guard let a = ours[name].double, let b = peer[name].double, b > 0 else { continue }
      all[name] = .number((a / b * 1_000).rounded() / 1_000)
    }
    return .object(all)
  }

  static func milliseconds(_ seconds: [Double], _ quantile: Double) -> JSON {
    guard !seconds.isEmpty else { return .null }
    let sorted = seconds.sorted()
    let rank = Int((quantile * Double(sorted.count)).rounded(.up)) - 1
    return rounded(sorted[max(0, min(sorted.count - 1, rank))] * 1_000, 2)
  }

  static func rounded(_ value: Double, _ digits: Int) -> JSON {
    if digits == 0 { return .integer(Int64(value.rounded())) }
    let scale = digits == 1 ? 10.0 : 100.0
    return .number((value * scale).rounded() / scale)
  }
}
