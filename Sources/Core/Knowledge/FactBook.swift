package import Base
package import Store
import Text

/// Whose facts a person may read: all of their own, and of each elder who grants it, those about the elder that a granted
/// right shows; where an agent acts, only of its relations. It is part of every query, never a filter behind one.
package struct FactScope: Sendable {
  package let reader: PersonID
  /// Elders of the reader, with the names of the rights that they grant.
  package let elders: [PersonID: Set<String>]
  /// Between blanks, the relations that may be read; `nil` for all. An agent reads only those of its own rooms.
  let relations: String?

  package init(reader: PersonID, elders: [PersonID: Set<String>] = [:], relations: Set<String>? = nil) {
    self.reader = reader
    self.elders = elders
    self.relations = relations.map { " " + $0.sorted().joined(separator: " ") + " " }
  }
}

/// Reading what is known.
extension Querying {
  // MARK: Things

  /// The thing that stands for one of the house's people in somebody's memory.
  package func thing(for person: PersonID, owner: PersonID) throws -> Thing? {
    try first(
      """
      SELECT id, kind, name, person FROM knowledge_things
      WHERE tenant = :tenant AND owner = ? AND person = ? AND merged_into IS NULL
      """, owner, person, map: Thing.init)
  }

  /// Things that are called so: by their whole name, else by a part that is no one else's.
  package func things(called name: String, owner: PersonID) throws -> [Thing] {
    let folded = FactText.folded(name)
    guard !folded.isEmpty else { return [] }
    var ids = try query(
      "SELECT thing FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND folded = ?", owner, folded
    ) { $0.text(0) }
    if ids.isEmpty {
      ids = try query(
        """
        SELECT DISTINCT thing FROM knowledge_names
        WHERE tenant = :tenant AND owner = ? AND instr(' ' || folded || ' ', ?) > 0
        """, owner, " \(folded) "
      ) { $0.text(0) }
    }
    var found: [Thing] = []
    for id in ids {
      if let thing = try root(of: id, owner: owner), !found.contains(thing) { found.append(thing) }
    }
    return found
  }

  /// The things that were called exactly so, before any of them was merged.
  package func parts(called name: String, owner: PersonID) throws -> [String] {
    try query(
      "SELECT thing FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND folded = ?", owner,
      FactText.folded(name)
    ) { $0.text(0) }
  }

  /// The thing itself, or the one that it was merged into.
  package func root(of id: String, owner: PersonID) throws -> Thing? {
    var (id, steps) = (id, 0)
    while steps < 32 {
      let row = try first(
        """
        SELECT id, kind, name, person, merged_into FROM knowledge_things
        WHERE tenant = :tenant AND owner = ? AND id = ?
        """, owner, id
      ) { (thing: Thing($0), next: $0.optionalText(4)) }
      guard let row else { return nil }
      guard let next = row.next else { return row.thing }
      (id, steps) = (next, steps + 1)
    }
    return nil
  }

  /// The ids of a thing and of everything that was merged into it.
  func family(of root: String, owner: PersonID) throws -> [String] {
    var (all, open) = ([root], [root])
    while let id = open.popLast() {
      let parts = try query(
        "SELECT id FROM knowledge_things WHERE tenant = :tenant AND owner = ? AND merged_into = ?", owner, id
      ) { $0.text(0) }
      for part in parts where !all.contains(part) {
        all.append(part)
        open.append(part)
      }
    }
    return all
  }

  /// Every name of a thing, the first one first.
  package func names(of thing: String, owner: PersonID) throws -> [String] {
    try family(of: thing, owner: owner).flatMap { id in
      try query(
        "SELECT name FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND thing = ? ORDER BY rowid", owner, id
      ) { $0.text(0) }
    }
  }

  // MARK: Facts

  /// What is believed now about a thing in one person's memory, of one relation or all, oldest first.
  package func believed(
    owner: PersonID, subject: String, relation: String? = nil
  ) throws -> [Fact] {
    try family(of: subject, owner: owner).flatMap { id in
      try query(
        """
        SELECT \(Fact.columns) FROM knowledge_facts
        WHERE tenant = :tenant AND owner = ? AND subject = ? AND (? IS NULL OR relation = ?)
          AND superseded_at IS NULL
        ORDER BY coalesce(valid_from, told_at), id
        """, owner, id, relation, relation, map: Fact.init)
    }
  }

  /// What is believed of a value and has not ended at a moment. "Aspirin" is also "aspirin 75 mg at night", where nothing
  /// is called aspirin alone.
  func open(
    owner: PersonID, subject: String, relation: String, value: String, at moment: Instant
  ) throws -> [Fact] {
    let folded = FactText.folded(value)
    let open = try believed(owner: owner, subject: subject, relation: relation).filter {
      ($0.period.to ?? .distantFuture) > moment
    }
    let exact = open.filter { FactText.folded($0.value) == folded }
    return exact.isEmpty ? open.filter { FactText.folded($0.value).hasPrefix(folded + " ") } : exact
  }

  /// What is believed about a thing, true at some time of a period, as far as the reader may see it.
  ///
  /// - Parameter believedAt: what was believed at that moment instead of now.
  package func facts(
    about subject: Subject, relation: String? = nil, during period: Period, in scope: FactScope,
    believedAt: Instant? = nil
  ) throws -> [Fact] {
    var found: [Fact] = []
    if let thing = subject.thing {
      for id in try family(of: thing, owner: scope.reader) {
        found += try facts(owner: scope.reader, subject: id, relation, period, rights: nil, scope, believedAt)
      }
    }
    // what an elder keeps about themselves, where the right to see it was granted
    if let person = subject.person, person != scope.reader, let rights = scope.elders[person], !rights.isEmpty,
      let own = try thing(for: person, owner: person)
    {
      let shown = " " + rights.sorted().joined(separator: " ") + " "
      for id in try family(of: own.id, owner: person) {
        let shared = try facts(owner: person, subject: id, relation, period, rights: shown, scope, believedAt)
        found += shared.filter { fact in
          !found.contains { $0.relation == fact.relation && FactText.folded($0.value) == FactText.folded(fact.value) }
        }
      }
    }
    return found.sorted { ($0.period.from ?? $0.toldAt, $0.id) < ($1.period.from ?? $1.toldAt, $1.id) }
  }

  private func facts(
    owner: PersonID, subject: String, _ relation: String?, _ period: Period, rights: String?, _ scope: FactScope,
    _ believedAt: Instant?
  ) throws -> [Fact] {
    try query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND subject = ? AND (? IS NULL OR relation = ?)
        AND (? IS NULL OR instr(?, ' ' || sharing || ' ') > 0)
        AND (? IS NULL OR instr(?, ' ' || relation || ' ') > 0)
        AND (valid_from IS NULL OR valid_from < ?) AND (valid_to IS NULL OR valid_to > ?)
        AND learned_at <= ? AND (superseded_at IS NULL OR superseded_at > ?)
      """, owner, subject, relation, relation, rights, rights, scope.relations, scope.relations,
      period.to ?? .distantFuture, period.from ?? .distantPast, believedAt ?? .distantFuture,
      believedAt ?? .distantFuture, map: Fact.init)
  }

  /// Facts of the reader's own memory that point at a thing or name a value: "who lives in Madurai?".
  package func facts(
    relation: String?, object: String?, value: String?, during period: Period, in scope: FactScope
  ) throws -> [Fact] {
    var found: [Fact] = []
    for id in try object.map({ try family(of: $0, owner: scope.reader) }) ?? [] {
      found += try query(
        """
        SELECT \(Fact.columns) FROM knowledge_facts
        WHERE tenant = :tenant AND owner = ? AND object = ? AND (? IS NULL OR relation = ?) AND superseded_at IS NULL
          AND (? IS NULL OR instr(?, ' ' || relation || ' ') > 0)
        """, scope.reader, id, relation, relation, scope.relations, scope.relations, map: Fact.init)
    }
    if let value, let relation {
      found += try query(
        """
        SELECT \(Fact.columns) FROM knowledge_facts
        WHERE tenant = :tenant AND owner = ? AND relation = ? AND folded = ? AND superseded_at IS NULL
          AND (? IS NULL OR instr(?, ' ' || relation || ' ') > 0)
        """, scope.reader, relation, FactText.folded(value), scope.relations, scope.relations, map: Fact.init
      ).filter { fact in !found.contains { $0.id == fact.id } }
    }
    return found.filter { $0.period.overlaps(period) }
  }

  /// Everything of one relation in the reader's own memory.
  package func facts(relation: String, during period: Period, in scope: FactScope) throws -> [Fact] {
    try query(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND relation = ? AND superseded_at IS NULL
        AND (? IS NULL OR instr(?, ' ' || relation || ' ') > 0) ORDER BY id
      """, scope.reader, relation, scope.relations, scope.relations, map: Fact.init
    ).filter { $0.period.overlaps(period) }
  }

  /// All versions of what was ever known about a thing in one person's memory, as they were learned.
  package func history(owner: PersonID, subject: String) throws -> [Fact] {
    try family(of: subject, owner: owner).flatMap { id in
      try query(
        """
        SELECT \(Fact.columns) FROM knowledge_facts WHERE tenant = :tenant AND owner = ? AND subject = ?
        ORDER BY learned_at, id
        """, owner, id, map: Fact.init)
    }
  }

  package func fact(_ id: String, owner: PersonID) throws -> Fact? {
    try first(
      "SELECT \(Fact.columns) FROM knowledge_facts WHERE tenant = :tenant AND owner = ? AND id = ?", owner, id,
      map: Fact.init)
  }

  /// What the person told last, or was told about last.
  package func lastTouched(by owner: PersonID, since: Instant) throws -> Fact? {
    try first(
      """
      SELECT \(Fact.columns) FROM knowledge_facts
      WHERE tenant = :tenant AND owner = ? AND superseded_at IS NULL AND used_at >= ?
      ORDER BY used_at DESC, id DESC LIMIT 1
      """, owner, since, map: Fact.init)
  }
}

/// Whom or what a question is about: a thing in the reader's memory, one of the house's people, or both.
package struct Subject: Sendable, Hashable {
  package var thing: String?
  package var person: PersonID?
  /// As the reader calls it; `nil` for the reader.
  package var name: String?

  package init(thing: String?, person: PersonID?, name: String?) {
    self.thing = thing
    self.person = person
    self.name = name
  }
}

enum FactText {
  /// What two spellings of one name or value share: case, spaces, dots.
  static func folded(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in Normaliser.bytes(text) {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: "?"):
        if let last = out.last, last != UInt8(ascii: " ") { out.append(UInt8(ascii: " ")) }
      default: out.append(byte)
      }
    }
    if out.last == UInt8(ascii: " ") { out.removeLast() }
    return String(decoding: out, as: UTF8.self)
  }
}

extension Thing {
  init(_ row: Row) {
    self.init(id: row.text(0), kind: row.text(1), name: row.text(2), person: row.optionalText(3).map { PersonID($0) })
  }
}

extension Fact {
  static let columns =
    """
    id, owner, subject, relation, object, value, valid_from, valid_to, told_at, door, learned_at, superseded_at,
    confidence, origin, sharing, is_pinned
    """

  init(_ row: Row) {
    self.init(
      id: row.text(0), owner: PersonID(row.text(1)), subject: row.text(2), relation: row.text(3),
      object: row.optionalText(4), value: row.text(5),
      period: Period(from: row.optionalInstant(6), to: row.optionalInstant(7)), toldAt: row.instant(8),
      door: row.text(9), learnedAt: row.instant(10), supersededAt: row.optionalInstant(11), confidence: row.double(12),
      origin: Origin(rawValue: row.text(13)) ?? .said, sharing: row.text(14), isPinned: row.bool(15))
  }
}
