import Actions
import Base
import Events
import Formats
import Store
import Time

/// The same for medicines: when somebody moves, or the rules of a zone change. Doses that were asked for stay as they are.
enum MovedMedicines {
  static func move(_ event: Event, _ transaction: inout Transaction) throws {
    guard let person = event.person, let zone = event.payload["zone"].string.flatMap({ try? Zone.named($0) }) else {
      return
    }
    for medicine in try Medicine.active(for: person, transaction) {
      guard let moved = try medicine.timetable?.moved(to: zone, now: transaction.now) else { continue }
      try change(medicine, moved, nextAt: moved.first, transaction)
    }
  }

  static func replan(_ event: Event, _ transaction: inout Transaction) throws {
    let people = try transaction.query(
      "SELECT DISTINCT person FROM medicines WHERE tenant = :tenant AND state = 'active'"
    ) { $0.id(0) as PersonID }
    for medicine in try people.flatMap({ try Medicine.active(for: $0, transaction) }) {
      guard let next = medicine.nextAt,
        let (timetable, at) = try medicine.timetable?.replanned(next, now: transaction.now)
      else { continue }
      try change(medicine, timetable, nextAt: at, transaction)
    }
  }

  private static func change(
    _ medicine: Medicine, _ timetable: Timetable, nextAt: Instant, _ transaction: Transaction
  ) throws {
    var medicine = medicine
    medicine.timetable = timetable
    medicine.nextAt = nextAt
    try medicine.update(transaction)
    try DoseFiring.schedule(medicine, transaction)
  }
}
