package import Base
package import Store

/// What became of something that was told.
package enum Told: Sendable {
  /// It is known now; what had been true before and ended with it.
  case learned(Fact, ended: [Fact])
  /// It was known already.
  case known(Fact)
  /// It cannot be true beside what is known, and nothing was changed.
  case contradicts(Fact)
}

/// What a change to the facts wrote and put an end to, so that it can be taken back whole.
package struct FactChange: Sendable, Hashable {
  package var written: [String] = []
  package var superseded: [String] = []
  package init(written: [String] = [], superseded: [String] = []) {
    self.written = written
    self.superseded = superseded
  }
}

/// Writing what is known. Nothing is written over: what no longer holds gets an end, what was believed wrongly is marked
/// superseded, and both stay until somebody asks to forget them.
extension Transaction {
  // MARK: Things

  /// Finds or makes what a name stands for.
  package func makeThing(_ name: String, kind: String, person: PersonID? = nil, owner: PersonID) throws -> Thing {
    if let person, let known = try thing(for: person, owner: owner) {
      try addName(name, to: known.id, owner: owner)
      return known
    }
    if person == nil, let known = try things(called: name, owner: owner).first(where: { $0.person == nil }) {
      return known
    }
    let thing = try makeNameless(Thing(id: "", kind: kind, name: name, person: person), owner: owner)
    try addName(name, to: thing.id, owner: owner)
    return thing
  }

  /// A thing that is not found by its name, which only says what it is: "daughter".
  func makeNameless(_ thing: Thing, owner: PersonID) throws -> Thing {
    var thing = thing
    thing.id = newID()
    try execute(
      """
      INSERT INTO knowledge_things (tenant, id, owner, kind, name, person, merged_into, created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, NULL, ?)
      """, thing.id, owner, thing.kind, thing.name, thing.person, now)
    return thing
  }

  /// Gives a thing the name that it goes by from now on; the names it had stay.
  func rename(_ thing: Thing, to name: String, owner: PersonID) throws {
    try execute(
      "UPDATE knowledge_things SET name = ? WHERE tenant = :tenant AND owner = ? AND id = ?", name, owner, thing.id)
    try addName(name, to: thing.id, owner: owner)
  }

  package func addName(_ name: String, to thing: String, owner: PersonID) throws {
    try execute(
      """
      INSERT OR IGNORE INTO knowledge_names (tenant, owner, folded, thing, name) VALUES (:tenant, ?, ?, ?, ?)
      """, owner, FactText.folded(name), thing, name)
  }

  func removeName(_ name: String, of thing: String, owner: PersonID) throws {
    try execute(
      "DELETE FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND folded = ? AND thing = ?", owner,
      FactText.folded(name), thing)
  }

  /// From now on both names mean one thing. What was known of either stays as it was written, so that it can be undone.
  package func merge(_ one: String, into other: String, owner: PersonID) throws {
    guard let one = try root(of: one, owner: owner), let other = try root(of: other, owner: owner), one.id != other.id
    else { return }
    try execute(
      "UPDATE knowledge_things SET merged_into = ? WHERE tenant = :tenant AND owner = ? AND id = ?", other.id, owner,
      one.id)
  }

  /// Undoes a merge: the thing stands for itself again, with the names and facts that it had.
  package func unmerge(_ one: String, owner: PersonID) throws {
    try execute(
      "UPDATE knowledge_things SET merged_into = NULL WHERE tenant = :tenant AND owner = ? AND id = ?", owner, one)
  }

  // MARK: Facts

  /// Remembers something.
  ///
  /// - Parameter isCertain: the person has said that it takes the place of what it contradicts.
  package func tell(
    _ fact: NewFact, isCertain: Bool = false, note change: inout FactChange
  ) throws -> Told {
    if let key = fact.key, let known = try known(key: key, owner: fact.owner) { return .known(known) }
    let folded = FactText.folded(fact.value)
    let believed = try believed(owner: fact.owner, subject: fact.subject, relation: fact.relation.name)
    var fact = fact
    let alike = believed.filter { FactText.folded($0.value) == folded && $0.period.overlaps(fact.period) }
    if let same = alike.first(where: { $0.period.to == nil }) ?? alike.last {
      guard let ended = same.period.to, ended <= now, fact.period.to == nil, fact.origin != .model else {
        return .known(try confirm(same, fact, &change))
      }
      // it had ended, and begins again
      fact.period.from = max(fact.period.from ?? now, ended)
    }
    var ended: [Fact] = []
    // what ended before this began keeps its end; only what cannot change is compared with all there ever was
    let span = fact.relation.isFixed ? fact.period : fact.period.begun(at: now)
    if fact.relation.isSingle {
      var others = believed.filter { $0.period.overlaps(span) }
      if fact.origin != .model {
        // what a model made of somebody's words is no match for what they say
        for guess in others where guess.origin == .model { try supersede(guess, &change) }
        others.removeAll { $0.origin == .model }
      }
      if fact.relation.isFixed, let other = others.first {
        guard isCertain else { return .contradicts(other) }
        for other in others { try supersede(other, &change) }
      } else {
        let start = fact.period.from ?? now
        for other in others {
          if let from = other.period.from, from > start {
            // told of what was before: it lasted until what is known of the time after
            fact.period.to = min(fact.period.to ?? from, from)
          } else {
            ended.append(try close(other, at: start, &change))
          }
        }
        if !ended.isEmpty { fact.period.from = start }
      }
    }
    if let opposite = fact.relation.opposite {
      for other in try self.believed(owner: fact.owner, subject: fact.subject, relation: opposite)
      where FactText.folded(other.value) == folded && other.period.overlaps(fact.period.begun(at: now)) {
        let start = fact.period.from ?? now
        ended.append(try close(other, at: start, &change))
        fact.period.from = start
      }
    }
    return .learned(try insert(fact, &change), ended: ended)
  }

  /// Something was true, up to what is true of the time after it.
  package func tellPast(_ fact: NewFact, note change: inout FactChange) throws -> Fact {
    var fact = fact
    let believed = try believed(owner: fact.owner, subject: fact.subject, relation: fact.relation.name)
    if let same = believed.first(where: {
      FactText.folded($0.value) == FactText.folded(fact.value) && $0.period.overlaps(fact.period)
    }) {
      return same.period.to == nil ? try close(same, at: fact.period.to ?? now, &change) : same
    }
    if fact.relation.isSingle {
      for other in believed where other.period.to == nil {
        fact.period.to = min(fact.period.to ?? .distantFuture, other.period.from ?? other.toldAt)
      }
    }
    return try insert(fact, &change)
  }

  /// Something is no longer true.
  ///
  /// - Returns: what ended; what was not known before is kept as having ended.
  package func end(_ fact: NewFact, at moment: Instant, note change: inout FactChange) throws -> Fact {
    let open = try open(
      owner: fact.owner, subject: fact.subject, relation: fact.relation.name, value: fact.value, at: moment)
    var last: Fact?
    for known in open { last = try close(known, at: moment, &change) }
    if let last { return last }
    var fact = fact
    fact.period.to = moment
    return try insert(fact, &change)
  }

  /// What is known comes to its end.
  func end(_ known: [Fact], at moment: Instant, note change: inout FactChange) throws -> [Fact] {
    try known.map { try close($0, at: moment, &change) }
  }

  /// A version was believed wrongly: another value takes its place, from the same time on.
  package func correct(_ id: String, owner: PersonID, to new: NewFact, note change: inout FactChange) throws -> Fact? {
    guard let known = try fact(id, owner: owner), known.supersededAt == nil else { return nil }
    try supersede(known, &change)
    var new = new
    if new.period == Period() { new.period = known.period }
    return try insert(new, &change)
  }

  /// Takes a change back: what it wrote goes, what it put an end to is believed again.
  package func takeBack(_ change: FactChange, owner: PersonID) throws {
    for id in change.written { try erase(fact: id, owner: owner) }
    for id in change.superseded {
      try execute(
        "UPDATE knowledge_facts SET superseded_at = NULL WHERE tenant = :tenant AND owner = ? AND id = ?", owner, id)
    }
  }

  /// Whoever asks for a fact keeps it fresh.
  package func use(_ facts: [Fact], by owner: PersonID) throws {
    for fact in facts where fact.owner == owner {
      try execute(
        """
        UPDATE knowledge_facts SET uses = uses + 1, used_at = ? WHERE tenant = :tenant AND owner = ? AND id = ?
        """, now, owner, fact.id)
    }
  }

  private func known(key: String, owner: PersonID) throws -> Fact? {
    try first(
      "SELECT fact FROM knowledge_keys WHERE tenant = :tenant AND owner = ? AND idempotency = ?", owner, key
    ) { $0.text(0) }.flatMap { try fact($0, owner: owner) }
  }

  /// The same was told again: surer, and with a beginning or an end where it had none.
  private func confirm(_ same: Fact, _ fact: NewFact, _ change: inout FactChange) throws -> Fact {
    try use([same], by: fact.owner)
    if fact.confidence > same.confidence {
      try execute(
        "UPDATE knowledge_facts SET confidence = ? WHERE tenant = :tenant AND owner = ? AND id = ?", fact.confidence,
        fact.owner, same.id)
    }
    if same.origin == .model, fact.origin != .model {
      try execute(
        """
        UPDATE knowledge_facts SET origin = ?, is_pinned = ?, told_at = ?, door = ?
        WHERE tenant = :tenant AND owner = ? AND id = ?
        """, fact.origin.rawValue, fact.isPinned, now, fact.door, fact.owner, same.id)
    }
    if let key = fact.key { try keep(key, same.id, fact.owner) }
    let isNews = fact.period.from != nil && same.period.from == nil || fact.period.to != nil && same.period.to == nil
    guard isNews else { return same }
    try supersede(same, &change)
    var whole = same
    whole.period = Period(from: fact.period.from ?? same.period.from, to: fact.period.to ?? same.period.to)
    return try write(whole, &change)
  }

  /// The version that is believed from now on says when it ended.
  private func close(_ known: Fact, at moment: Instant, _ change: inout FactChange) throws -> Fact {
    try supersede(known, &change)
    var closed = known
    closed.period.to = moment
    return try write(closed, &change)
  }

  private func supersede(_ known: Fact, _ change: inout FactChange) throws {
    try execute(
      "UPDATE knowledge_facts SET superseded_at = ? WHERE tenant = :tenant AND owner = ? AND id = ?", now, known.owner,
      known.id)
    change.superseded.append(known.id)
  }

  private func insert(_ fact: NewFact, _ change: inout FactChange) throws -> Fact {
    let written = try write(
      Fact(
        id: "", owner: fact.owner, subject: fact.subject, relation: fact.relation.name, object: fact.object,
        value: fact.value, period: fact.period, toldAt: fact.toldAt ?? now, door: fact.door, learnedAt: now,
        supersededAt: nil,
        confidence: fact.confidence, origin: fact.origin, sharing: fact.relation.sharing, isPinned: fact.isPinned),
      &change)
    if let key = fact.key { try keep(key, written.id, fact.owner) }
    if fact.relation.name == Relation.alias { try addName(fact.value, to: fact.subject, owner: fact.owner) }
    return written
  }

  private func keep(_ key: String, _ fact: String, _ owner: PersonID) throws {
    try execute(
      "INSERT OR IGNORE INTO knowledge_keys (tenant, owner, idempotency, fact) VALUES (:tenant, ?, ?, ?)", owner, key,
      fact)
  }

  private func write(_ fact: Fact, _ change: inout FactChange) throws -> Fact {
    var fact = fact
    fact.id = newID()
    fact.learnedAt = now
    fact.supersededAt = nil
    try execute(
      """
      INSERT INTO knowledge_facts (tenant, id, owner, subject, relation, object, value, folded, valid_from, valid_to,
        told_at, door, learned_at, superseded_at, confidence, origin, sharing, is_pinned, uses, used_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, 0, ?)
      """, fact.id, fact.owner, fact.subject, fact.relation, fact.object, fact.value, FactText.folded(fact.value),
      fact.period.from, fact.period.to, fact.toldAt, fact.door, now, fact.confidence, fact.origin.rawValue,
      fact.sharing, fact.isPinned, now)
    change.written.append(fact.id)
    return fact
  }

  // MARK: Erasing

  /// Removes a version of a fact for good.
  package func erase(fact id: String, owner: PersonID) throws {
    // a nickname is a name as long as it is known as one; the name that a thing goes by stays
    try execute(
      """
      DELETE FROM knowledge_names WHERE tenant = :tenant AND owner = ? AND EXISTS (
        SELECT 1 FROM knowledge_facts f JOIN knowledge_things t
          ON t.tenant = :tenant AND t.owner = f.owner AND t.id = f.subject
        WHERE f.tenant = :tenant AND f.owner = ? AND f.id = ? AND f.relation = ? AND f.subject = knowledge_names.thing
          AND f.folded = knowledge_names.folded AND t.name <> knowledge_names.name)
      """, owner, owner, id, Relation.alias)
    try execute("DELETE FROM knowledge_keys WHERE tenant = :tenant AND owner = ? AND fact = ?", owner, id)
    try execute("DELETE FROM knowledge_facts WHERE tenant = :tenant AND owner = ? AND id = ?", owner, id)
  }
}
