import Actions
import Base
import Directory
import Formats
import Foundation
import Messages
import People
import RoomTesting
import Store
import Testing

@Suite struct DirectoryTests {
  /// Saturday 21 November 2026, 10:00 in Kolkata.
  private func house() async throws -> RoomHarness {
    try await RoomHarness([DirectoryRoom.room], now: "2026-11-21T04:30:00Z")
  }

  private func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: RoomHarness.share + "/Fixtures/directory/\(name)")))
  }

  @discardableResult
  private func load(
    _ house: RoomHarness, _ bytes: [UInt8], _ map: [String: String] = [:]
  ) async throws -> Importer.Report {
    let importer = try #require(DirectoryRoom.room.importers.first { $0.kind == "listings" })
    return try await importer.run(ByteSource(bytes), "file", map, house.owner, house.tenant())
  }

  private let chennai = """
    id,name,category,lat,lon,address,phone,opening_hours
    1,Apollo Pharmacy,Pharmacy,13.0067,80.2575,"12 LB Road, Adyar",+91 44 5550 0101,24/7
    2,Adyar Bakery,Bakery,13.0064,80.2571,"4 MG Road, Adyar",+91 44 5550 0102,Mo-Sa 07:00-21:00
    3,Green Cafe,Cafe,13.0339,80.2691,"7 Kutchery Road, Mylapore",+91 44 5550 0103,Mo-Fr 09:00-18:00
    4,City Clinic,Clinic,13.0340,80.2695,"9 Kutchery Road, Mylapore",,Mo-Sa 09:00-13:00
    5,MedPlus Chemist,Pharmacy,13.0345,80.2700,"1 Luz, Mylapore",,Mo-Su 12:00-22:00
    6,Night Owl,Cafe,13.0070,80.2580,"13 LB Road, Adyar",,Fr-Sa 20:00-02:00

    """

  @Test("importing keeps good rows, names bad ones by line, and changes nothing the second time")
  func importing() async throws {
    let house = try await house()
    let text = chennai + "7,,Cafe,13,80,,,\n8,Broken,Cafe,99,80,,,\n9,Odd Hours,Cafe,13,80,,,whenever\n1,Twice,X,,,,,\n"
    let report = try await load(house, Array(text.utf8))
    #expect(report.added == 7)
    #expect(report.problems.map(\.line) == [8, 9, 11])
    // kept, though nobody can read its hours
    #expect(report.notes.map(\.line) == [10])
    let again = try await load(house, Array(text.utf8))
    #expect(again.added == 0 && again.updated == 0 && again.unchanged == 7)
    let changed = try await load(house, Array(chennai.replacing("Green Cafe", with: "Greener Cafe").utf8))
    #expect(changed.updated == 1 && changed.unchanged == 5)
    let found = try await house.run("listing.search", ["what": "greener"])
    #expect(found.data["listings"][0]["name"].string == "Greener Cafe")
  }

  @Test("branches of one name in the middle of one town are kept apart by their addresses, in any order of rows")
  func branches() async throws {
    let house = try await house()
    let head = "name,category,lat,lon,address\n"
    let karori = "Westpac,Bank,-41.28054,174.767151,153 Karori Road\n"
    let north = "Westpac,Bank,-41.28054,174.767151,140 Lambton Quay\n"
    let first = try await load(house, Array((head + karori + north + karori).utf8))
    #expect(first.added == 2 && first.problems.map(\.sentence) == ["it is the same place as line 2, which is kept"])
    for order in [karori + north, north + karori, north, karori] {
      let again = try await load(house, Array((head + order).utf8))
      #expect(again.added == 0 && again.updated == 0 && again.problems.isEmpty, "\(order)")
    }
    // an address that is mended is of the same place
    let mended = try await load(house, Array((head + karori.replacing("153", with: "155")).utf8))
    #expect(mended.updated == 1 && mended.added == 0)
  }

  @Test("other headings, semicolons and columns mapped by hand are understood")
  func headings() async throws {
    let house = try await house()
    let text = "Business Name;Latitude;Longitude;Branch\nTata Shop;13.1;80.2;Textiles\n"
    #expect(try await load(house, Array(text.utf8), ["Branch": "category"]).added == 1)
    #expect(try await house.run("listing.details", ["listing": "tata shop"]).data["category"].string == "Textiles")
    await #expect(throws: DataFileError.self) { try await load(house, Array(text.utf8), ["Branch": "colour"]) }
    await #expect {
      try await load(house, Array(text.utf8), ["Business Name": "name", "Nope": "category"])
    } throws: { error in
      (error as? DataFileError)?.expected
        == "there is no column Nope; the columns are Business Name, Latitude, Longitude, Branch"
    }
    await #expect(throws: DataFileError.self) { try await load(house, Array("a,b\n1,2\n".utf8)) }
  }

  @Test("GeoJSON, with names in any script")
  func geoJSON() async throws {
    let house = try await house()
    let report = try await load(house, try fixture("places.geojson"))
    #expect(report.added == 5 && report.problems.count == 1)
    #expect(try await load(house, try fixture("places.geojson")).unchanged == 5)
    for (asked, name) in [
      ("珈琲", "青空珈琲店"), ("空珈琲", "青空珈琲店"), ("otaki", "Ōtaki Books"), ("whanau", "Whānau Café"),
      ("தேநீர்", "மெரினா தேநீர் கடை"), ("wahnau cafe", "Whānau Café"),
    ] {
      let found = try await house.run("listing.search", ["what": .string(asked)])
      #expect(found.data["listings"][0]["name"].string == name, "\(asked)")
    }
  }

  @Test("what is wrong in GeoJSON is told by the line on which its place begins")
  func geoLines() async throws {
    let house = try await house()
    let text = """
      {"type": "FeatureCollection", "name": "[{features}]",
       "bbox": [80, 12,
                81, 13],
       "features": [
      {"type": "Feature", "geometry": null, "properties": {"name": "One, \\"two\\" [three"}},
      {"type": "Feature", "geometry": null,
       "properties": {"name": "Four"}}, {"type": "Feature", "geometry": null, "properties": {}},

      {"type": "Feature", "geometry": {"type": "Point", "coordinates": []}, "properties": {"name": "Five"}}
      ]}
      """
    let report = try await load(house, Array(text.utf8))
    #expect(report.added == 2)
    #expect(report.problems.map(\.line) == [7, 9])
  }

  @Test("search by word, synonym, slip of the finger, place, distance and opening")
  func searching() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    func names(_ arguments: JSONObject) async throws -> [String] {
      let data = try await house.run("listing.search", arguments).data
      return (data["listings"].array ?? []).compactMap { $0["name"].string }
    }
    #expect(try await names(["what": "pharmacies"]).sorted() == ["Apollo Pharmacy", "MedPlus Chemist"])
    #expect(try await names(["what": "medical shop"]).sorted() == ["Apollo Pharmacy", "MedPlus Chemist"])
    #expect(try await names(["what": "pharmacy", "near": "Mylapore"]) == ["MedPlus Chemist", "Apollo Pharmacy"])
    #expect(try await names(["what": "pharmacy", "near": "Mylapore", "radius_km": 1]) == ["MedPlus Chemist"])
    #expect(try await names(["category": "cafe", "near": "13.0067,80.2575"]) == ["Night Owl", "Green Cafe"])
    #expect(try await names(["what": "appolo farmacy"]) == ["Apollo Pharmacy"])
    #expect(try await names(["what": "pharmacy", "open_now": true]) == ["Apollo Pharmacy"])
    #expect(
      try await names(["near": "Green Cafe", "radius_km": 0.2]) == ["Green Cafe", "City Clinic", "MedPlus Chemist"])
    #expect(try await names(["what": "zzzzqqq"]).isEmpty)
    #expect(try await names(["what": "\" OR name:*"]).isEmpty)
    await #expect { try await names(["what": "cafe", "near": "Atlantis"]) } throws: {
      ($0 as? ActionError)?.code == "listing.place_unknown"
    }
    await #expect { try await names(["what": "cafe", "near": "me"]) } throws: { ($0 as? ActionError)?.field == "near" }
  }

  @Test("the list is short, says distance and closing time, and goes on to the next page")
  func list() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    let outcome = try await house.run("listing.search", ["near": "13.0067,80.2575", "limit": 2])
    #expect(
      house.text(outcome.say) == """
        6 places:
        1. Apollo Pharmacy · Pharmacy · 0 m · open day and night
        2. Adyar Bakery · Bakery · 55 m · open until 9:00 pm [1. Apollo Pharmacy] [2. Adyar Bakery] [More ▸]
        """)
    let next = try #require(outcome.say.buttons.last)
    let second = try await house.run(next.action, next.arguments)
    #expect(house.text(second.say).contains("3. Night Owl · Cafe"))
    #expect(house.text(second.say).contains("closed, opens 8:00 pm"))
  }

  @Test("details show what is known, and ask when a name fits several")
  func details() async throws {
    let house = try await house()
    try await load(house, Array((chennai + "20,Apollo Clinic,Clinic,13,80,Guindy,,\n").utf8))
    let outcome = try await house.run("listing.details", ["listing": "green cafe"])
    #expect(
      house.text(outcome.say) == """
        Green Cafe · Cafe
        📍 7 Kutchery Road, Mylapore
        🕑 closed, opens Monday 9:00 am
        ☎ +91 44 5550 0103 [Book] [Rate]
        """)
    #expect(outcome.say.location != nil)
    let context = house.context()
    guard
      case .ask(_, "listing", let say) = await house.runner.prepare(
        ActionCall("listing.details", ["listing": "apollo"]), in: context)
    else { return #expect(Bool(false), "two places are called Apollo") }
    #expect(say.buttons.count == 2)
    await #expect { try await house.run("listing.details", ["listing": "Taj Mahal Xyz"]) } throws: {
      ($0 as? ActionError)?.code == "listing.unknown"
    }
  }

  @Test("a review counts once a person, may be changed, and can be undone")
  func reviews() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    let first = try await house.run(
      "listing.review", ["listing": "Green Cafe", "stars": 5, "comment": "lovely coffee"])
    try await house.run("listing.review", ["listing": "Green Cafe", "stars": 2], as: house.elder)
    let shown = try await house.run("listing.details", ["listing": "3"])
    #expect(shown.data["stars"].double == 3.5)
    #expect(house.text(shown.say).contains("★ 5 “lovely coffee”"))
    let changed = try await house.run("listing.review", ["listing": "Green Cafe", "stars": 4])
    let back = try #require(changed.inverse)
    try await house.run(back.name, back.arguments)
    #expect(try await house.run("listing.details", ["listing": "3"]).data["stars"].double == 3.5)
    let inverse = try #require(first.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(try await house.run("listing.details", ["listing": "3"]).data["reviews"].int == 1)
    await #expect { try await house.run("listing.review", ["listing": "3", "stars": 6]) } throws: {
      ($0 as? ActionError)?.field == "stars"
    }
  }

  @Test("a booking is asked of the owner, who decides once; the asker hears the answer")
  func booking() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    let asked = try await house.run(
      "listing.book", ["listing": "Green Cafe", "starts": "2026-11-23T13:00", "people": 4], as: house.elder)
    #expect(house.text(asked.say, for: house.owner).contains("I asked for Green Cafe, Monday at 1:00 pm, for 4."))
    let told = house.told()
    #expect(told.count == 1 && told[0].person == "Ravi" && told[0].buttons == ["Accept", "Decline"])
    #expect(told[0].text.contains("Lakshmi asks for a booking: Green Cafe, Monday at 1:00 pm, for 4 people."))
    let accept = try #require(try await house.call(ofButton: "Accept", to: house.owner))
    await #expect { try await house.run(accept.name, accept.arguments, as: house.elder) } throws: {
      ($0 as? ActionError)?.code == "listing.not_owner"
    }
    try await house.run(accept.name, accept.arguments)
    let answered = house.told()
    #expect(answered.map(\.person) == ["Lakshmi"])
    await #expect { try await house.run(accept.name, accept.arguments) } throws: {
      ($0 as? ActionError)?.code == "listing.decided"
    }
    let inverse = try #require(asked.inverse)
    try await house.run(inverse.name, inverse.arguments, as: house.elder)
    #expect(house.told().map(\.person) == ["Ravi"])
  }

  @Test("a booking in the past, without a time, repeated or twice is not asked for")
  func badBookings() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    for (starts, code) in [
      ("2026-11-20T13:00", "listing.past"), ("2026-11-23", "arguments.missing"), ("2029-01-01T10:00", "listing.far"),
    ] {
      await #expect { try await house.run("listing.book", ["listing": "3", "starts": .string(starts)]) } throws: {
        ($0 as? ActionError)?.code == code
      }
    }
    try await house.run("listing.book", ["listing": "3", "starts": "2026-11-22T10:00"])
    await #expect { try await house.run("listing.book", ["listing": "3", "starts": "2026-11-22T10:00"]) } throws: {
      ($0 as? ActionError)?.code == "listing.twice"
    }
    let late = try await house.run("listing.book", ["listing": "3", "starts": "2026-11-23T23:00"])
    #expect(house.text(late.say).contains("seem to be closed"))
  }

  @Test("categories are counted, an empty directory says how to fill it")
  func categories() async throws {
    let house = try await house()
    #expect(house.text(try await house.run("listing.categories").say).contains("import listings"))
    try await load(house, Array(chennai.utf8))
    let outcome = try await house.run("listing.categories")
    #expect(house.text(outcome.say).hasPrefix("4 kinds of places:\nCafe · 2\nPharmacy · 2"))
  }

  @Test("a person is exported and forgotten; lists and doctor see the room")
  func keeping() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    try await house.run("listing.review", ["listing": "3", "stars": 5])
    try await house.run("listing.book", ["listing": "3", "starts": "2026-11-23T10:00", "guest": "Karthik"])
    let room = DirectoryRoom.room
    let person = house.owner.id
    let kept = try await house.tenant().read { try room.export(person, $0) }
    #expect(kept["reviews"].array?.count == 1 && kept["bookings"].array?.count == 1)
    #expect(kept["bookings"].array?.first?["guest"].string == "Karthik")
    #expect(try await house.tenant().write { try room.forget(person, &$0) } == 3)
    let entries = try await house.tenant().read { try room.lists[0].read(person, $0) }
    #expect(entries.count == 6)
    let finding = try await house.store.read { try room.checks[0].run($0) }
    guard case .fine = finding else { return #expect(Bool(false), "the directory is in order") }
  }

  @Test("another tenant's listings are not found")
  func tenants() async throws {
    let house = try await house()
    try await load(house, Array(chennai.utf8))
    let other = house.store.tenant(TenantID("other"))
    let count = try await other.read { try $0.count("SELECT count(*) FROM listings_words WHERE tenant = :tenant") }
    #expect(count == 0)
  }

  @Test("every text that the room says is there")
  func texts() async throws {
    let house = try await house()
    for action in DirectoryRoom.room.actions where !action.isHidden {
      let entry = try #require(house.runner.registry[action.name])
      for parameter in entry.parameters where parameter.isRequired {
        #expect(house.replies.has("\(action.name).ask.\(parameter.name)"), "\(action.name) \(parameter.name)")
      }
    }
  }
}
