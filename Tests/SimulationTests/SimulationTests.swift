import Base
import Foundation
import RoomTesting
import Testing

/// A whole house on a virtual clock, from a seed. A seed that fails prints itself; `THINNAI_SIM_SEED=7` runs it alone.
@Suite("Simulation", .timeLimit(.minutes(20)))
struct SimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  static let given = environment["THINNAI_SIM_SEED"].flatMap { UInt64($0) }
  static let seconds: Double = environment["THINNAI_TEST_LONG"] != nil ? 600 : 50
  private static let workers = 2

  private static func check(_ seed: UInt64) async {
    let found: [String]
    do {
      found = try await OwnThread.run { try Simulation(seed: seed).run() }
    } catch {
      found = ["it broke off: \(error)"]
    }
    guard !found.isEmpty else { return }
    Issue.record(
      """
      THINNAI_SIM_SEED=\(seed): \(found.count) promises broken
      \(found.prefix(12).joined(separator: "\n"))
      """)
  }

  @Test("promises hold through crashes, lost answers, a full store and a clock that jumps")
  func promises() async {
    if let seed = Self.given { return await Self.check(seed) }
    let end = Date().addingTimeInterval(Self.seconds)
    let base: UInt64 = Self.environment["THINNAI_TEST_LONG"] == nil ? 1 : UInt64(end.timeIntervalSince1970) << 16
    await withDiscardingTaskGroup { group in
      for worker in 0..<Self.workers {
        group.addTask {
          var seed = base + UInt64(worker)
          while Date() < end {
            await Self.check(seed)
            seed += UInt64(Self.workers)
          }
        }
      }
    }
  }
}
