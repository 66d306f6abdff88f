import Actions
import Base
import Events
import Formats
import Messages
import People
import Store

/// Something that a relative wrote for the others about somebody they look after.
///
/// It is seen by the relatives who may read notes, as long as they may; the person it is about sees only what they wrote
/// themselves. That there are notes, and who writes them, the person knows and can end (`FamilyRights`).
struct FamilyNote: Sendable, Hashable {
  let id: String
  let person: PersonID
  let author: PersonID
  let text: String
  let at: Instant

  private static let columns = "id, person, author, text, at"

  init(id: String, person: PersonID, author: PersonID, text: String, at: Instant) {
    self.id = id
    self.person = person
    self.author = author
    self.text = text
    self.at = at
  }

  private init(_ row: Row) {
    id = row.text(0)
    person = row.id(1)
    author = row.id(2)
    text = row.text(3)
    at = row.instant(4)
  }

  static func find(_ id: String, _ reader: some Querying) throws -> FamilyNote? {
    try reader.first("SELECT \(columns) FROM family_notes WHERE tenant = :tenant AND id = ?", id) { FamilyNote($0) }
  }

  /// The newest first. The right itself is checked before.
  static func seen(
    by reader: PersonID, about person: PersonID, _ store: some Querying, limit: Int
  ) throws -> [FamilyNote] {
    try store.query(
      """
      SELECT \(columns) FROM family_notes WHERE tenant = :tenant AND person = ? AND (person <> ? OR author = ?)
      ORDER BY at DESC, id DESC LIMIT ?
      """, person, reader, reader, limit
    ) { FamilyNote($0) }
  }

  static func all(about person: PersonID, _ reader: some Querying) throws -> [FamilyNote] {
    try reader.query(
      "SELECT \(columns) FROM family_notes WHERE tenant = :tenant AND (person = ? OR author = ?) ORDER BY at, id",
      person, person
    ) { FamilyNote($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO family_notes (tenant, id, person, author, text, at) VALUES (:tenant, ?, ?, ?, ?, ?)", id, person,
      author, text, at)
  }

  func say(_ context: ActionContext) -> Say {
    Say(
      "note.line",
      [
        "by": .text(context.people.called(author, by: context.actor.id)), "text": .text(text), "at": .instant(at),
      ])
  }

  func json(_ name: JSON = .null) -> JSON {
    [
      "id": .string(id), "at": .string(at.description), "by": .string(author.text), "by_name": name,
      "text": .string(text),
    ]
  }
}

struct AddNote: Action {
  static let name = "care.note"
  static let summary = "Leaves a note for the other relatives about somebody you look after."
  static let effect = Effect.write

  @Parameter("What they should know.") var text: String
  @Parameter("Whom it is about; the one person looked after when left out.") var person: PersonReference?

  private static let longest = 1_000

  func perform(in context: ActionContext) async throws -> ActionResult {
    let text = text.trimmed
    guard !text.isEmpty, text.utf8.count <= Self.longest else {
      throw ActionError("note.long", sentence: "A note has 1 to \(Self.longest) bytes.", field: "text")
    }
    if person == nil {
      let people = context.people
      let elders = people.elders(of: context.actor.id).filter { $0.link.rights.contains(.notes) }.map(\.person)
      // a note about the wrong one misleads everybody who reads it
      if elders.count > 1 { return FamilyMember.ask(elders, Self.name, ["text": .string(text)], context) }
      guard !elders.isEmpty || !people.relatives(of: context.actor.id).isEmpty else {
        throw ActionError("care.tell.nobody", sentence: "Nobody of your family is linked to you yet.", field: "person")
      }
    }
    let person = try context.caredFor(person, needing: .notes)
    return .change { transaction in
      guard let family = Family(transaction) else { throw MedicineFinder.unknown }
      let note = FamilyNote(
        id: transaction.newID(), person: person.id, author: context.actor.id, text: text, at: transaction.now)
      try note.insert(transaction)
      let readers = family.relatives(of: person.id, with: .notes).filter { $0.id != context.actor.id }
      try family.tell(
        .notes, of: person.id, except: context.actor.id,
        Say("note.for_you", ["by": .text(context.actor.name), "text": .text(text)]))
      try transaction.emit(Event("family.note", person: person.id, ["note": .string(note.id)]))
      var values: [String: Say.Value] = ["name": .text(context.people.called(person.id, by: context.actor.id))]
      if !readers.isEmpty {
        values["names"] = .list(readers.map { .text(context.people.called($0.id, by: context.actor.id)) })
      }
      return Outcome(
        Say(person.id == context.actor.id ? "note.added_own" : "note.added", values), data: note.json(),
        inverse: ActionCall(RemoveNote.name, ["note": .string(note.id)]))
    }
  }
}

/// Undoes a note: only who wrote it.
struct RemoveNote: Action {
  static let name = "care.remove_note"
  static let summary = "Takes back a note."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the note.") var note: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = note
    return .change { transaction in
      guard let note = try FamilyNote.find(id, transaction), note.author == context.actor.id else {
        throw ActionError("note.not_found", sentence: "There is no such note.", field: "note")
      }
      try transaction.execute("DELETE FROM family_notes WHERE tenant = :tenant AND id = ?", id)
      return Outcome(Say("note.removed"))
    }
  }
}

struct ListNotes: Action {
  static let name = "care.notes"
  static let summary = "Shows what relatives noted for each other about somebody."
  static let effect = Effect.read

  @Parameter("About whom; the one person looked after when left out.") var person: PersonReference?

  private static let shown = 10

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .notes)
    let actor = context.actor.id
    let notes = try await context.store.read {
      try FamilyNote.seen(by: actor, about: person.id, $0, limit: Self.shown)
    }
    let values: [String: Say.Value] = ["name": .text(context.people.called(person.id, by: actor))]
    let isOwn = person.id == actor
    let data = JSON.array(notes.map { $0.json(.string(context.people.called($0.author, by: actor))) })
    let key = isOwn ? "note.list_own" : notes.isEmpty ? "note.list.empty" : "note.list"
    return .answer(Say(key, values, lines: notes.map { $0.say(context) }), data: data)
  }
}
