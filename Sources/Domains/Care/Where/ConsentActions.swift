import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

/// The elder's answer to "may … see where you are?". A yes and a no are the same as granting and taking back the right.
struct AnswerConsent: Action {
  static let name = "location.consent"
  static let summary = "Says whether a relative may see where you are."
  static let effect = Effect.write

  @Parameter("Who.") var relative: PersonReference
  @Parameter("Whether they may.") var yes: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    try RightsChange(context: context, isGranted: yes).perform(
      [try context.relative(relative)], FamilyLink.Right.location.rawValue)
  }
}

struct ShowViews: Action {
  static let name = "location.views"
  static let summary = "Says who looked where you are, and when."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor.id
    let views = try await context.store.read { try LocationView.all(of: actor, $0) }
    func name(_ viewer: PersonID) -> String { context.people.called(viewer, by: actor) }
    let data = JSON.array(
      views.map {
        [
          "by": .string($0.viewer.text), "name": .string(name($0.viewer)), "reason": .string($0.reason.rawValue),
          "at": .string($0.at.description),
        ]
      })
    guard !views.isEmpty else { return .answer(Say("location.views.none"), data: data) }
    let lines = views.map {
      Say("location.view.\($0.reason.rawValue)", ["name": .text(name($0.viewer)), "at": .instant($0.at)])
    }
    return .answer(Say("location.views", lines: lines), data: data)
  }
}

/// Asks an elder, once in a while, whether a relative may see where they are.
enum ConsentQuestion {
  private static let pause: Duration = .days(1)

  /// - Returns: whether it was asked now or lately, so that an answer may come.
  static func ask(
    _ person: PersonID, for relative: PersonID, _ people: PeopleBook, door: String, _ transaction: Transaction
  ) throws -> Bool {
    let before = try LocationConsent.find(person, relative, transaction)
    if before?.state == .no { return false }
    if let before, before.state == .asked, transaction.now - before.at < pause { return true }
    try LocationConsent.note(.asked, of: person, for: relative, door: door, transaction)
    func button(_ label: String, _ yes: Bool) -> Say.Button {
      Say.Button(
        label, action: AnswerConsent.name, arguments: ["relative": .string(relative.text), "yes": .bool(yes)])
    }
    let values: [String: Say.Value] = ["name": .text(people.called(relative, by: person))]
    var yes = button("care.button.may_see", true)
    yes.isOffer = true
    // no idle questions at night
    try transaction.tell(
      person,
      Say(
        "location.may", values,
        buttons: [yes, button("care.button.may_not_see", false)]), urgency: .low)
    return true
  }
}
