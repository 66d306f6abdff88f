import Actions
import Base
import Care
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

struct TrackTests {
  struct Bad: CustomTestStringConvertible {
    let type: String
    let data: JSON
    var at: String?
    let field: String
    var testDescription: String { "\(type) \(data.text()) → \(field)" }
  }

  @Test(
    "what is wrong with an event is named by its field, and nothing is kept",
    arguments: [
      Bad(type: "location", data: ["lat": 91, "lon": 80], field: "data.lat"),
      Bad(type: "location", data: ["lat": "13", "lon": 80], field: "data.lat"),
      Bad(type: "location", data: ["lat": 13], field: "data.lon"),
      Bad(type: "location", data: ["lat": 13, "lon": 80, "accuracy_m": -1], field: "data.accuracy_m"),
      Bad(type: "location", data: ["lat": 13, "lon": 80, "speed": 3], field: "data.speed"),
      Bad(type: "location", data: ["lat": 13, "lon": 80], at: "yesterday", field: "at"),
      Bad(type: "location", data: ["lat": 13, "lon": 80], at: "2027-01-01T00:00:00Z", field: "at"),
      Bad(type: "location", data: [1, 2], field: "data"),
      Bad(type: "medication", data: ["status": "taken"], field: "data.medicine"),
      Bad(type: "medication", data: ["medicine": "Metformin", "status": "eaten"], field: "data.status"),
      Bad(type: "appointment", data: ["title": "", "starts": "2026-12-05T08:00"], field: "data.title"),
      Bad(type: "appointment", data: ["title": "Eye test", "starts": "soon"], field: "data.starts"),
      Bad(type: "appointment", data: ["title": "Eye test", "starts": "2026-12-05"], field: "data.starts"),
      Bad(type: "appointment", data: ["title": "Eye test", "starts": "2020-12-05T08:00"], field: "data.starts"),
      Bad(type: "weather", data: [:], field: "type"),
    ])
  func refuses(_ bad: Bad) async throws {
    let care = try await CareHouse()
    var arguments: JSONObject = ["person": "Amma", "type": .string(bad.type), "data": bad.data]
    if let at = bad.at { arguments["at"] = .string(at) }
    #expect(await care.field("care.track", arguments) == bad.field)
    let kept = try await care.house.tenant().read {
      try $0.count("SELECT count(*) FROM care_events WHERE tenant = :tenant")
    }
    #expect(kept == 0)
  }

  @Test("a location is kept and shown to whoever may see it")
  func location() async throws {
    let care = try await CareHouse()
    let outcome = try await care.house.run(
      "care.track",
      [
        "person": "Amma", "type": "location", "at": "2026-11-23T04:00:00Z",
        "data": ["lat": 13.0827, "lon": 80.2707, "accuracy_m": 25],
      ])
    #expect(outcome.data["event"].string?.isEmpty == false)
    try await care.house.run("location.consent", ["relative": "Ravi", "yes": true], as: care.house.elder)
    let shown = try await care.house.run("location.show")
    #expect(care.house.text(shown.say) == "📍 Amma was here today at 9:30 am (within 25 m).")
    #expect(shown.say.location?.latitude == 13.0827)
  }

  @Test("a medication event settles the dose that waits, and is kept for a medicine nobody knows")
  func medication() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .minutes(65))
    try await care.house.run(
      "care.track",
      ["person": "Amma", "type": "medication", "data": ["medicine": "metformin", "status": "taken"]], door: "rest")
    #expect(try await care.doses() == ["taken"])
    try await care.house.run(
      "care.track", ["person": "Amma", "type": "medication", "data": ["medicine": "Zinc", "status": "missed"]])
    let elder = care.house.elder.id
    let exported = try await care.house.tenant().read { try Care.room.export(elder, $0) }
    #expect(exported["events"].array?.count == 2)
    #expect(exported["medicines"][0]["doses"][0]["door"] == "rest")
  }

  @Test("an appointment is listed, and said the day before and an hour before")
  func appointment() async throws {
    let care = try await CareHouse()
    try await care.house.run(
      "care.track",
      ["person": "Amma", "type": "appointment", "data": ["title": "Eye test", "starts": "2026-11-25T10:00"]])
    #expect(
      care.house.text(try await care.house.run("appointment.list", ["person": "Amma"]).say)
        == "📅 Amma: one appointment\n• Wednesday at 10:00 am: Eye test")
    await care.house.advance(by: .days(1))
    #expect(care.house.told().count == 1)
    await care.house.advance(by: .hours(23))
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
    let added = try await care.house.run(
      "appointment.add", ["title": "Dentist", "starts": "2026-11-30T10:00", "person": "Amma"])
    #expect(care.house.text(added.say) == "Noted for Amma: Dentist, Monday at 10:00 am")
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
    let inverse = try #require(added.inverse)
    try await care.house.run(inverse.name, inverse.arguments)
    #expect(try await care.house.run("appointment.list", ["person": "Amma"]).data.array?.count == 1)
  }

  @Test("somebody who is not linked reaches nobody")
  func stranger() async throws {
    let care = try await CareHouse()
    let (people, zone, tenant) = (care.house.people, care.house.owner.zone, care.house.owner.tenant)
    let stranger = Person(
      id: PersonID("stranger"), tenant: tenant, name: "Kumar", persona: "founder", language: .english, zone: zone)
    try await care.house.store.write { try people.add(stranger, in: &$0) }
    let id = care.house.elder.id.text
    for type in ["location", "medication", "appointment"] {
      let arguments: JSONObject = ["person": .string(id), "type": .string(type), "data": [:]]
      #expect(await care.code("care.track", arguments, as: stranger) == "people.unknown")
    }
  }

  @Test("a person is forgotten and exported whole")
  func forget() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.house.run(
      "care.track", ["person": "Amma", "type": "location", "data": ["lat": 13.0, "lon": 80.0]])
    try await care.house.run("emergency.alert", as: care.house.elder)
    await care.house.advance(by: .hours(1))
    let elder = care.house.elder.id
    let gone = try await care.house.tenant().write { try Care.room.forget(elder, &$0) }
    #expect(gone > 5)
    let left = try await care.house.tenant().read { try Care.room.export(elder, $0) }
    for key in ["medicines", "appointments", "locations", "events", "alerts"] {
      #expect(left[key].array?.isEmpty == true)
    }
    _ = care.house.told()
    await care.house.advance(by: .days(2))
    #expect(care.house.told().isEmpty)
  }

  @Test("every text of the room exists in every language, with the same values")
  func texts() throws {
    let english = try YAML.load(path: RoomHarness.share + "/Personas/replies/en/care.yaml").mapping ?? []
    for language in ["ta", "ta-Latn", "hi", "hi-Latn"] {
      let keys = try YAML.load(path: RoomHarness.share + "/Personas/replies/\(language)/care.yaml").mapping ?? []
      #expect(Set(keys.compactMap(\.key.string)) == Set(english.compactMap(\.key.string)))
    }
  }

  /// A longer one makes WhatsApp hide all of them behind a list.
  @Test("what is on a button fits it at every door", arguments: ["en", "ta", "ta-Latn", "hi", "hi-Latn"])
  func labels(_ language: String) throws {
    func labels(_ node: YAMLNode, _ path: String) -> [(path: String, label: String)] {
      if let label = node.string { return [(path, label)] }
      return (node.mapping ?? []).flatMap { labels($0.value, path + ($0.key.string ?? "") + ".") }
    }
    for file in ["care", "reminders"] {
      let all = labels(try YAML.load(path: RoomHarness.share + "/Personas/replies/\(language)/\(file).yaml"), "")
      let onButtons = all.filter { ".\($0.path)".contains(".button.") && !$0.label.contains("{") }
      #expect(onButtons.count > 3, "\(file)")
      for (path, label) in onButtons { #expect(label.utf16.count <= 20, "\(path) \(label)") }
    }
  }
}
