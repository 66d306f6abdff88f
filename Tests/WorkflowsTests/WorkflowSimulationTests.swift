import Foundation
import Synchronization
import Testing

/// The promises of `Docs/workflows.md` under everything that goes wrong: seeds 1 to 8 by default, `THINNAI_SIM_SEED=7-90` for
/// others.
@Suite struct WorkflowSimulationTests {
  static let seeds: [UInt64] = {
    let given = ProcessInfo.processInfo.environment["THINNAI_SIM_SEED"] ?? "1-8"
    let ends = given.split(separator: "-").compactMap { UInt64($0) }
    guard let first = ends.first, let last = ends.last, first <= last else { return [1] }
    return Array(first...last)
  }()

  @Test(arguments: seeds) func keepsItsPromises(_ seed: UInt64) async throws {
    let simulation = try await WorkflowSimulation(seed: seed)
    try await simulation.run()
    let findings = simulation.findings.withLock { $0 }
    #expect(findings.isEmpty, "seed \(seed): \(findings.prefix(5).joined(separator: "\n"))")
  }
}
