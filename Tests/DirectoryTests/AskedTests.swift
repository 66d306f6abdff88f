import Actions
import Base
import Directory
import Foundation
import Formats
import Messages
import People
import RoomTesting
import Testing
import Time

/// What a whole message means beside the values read from it. It is Monday 23 November 2026, 10:00 in Kolkata.
@Suite("Asked of the directory") struct AskedTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([DirectoryRoom.room], now: "2026-11-23T04:30:00Z")
    let importer = try #require(DirectoryRoom.room.importers.first { $0.kind == "listings" })
    let file = URL(fileURLWithPath: RoomHarness.share + "/Fixtures/conversations/data/town.csv")
    let bytes = Array(try Data(contentsOf: file))
    _ = try await importer.run(ByteSource(bytes), "town.csv", [:], house.owner, house.tenant())
    return house
  }

  private func names(_ house: RoomHarness, _ arguments: JSONObject) async throws -> [String] {
    try await house.run("listing.search", arguments).data["listings"].array?.compactMap { $0["name"].string } ?? []
  }

  private func text(_ house: RoomHarness, _ action: String, _ arguments: JSONObject) async throws -> String {
    house.text(try await house.run(action, arguments).say)
  }

  // MARK: Ratings

  @Test(
    "a question about a rating is answered and rates nothing",
    arguments: [
      ("whats the rating of page 3", "page"), ("rating of page 3 salon", "page 3 salon"),
      ("whats the rating of page 3", "That Madras House"),
    ])
  func rating(_ said: String, _ listing: String) async throws {
    let house = try await house()
    let asked: JSONObject = ["listing": .string(listing), "stars": 3, "said": .string(said)]
    let shown = try await house.run("listing.review", asked)
    #expect(shown.data["name"] == "Page 3 Salon" && shown.data["reviews"].int == 0)
    #expect(house.text(shown.say).contains("Nobody has rated it yet."))
  }

  @Test("stars for “it” are for what was shown, whatever else is said")
  func stars() async throws {
    let house = try await house()
    try await house.run("listing.details", ["listing": "Page 3 Salon"])
    let said: JSON = "give it 3 stars waited 40 mins"
    let done = try await house.run(
      "listing.review", ["listing": "waited", "comment": "waited", "stars": 3, "said": said])
    #expect(house.text(done.say).contains("Page 3 Salon: ★ 3"))
    let shown = try await text(house, "listing.details", ["listing": "Page 3 Salon"])
    #expect(shown.contains("★ 3 “waited 40 mins”"))
    let other = try await house.run(
      "listing.review", ["listing": "Haddows Gym", "stars": 4, "said": "give haddows gym 4 stars it was clean"])
    #expect(house.text(other.say).contains("Haddows Gym"))
    await #expect {
      try await house.run("listing.review", ["listing": "Taj", "stars": 3, "said": "give taj 3 stars"])
    } throws: { ($0 as? ActionError)?.code == "listing.unknown" }
  }

  // MARK: Searches

  @Test("what nothing is called is found under what is like it")
  func kindred() async throws {
    let house = try await house()
    #expect(try await names(house, ["what": "eye hospital", "near": "Vadapalani"]) == ["Vadapalani Eye Care"])
    #expect(try await names(house, ["what": "haircut", "near": "T Nagar"]).first == "Scissors Salon T Nagar")
    let shown = try await text(house, "listing.search", ["what": "breakfast place", "near": "mylapore"])
    #expect(shown.contains("Nothing is called “breakfast place” near mylapore, but these may do:"))
    #expect(shown.contains("1. Arundale Mess"))
    #expect(try await names(house, ["what": "veg food", "near": "t nagar"]).contains("Usman Bhavan"))
    #expect(try await names(house, ["what": "zzqq"]).isEmpty)
  }

  @Test("what is open at a time is so at that time")
  func openAt() async throws {
    let house = try await house()
    let asked: JSONObject = [
      "what": "pharmacy", "near": "mylapore", "open_at": "2026-11-24T00:00", "said": "any pharmacy open at midnight",
    ]
    #expect(try await names(house, asked) == ["Day and Night Pharmacy"])
    // when somebody would go is no condition
    let morning: JSONObject = [
      "what": "salon", "near": "t nagar", "open_at": "2026-11-24T08:00", "said": "haircut tomorrow morning",
    ]
    #expect(try await names(house, morning).first == "Scissors Salon T Nagar")
    let none = try await text(
      house, "listing.search",
      ["what": "gym", "near": "nungambakkam", "open_at": "2026-11-24T02:00", "said": "gym open at 2 am"])
    #expect(none.contains("none is known to be open tomorrow at 2:00 am"))
  }

  @Test("another place is the same search there, also after one that found nothing")
  func elsewhere() async throws {
    let house = try await house()
    #expect(try await names(house, ["what": "salon", "near": "vadapalani"]).isEmpty == false)
    let there = try await names(
      house, ["what": "in nungambakkam", "near": "nungambakkam", "said": "and in nungambakkam?"])
    #expect(there.first == "Page 3 Salon" && !there.contains("Haddows Gym"))
    let around = try await names(house, ["near": "nungambakkam", "said": "show places in nungambakkam"])
    #expect(around.contains("Haddows Gym"))
  }

  @Test("best rated is an order")
  func best() async throws {
    let house = try await house()
    try await house.run("listing.review", ["listing": "2", "stars": 5])
    try await house.run("listing.review", ["listing": "3", "stars": 4], as: house.elder)
    let found = try await names(
      house, ["what": "rated cafe", "near": "chennai", "said": "best rated cafe in chennai", "radius_km": 20])
    #expect(found == ["Cocoa Corner", "That Madras House", "Banyan Leaf Cafe"])
  }

  // MARK: Hours and distances

  @Test(
    "opening hours of another day, or at another moment",
    arguments: [
      ("2026-11-24", "is it open on tuesday", "tomorrow: 7:00 am – 11:00 am"),
      ("2026-11-24T06:00", "is it open on tuesday at 6 am", "closed tomorrow at 6:00 am (open 7:00 am – 11:00 am)"),
      ("2026-11-24T08:00", "is it open tomorrow at 8", "open tomorrow at 8:00 am (7:00 am – 11:00 am)"),
      ("2026-11-30", "is it open next monday", "Mon 30 Nov: closed"),
      ("2026-11-23T21:00", "open till when tonight", "closed, opens tomorrow 7:00 am"),
    ])
  func hours(_ at: String, _ said: String, _ expected: String) async throws {
    let house = try await house()
    let shown = try await text(
      house, "listing.details", ["listing": "Arundale Mess", "at": .string(at), "said": .string(said)])
    #expect(shown.contains(expected), "\(shown)")
  }

  @Test("what is open past midnight belongs to the evening before")
  func nights() throws {
    let bar = try OpeningHours.parse("Fr-Sa 20:00-02:00")
    let friday = try #require(CivilDate("2026-11-27"))
    #expect(bar.spans(on: friday).map { [$0.start, $0.end] } == [[1_200, 1_560]])
    #expect(bar.spans(on: friday.adding(days: 2)).isEmpty)
  }

  @Test("how far it is from somewhere is asked of what was shown")
  func far() async throws {
    let house = try await house()
    try await house.run("listing.details", ["listing": "Banyan Leaf Cafe"])
    let shown = try await text(
      house, "listing.details", ["listing": "adyar", "said": "how far is it from adyar"])
    #expect(shown.contains("Banyan Leaf Cafe") && shown.contains("km away"))
  }

  // MARK: Bookings

  @Test("“that one” is what was shown and no name")
  func thatOne() async throws {
    let house = try await house()
    try await house.run("listing.details", ["listing": "Sweet Life Diabetes Centre"])
    let done = try await house.run(
      "listing.book",
      ["listing": "That Madras House", "starts": "2026-11-28T10:00", "said": "book that one sat 10 am"])
    #expect(house.text(done.say).contains("Sweet Life Diabetes Centre"))
  }

  @Test("for 8 tonight is an hour, for 4 people a party")
  func party() async throws {
    let house = try await house()
    let eight = try await text(
      house, "listing.book",
      ["listing": "4", "people": 8, "starts": "2026-11-23T21:00", "said": "book podi idli for 8 tonight"])
    #expect(eight.contains("today at 8:00 pm.") && !eight.contains("for 8"))
    // "no, 9 pm" behind it
    let nine = try await text(
      house, "listing.book",
      ["listing": "4", "people": 8, "starts": "2026-11-23T21:00", "said": "book podi idli for 8 tonight"])
    #expect(nine.contains("today at 9:00 pm."))
    let four = try await text(
      house, "listing.book",
      ["listing": "5", "people": 8, "starts": "2026-11-24T20:00", "said": "book usman bhavan for 4 people at 8"])
    #expect(four.contains("at 8:00 pm, for 4."))
    // "and sunday at 11 for 2" after "book 8 people": the message is still the one before
    let two = try await text(
      house, "listing.book",
      ["listing": "1", "people": 2, "starts": "2026-11-29T11:00", "said": "book 8 people saturday 8pm"])
    #expect(two.contains("for 2."))
  }

  @Test("a party or an hour said once more changes the booking, and undo changes it back")
  func change() async throws {
    let house = try await house()
    try await house.run("listing.book", ["listing": "1", "starts": "2026-11-23T17:30", "people": 2])
    _ = house.told()
    let changed = try await house.run("listing.book", ["people": 3, "said": "sorry 3 of us"])
    #expect(house.text(changed.say).contains("Changed: Banyan Leaf Cafe, today at 5:30 pm, for 3."))
    #expect(house.told().map(\.buttons) == [["Accept", "Decline"]])
    let later = try await house.run(
      "listing.book", ["starts": "2026-11-24T06:00", "said": "change the booking to 6 am tomorrow"])
    #expect(house.text(later.say).contains("tomorrow at 6:00 am, for 3"))
    let inverse = try #require(later.inverse)
    #expect(house.text(try await house.run(inverse.name, inverse.arguments).say).contains("today at 5:30 pm, for 3"))
    #expect(try await house.run("listing.bookings").data.array?.count == 1)
  }

  @Test("of several bookings the day says which is cancelled")
  func cancelByDay() async throws {
    let house = try await house()
    try await house.run("listing.book", ["listing": "1", "starts": "2026-11-28T20:00"])
    try await house.run("listing.book", ["listing": "1", "starts": "2026-11-29T11:00"])
    let gone = try await text(house, "listing.booking_cancel", ["booking": "saturday one", "day": "2026-11-28"])
    #expect(gone.contains("Saturday at 8:00 pm, is cancelled"))
    await #expect { try await house.run("listing.booking_cancel", ["day": "2026-11-27"]) } throws: {
      ($0 as? ActionError)?.code == "listing.no_booking"
    }
  }
}
