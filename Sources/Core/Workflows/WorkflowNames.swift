import Actions
import Base
import Formats
import Messages
import People
import Store
import Text

// Workflows and runs as people name them.

extension WorkflowEngine {
  /// By its name, its title, or either as it is said: without hyphens, and without the word "workflow" behind it.
  func named(_ words: String, for person: Person, _ rows: some Querying) throws -> WorkflowDefinition? {
    let all = try definitions(for: person, rows)
    if let exact = all.first(where: { $0.name == words }) { return exact }
    let wanted = Self.plain(words)
    return all.first { Self.plain($0.name) == wanted || Self.plain($0.title) == wanted }
  }

  /// What is under way for a person and kept nowhere: what was to be done once. It is held and ended by its name, too.
  func underway(for person: Person, _ rows: some Querying) throws -> [WorkflowDefinition] {
    try rows.query(
      """
      SELECT DISTINCT source FROM workflow_runs JOIN workflow_definitions USING (tenant)
      WHERE tenant = :tenant AND hash = definition AND person = ? AND phase IN ('running', 'paused', 'undoing')
      """, person.id, map: { $0.text(0) }
    ).compactMap { try? parts.library.read($0) }
  }

  private static func plain(_ words: String) -> String {
    let words = words.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let rest = words.last == "workflow" && words.count > 1 ? words.dropLast() : words[...]
    return rest.joined(separator: " ")
  }
}

extension Workflows {
  /// The workflows that people may name in messages.
  static let list = EntityList("workflows", tables: ["workflow_own"]) { person, reader in
    guard let engine = reader.service(WorkflowEngine.self), let person = engine.parts.people.person(person) else {
      return []
    }
    var entries: [EntityList.Entry] = []
    for definition in try engine.definitions(for: person, reader) + engine.underway(for: person, reader) {
      guard !entries.contains(where: { $0.id == definition.name }) else { continue }
      let said = definition.name.replacing("-", with: " ")
      entries.append(EntityList.Entry(id: definition.name, name: definition.title, aliases: [definition.name, said]))
    }
    return entries
  }
}

extension WorkflowAccess {
  enum Found {
    case run(String)
    /// Several may be meant, or none is.
    case which(ActionResult)
  }

  /// The run that somebody means: by its id, by its workflow's name, or the only one there is.
  ///
  /// - Parameter action: what is to be done with it; buttons do it to each of several.
  static func open(
    _ run: String?, _ workflow: String?, _ action: String, in context: ActionContext
  ) async throws -> Found {
    if let run { return .run(run) }
    let (actor, isHeld) = (context.actor, action == ResumeWorkflow.name)
    let (all, name) = try await context.store.read { reader -> ([(id: String, name: String, title: String)], String?) in
      let engine = reader.service(WorkflowEngine.self)
      let named = try workflow.map { try engine?.named($0, for: actor, reader)?.name ?? $0 }
      let phases = isHeld ? "('paused')" : "('running', 'paused', 'undoing')"
      func found(isInsideToo: Bool) throws -> [(String, String)] {
        try reader.query(
          """
          SELECT id, name FROM workflow_runs AS one
          WHERE tenant = :tenant AND (person = ? OR ?) AND phase IN \(phases) AND (? IS NULL OR name = ?)
            AND (? OR dedupe_key IS NULL OR NOT EXISTS (
              SELECT 1 FROM workflow_runs AS around WHERE around.tenant = :tenant
                AND around.id = substr(one.dedupe_key, 1, instr(one.dedupe_key, ':') - 1)))
          ORDER BY created_at DESC LIMIT 6
          """, actor.id, actor.isOwner, named, named, isInsideToo
        ) { ($0.text(0), $0.text(1)) }
      }
      // one that is inside of another is held, ended and let go on with it
      var rows = try found(isInsideToo: false)
      if rows.isEmpty { rows = try found(isInsideToo: true) }
      return (try rows.map { ($0.0, $0.1, try engine?.definition(ofRun: $0.0, reader)?.title ?? $0.1) }, named)
    }
    // what cannot be undone is not done on a word alone
    if all.count == 1, let only = all.first, action != CancelWorkflow.name { return .run(only.id) }
    guard !all.isEmpty else {
      throw ActionError(
        "workflows.none_open", ["workflow": .term(name ?? "")],
        sentence: name.map { "No run of \($0) is under way." } ?? "No workflow is under way.", field: "run")
    }
    var buttons = all.prefix(3).map { run in
      Say.Button(
        "workflow.button.run", ["title": .term(run.title)], action: action, arguments: ["run": .string(run.id)])
    }
    // a yes to one is as good as a tap
    buttons[0].isOffer = all.count == 1
    let question =
      all.count == 1 ? "workflow.ends" : action == CancelWorkflow.name ? "workflow.which_ends" : "workflow.which"
    return .which(
      .answer(Say(question, ["title": .term(all[0].title)], buttons: buttons), data: .array(all.map { .string($0.id) }))
    )
  }
}
