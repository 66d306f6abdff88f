import Actions
import Base
import Formats
import Messages
import People
import Store

/// The family page: everybody one looks after, each as far as they allow it; and one's own day with who may see it.
struct ShowFamily: Action {
  static let name = "care.family"
  static let summary = "Shows how those you look after are: doses, calls for help, refills, today's plan, notes."
  static let effect = Effect.read

  @Parameter("Of one person alone.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor
    var elders = context.people.elders(of: actor.id).filter {
      !$0.link.rights.isEmpty && $0.person.tenant == actor.tenant
    }
    .sorted { ($0.person.name, $0.person.id) < ($1.person.name, $1.person.id) }
    if let person {
      // seeing anything at all is enough to ask
      let wanted = try context.named(person)
      elders = elders.filter { $0.person.id == wanted.id }
      guard !elders.isEmpty || wanted.id == actor.id else {
        throw ActionError(
          "people.not_allowed", ["name": .text(wanted.name)], sentence: "\(wanted.name) has not allowed you that.",
          field: "person")
      }
    }
    var pages: [FamilyPage] = []
    for elder in elders { pages.append(try await FamilyPage.of(elder.person, link: elder.link, context)) }
    let relatives = FamilyRights.all(of: actor.id, context.people)
    if pages.isEmpty || !relatives.isEmpty, person == nil || elders.isEmpty {
      pages.append(try await FamilyPage.of(actor, link: nil, context))
    }
    var data = pages.map { $0.json(context) }
    if let own = pages.firstIndex(where: \.isOwn) {
      data[own]["relatives"] = .array(relatives.map { FamilyRights.json($0.person, $0.link.rights) })
    }
    return .answer(say(pages, relatives, context), data: ["people": .array(data)])
  }

  private func say(
    _ pages: [FamilyPage], _ relatives: [(link: FamilyLink, person: Person)], _ context: ActionContext
  ) -> Say {
    var lines: [Say] = []
    for page in pages {
      if pages.count > 1 { lines.append(Self.head(page)) }
      lines += page.lines(context) + page.more(context) + page.clock(context)
      if page.isOwn { lines += relatives.map { FamilyRights.line($0.person, $0.link.rights, context) } }
    }
    var say = pages.count == 1 ? Self.head(pages[0]) : Say("care.family")
    say.lines = lines
    let missing = pages.filter { !$0.isOwn && $0.summary == nil && $0.rights.contains(.medicines) }
    if pages.count == 1, let page = missing.first {
      say.buttons = [
        Say.Button(
          "care.button.weekly", action: SetWeekly.name, arguments: ["person": .string(page.person.id.text)])
      ]
    }
    return say
  }

  private static func head(_ page: FamilyPage) -> Say {
    page.isOwn ? Say("care.status.own") : Say("care.status", ["name": .text(page.called)])
  }
}
