import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

/// Why a run ended before its last step, as people read it: what failed, who said no, or the words that it ended with.
enum WorkflowEnding {
  /// - Parameter reader: who reads it.
  /// - Returns: `nil` where it went to its end.
  static func reason(
    _ run: WorkflowRun, _ definition: WorkflowDefinition?, for reader: Person, _ people: PeopleBook,
    _ rows: some Querying
  ) throws -> Say.Value? {
    guard run.phase.isOver || run.phase == .undoing else { return nil }
    guard let error = run.error else { return words(of: run, definition).map { .term($0) } }
    if error == WorkflowReason.declined.rawValue, let who = try decliner(of: run, rows) {
      guard who != reader.id else { return .say(Say("workflow.ending.declined_own")) }
      let name = people.called(who, by: reader.id)
      if !name.isEmpty { return .say(Say("workflow.ending.declined", ["name": .text(name)])) }
    }
    // what depends on what happened was written for whom the run is for
    let isTheirs = people.person(run.person)?.language == reader.language
    return isTheirs ? run.spoken.map { .text($0) } ?? .term(error) : .term(error)
  }

  /// The same of a run that is in a list.
  static func reason(ofRun id: String, _ engine: WorkflowEngine?, _ rows: some Querying, _ context: ActionContext)
    throws -> Say.Value?
  {
    guard let run = try? StoredRun.read(id, rows)?.run else { return nil }
    let definition = try engine?.definition(hash: run.definition, rows)
    var reader = context.actor
    reader.language = context.language
    return try reason(run, definition, for: reader, context.people, rows)
  }

  /// The words with which a step ended the whole run.
  static func words(of run: WorkflowRun, _ definition: WorkflowDefinition?) -> String? {
    guard run.phase == .done, let words = run.result.string, !words.isEmpty else { return nil }
    let isStopped = run.steps.contains { key, step in
      guard step.phase == .done, step.result == run.result, case .stop? = definition?.step(at: key)?.kind else {
        return false
      }
      return true
    }
    return isStopped ? words : nil
  }

  /// Who said the no that ended it.
  static func decliner(of run: WorkflowRun, _ rows: some Querying) throws -> PersonID? {
    let answers = run.steps.sorted { $0.key < $1.key }.map(\.value.result).filter { $0["approved"] == false }
    guard let by = answers.compactMap({ $0["by"].string }).last else { return nil }
    guard by.hasPrefix(WorkflowApprovals.prefix) else { return PersonID(by) }
    return try Approval.refuser(of: String(by.dropFirst(WorkflowApprovals.prefix.count)), rows)
  }

  /// Whoever set it going hears that somebody said no, that nobody answered, or in which words it ended. What a person
  /// began alone is told; of what begins by itself only another's no is news.
  static func tell(
    _ run: WorkflowRun, _ definition: WorkflowDefinition, _ people: PeopleBook, in transaction: Transaction
  ) throws {
    guard try isTold(run, definition, transaction), let person = people.person(run.person),
      let reason = try reason(run, definition, for: person, people, transaction)
    else { return }
    try transaction.tell(
      run.person, Say("workflows.ended", ["workflow": .term(definition.title), "reason": reason]),
      dedupeKey: "ending:\(run.id):\(run.generation)")
  }

  static func isTold(_ run: WorkflowRun, _ definition: WorkflowDefinition, _ rows: some Querying) throws -> Bool {
    guard run.parent == nil else { return false }
    let isBegun = run.scopes != nil
    switch run.error {
    case nil: return isBegun && words(of: run, definition) != nil
    case WorkflowReason.declined.rawValue where run.phase == .cancelled:
      return try decliner(of: run, rows).map { $0 != run.person } ?? false
    case WorkflowReason.unanswered.rawValue where run.phase == .cancelled: return isBegun
    default: return false
    }
  }
}
