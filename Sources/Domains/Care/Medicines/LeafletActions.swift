import Actions
import Base
import Formats
import Messages
import People
import Store

struct NoteLeaflet: Action {
  static let name = "medicine.note"
  static let summary = "Keeps what the leaflet of a medicine says, word for word."
  static let effect = Effect.write

  @Parameter("What it says.") var note: String
  @Parameter("Of which medicine.", kind: .entity("medicines")) var medicine: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let note = note
    guard note.utf8.count <= 600 else {
      throw ActionError("medicine.note_long", sentence: "A note has at most 600 bytes.", field: "note")
    }
    let finder = MedicineFinder(context: context)
    switch try await finder.find(medicine) {
    case .several(let several): return finder.ask(several, action: Self.name, ["note": .string(note)])
    case .targets(let targets):
      let id = targets[0].medicine.id
      return .change { transaction in
        guard var medicine = try Medicine.find(id, transaction) else { throw MedicineFinder.unknown }
        let before = medicine.plan
        medicine.note = note
        try medicine.update(transaction)
        return Outcome(
          Say("leaflet.kept", ["medicine": .text(medicine.name), "note": .text(note)]), data: medicine.json,
          inverse: ActionCall(RestoreMedicine.name, ["medicine": .string(id), "plan": before]))
      }
    }
  }
}

struct ReadLeaflet: Action {
  static let name = "medicine.leaflet"
  static let summary = "Repeats what the leaflet of a medicine says, as it was noted."
  static let effect = Effect.read

  @Parameter("Of which medicine; all that have a note when left out.", kind: .entity("medicines"))
  var medicine: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let found: [Medicine]
    if let medicine {
      switch try await MedicineFinder(context: context, right: .medicines).find(medicine) {
      case .several(let several): found = several
      case .targets(let targets): found = targets.map(\.medicine)
      }
    } else {
      let actor = context.actor.id
      found = try await context.store.read { try Medicine.active(for: actor, $0) }
    }
    let noted = found.filter { $0.note != nil }
    let data = JSON.array(found.map { ["medicine": .string($0.name), "note": JSON($0.note)] })
    guard !noted.isEmpty else {
      return .answer(Say("leaflet.none", ["medicine": .list(found.map { .text($0.name) })]), data: data)
    }
    let lines = noted.map { Say("leaflet.line", ["medicine": .text($0.name), "note": .text($0.note ?? "")]) }
    return .answer(Say("leaflet.read", lines: lines), data: data)
  }
}
