import Actions
import Base
import Messages
import People
import Store

/// Finds whom and what the nouns of a sentence mean in somebody's memory, and makes what is not there yet.
struct FactResolver {
  let actor: Person
  let people: PeopleBook
  let reader: FactReader
  /// What "he" and "she" mean, as the talk has it.
  let they: String?
  let now: Instant
  /// What is said of them, which may be known of one person alone.
  private let relation: String?
  private let value: String?
  /// Relations that whoever acts may read; `nil` for all.
  private let relations: Set<String>?

  init(_ context: ActionContext, _ reader: FactReader, they: String?, said reading: Reading? = nil) {
    relation = reading?.relation?.name
    value = reading?.sense == .end ? reading?.object : nil
    actor = context.actor
    people = context.people
    self.reader = reader
    self.they = they
    now = context.now
    relations = reader.relations(for: context.authority.agent)
  }

  /// For what is learned of somebody when nobody asks.
  init(_ actor: Person, _ people: PeopleBook, _ reader: FactReader, now: Instant) {
    (relation, value, they, relations) = (nil, nil, nil, nil)
    (self.actor, self.people, self.reader, self.now) = (actor, people, reader, now)
  }

  /// So long "she" is whoever was told or asked of last.
  private static let breath: Duration = .hours(1)

  var scope: FactScope {
    var elders: [PersonID: Set<String>] = [:]
    for (link, elder) in people.elders(of: actor.id) { elders[elder.id] = Set(link.rights.map(\.rawValue)) }
    return FactScope(reader: actor.id, elders: elders, relations: relations)
  }

  // MARK: Finding

  /// Everything that a noun may mean; none when it is not known.
  func find(_ noun: Noun, _ rows: some Querying) throws -> [Subject] {
    switch noun {
    case .me: return [Subject(thing: try rows.thing(for: actor.id, owner: actor.id)?.id, person: actor.id, name: nil)]
    case .they:
      if let they { return try find(.name(they), rows) }
      return try (spokenOf(rows) ?? sole(rows)).map { [$0] } ?? []
    case .name(let name): return try find(named: name, rows)
    case .called(let name, let owner, let relation):
      let named = try find(named: name, rows)
      return named.isEmpty ? try find(.of(owner, relation: relation), rows).filter { $0.name == name } : named
    case .of(let owner, let relation):
      var found: [Subject] = []
      for subject in try find(owner, rows) {
        for fact in try rows.facts(about: subject, relation: relation, during: .at(now), in: scope) {
          guard fact.owner == actor.id, let object = fact.object, let thing = try rows.root(of: object, owner: actor.id)
          else { continue }
          let one = Subject(thing: thing.id, person: thing.person, name: thing.name)
          if !found.contains(one) { found.append(one) }
        }
      }
      return found
    }
  }

  private func find(named name: String, _ rows: some Querying) throws -> [Subject] {
    if let person = person(called: name) {
      return [try subject(person, rows)]
    }
    let things = try rows.things(called: name, owner: actor.id)
    if !things.isEmpty {
      return things.map { Subject(thing: $0.id, person: $0.person, name: $0.name) }
    }
    for stem in reader.stems(of: name) {
      let things = try rows.things(called: stem, owner: actor.id)
      if !things.isEmpty { return things.map { Subject(thing: $0.id, person: $0.person, name: $0.name) } }
      if let person = person(called: stem) { return [try subject(person, rows)] }
    }
    // "the plumber" of whom it is kept that he is Mani
    if let called = try kept(as: name, rows) {
      let named = try rows.things(called: called, owner: actor.id)
      if !named.isEmpty { return named.map { Subject(thing: $0.id, person: $0.person, name: $0.name) } }
    }
    // "Amma", "my mother": who that is may be known
    guard let relation = reader.relation(called: name), relation.object == "person" else { return [] }
    return try find(.of(.me, relation: relation.name), rows)
  }

  /// What is kept under words of the speaker's own.
  func kept(as name: String, _ rows: some Querying) throws -> String? {
    guard let me = try rows.thing(for: actor.id, owner: actor.id) else { return nil }
    let own = Relation.own(FactText.folded(name)).name
    let subject = Subject(thing: me.id, person: nil, name: nil)
    let kept = try rows.facts(about: subject, relation: own, during: .at(now), in: scope).last?.value
    return kept.flatMap { FactText.folded($0) == FactText.folded(name) ? nil : $0 }
  }

  private func subject(_ person: Person, _ rows: some Querying) throws -> Subject {
    let thing = try rows.thing(for: person.id, owner: actor.id)?.id
    return Subject(
      thing: thing, person: person.id, name: person.id == actor.id ? nil : people.called(person.id, by: actor.id))
  }

  /// Somebody of the speaker's own circle: whom else the house knows is nothing to find out by a name.
  private func person(called name: String) -> Person? {
    guard let person = try? people.resolve(name, for: actor) else { return nil }
    let isNear = person.id == actor.id || people.circle(of: actor).contains { $0.person.id == person.id }
    return isNear ? person : nil
  }

  private func spokenOf(_ rows: some Querying) throws -> Subject? {
    guard let fact = try rows.lastTouched(by: actor.id, since: now - Self.breath) else { return nil }
    for id in [fact.subject, fact.object].compactMap(\.self) {
      guard let thing = try rows.root(of: id, owner: actor.id), thing.kind == "person", thing.person != actor.id else {
        continue
      }
      return Subject(thing: thing.id, person: thing.person, name: thing.name)
    }
    return nil
  }

  /// Nobody was spoken of, but of one person alone it can be said.
  private func sole(_ rows: some Querying) throws -> Subject? {
    guard let relation else { return nil }
    var found: Set<String> = []
    for fact in try rows.facts(relation: relation, during: Period(), in: scope) {
      if let value, FactText.folded(value) != FactText.folded(fact.value) { continue }
      if let thing = try rows.root(of: fact.subject, owner: actor.id), thing.person != actor.id {
        found.insert(thing.id)
      }
    }
    guard found.count == 1, let id = found.first, let thing = try rows.root(of: id, owner: actor.id) else { return nil }
    return Subject(thing: thing.id, person: thing.person, name: thing.name)
  }

  // MARK: Making

  /// The one thing that a noun means, made where it is new.
  ///
  /// - Parameter isNaming: the sentence says who that is to somebody ("my uncle is Suresh"): no doctor of the same name.
  /// - Throws: `memory.who` when nobody was spoken of, `memory.which` when several are called so.
  func make(
    _ noun: Noun, kind: String = "person", isNaming: Bool = false, _ change: inout FactChange,
    in transaction: inout Transaction
  ) throws -> Thing {
    if case .called(let name, let owner, let relation) = noun {
      let thing = try make(.name(name), isNaming: true, &change, in: &transaction)
      try relate(thing, to: owner, as: relation, &change, in: &transaction)
      return try transaction.root(of: thing.id, owner: actor.id) ?? thing
    }
    var found = try find(noun, transaction)
    if case .name(let name) = noun, isNaming { found.removeAll { isTitled($0, besides: name) } }
    guard found.count < 2 else {
      throw ActionError(
        "memory.which", ["names": .list(found.compactMap { $0.name.map { .text($0) } })],
        sentence: "There are several who may be meant: \(found.compactMap(\.name).joined(separator: ", ")).",
        field: "fact")
    }
    if let known = found.first {
      if let id = known.thing, let thing = try transaction.root(of: id, owner: actor.id) { return thing }
      if let person = known.person {
        let name = people.person(person)?.name ?? known.name ?? ""
        let thing = try transaction.makeThing(name, kind: "person", person: person, owner: actor.id)
        if let called = known.name { try transaction.addName(called, to: thing.id, owner: actor.id) }
        return thing
      }
    }
    switch noun {
    case .me, .they:
      throw ActionError("memory.who", sentence: "Whom do you mean? Please say it with the name.", field: "fact")
    case .name(let name) where isNaming:
      let new = try transaction.makeNameless(Thing(id: "", kind: kind, name: name, person: nil), owner: actor.id)
      try transaction.addName(name, to: new.id, owner: actor.id)
      return new
    case .name(let name), .called(let name, _, _):
      return try transaction.makeThing(name, kind: kind, owner: actor.id)
    case .of(let owner, let relation):
      // somebody without a name so far: "my daughter's school is …"
      let whose = try make(owner, &change, in: &transaction)
      let known = reader.words.relations[relation] ?? Relation(relation)
      let label = reader.label(relation, actor.language)
      let thing = Thing(id: "", kind: known.object, name: label, person: nil)
      let made = try transaction.makeNameless(thing, owner: actor.id)
      var fact = NewFact(owner: actor.id, subject: whose.id, relation: known, object: made.id, value: label)
      fact.confidence = 0.5
      fact.origin = .rule
      _ = try transaction.tell(fact, note: &change)
      return made
    }
  }

  /// "Dr. Suresh" where Suresh was said.
  private func isTitled(_ subject: Subject, besides name: String) -> Bool {
    func titles(_ text: String) -> Set<String> {
      FactReader.titles.intersection(FactText.folded(text).split(separator: " ").map(String.init))
    }
    return subject.person == nil && titles(name).isEmpty && subject.name.map { !titles($0).isEmpty } == true
  }

  /// "My brother Kumaran" tells that he is one. Whoever was only known as a brother so far gets the name.
  private func relate(
    _ thing: Thing, to owner: Noun, as relation: String, _ change: inout FactChange, in transaction: inout Transaction
  ) throws {
    guard let relation = reader.words.relations[relation] else { return }
    let whose = try make(owner, &change, in: &transaction)
    guard whose.id != thing.id else { return }
    let known = try transaction.believed(owner: actor.id, subject: whose.id, relation: relation.name)
    var fact = NewFact(owner: actor.id, subject: whose.id, relation: relation, object: thing.id, value: thing.name)
    fact.confidence = 0.8
    if let nameless = known.first(where: { $0.origin == .rule && $0.object != nil && $0.confidence < 1 }),
      let object = nameless.object, object != thing.id
    {
      try transaction.merge(object, into: thing.id, owner: actor.id)
      _ = try transaction.correct(nameless.id, owner: actor.id, to: fact, note: &change)
      return
    }
    let isKnown = try known.contains { one in
      try one.object.flatMap { try transaction.root(of: $0, owner: actor.id)?.id } == thing.id
    }
    if !isKnown { _ = try transaction.tell(fact, note: &change) }
  }
}
