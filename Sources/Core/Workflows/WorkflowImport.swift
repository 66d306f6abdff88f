import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store

/// Workflows of a tenant's own, kept in the store: imported, and there at once.
enum OwnWorkflows {
  static let importers = [
    Importer("workflow", summary: "A workflow in our own form (YAML); Docs/workflows.md describes it.") {
      file, name, _, owner, store in
      let source = try await text(file, name)
      return try await keep(try WorkflowDefinition(source: source, file: name), name, owner, store)
    },
    Importer("n8n", summary: "A workflow exported from n8n (JSON); what cannot be taken over is listed.") {
      file, name, _, owner, store in
      let text = try await text(file, name)
      let json: JSON
      do { json = try JSON.parse(text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text) } catch let error
        as JSONError
      {
        throw DataFileError(file: name, line: nil, expected: "JSON as n8n exports it was expected: \(error.sentence)")
      }
      var report = Importer.Report()
      let all = N8NReader.workflows(in: json)
      for (index, one) in all.enumerated() {
        var one = one
        let hasName = one["name"].string?.trimmed.isEmpty == false
        if !hasName, one["nodes"].array != nil {
          one["name"] = .string(N8NReader.title(ofFile: name) + (all.count > 1 ? " \(index + 1)" : ""))
        }
        try await bring(one, of: text, name, owner, store, &report, hasName: hasName)
      }
      return report
    },
  ]

  /// Keeps one workflow of n8n, with what is to be done by hand.
  private static func bring(
    _ json: JSON, of text: String, _ file: String, _ owner: Person, _ store: TenantStore,
    _ report: inout Importer.Report, hasName: Bool
  ) async throws {
    let (here, own) = try await store.read { reader in
      let all = try reader.service(WorkflowEngine.self)?.definitions(reader) ?? []
      let own = try reader.query("SELECT name FROM workflow_own WHERE tenant = :tenant") { $0.text(0) }
      return (Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }), Set(own))
    }
    let title = N8NReader.title(of: json)
    let wanted = N8NReader.identifier(title)
    // another title whose letters are the same is another workflow
    let name =
      here[wanted].map { $0.title == title } ?? true
      ? wanted
      : (2...).lazy.map { "\(wanted)-\($0)" }.first { here[$0].map { $0.title == title } ?? true } ?? wanted
    let result = try N8NReader.read(json, zone: owner.zone, name: name, inputs: { here[$0]?.inputs }) {
      here[$0] != nil
    }
    let kept = try await keep(try WorkflowDefinition(source: result.source, file: file), file, owner, store)
    report.added += kept.added
    report.updated += kept.updated
    report.unchanged += kept.unchanged
    let place = line(of: title, in: text)
    if !hasName { report.notes.append((1, "It has no name; it is kept as \(name).")) }
    if kept.updated > 0 {
      report.notes.append((place, "“\(title)”: It took the place of the workflow \(name) that was imported before."))
    } else if kept.added > 0, here[name] != nil, !own.contains(name) {
      report.notes.append((place, "“\(title)”: It stands in for \(name), which came with the program."))
    }
    for note in result.notes {
      report.notes.append((line(of: note.node, in: text), "“\(note.node)”: \(note.sentence)"))
    }
  }

  private static let sizeLimit = 2 << 20

  private static func text(_ file: ByteSource, _ name: String) async throws -> String {
    guard let bytes = try await file.rest(limit: sizeLimit) else {
      throw DataFileError(file: name, line: nil, expected: "a workflow of at most 2 MB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataFileError(file: name, line: nil, expected: "text in UTF-8 was expected")
    }
    return text
  }

  /// Where a node is named first; 1 where it is not found.
  private static func line(of node: String, in text: String) -> Int {
    guard let place = text.firstRange(of: JSON.string(node).text()) else { return 1 }
    return text[..<place.lowerBound].utf8.count { $0 == 10 } + 1
  }

  private static func keep(
    _ definition: WorkflowDefinition, _ file: String, _ owner: Person, _ store: TenantStore
  ) async throws -> Importer.Report {
    try await store.write { transaction in try keep(definition, file, owner, in: &transaction) }
  }

  /// Keeps a workflow of a tenant's own, checked against what there is.
  static func keep(
    _ definition: WorkflowDefinition, _ file: String, _ owner: Person, in transaction: inout Transaction
  ) throws -> Importer.Report {
    var report = Importer.Report()
    let engine = try WorkflowAccess.engine(transaction)
    try engine.check(definition, file, transaction)
    let before = try transaction.first(
      "SELECT source, added_at FROM workflow_own WHERE tenant = :tenant AND name = ?", definition.name,
      map: { (source: $0.text(0), at: $0.instant(1)) })
    if before?.source == definition.source {
      report.unchanged = 1
      return report
    }
    // one that heard of the same before hears of what is still under way
    let heard = before.flatMap { try? engine.parts.library.read($0.source).heard }
    let since = heard == definition.heard ? before?.at ?? transaction.now : transaction.now
    try transaction.execute(
      """
      INSERT INTO workflow_own (tenant, name, source, added_at) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, name) DO UPDATE SET source = excluded.source, added_at = excluded.added_at
      """, definition.name, definition.source, since)
    WorkflowTimers.hear(definition, in: transaction)
    // begins by the clock as its file says now
    try transaction.unschedule(WorkflowTimers.start, subject: definition.name)
    if definition.beginsByItself { try WorkflowTimers.plan(definition, for: owner, in: &transaction) }
    if before == nil { report.added = 1 } else { report.updated = 1 }
    return report
  }
}

extension WorkflowEngine {
  /// A workflow by its name: the tenant's own before the one that is shipped.
  func definition(_ name: String, _ rows: some Querying) throws -> WorkflowDefinition? {
    let source = try rows.first("SELECT source FROM workflow_own WHERE tenant = :tenant AND name = ?", name) {
      $0.text(0)
    }
    return try source.map { try parts.library.read($0) } ?? parts.library[name]
  }

  /// Whether a workflow that is to be kept fits what there is.
  ///
  /// - Throws: `DataFileError`, the first mistake with its line.
  func check(_ definition: WorkflowDefinition, _ file: String, _ rows: some Querying) throws {
    try parts.library.check(definition, file, parts.runner.registry) { name in
      try self.definition(name, rows)
    }
  }

  /// All that a tenant can start.
  func definitions(_ rows: some Querying) throws -> [WorkflowDefinition] {
    let own = try rows.query("SELECT source FROM workflow_own WHERE tenant = :tenant") { $0.text(0) }
      .map { try parts.library.read($0) }
    let names = Set(own.map(\.name))
    return (own + parts.library.all.filter { !names.contains($0.name) }).sorted { $0.name < $1.name }
  }

  /// Whether it was kept or brought in here.
  func isOwn(_ definition: WorkflowDefinition, _ rows: some Querying) throws -> Bool {
    try rows.first(
      "SELECT 1 FROM workflow_own WHERE tenant = :tenant AND name = ?", definition.name, map: { _ in true })
      == true
  }

  /// Those that a person may know of and start. What somebody kept or brought in is the owner's alone, as it is in the
  /// owner's words, unless it names itself who may start it.
  func definitions(for person: Person, _ rows: some Querying) throws -> [WorkflowDefinition] {
    let all = try definitions(rows)
    guard !person.isOwner else { return all }
    let kept = Set(try rows.query("SELECT name FROM workflow_own WHERE tenant = :tenant") { $0.text(0) })
    return all.filter { definition in
      definition.personas.contains(person.persona)
        || (definition.personas.isEmpty && !kept.contains(definition.name))
    }
  }
}

struct ExportWorkflow: Action {
  static let name = "workflow.export"
  static let summary = "Gives a workflow as a file: our own form, or n8n's."
  static let effect = Effect.read

  @Parameter("The workflow's name.") var workflow: String
  @Parameter("yaml or n8n.", kind: .choice(["yaml", "n8n"]), default: "yaml") var format: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (name, format) = (workflow, format)
    let (found, isShipped) = try await context.store.read { reader in
      let engine = reader.service(WorkflowEngine.self)
      let found = try engine?.definition(name, reader)
      return (found, found.map { engine?.parts.library.isShipped($0) == true } ?? true)
    }
    // what somebody wrote here may hold what is nobody else's business: addresses, keys
    guard isShipped || context.actor.isOwner else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
    }
    guard let definition = found else {
      throw ActionError(
        "workflows.unknown", ["workflow": .text(name)], sentence: "There is no workflow \(name).", field: "workflow")
    }
    let say = Say("workflow.export", ["title": .term(definition.title)])
    if format == "n8n" {
      let (file, notes) = N8NWriter.json(definition)
      // n8n passes over what it does not know
      var data = file.object ?? [:]
      data["notes"] = notes
      return keep(file.pretty(), "application/json", name + ".json", say, .object(data), for: context.actor.id)
    }
    return keep(
      definition.source, "application/yaml", name + ".yaml", say,
      ["workflow": .string(name), "source": .string(definition.source)], for: context.actor.id)
  }

  /// The answer with its file.
  private func keep(
    _ text: String, _ type: String, _ name: String, _ say: Say, _ data: JSON, for person: PersonID
  ) -> ActionResult {
    .change { transaction in
      var say = say
      say.picture = try transaction.keep(Array(text.utf8), type: type, name: name, person: person)
      return Outcome(say, data: data)
    }
  }
}

struct RemoveWorkflow: Action {
  static let name = "workflow.remove"
  static let summary = "Takes out a workflow that was imported; runs that are under way go on."
  static let effect = Effect.write

  @Parameter("The workflow's name.") var workflow: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (name, isOwner) = (workflow, context.actor.isOwner)
    return .change { transaction in
      guard isOwner else {
        throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
      }
      let title = try transaction.service(WorkflowEngine.self)?.definition(name, transaction)?.title ?? name
      let gone = try transaction.execute("DELETE FROM workflow_own WHERE tenant = :tenant AND name = ?", name)
      guard gone == 1 else {
        throw ActionError(
          "workflows.not_own", ["workflow": .text(name)],
          sentence: "\(name) was not imported; only what was can be taken out.",
          field: "workflow")
      }
      try transaction.unschedule(WorkflowTimers.start, subject: name)
      return Outcome(Say("workflow.remove", ["workflow": .term(title)]))
    }
  }
}
