import Actions
import Base
import Care
import Delivery
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

/// What is measured of a body: kept as told, shown to whom it may be, never judged. It is Monday 23 November 2026, 10:00.
struct MeasureTests {
  @Test("a blood pressure is kept in its order, told back, and taken back by undo")
  func pressure() async throws {
    let care = try await CareHouse()
    let house = care.house
    let outcome = try await house.run(
      "measure.add", ["measure": "pressure", "value": 90, "second": 150], as: house.elder)
    #expect(outcome.data["value"].double == 150 && outcome.data["second"].double == 90)
    let inverse = try #require(outcome.inverse)
    try await house.run(inverse.name, inverse.arguments, as: house.elder)
    #expect(try await house.run("measure.list", as: house.elder).data.array?.isEmpty == true)
  }

  @Test(
    "what nobody can have was misheard",
    arguments: [
      ("pressure", 1300.0), ("sugar", 0.2), ("weight", 900), ("temperature", 60), ("pulse", 5), ("oxygen", 120),
    ])
  func misheard(_ kind: String, _ value: Double) async throws {
    let care = try await CareHouse()
    let code = await care.code("measure.add", ["measure": .string(kind), "value": .number(value)])
    #expect(code == "measure.value")
  }

  @Test("units follow from the value as people tell it")
  func units() async throws {
    let care = try await CareHouse()
    let house = care.house
    for (kind, value, unit) in [
      ("sugar", 140.0, "mg/dL"), ("sugar", 7.8, "mmol/L"), ("temperature", 101, "°F"), ("temperature", 38.5, "°C"),
    ] {
      let outcome = try await house.run(
        "measure.add", ["measure": .string(kind), "value": .number(value)], as: house.elder)
      #expect(outcome.data["unit"].string == unit)
    }
  }

  @Test("who may see the medicines sees it, who may note them notes it, nobody else")
  func rights() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("measure.add", ["measure": "weight", "value": 62], as: house.elder)
    #expect(try await house.run("measure.list", ["person": "Amma"]).data[0]["value"].double == 62)
    try await house.run("measure.add", ["measure": "weight", "value": 61, "person": "Amma"])
    try await care.grant([.medicines])
    #expect(
      await care.code("measure.add", ["measure": "weight", "value": 60, "person": "Amma"]) == "people.not_allowed")
    #expect(try await house.run("measure.list", ["person": "Amma"]).data.array?.count == 2)
    try await care.grant([])
    #expect(await care.code("measure.list", ["person": "Amma"]) == "people.not_allowed")
  }

  @Test("three values of a kind come with a picture, and the doctor's report has them")
  func shown() async throws {
    let care = try await CareHouse()
    let house = care.house
    for value in [140, 150, 145] {
      try await house.run(
        "measure.add", ["measure": "pressure", "value": .integer(Int64(value)), "second": 90], as: house.elder)
      await house.advance(by: .hours(1))
    }
    let list = try await house.run("measure.list", ["measure": "pressure"], as: house.elder)
    let picture = try #require(list.say.picture)
    #expect(try await house.tenant().keptFile(picture)?.type == "image/png")
    #expect(list.data.array?.count == 3)
    #expect(try await house.run("measure.list", ["period": "last_month"], as: house.elder).say.key == "measure.none")
    let pdf = try await house.run("medicine.export", ["person": "Amma"])
    #expect(try await house.tenant().keptFile(#require(pdf.say.picture))?.type == "application/pdf")
  }

  @Test("an export has it, and forgetting leaves nothing of it")
  func forget() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("measure.add", ["measure": "pulse", "value": 76], as: elder)
    let room = try #require(house.rooms.first { $0.name == "care" })
    let export = try await house.tenant().read { try room.export(elder.id, $0) }
    #expect(export["measures"][0]["kind"] == "pulse")
    _ = try await house.tenant().write { try room.forget(elder.id, &$0) }
    let left = try await house.tenant().read { try $0.count("SELECT count(*) FROM measures WHERE tenant = :tenant") }
    #expect(left == 0)
  }
}
