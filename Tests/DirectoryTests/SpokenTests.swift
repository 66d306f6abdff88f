import Actions
import Base
import Directory
import Formats
import Messages
import People
import RoomTesting
import Testing
import Text

/// A directory in English that is asked in other languages.
@Suite struct SpokenTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([DirectoryRoom.room], now: "2026-11-21T04:30:00Z")
    let importer = try #require(DirectoryRoom.room.importers.first { $0.kind == "listings" })
    let text = """
      id,name,category,lat,lon,address
      1,Shanthi Medicals,Pharmacy,13.0862,80.2125,"3rd Main Road, Anna Nagar, Chennai"
      2,Ponni Pharmacy,Pharmacy,13.0070,80.2565,"LB Road, Adyar, Chennai"
      3,Mylapore Mess,Restaurant,13.0339,80.2696,"South Mada Street, Mylapore, Chennai"
      4,Gandhi Textiles,Clothes,13.0418,80.2341,"Usman Road, T Nagar, Chennai"
      5,Sakthi Tools,Hardware,12.9756,80.2207,"Main Road, Velachery, Chennai"
      6,Sharma Dental Care,Dentist,19.1190,72.8470,"Veera Desai Road, Andheri, Mumbai"

      """
    _ = try await importer.run(ByteSource(Array(text.utf8)), "places.csv", [:], house.owner, house.tenant())
    return house
  }

  private func names(_ house: RoomHarness, _ language: Language, _ arguments: JSONObject) async throws -> [String] {
    var person = house.owner
    person.language = language
    return try await house.run("listing.search", arguments, as: person).data["listings"].array?
      .compactMap { $0["name"].string } ?? []
  }

  @Test(
    "what is asked for in another language is found under its English kind",
    arguments: [
      ("ta", "மருந்து கடை", "அடையாறு", "Ponni Pharmacy"), ("ta", "மருந்து கடை", "அண்ணா நகர்", "Shanthi Medicals"),
      ("ta-Latn", "marundhu kadai", "anna nagarla", "Shanthi Medicals"),
      ("ta-Latn", "medical shop", "adyarla", "Ponni Pharmacy"),
      ("hi", "दवा की दुकान", "अडयार", "Ponni Pharmacy"), ("hi-Latn", "dawai ki dukan", "adyar", "Ponni Pharmacy"),
      ("hi-Latn", "daant ka doctor", "andheri", "Sharma Dental Care"),
    ])
  func kinds(_ code: String, _ what: String, _ near: String, _ name: String) async throws {
    let language = try #require(Language(code: code))
    let found = try await names(house(), language, ["what": .string(what), "near": .string(near)])
    #expect(found.first == name)
  }

  @Test(
    "a name is found by its sound",
    arguments: [
      ("ta", "மயிலாப்பூர் மெஸ்", "Mylapore Mess"), ("ta", "காந்தி டெக்ஸ்டைல்ஸ்", "Gandhi Textiles"),
      ("hi", "शर्मा डेंटल केयर", "Sharma Dental Care"), ("ta-Latn", "mayilapur mess", "Mylapore Mess"),
      ("ta", "அடையார்ல மெடிக்கல் ஷாப்", "Ponni Pharmacy"), ("ta-Latn", "velacheryla hardware kadai", "Sakthi Tools"),
    ])
  func sounds(_ code: String, _ what: String, _ name: String) async throws {
    let language = try #require(Language(code: code))
    let house = try await house()
    #expect(try await names(house, language, ["what": .string(what)]) == [name])
    var person = house.owner
    person.language = language
    let shown = try await house.run("listing.details", ["listing": .string(what)], as: person)
    #expect(shown.data["name"].string == name)
  }

  @Test(
    "a part of town is found however it is written",
    arguments: [
      ("ta", "வேளச்சேரியில்", "Sakthi Tools"), ("ta-Latn", "velacheryla", "Sakthi Tools"),
      ("en", "velacherry", "Sakthi Tools"), ("ta", "தி நகர்", "Gandhi Textiles"),
      ("hi", "अंधेरी", "Sharma Dental Care"), ("ta", "மயிலாப்பூர்ல", "Mylapore Mess"),
    ])
  func places(_ code: String, _ near: String, _ name: String) async throws {
    let language = try #require(Language(code: code))
    #expect(try await names(house(), language, ["near": .string(near)]).first == name)
  }

  @Test("a part of town is no business that is called by it, and what is eaten is found where one eats")
  func partOfTown() async throws {
    let house = try await house()
    let found = try await house.run("listing.search", ["what": "food", "near": "Mylapore"])
    #expect(found.data["listings"].array?.first?["name"].string == "Mylapore Mess")
    #expect(house.text(try await house.run("listing.search", ["near": "Mylapore"]).say).contains("Mylapore Mess"))
    let near = try await house.run("listing.search", ["near": "Mylapore", "limit": 1, "what": "pharmacy"])
    #expect(!house.text(near.say).contains("Mess"))
  }

  @Test("the next page and what narrows a list need not be asked for in the language of the search")
  func more() async throws {
    let house = try await house()
    var person = house.owner
    person.language = .tamilLatin
    let arguments: JSONObject = ["what": "marundhu kadai", "near": "anna nagarla", "radius_km": 20, "limit": 1]
    let first = try await house.run("listing.search", arguments, as: person)
    let button = try #require(first.say.buttons.first { $0.action == "listing.search" })
    person.language = .english
    let next = try await house.run("listing.search", button.arguments, as: person)
    #expect(next.data["listings"].array?.compactMap { $0["name"].string } == ["Ponni Pharmacy"])
    let narrowed = try await house.run("listing.narrow", ["order": "nearest"], as: person)
    #expect(narrowed.data["count"].int64 == 2)
  }

  @Test("what is not there is not taken for what sounds a little like it")
  func nothing() async throws {
    let house = try await house()
    for (language, what) in [
      (Language.tamilLatin, "poo kadai"), (.tamil, "பள்ளிக்கூடம்"), (.hindi, "मंदिर"), (.english, "tandoori"),
    ] {
      #expect(try await names(house, language, ["what": .string(what)]) == [], "\(what)")
    }
    await #expect { try await names(house, .tamil, ["near": "மதுரை"]) } throws: {
      ($0 as? ActionError)?.code == "listing.place_unknown"
    }
  }

  @Test("here is asked for, and the second of a list is the second, in any language")
  func pointing() async throws {
    let house = try await house()
    var person = house.owner
    person.language = .tamilLatin
    guard
      case .ask(_, "near", _) = await house.runner.prepare(
        ActionCall("listing.search", ["what": "pharmacy", "near": "pakkathula"]), in: house.context(person))
    else {
      Issue.record("it should ask where")
      return
    }
    try await house.run("listing.search", ["what": "pharmacy"], as: person)
    let second = try await house.run("listing.details", ["listing": "rendavadhu"], as: person)
    #expect(second.data["name"].string == "Ponni Pharmacy" || second.data["name"].string == "Shanthi Medicals")
  }
}
