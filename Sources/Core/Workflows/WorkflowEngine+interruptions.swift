import Base
import Messages
import Store
import Synchronization
import Telemetry

// A step whose carrying out ends the program would be begun again at each start, and end it again.
extension WorkflowEngine {
  /// So many ends of the program while it was carried out, and a step counts as failed. Many, because from here an end from
  /// outside (a kill, the power) looks the same: of a thousand runs under two hundred kills, five lost runs that were sound.
  package static let mostInterruptions = 25

  /// The number that stands in the marks while a step is carried out.
  static func mark(of job: String, of key: RunKey, _ generation: Int) -> Int64 {
    // FNV-1a: the same in every process
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for text in [key.id, job] {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
    hash = (hash ^ UInt64(truncatingIfNeeded: generation)) &* 0x100_0000_01B3
    return Int64(bitPattern: hash | 1)
  }

  /// Whether the program has ended while it was carried out.
  func isSuspect(_ job: String, of key: RunKey) -> Bool {
    let step = job.hasPrefix("undo:") ? String(job.dropFirst(5)) : job
    return live.withLock { $0[key]?.stored.run.steps[step]?.interruptions ?? 0 } > 0
  }

  /// Counts what was carried out when the program ended; what has ended it too often fails.
  ///
  /// - Returns: the marks that are counted, once this is committed.
  func count(
    interruptionsOf key: RunKey, _ plan: inout WorkflowPlan, in transaction: Transaction
  ) -> Set<Int64> {
    let found = interrupted.withLock { $0 }
    guard !found.isEmpty else { return [] }
    let run = plan.run
    var counted: Set<Int64> = []
    for (step, state) in run.steps.sorted(by: { $0.key < $1.key }) {
      let isUndo = run.phase == .undoing && state.phase == .done && !state.isUndone
      guard isUndo || state.phase == .started else { continue }
      let mark = Self.mark(of: isUndo ? "undo:" + step : step, of: key, state.generation)
      guard found.contains(mark) else { continue }
      counted.insert(mark)
      plan.happened(WorkflowEvent(.interrupted, step))
      guard let now = plan.run.steps[step], now.interruptions >= Self.mostInterruptions else { continue }
      log.error(
        "A step ended the program again and again; it is given up", ["run": .text(key.id), "step": .text(step)])
      let sentence = "The program ended \(now.interruptions) times while this was carried out."
      let spoken = spoken(
        Say("workflows.why.ended", ["count": .integer(Int64(now.interruptions))]), run.person, in: transaction)
      for event in events(
        .failed(sentence, isFinal: true), step, now, plan.definition, isUndo: isUndo, spoken: spoken, &plan)
      {
        plan.happened(event)
      }
    }
    return counted
  }
}
