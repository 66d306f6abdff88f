import Actions
import Base
import Directory
import Formats
import Messages
import RoomTesting
import Store
import Testing

/// How listings are found and pointed at. It is Saturday 21 November 2026, 10:00 in Kolkata.
@Suite struct FindingTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([DirectoryRoom.room], now: "2026-11-21T04:30:00Z")
    let importer = try #require(DirectoryRoom.room.importers.first { $0.kind == "listings" })
    let text = """
      id,name,category,lat,lon,address
      1,Guardian Memorials,Services > Banks & Credit Unions > Brokerage,-41.2800,174.7700,"1 The Terrace, Wellington"
      2,ANZ,Services > Banks & Credit Unions > Bank,-41.2900,174.7800,"2 Lambton Quay, Wellington"
      3,Public Trust,None,-41.2801,174.7701,"3 The Terrace, Wellington"
      4,Backbencher,Pub,-41.2850,174.7750,"4 Molesworth St, Wellington"
      5,Europlan Industries,Furniture,-45.0300,168.6600,"Gorge Rd, Frankton"

      """
    _ = try await importer.run(ByteSource(Array(text.utf8)), "places.csv", [:], house.owner, house.tenant())
    return house
  }

  private func names(_ house: RoomHarness, _ arguments: JSONObject) async throws -> [String] {
    try await house.run("listing.search", arguments).data["listings"].array?.compactMap { $0["name"].string } ?? []
  }

  @Test("what is a bank itself stands before what is only filed near banks, though it is farther")
  func kindFirst() async throws {
    let house = try await house()
    #expect(try await names(house, ["what": "bank", "near": "Wellington"]) == ["ANZ", "Guardian Memorials"])
  }

  @Test("a pub is not in every “Public …”, and “None” is no category")
  func shortWords() async throws {
    let house = try await house()
    #expect(try await names(house, ["what": "pub"]) == ["Backbencher"])
    let shown = try await house.run("listing.details", ["listing": "Public Trust"])
    #expect(!house.text(shown.say).contains("None"))
  }

  @Test("a town that the directory does not know is not taken for a business spelt a little like it")
  func unknownTown() async throws {
    let house = try await house()
    await #expect { try await names(house, ["what": "bank", "near": "Queenstown"]) } throws: {
      ($0 as? ActionError)?.code == "listing.place_unknown"
    }
  }

  @Test(
    "places are pointed at as they stood in the list",
    arguments: [
      ("the first one", "ANZ"), ("second", "Guardian Memorials"), ("number 2", "Guardian Memorials"),
      ("last", "Guardian Memorials"),
    ])
  func pointers(_ words: String, _ name: String) async throws {
    let house = try await house()
    _ = try await names(house, ["what": "bank", "near": "Wellington"])
    let shown = try await house.run("listing.details", ["listing": .string(words)])
    #expect(shown.data["name"].string == name)
    // what was shown alone is "it"
    try await house.run("listing.review", ["stars": 4])
    #expect(try await house.run("listing.details", ["listing": "it"]).data["stars"].double == 4)
    // and the list is still there
    #expect(try await house.run("listing.details", ["listing": "first"]).data["name"].string == "ANZ")
    await #expect { try await house.run("listing.details", ["listing": "the fifth one"]) } throws: {
      ($0 as? ActionError)?.code == "listing.unknown"
    }
  }

  @Test("without a list there is nothing to point at, and it is asked")
  func nothingShown() async throws {
    let house = try await house()
    guard
      case .ask(_, let parameter, _) = await house.runner.prepare(
        ActionCall("listing.book", ["starts": "2026-11-22T19:00"]), in: house.context())
    else {
      Issue.record("it should ask where")
      return
    }
    #expect(parameter == "listing")
  }

  @Test("of a list just shown it is asked which, with a button for each")
  func several() async throws {
    let house = try await house()
    _ = try await names(house, ["what": "bank", "near": "Wellington"])
    for arguments: JSONObject in [["stars": 4], ["stars": 4, "listing": "it"]] {
      guard
        case .ask(_, "listing", let say) = await house.runner.prepare(
          ActionCall("listing.review", arguments), in: house.context())
      else {
        Issue.record("it should ask which")
        return
      }
      #expect(say.buttons.count == 2)
    }
  }

  @Test("one's bookings are listed with how they stand, and cancelled by the place's name")
  func bookings() async throws {
    let house = try await house()
    #expect(house.text(try await house.run("listing.bookings", as: house.elder).say) == "You have no bookings to come.")
    try await house.run("listing.book", ["listing": "4", "starts": "2026-11-22T19:00", "people": 2], as: house.elder)
    try await house.run("listing.book", ["listing": "2", "starts": "2026-11-23T11:00"], as: house.elder)
    let list = try await house.run("listing.bookings", as: house.elder)
    #expect(
      house.text(list.say) == """
        2 bookings:
        • tomorrow at 7:00 pm: Backbencher, 2 people (waiting)
        • Monday at 11:00 am: ANZ (waiting) [✗ Backbencher] [✗ ANZ]
        """)
    try await house.run("listing.booking_cancel", ["booking": "backbencher"], as: house.elder)
    try await house.run("listing.booking_cancel", as: house.elder)
    #expect(try await house.run("listing.bookings", as: house.elder).data.array?.isEmpty == true)
    await #expect { try await house.run("listing.booking_cancel", as: house.elder) } throws: {
      ($0 as? ActionError)?.code == "listing.no_booking"
    }
  }

  @Test("one's latest review is taken back without its name, and undo writes it again")
  func unreview() async throws {
    let house = try await house()
    try await house.run("listing.review", ["listing": "2", "stars": 5, "comment": "quick"])
    let gone = try await house.run("listing.unreview")
    let undo = try #require(gone.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await house.run("listing.details", ["listing": "2"]).data["reviews"].int == 1)
    try await house.run("listing.unreview", ["listing": "ANZ"])
    await #expect { try await house.run("listing.unreview") } throws: {
      ($0 as? ActionError)?.code == "listing.no_review"
    }
  }

  @Test("the columns of Overpass say where a place is; those that mean nothing are named")
  func columns() async throws {
    let house = try await RoomHarness([DirectoryRoom.room], now: "2026-11-21T04:30:00Z")
    let importer = try #require(DirectoryRoom.room.importers.first { $0.kind == "listings" })
    let text = "@id\tname\t@lat\t@lon\twheelchair\n7\tKaffee\t48.2\t16.37\tyes\n"
    let report = try await importer.run(
      ByteSource(Array(text.utf8)), "places.csv", [:], house.owner, house.tenant())
    #expect(report.notes.map(\.sentence).first?.contains("the columns wheelchair;") == true, "\(report)")
    let place = try await house.tenant().read { reader in
      try reader.first("SELECT lat FROM listings WHERE tenant = :tenant AND id = '7'") { $0.optionalDouble(0) }
    }
    #expect(place == 48.2)
    let none = try await importer.run(
      ByteSource(Array("name,Breitengrad\nA,48\n".utf8)), "more.csv", [:], house.owner, house.tenant())
    #expect(none.notes.first?.sentence.contains("no columns for lat and lon") == true)
  }
}
