import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Store

/// A course of a medicine ends with its last dose, by itself.
enum Course {
  /// Whether nothing of a course is to come or open any more.
  static func isOver(_ medicine: Medicine, _ transaction: Transaction) throws -> Bool {
    guard medicine.isActive, let timetable = medicine.timetable, timetable.repeats, medicine.nextAt == nil else {
      return false
    }
    return try Dose.open(of: medicine.id, transaction).isEmpty
  }

  /// Stops a medicine whose course is over and says so.
  static func endIfOver(_ id: String, _ transaction: inout Transaction) throws {
    guard var medicine = try Medicine.find(id, transaction), try isOver(medicine, transaction) else { return }
    medicine.isActive = false
    try medicine.update(transaction)
    try transaction.emit(Event("medicine.course_over", person: medicine.person, ["medicine": .string(id)]))
    let say = Say("course.over", ["medicine": .text(medicine.name)])
    try transaction.tell(medicine.person, say, urgency: .low, dedupeKey: "course.\(id)")
    try Family(transaction)?.tell(
      .medicines, of: medicine.person, urgency: .low, dedupeKey: "course.\(id).family",
      Say("course.over_for", ["medicine": .text(medicine.name)]))
  }
}
