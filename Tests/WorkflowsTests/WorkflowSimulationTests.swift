import Foundation
import Synchronization
import Testing

/// The promises of `Docs/workflows.md` under everything that goes wrong. A seed that fails prints itself;
/// `THINNAI_SIM_SEED=7` runs it alone, and `THINNAI_SIM_SEED=7-90` all of these. A long run (`./thinnai test --long`) takes
/// ten thousand new ones, in a build of its own with optimisation: a debug build would take the day.
@Suite("Workflows from a seed", .timeLimit(.minutes(240)))
struct WorkflowSimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  #if DEBUG
    private static let isLong = false
  #else
    private static let isLong = environment["THINNAI_TEST_LONG"] != nil
  #endif
  private static let workers = 2

  /// The same seeds everywhere, or a fast machine would find what a slow one does not.
  static let seeds: ClosedRange<UInt64> = {
    let given = environment["THINNAI_SIM_SEED"]?.split(separator: "-").compactMap { UInt64($0) } ?? []
    if let first = given.first, let last = given.last, first <= last { return first...last }
    guard isLong else { return 1...80 }
    let base = UInt64(Date().timeIntervalSince1970) << 16
    return base...base + 9_999
  }()
  /// No seed is begun after so long.
  private static let seconds: Double = isLong || environment["THINNAI_SIM_SEED"] != nil ? 14_000 : 30

  /// - Returns: whether all promises held.
  private static func check(_ seed: UInt64) async -> Bool {
    let findings: [String]
    var trace: [String] = []
    do {
      let simulation = try await WorkflowSimulation(seed: seed)
      try await simulation.run()
      findings = simulation.findings.withLock { $0 }
      trace = simulation.trace.withLock { $0 }
      await simulation.close()
    } catch {
      findings = ["it broke off: \(error)"]
    }
    guard !findings.isEmpty else { return true }
    if environment["THINNAI_SIM_TRACE"] != nil { print(trace.joined(separator: "\n")) }
    Issue.record(
      "THINNAI_SIM_SEED=\(seed): \(findings.count) promises broken\n\(findings.prefix(8).joined(separator: "\n"))")
    return false
  }

  @Test("promises hold through crashes, late engines, a store that refuses and a clock that jumps")
  func keepsItsPromises() async {
    let start = Date()
    let seeds = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<Self.workers {
        group.addTask {
          var (count, broken) = (0, 0)
          for seed in Self.seeds where seed % UInt64(Self.workers) == UInt64(worker) {
            // an engine that is broken is so everywhere: a few findings will do
            guard Date().timeIntervalSince(start) < Self.seconds, broken < 3 else { return count }
            if await !Self.check(seed) { broken += 1 }
            count += 1
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    let seconds = Date().timeIntervalSince(start)
    print("workflows simulated: \(seeds) seeds in \(Int(seconds)) s, \(Int(Double(seeds) / seconds * 60)) a minute")
  }
}
