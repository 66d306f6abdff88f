import Actions
import Base
import Formats
import Messages
import Store

/// A brand, client or undertaking that tasks, expenses and platforms belong to; made when it is first named.
struct Project: Sendable, Hashable {
  let id: String
  let name: String
}

/// The tenant's projects, found as people name them.
enum ProjectBook {
  static let list = EntityList("projects", noun: "brand", tables: ["desk_projects"]) { _, reader in
    try all(reader).map { EntityList.Entry(id: $0.id, name: $0.name) }
  }

  static func all(_ rows: some Querying) throws -> [Project] {
    try rows.query("SELECT id, name FROM desk_projects WHERE tenant = :tenant ORDER BY folded LIMIT 2000") {
      Project(id: $0.text(0), name: $0.text(1))
    }
  }

  /// One spelling for what people write: lower case, single spaces.
  static func fold(_ name: String) -> String {
    name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  static func exact(_ name: String, _ rows: some Querying) throws -> Project? {
    try rows.first(
      "SELECT id, name FROM desk_projects WHERE tenant = :tenant AND (folded = ? OR id = ?)", fold(name), name
    ) { Project(id: $0.text(0), name: $0.text(1)) }
  }

  /// A project written almost so. Names that differ in a number are two projects, not a slip.
  static func near(_ name: String, _ rows: some Querying) throws -> Project? {
    let wanted = fold(name)
    func digits(_ text: String) -> String { text.filter(\.isNumber) }
    let candidates = try all(rows).filter { digits($0.name) == digits(wanted) }
    guard let nearest = EditDistance.nearest(wanted, in: candidates.map { fold($0.name) }) else { return nil }
    return candidates.first { fold($0.name) == nearest }
  }

  // MARK: Naming one in a change

  enum Choice: Sendable {
    case none
    case known(Project)
    case new(String)

    var name: String? {
      switch self {
      case .none: nil
      case .known(let project): project.name
      case .new(let name): name
      }
    }

    /// The project's row, made now when it is new.
    func settle(by person: PersonID, in transaction: Transaction) throws -> Project? {
      switch self {
      case .none: return nil
      case .known(let project): return project
      case .new(let name):
        // another message may have made it meanwhile
        if let project = try ProjectBook.exact(name, transaction) { return project }
        let project = Project(id: transaction.newID(), name: name)
        try transaction.execute(
          """
          INSERT INTO desk_projects (tenant, id, name, folded, made_by, created_at) VALUES (:tenant, ?, ?, ?, ?, ?)
          """, project.id, name, ProjectBook.fold(name), person, transaction.now)
        return project
      }
    }
  }

  /// Whether somebody is there who can answer a question; a script is not.
  static func mayAsk(at door: String) -> Bool { !["rest", "shell", "schedule"].contains(door) }

  enum Finding: Sendable {
    case choice(Choice)
    case question(ActionResult)
  }

  /// Finds or plans the project that a change names. In a conversation a near miss is asked about first.
  ///
  /// - Parameters:
  ///   - call: the whole call, which the buttons of the question repeat.
  ///   - isNew: the person has said that it is another project.
  static func choose(
    _ name: String?, for call: ActionCall, isNew: Bool, in context: ActionContext
  ) async throws -> Finding {
    guard let name else { return .choice(.none) }
    guard name.utf8.count <= 120 else {
      throw ActionError(
        "desk.project_too_long", sentence: "A project's name has at most 120 bytes.", field: "project")
    }
    let mayAsk = !isNew && mayAsk(at: context.origin.door)
    return try await context.store.read { reader in
      if let project = try exact(name, reader) { return .choice(.known(project)) }
      guard mayAsk, let near = try near(name, reader) else { return .choice(.new(name)) }
      var (known, fresh) = (call.arguments, call.arguments)
      known["project"] = .string(near.name)
      fresh["new_project"] = true
      return .question(
        .ask(
          Say(
            "desk.project.did_you_mean", ["name": .text(name), "near": .text(near.name)],
            buttons: [
              .init("button.desk.project.known", ["name": .text(near.name)], action: call.name, arguments: known),
              .init("button.desk.project.new", ["name": .text(name)], action: call.name, arguments: fresh),
            ]), parameter: "project"))
    }
  }

  /// The project that a question is about: exact, else the nearest.
  ///
  /// - Throws: `desk.project_unknown`, with the names that there are.
  static func find(_ name: String?, _ rows: some Querying) throws -> Project? {
    guard let name else { return nil }
    if let project = try exact(name, rows) ?? near(name, rows) { return project }
    let names = try all(rows).prefix(8).map(\.name)
    throw ActionError(
      "desk.project_unknown", ["name": .text(name), "projects": .list(names.map { .text($0) })],
      sentence: "There is no project called \(name).", field: "project")
  }
}

/// Values for a reply, those that are missing left out.
func values(_ pairs: [String: Say.Value?]) -> [String: Say.Value] { pairs.compactMapValues { $0 } }
