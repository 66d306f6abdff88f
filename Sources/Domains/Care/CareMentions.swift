import Actions
import Base
import Schedule
import Store

/// What care keeps that speaks of something to be forgotten.
///
/// Medicines, watched places and alerts that are open stay: somebody's health hangs on them, and each has an action of its
/// own that ends it. What relatives wrote for each other about a person is not theirs to see, and is not found here.
enum CareMentions {
  static let all = Mentions(
    find: { person, sought, rows in
      try medicines(person, sought, rows) + appointments(person, sought, rows) + birthdays(person, sought, rows)
        + notes(person, sought, rows) + others(person, sought, rows)
    },
    remove: { mention, person, transaction in
      switch mention.kind {
      case .appointment:
        try transaction.unschedule(Care.appointmentKind, subject: mention.id)
        try transaction.execute(
          "DELETE FROM appointments WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      case .birthday:
        try transaction.unschedule(Care.birthdayKind, subject: mention.id)
        try transaction.execute(
          "DELETE FROM birthdays WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      case .note:
        try transaction.execute(
          "DELETE FROM family_notes WHERE tenant = :tenant AND id = ? AND author = ?", mention.id, person)
      case .alert:
        try transaction.execute(
          "UPDATE alerts SET what = NULL WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      default: break
      }
    })

  private static func medicines(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention]
  {
    try rows.query(
      "SELECT id, name, dose, said, note, state FROM medicines WHERE tenant = :tenant AND person = ?", person
    ) { row -> Mention? in
      guard (1...4).contains(where: { sought.stand(in: row.optionalText($0)) }) else { return nil }
      return Mention(.medicine, id: row.text(0), words: row.text(1), fate: .kept, isOpen: row.text(5) == "active")
    }.compactMap(\.self)
  }

  private static func appointments(
    _ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying
  ) throws -> [Mention] {
    try rows.query(
      "SELECT id, title, prepare, state FROM appointments WHERE tenant = :tenant AND person = ?", person
    ) { row -> Mention? in
      guard sought.stand(in: row.text(1)) || sought.stand(in: row.optionalText(2)) else { return nil }
      return Mention(.appointment, id: row.text(0), words: row.text(1), isOpen: row.text(3) == "planned")
    }.compactMap(\.self)
  }

  private static func birthdays(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention]
  {
    try rows.query("SELECT id, whose FROM birthdays WHERE tenant = :tenant AND person = ?", person) { row in
      sought.stand(in: row.text(1)) ? Mention(.birthday, id: row.text(0), words: row.text(1), isOpen: true) : nil
    }.compactMap(\.self)
  }

  private static func notes(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    try rows.query("SELECT id, text FROM family_notes WHERE tenant = :tenant AND author = ?", person) { row in
      sought.stand(in: row.text(1)) ? Mention(.note, id: row.text(0), words: row.text(1)) : nil
    }.compactMap(\.self)
  }

  private static func others(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    let places = try rows.query("SELECT id, name FROM places WHERE tenant = :tenant AND person = ?", person) { row in
      sought.stand(in: row.text(1)) ? Mention(.place, id: row.text(0), words: row.text(1), fate: .kept) : nil
    }
    let alerts = try rows.query(
      "SELECT id, what, state FROM alerts WHERE tenant = :tenant AND person = ? AND what IS NOT NULL", person
    ) { row -> Mention? in
      guard sought.stand(in: row.text(1)) else { return nil }
      let isOpen = ["open", "taken"].contains(row.text(2))
      return Mention(.alert, id: row.text(0), words: row.text(1), fate: isOpen ? .kept : .unnamed, isOpen: isOpen)
    }
    return (places + alerts).compactMap(\.self)
  }
}
