import Actions
import Base
import People
import Store

/// The links of the family (`people link`) as edges beside the facts: who is whose relative is known though nobody told it.
/// Only the asking person's own links are seen.
struct FamilyEdges: Sendable {
  struct Edge: Sendable {
    let id: String
    let from: Thing
    let to: Thing
    /// What the one calls the other.
    let label: String

    /// The same in the form of a fact, so that a way can lead over it. It is in no table.
    func fact(of owner: PersonID) -> Fact {
      Fact(
        id: id, owner: owner, subject: from.person?.text ?? "", relation: Relation.ownPrefix + label, object: to.id,
        value: to.name, period: Period(), toldAt: .epoch, door: "", learnedAt: .epoch, supersededAt: nil, confidence: 1,
        origin: .rule, sharing: "", isPinned: true)
    }
  }

  private let actor: Person
  private let links: [(link: FamilyLink, person: Person)]
  private let label: String
  /// In front of the id of somebody of whom nothing was told yet.
  private static let prefix = "person:"

  init(_ context: ActionContext, _ reader: FactReader) {
    actor = context.actor
    links = context.people.elders(of: actor.id) + context.people.relatives(of: actor.id)
    label = reader.label("relative", context.language)
  }

  /// The thing that stands for a person of the house, made up where nothing was told of them.
  private func thing(_ person: Person, _ rows: some Querying) throws -> Thing {
    try rows.thing(for: person.id, owner: actor.id)
      ?? Thing(id: Self.prefix + person.id.text, kind: "person", name: name(person), person: person.id)
  }

  private func name(_ person: Person) -> String {
    links.first { $0.link.elder == person.id && $0.person.id == person.id && !$0.link.called.isEmpty }?.link.called
      ?? person.name
  }

  /// Where a way from a subject begins.
  func place(of subject: Subject) -> String? { subject.thing ?? subject.person.map { Self.prefix + $0.text } }

  /// How somebody of such an edge is called; `nil` for the reader.
  func name(of person: String) -> String? {
    guard person != actor.id.text else { return nil }
    return links.map(\.person).first { $0.id.text == person }.map(name) ?? ""
  }

  func me(_ rows: some Querying) throws -> Thing { try thing(actor, rows) }

  /// A thing of this kind by its id.
  func stranger(_ id: String) -> Thing? {
    guard id.hasPrefix(Self.prefix) else { return nil }
    let person = links.map(\.person).first { Self.prefix + $0.id.text == id } ?? actor
    guard Self.prefix + person.id.text == id else { return nil }
    return Thing(id: id, kind: "person", name: name(person), person: person.id)
  }

  func edges(of thing: Thing, _ rows: some Querying) throws -> [Edge] {
    guard let person = thing.person else { return [] }
    let me = try me(rows)
    return try links.compactMap { link, other in
      guard person == actor.id || person == other.id else { return nil }
      let there = try self.thing(other, rows)
      let isElder = link.elder == other.id
      let (from, to) = isElder ? (me, there) : (there, me)
      return Edge(
        id: "\(Fact.familyPrefix)\(link.elder.text):\(link.relative.text)", from: from, to: to,
        label: link.called.isEmpty ? label : link.called)
    }
  }
}

extension Fact {
  static let familyPrefix = "family:"
  var isFamily: Bool { id.hasPrefix(Self.familyPrefix) }
}
