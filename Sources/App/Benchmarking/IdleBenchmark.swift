package import Formats
import Glibc

/// `thinnai bench idle`: how soon a start is ready, and what a gateway costs that nobody writes to.
package enum IdleBenchmark {
  static let starts = 20

  /// - Parameter idleSeconds: how long nobody writes before and while it is measured.
  package static func run(binary: String, share: String, idleSeconds: Int = 30) async throws -> JSON {
    try await aside {
      signal(SIGPIPE, SIG_IGN)
      let (listener, api) = try Socket.listen()
      defer { close(listener) }
      let home = try BenchmarkHome(binary: binary, share: share, api: api)
      // An existing home: one person, everything migrated and trained.
      try home.addPeople(1)
      var times: [Double] = []
      for attempt in 0...starts {
        let started = Stopwatch.now
        let server = try home.start(["serve"])
        let time = try home.waitUntilReady(server, since: started)
        // The first one may still train or migrate.
        if attempt > 0 { times.append(time) } else { sleep(5) }
        guard server.end() == 0 else { throw BenchmarkError(.failed, "The server did not end cleanly.") }
      }
      let server = try home.start(["serve"])
      defer { server.end() }
      try home.waitUntilReady(server, since: Stopwatch.now)
      sleep(UInt32(idleSeconds))
      let resident = server.kilobytes("Rss", in: "smaps_rollup") / 1_024
      let proportional = server.kilobytes("Pss", in: "smaps_rollup") / 1_024
      let (cpu, began) = (server.cpuSeconds, Stopwatch.now)
      sleep(UInt32(idleSeconds))
      let share = (server.cpuSeconds - cpu) / (Stopwatch.now - began)
      let rounded = MessagesBenchmark.rounded
      return [
        "start_ms": rounded((times.min() ?? 0) * 1_000, 1),
        "start_median_ms": rounded(times.sorted()[times.count / 2] * 1_000, 1),
        "rss_mb": rounded(resident, 1), "pss_mb": rounded(proportional, 1), "cpu_percent": rounded(share * 100, 2),
        "starts": .integer(Int64(starts)), "idle_s": .integer(Int64(idleSeconds)),
        "threads": .integer(Int64(server.count("task"))), "descriptors": .integer(Int64(server.count("fd"))),
      ]
    }
  }
}
