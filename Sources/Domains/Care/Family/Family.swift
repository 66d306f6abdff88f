import Base
import Delivery
import Messages
import People
import Store
import Text
import Time

/// The people around somebody who is cared for, as a change of the store sees them.
struct Family {
  let people: PeopleBook
  let personas: PersonaLibrary
  let transaction: Transaction

  /// `nil` where no house is running.
  init?(_ transaction: Transaction) {
    guard let delivery = transaction.service(Delivery.self) else { return nil }
    people = delivery.people
    personas = delivery.personas
    self.transaction = transaction
  }

  func relatives(of elder: PersonID, with right: FamilyLink.Right) -> [Person] {
    people.relatives(of: elder).filter { $0.link.rights.contains(right) && $0.person.tenant == transaction.tenant }
      .map(\.person).sorted { $0.id < $1.id }
  }

  /// Tells every relative with the right something about the elder, whom each calls in their own way (`{name}`).
  func tell(
    _ right: FamilyLink.Right, of elder: PersonID, except: PersonID? = nil, urgency: Urgency = .normal,
    dedupeKey: String? = nil, _ say: Say
  ) throws {
    for relative in relatives(of: elder, with: right) where relative.id != except {
      var say = say
      say.values["name"] = .text(people.called(elder, by: relative.id))
      try transaction.tell(
        relative.id, say, urgency: urgency, dedupeKey: dedupeKey.map { "\($0).\(relative.id)" })
    }
  }

  /// Whose clock times are by, where the two differ: 8 in the morning here is the evening there.
  func otherClock(of elder: Person, for reader: Person) -> Say? {
    Self.otherClock(of: elder, for: reader, people.called(elder.id, by: reader.id), now: transaction.now)
  }

  static func otherClock(of elder: Person, for reader: Person, _ called: String, now: Instant) -> Say? {
    let there = elder.zone.civil(now)
    guard there != reader.zone.civil(now) else { return nil }
    return Say("care.other_clock", ["name": .text(called), "there": .time(there.time)])
  }

  func habits(of person: PersonID) -> Persona.Care {
    people.person(person).flatMap { personas[$0.persona]?.care } ?? Persona.Care()
  }

  func isQuiet(_ person: PersonID, at instant: Instant) -> Bool {
    guard let person = people.person(person), let quiet = personas[person.persona]?.quietHours else { return false }
    return quiet.contains(person.zone.civil(instant).time)
  }
}
