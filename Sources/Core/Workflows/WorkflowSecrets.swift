import Actions
import Base
import Crypto
import Formats
import Messages
import Store

/// Tokens and passwords among the inputs of a run. Its log, which people read and which is kept, has their names only; a step
/// gets them in the moment in which it is carried out. They are sealed, and gone when the run is over.
enum WorkflowSecrets {
  /// Puts the secrets of a run away.
  ///
  /// - Returns: the inputs with marks in their places.
  static func put(
    _ inputs: JSON, of run: String, inside parent: String?, _ key: SecretKey?, in transaction: Transaction
  ) throws -> JSON {
    let (marked, found) = SecretMarks.put(in: inputs)
    for (name, value) in found {
      let bytes = try key.map { try AEAD.seal(Array(value.utf8), key: $0, associated: place(transaction.tenant, name)) }
      try keep(run, name, bytes ?? Array(value.utf8), transaction)
    }
    // what the run around it was given is named there as it was
    if let parent, SecretMarks.areIn(marked.text()) {
      for (name, value) in try sealed(parent, transaction) { try keep(run, name, value, transaction) }
    }
    return marked
  }

  private static func keep(_ run: String, _ name: String, _ value: [UInt8], _ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT OR IGNORE INTO workflow_secrets (tenant, run, name, value) VALUES (:tenant, ?, ?, ?)", run, name, value)
  }

  private static func sealed(_ run: String, _ rows: some Querying) throws -> [(String, [UInt8])] {
    try rows.query("SELECT name, value FROM workflow_secrets WHERE tenant = :tenant AND run = ?", run) {
      ($0.text(0), $0.blob(1))
    }
  }

  private static func place(_ tenant: TenantID, _ name: String) -> [UInt8] {
    Array("workflow secret \(tenant.text.utf8.count) \(tenant.text) \(name)".utf8)
  }

  /// The secrets of a run by their marks.
  static func values(of run: String, _ key: SecretKey?, _ rows: some Querying, _ tenant: TenantID) throws -> [String:
    String]
  {
    var values: [String: String] = [:]
    for (name, value) in try sealed(run, rows) {
      let bytes = try key.map { try AEAD.open(value, key: $0, associated: place(tenant, name)) } ?? value
      values[SecretMarks.mark(name)] = String(decoding: bytes, as: UTF8.self)
    }
    return values
  }

  static func forget(_ run: String, in transaction: Transaction) throws {
    try transaction.execute("DELETE FROM workflow_secrets WHERE tenant = :tenant AND run = ?", run)
  }
}

extension WorkflowEngine {
  /// Carries a step out with the secrets that it names, for as long as it may take.
  ///
  /// What comes of it holds none of them.
  func carried(
    _ key: String, isUndo: Bool, _ run: WorkflowRun, _ definition: WorkflowDefinition, of tenant: TenantID
  ) async -> StepOutcome {
    if let later = await turn(key, isUndo: isUndo, run, definition, of: tenant) { return later }
    guard run.hasSecrets else { return await inTime(key, isUndo, run, definition) }
    let values: [String: String]
    do {
      let (id, secret) = (run.id, parts.secretKey)
      values = try await parts.store.tenant(tenant).read {
        try WorkflowSecrets.values(of: id, secret, $0, tenant)
      }
    } catch {
      return .failed("What the run keeps secret cannot be read: \(error)", isFinal: false)
    }
    let pairs = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    var filled = run
    filled.inputs = run.inputs.replacing(pairs)
    if let info = run.steps[key]?.info { filled.steps[key]?.info = info.replacing(pairs) }
    let hiding = pairs.filter { $0.1.utf8.count >= 4 }.sorted { $0.1.utf8.count > $1.1.utf8.count }.map { ($0.1, $0.0) }
    filled.secrets = pairs.map { ($0.1, $0.0) }
    switch await inTime(key, isUndo, filled, definition) {
    case .done(let data, let say): return .done(data.replacing(hiding), said: say?.replacing(hiding))
    case .confirm(let what, let say): return .confirm(what.replacing(hiding), say.replacing(hiding))
    case .failed(let error, let isFinal, let why, let after):
      return .failed(error.replacing(hiding), isFinal: isFinal, why: why?.replacing(hiding), after: after)
    case let other: return other
    }
  }

  /// How long an action may take: as its step says, else as the run was begun with. Calls to addresses have their own.
  private func deadline(
    of key: String, _ isUndo: Bool, _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) -> Duration? {
    guard let step = definition.step(at: key) else { return nil }
    switch step.kind {
    case .action, .call: return step.deadline ?? run.stepDeadline
    default: break
    }
    return isUndo ? run.stepDeadline : nil
  }

  /// An action that takes longer than its step may is left behind: what it would write is not written.
  private func inTime(
    _ key: String, _ isUndo: Bool, _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) async -> StepOutcome {
    guard let deadline = deadline(of: key, isUndo, run, definition) else {
      return await outcome(of: key, isUndo: isUndo, run, definition)
    }
    let (outcomes, tell) = AsyncStream.makeStream(of: StepOutcome.self, bufferingPolicy: .bufferingOldest(1))
    let clock = parts.clock
    let work = Task { tell.yield(await outcome(of: key, isUndo: isUndo, run, definition)) }
    let timer = Task {
      try await clock.sleep(for: deadline)
      tell.yield(.failed(WorkflowReason.late.rawValue, isFinal: false))
    }
    defer {
      work.cancel()
      timer.cancel()
    }
    for await outcome in outcomes { return outcome }
    return .failed(WorkflowReason.brokenOff.rawValue, isFinal: false)
  }
}
