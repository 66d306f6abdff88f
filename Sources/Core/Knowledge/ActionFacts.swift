package import Actions
import Base
import Formats
import People
import Store
import Text
import Time

extension FactReader {
  /// Remembers what actions do, by the list in `relations.yaml`.
  package var observer: ActionObserver {
    ActionObserver { [self] call, outcome, actor, transaction in
      guard let told = words.actions[call.name] else { return }
      try remember(told, call, outcome, actor, &transaction)
    }
  }

  private func remember(
    _ told: ActionFact, _ call: ActionCall, _ outcome: Outcome, _ actor: Person, _ transaction: inout Transaction
  ) throws {
    func text(_ key: String) -> String? { outcome.data[key].string ?? call.arguments[key]?.string }
    let people = try transaction.peopleBook()
    let named = told.subject.flatMap { text($0) }
    let person = named.map { people.person(PersonID($0)) ?? (try? people.resolve($0, for: actor)) } ?? actor
    let subject =
      if let person {
        try transaction.makeThing(person.name, kind: "person", person: person.id, owner: actor.id)
      } else {
        try transaction.makeThing(named ?? "", kind: "person", owner: actor.id)
      }
    guard let value = told.relation.object == "date" ? day(outcome.data, actor) : text(told.value), !value.isEmpty
    else {
      return
    }
    var fact = NewFact(owner: actor.id, subject: subject.id, relation: told.relation, value: value)
    if told.relation.isThing {
      fact.object = try transaction.makeThing(value, kind: told.relation.object, owner: actor.id).id
    }
    fact.origin = .action
    fact.isPinned = true
    var change = FactChange()
    if told.ends {
      _ = try transaction.end(fact, at: transaction.now, note: &change)
    } else {
      // it begins with what was done, unless it was known before
      _ = try transaction.tell(fact, isCertain: true, note: &change)
    }
  }

  /// "3 May 1956", as its reader writes it.
  private func day(_ data: JSON, _ actor: Person) -> String? {
    guard let month = data["month"].int64, let day = data["day"].int64 else { return nil }
    let formatter = TextFormatter(language: actor.language, zone: actor.zone, now: .epoch)
    let year = data["year"].int64.map { " \($0)" } ?? ""
    return "\(day) \(formatter.month(Int(month)))\(year)"
  }
}
