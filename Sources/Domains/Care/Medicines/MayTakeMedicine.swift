import Actions
import Base
import Formats
import Messages
import People
import Store

struct MayTakeMedicine: Action {
  static let name = "medicine.may_take"
  static let summary = "Says from the log and the noted limits whether a medicine may be taken now."
  static let effect = Effect.read

  @Parameter("Which one; the one for when it is needed when left out.", kind: .entity("medicines"))
  var medicine: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let finder = MedicineFinder(context: context, right: .medicines)
    let found: [Medicine]
    if let medicine {
      switch try await finder.find(medicine) {
      case .several(let several): found = several
      case .targets(let targets): found = targets.map(\.medicine)
      }
    } else {
      let actor = context.actor.id
      let active = try await context.store.read { try Medicine.active(for: actor, $0) }
      let needed = active.filter(\.isAsNeeded)
      found = needed.isEmpty ? active : needed
    }
    guard let first = found.first else { throw MedicineFinder.unknown }
    guard found.count == 1 else { return finder.ask(found, action: Self.name) }
    let now = context.now
    guard first.isAsNeeded else { return try await planned(first, context) }
    let known = try await context.store.read { try AsNeeded(first, $0, now: now) }
    var say = known.say(first)
    if known.answer == .yes {
      say.buttons = [
        Say.Button("care.button.took", action: MedicineTaken.name, arguments: ["medicine": .string(first.id)])
      ]
    }
    return .answer(say, data: known.json)
  }

  /// One with times: what the timetable and the log say.
  private func planned(_ medicine: Medicine, _ context: ActionContext) async throws -> ActionResult {
    let (open, last) = try await context.store.read { reader in
      (try Dose.open(of: medicine.id, reader).first, try Dose.lastTaken(of: medicine.id, reader)?.settledAt)
    }
    var values: [String: Say.Value] = ["medicine": .text(medicine.label)]
    if let last { values["last"] = .instant(last) }
    if let next = medicine.nextAt { values["next"] = .instant(next) }
    if let note = medicine.note { values["note"] = .text(note) }
    let data: JSON = [
      "open": JSON(open?.id), "last": JSON(last?.description), "next": JSON(medicine.nextAt?.description),
    ]
    if let open {
      return .answer(Say("plan.due", values, buttons: DoseWords.buttons([open.id])), data: data)
    }
    return .answer(Say("plan.not_due", values), data: data)
  }
}
