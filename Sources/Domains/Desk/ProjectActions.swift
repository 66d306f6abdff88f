import Actions
import Base
import Formats
import Messages
import People
import Store

struct LinkProject: Action {
  static let name = "project.link"
  static let summary = "Connects a project with its page, shop or account on a platform."
  static let effect = Effect.write

  @Parameter("The project or brand.") var project: String
  @Parameter("The platform, such as instagram or shopify.") var platform: String
  @Parameter("The platform's own id of the page, shop or account.") var externalId: String
  @Parameter("Whether it is a new project although one is spelt nearly so.", default: false) var newProject: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let platform = platform.lowercased()
    guard platform.utf8.count <= 60, externalId.utf8.count <= 200 else {
      throw ActionError("desk.link_too_long", sentence: "The platform or its id is too long.", field: "external_id")
    }
    let call = ActionCall(
      Self.name, ["project": .string(project), "platform": .string(platform), "external_id": .string(externalId)])
    let choice: ProjectBook.Choice
    switch try await ProjectBook.choose(project, for: call, isNew: newProject, in: context) {
    case .question(let question): return question
    case .choice(let found): choice = found
    }
    let (person, externalId) = (context.actor.id, externalId)
    return .change { transaction in
      guard let project = try choice.settle(by: person, in: transaction) else {
        throw ActionError("desk.project_unknown", sentence: "Which project?", field: "project")
      }
      let say = Say(
        "project.link",
        ["project": .text(project.name), "platform": .text(platform), "external_id": .text(externalId)])
      let old = try transaction.first(
        "SELECT id, project FROM desk_links WHERE tenant = :tenant AND platform = ? AND external_id = ?", platform,
        externalId
      ) { (id: $0.text(0), project: $0.text(1)) }
      if let old {
        try transaction.execute(
          "UPDATE desk_links SET project = ? WHERE tenant = :tenant AND id = ?", project.id, old.id)
        let inverse =
          old.project == project.id
          ? nil
          : ActionCall(
            Self.name,
            ["project": .string(old.project), "platform": .string(platform), "external_id": .string(externalId)])
        return Outcome(say, data: ["id": .string(old.id)], inverse: inverse)
      }
      let id = transaction.newID()
      try transaction.execute(
        """
        INSERT INTO desk_links (tenant, id, project, platform, external_id, person, created_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?)
        """, id, project.id, platform, externalId, person, transaction.now)
      return Outcome(
        say, data: ["id": .string(id)], inverse: ActionCall(UnlinkProject.name, ["id": .string(id)]))
    }
  }
}

/// Takes a link back.
struct UnlinkProject: Action {
  static let name = "project.unlink"
  static let summary = "Takes back a project's link to a platform."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The link's id.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = id
    return .change { transaction in
      guard try transaction.execute("DELETE FROM desk_links WHERE tenant = :tenant AND id = ?", id) > 0 else {
        throw ActionError("desk.link_unknown", sentence: "That link is gone already.", field: "id")
      }
      return Outcome(Say("project.unlink"))
    }
  }
}

struct ListProjects: Action {
  static let name = "project.list"
  static let summary = "Lists the projects with their open tasks and links."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    let rows = try await context.store.read { reader in
      try ProjectBook.all(reader).map { project in
        (
          project: project,
          open: try reader.count(
            "SELECT count(*) FROM desk_tasks WHERE tenant = :tenant AND person = ? AND project = ? AND state = 'open'",
            person, project.id),
          links: try reader.query(
            """
            SELECT platform, external_id FROM desk_links WHERE tenant = :tenant AND project = ?
            ORDER BY platform, external_id
            """, project.id
          ) { (platform: $0.text(0), id: $0.text(1)) }
        )
      }
    }
    guard !rows.isEmpty else { return .answer(Say("project.list.empty"), data: ["projects": []]) }
    let lines = rows.prefix(30).map { row in
      Say(
        "project.list.line",
        values([
          "name": .text(row.project.name), "tasks": row.open > 0 ? .integer(Int64(row.open)) : nil,
          "links": row.links.isEmpty ? nil : .list(row.links.map { .text($0.platform) }),
        ]))
    }
    let data = rows.map { row -> JSON in
      [
        "id": .string(row.project.id), "name": .string(row.project.name), "open_tasks": .integer(Int64(row.open)),
        "links": .array(
          row.links.map { ["platform": .string($0.platform), "external_id": .string($0.id)] }),
      ]
    }
    return .answer(
      Say("project.list", ["count": .integer(Int64(rows.count))], lines: Array(lines)), data: ["projects": .array(data)]
    )
  }
}
