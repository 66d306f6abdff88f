import Foundation
package import Formats
import Glibc

/// `thinnai bench soak`: thousands of reminders over hours, the program ended every minute, by turns politely and not.
///
/// What it shows: each reminder is told, once, soon; memory, descriptors and the store's log do not grow.
package enum SoakBenchmark {
  static let chats = 64

  private struct Sample {
    let rss: Double
    let descriptors: Double
    let wal: Double
  }

  /// - Parameters:
  ///   - minutes: how long, at least 5; the last reminders are due three minutes before the end.
  ///   - every: seconds between restarts.
  package static func run(
    binary: String, share: String, minutes: Int = 120, reminders: Int = 10_000, every: Int = 60
  ) async throws -> JSON {
    try await aside {
      signal(SIGPIPE, SIG_IGN)
      let (listener, api) = try Socket.listen()
      defer { close(listener) }
      let home = try BenchmarkHome(binary: binary, share: share, api: api)
      try home.addPeople(chats)
      var server = try home.start(["serve"])
      try home.waitUntilReady(server, since: Stopwatch.now)
      let platform = SoakPlatform(port: home.port, listener: listener)
      let start = Stopwatch.now
      for number in 0..<reminders {
        try platform.ask(
          chat: LoadLoop.firstChat + number % chats, minutes: 2 + number * max(1, minutes - 5) / max(1, reminders))
      }
      let end = start + Double(minutes) * 60
      var samples: [Sample] = []
      var kills = 0
      var restarts = 0
      var next = Stopwatch.now + Double(every)
      while Stopwatch.now < end {
        try platform.serve(seconds: max(0, min(next, end, Stopwatch.now + 1) - Stopwatch.now))
        guard server.isRunning else { throw BenchmarkError(.failed, "The server ended by itself.") }
        // nothing is ended in the last two minutes: what is late may still come
        guard Stopwatch.now >= next, next < end - 120 else { continue }
        samples.append(sample(server, home))
        platform.hangUp()
        restarts += 1
        if restarts % 2 == 0 {
          kills += 1
          server.end(SIGKILL)
        } else {
          guard server.end() == 0 else { throw BenchmarkError(.failed, "The server did not end cleanly.") }
        }
        server = try home.start(["serve"])
        next += Double(every)
      }
      samples.append(sample(server, home))
      guard server.end() == 0 else { throw BenchmarkError(.failed, "The server did not end cleanly.") }
      return report(platform.reminders, samples, minutes, restarts, kills)
    }
  }

  private static func sample(_ server: ChildProcess, _ home: BenchmarkHome) -> Sample {
    let facts = try? FileManager.default.attributesOfItem(atPath: home.wal)
    return Sample(
      rss: server.kilobytes("VmRSS") / 1_024, descriptors: Double(server.count("fd")),
      wal: Double((facts?[.size] as? Int) ?? 0) / 1_048_576)
  }

  private static func report(
    _ reminders: [SoakPlatform.Reminder], _ samples: [Sample], _ minutes: Int, _ restarts: Int, _ kills: Int
  ) -> JSON {
    let late = reminders.compactMap { reminder in reminder.told.first.map { $0 - reminder.due } }.sorted()
    func lateness(_ share: Double) -> JSON {
      late.isEmpty ? .null : MessagesBenchmark.rounded(late[Int(share * Double(late.count - 1))], 2)
    }
    // the first and the last of the samples, a tenth each: what grows shows in their middles
    func trend(_ value: (Sample) -> Double) -> JSON {
      let tenth = max(1, samples.count / 10)
      func middle(_ part: some Collection<Sample>) -> Double { part.map(value).sorted()[part.count / 2] }
      return [
        "first": MessagesBenchmark.rounded(middle(samples.prefix(tenth)), 1),
        "last": MessagesBenchmark.rounded(middle(samples.suffix(tenth)), 1),
        "most": MessagesBenchmark.rounded(samples.map(value).max() ?? 0, 1),
      ]
    }
    return [
      "minutes": .integer(Int64(minutes)), "reminders": .integer(Int64(reminders.count)),
      "told": .integer(Int64(reminders.count { !$0.told.isEmpty })),
      "missing": .integer(Int64(reminders.count { $0.told.isEmpty })),
      "told_twice": .integer(Int64(reminders.count { $0.told.count > 1 })),
      "early": .integer(Int64(late.count { $0 < -0.5 })), "restarts": .integer(Int64(restarts)),
      "kills": .integer(Int64(kills)), "late_p50_s": lateness(0.5), "late_p99_s": lateness(0.99),
      "late_most_s": lateness(1), "rss_mb": trend(\.rss), "descriptors": trend(\.descriptors), "wal_mb": trend(\.wal),
    ]
  }
}
