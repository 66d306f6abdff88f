import Actions
import Base
import Delivery
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

/// The picture of the week, the report for the doctor, and what is forgotten. It is Monday 23 November 2026, 10:00.
struct ReportTests {
  /// Three days: one dose taken, one left out, one without an answer; and one when needed.
  private func days() async throws -> CareHouse {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metformin", at: "11:00", ["dose": "500 mg", "note": "Not with alcohol."])
    try await house.run("medicine.add", ["name": "Dolo", "as_needed": true, "gap": "PT6H"], as: house.elder)
    await house.advance(by: .hours(1))
    try await house.run("medicine.taken", ["medicine": "Metformin"], as: house.elder)
    try await house.run("medicine.taken", ["medicine": "Dolo"], as: house.elder)
    await house.advance(by: .days(1))
    try await house.run("medicine.skip", ["medicine": "Metformin"], as: house.elder)
    await house.advance(by: .days(1) + .hours(3))
    _ = house.told()
    return care
  }

  private func file(_ outcome: Outcome, _ care: CareHouse) async throws -> KeptFile {
    let id = try #require(outcome.say.picture)
    return try #require(try await care.house.tenant().keptFile(id))
  }

  @Test("the week is said in counts and shown as a picture; what is not known is not counted as taken")
  func week() async throws {
    let care = try await days()
    let outcome = try await care.house.run("medicine.week", ["person": "Amma"])
    #expect(care.house.text(outcome.say) == "This week, Amma: 2 of 4 taken.\n❓ No answer: 1")
    let picture = try await file(outcome, care)
    #expect(picture.type == "image/png" && picture.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(outcome.data["medicines"][0]["counts"]["no_answer"] == 1)
  }

  @Test("the report for the doctor is a PDF, and a table with the history of every dose")
  func doctor() async throws {
    let care = try await days()
    let pdf = try await care.house.run("medicine.export", ["person": "Amma"])
    let pages = try await file(pdf, care)
    #expect(pages.type == "application/pdf" && pages.name == "medicines.pdf")
    #expect(pages.bytes.starts(with: Array("%PDF-".utf8)) && pages.bytes.count > 5_000)
    #expect(pdf.say.buttons.map(\.action) == ["medicine.export"])
    let csv = try await care.house.run("medicine.export", ["person": "Amma", "format": "csv"])
    let table = String(decoding: try await file(csv, care).bytes, as: UTF8.self).split(separator: "\r\n")
    #expect(table.count == 5)
    #expect(
      table[1].hasPrefix(
        "2026-11-23 11:00,Metformin,500 mg,taken,2026-11-23 11:00,Lakshmi,telegram,2026-11-23 11:00,"))
    #expect(table[4].hasPrefix("2026-11-25 11:00,Metformin,500 mg,no answer,,,,2026-11-25 12:00,"))
  }

  @Test("nobody gets a report of somebody who has not allowed it")
  func rights() async throws {
    let care = try await days()
    try await care.grant([])
    #expect(await care.code("medicine.export", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("medicine.week", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("medicine.stock", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("checkin.set", ["person": "Amma", "at": "09:00"]) == "people.not_allowed")
    #expect(await care.code("meal.set", ["person": "Amma", "meal": "lunch", "at": "13:00"]) == "people.not_allowed")
  }

  @Test("an export shows all that is kept, and forgetting leaves nothing of it")
  func forget() async throws {
    let care = try await days()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("meal.set", ["meal": "lunch", "at": "12:00"], as: elder)
    try await house.run("checkin.set", ["at": "12:30"], as: elder)
    try await house.run("birthday.add", ["whose": "Meena", "date": "2026-12-01"], as: elder)
    try await house.run("birthday.add", ["person": "Amma", "date": "1948-12-01"])
    try await house.run(
      "appointment.add", ["title": "Scan", "starts": "2026-11-28T09:00", "prepare": "fasting"], as: elder)
    await house.advance(by: .days(1))
    let room = try #require(house.rooms.first { $0.name == "care" })
    let export = try await house.tenant().read { try room.export(elder.id, $0) }
    #expect(export["medicines"][0]["doses"][0]["entries"].array?.isEmpty == false)
    #expect(export["meals"]["lunch"] == "12:00")
    #expect(export["checkin"]["ask"] == "12:30")
    #expect(export["checkin_days"].array?.count == 1)
    #expect(export["birthdays"][0]["whose"] == "Meena")
    #expect(export["appointments"][0]["prepare"] == "fasting")
    _ = try await house.tenant().write { try room.forget(elder.id, &$0) }
    let tables = [
      "medicines", "doses", "dose_entries", "meal_times", "appointments", "checkins", "checkin_days", "birthdays",
    ]
    for table in tables {
      let left = try await house.tenant().read { reader in
        try reader.count("SELECT count(*) FROM \(table) WHERE tenant = :tenant AND person = ?", elder.id)
      }
      #expect(left == 0, "\(table)")
    }
    // the son's note of her birthday stays his, without her
    let subject = try await house.tenant().read { reader in
      try reader.first("SELECT subject FROM birthdays WHERE tenant = :tenant") { $0.optionalText(0) }
    }
    #expect(subject == .some(nil))
  }
}
