package import Actions
import Base
import Formats
import Store

/// What the house knows: people, places and things, what is said of them, and since when.
package enum Knowledge {
  static let ownWords = "own_word"
  /// In front of the ids of notes and of names in that list.
  static let notePrefix = "note:"
  static let namePrefix = "name:"

  package static let room = Room(
    name: "knowledge", migrations: KnowledgeMigrations.all,
    actions: [
      RememberFact.self, AskMemory.self, ForgetFact.self, CorrectFact.self, TakeBackFacts.self,
      ExportMemory.self, EraseMemory.self, SetRetention.self, AllowModel.self, ListFacts.self, ShowGraph.self,
      ListTurns.self, YearlyDays.self,
    ],
    lists: [
      // what people keep under words of their own, so that a question for it is told from any other
      EntityList(ownWords, tables: ["knowledge_facts", "knowledge_names"]) { person, reader in
        let own = try reader.query(
          """
          SELECT DISTINCT relation FROM knowledge_facts
          WHERE tenant = :tenant AND owner = ? AND relation LIKE 'is:%' AND superseded_at IS NULL LIMIT 2000
          """, person
        ) { row in EntityList.Entry(id: row.text(0), name: String(row.text(0).dropFirst(Relation.ownPrefix.count))) }
        let notes = try reader.query(
          """
          SELECT id, value FROM knowledge_facts
          WHERE tenant = :tenant AND owner = ? AND relation = 'note' AND superseded_at IS NULL LIMIT 500
          """, person
        ) { row in EntityList.Entry(id: notePrefix + row.text(0), name: row.text(1)) }
        let names = try reader.query(
          "SELECT DISTINCT folded, name FROM knowledge_names WHERE tenant = :tenant AND owner = ? LIMIT 2000", person
        ) { row in EntityList.Entry(id: namePrefix + row.text(0), name: row.text(1)) }
        return own + notes + names
      }
    ],
    forget: { person, transaction in
      var gone = 0
      for table in ["keys", "facts", "names", "things", "unread", "read"] {
        gone += try transaction.execute(Self.erasing[table] ?? "", person)
      }
      return gone
    },
    export: { person, reader in try KnowledgeExport.json(of: person, reader) })

  /// Statements are kept by their text, so each table has its own.
  private static let erasing = [
    "keys": "DELETE FROM knowledge_keys WHERE tenant = :tenant AND owner = ?",
    "facts": "DELETE FROM knowledge_facts WHERE tenant = :tenant AND owner = ?",
    "names": "DELETE FROM knowledge_names WHERE tenant = :tenant AND owner = ?",
    "things": "DELETE FROM knowledge_things WHERE tenant = :tenant AND owner = ?",
    "unread": "DELETE FROM knowledge_unread WHERE tenant = :tenant AND person = ?",
    "read": "DELETE FROM knowledge_read WHERE tenant = :tenant AND person = ?",
  ]
}

/// Everything that somebody's memory holds, readable.
enum KnowledgeExport {
  static func json(of person: PersonID, _ reader: TenantReader) throws -> JSON {
    let things = try reader.query(
      """
      SELECT id, kind, name, person, merged_into FROM knowledge_things WHERE tenant = :tenant AND owner = ?
      ORDER BY created_at, id
      """, person
    ) { row in (thing: Thing(row), merged: row.optionalText(4)) }
    guard !things.isEmpty else { return .null }
    let names = Dictionary(uniqueKeysWithValues: things.map { ($0.thing.id, $0.thing.name) })
    let shown = try things.map { one -> JSON in
      let called = try reader.query(
        "SELECT name FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND thing = ? ORDER BY name", person,
        one.thing.id
      ) { $0.text(0) }
      var object: JSONObject = [
        "id": .string(one.thing.id), "kind": .string(one.thing.kind), "name": .string(one.thing.name),
        "called": JSON(called),
      ]
      if let merged = one.merged { object["same_as"] = .string(merged) }
      return .object(object)
    }
    let facts = try reader.query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts WHERE tenant = :tenant AND owner = ? ORDER BY learned_at, id
      """, person, map: Fact.init
    ).map { fact -> JSON in
      var object = fact.json.object ?? [:]
      object["about"] = JSON(names[fact.subject])
      return .object(object)
    }
    return ["things": .array(shown), "facts": .array(facts)]
  }
}
