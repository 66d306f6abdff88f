import Base
import Formats
import Testing
import Text
import Time

@testable import Understanding

/// What `nlu parse` says of names.
@Suite struct NamesInTextTests {
  private static let lexicon = LazyLexicon(folder: Engine.folder + "/lexicon")

  private static func list(_ names: [(String, String)]) -> NameList {
    NameList(names.map { EntityEntry(id: $0.0, name: $0.1) }, glossary: lexicon)
  }

  private static let lists: [(noun: String, names: NameList)] = [
    ("person", list([("p1", "Ravi Kumar"), ("p2", "Priya")])),
    ("medicine", list([("m1", "Metformin")])),
    ("building", list([("b1", "Tower A"), ("b2", "Tower B"), ("b3", "Anna Nagar Mall")])),
    ("meter", list([("MTR-0042", "MTR-0042")])),
    ("business", list([("l1", "Murugan Stores"), ("l2", "Murugan Stores"), ("l3", "Saravana Bhavan")])),
    ("ticker", list([("TCS", "TCS"), ("RELIANCE", "RELIANCE")])),
    ("brand", list([("d1", "Malar"), ("d2", "Tara Foods")])),
  ]
  private static let nouns = Set(lists.map(\.noun) + ["place", "option"])

  private static func names(_ text: String, _ language: Language = .english) async throws -> [FoundValue] {
    let engine = try await Engine.shared()
    return engine.parse(
      ParseRequest(text: text, now: .epoch, zone: .utc, language: language, lists: lists)
    ).filter { nouns.contains($0.type) }
  }

  private static func spell(_ found: FoundValue) -> String {
    let name = found.value["id"]?.string ?? found.value["name"]?.string ?? found.value["underlying"]?.string ?? "?"
    return "\(found.type) \(found.text) = \(name)"
  }

  @Test(
    "finds people, medicines and things of the house",
    arguments: [
      ("lunch with Ravi Kumar at Saravana Bhavan", ["person Ravi Kumar = p1", "business Saravana Bhavan = l3"]),
      ("did amma take metformn today", ["person amma = Amma", "medicine metformn = m1"]),
      ("my mother and my paati", ["person my mother = mother", "person my paati = Paati"]),
      ("compare tower b with anna nagar mall", ["building tower b = b2", "building anna nagar mall = b3"]),
      ("why is mtr-0042 so high in Tower A", ["meter mtr-0042 = MTR-0042", "building Tower A = b1"]),
      ("buy 10 tcs and 5 reliance for Malar", ["ticker tcs = TCS", "ticker reliance = RELIANCE", "brand Malar = d1"]),
      ("sold $AAPL and NSE:INFY", ["ticker $AAPL = AAPL", "ticker NSE:INFY = INFY"]),
      ("NIFTY 24500 CE at 120", ["option NIFTY 24500 CE = NIFTY"]),
      (
        "sell one RELIANCE 28 Dec 2900 put",
        ["ticker RELIANCE = RELIANCE", "option RELIANCE 28 Dec 2900 put = RELIANCE"]
      ),
      ("flying from Chennai to New York", ["place Chennai = Chennai", "place New York = New York"]),
      ("lunch with Deepa", ["person Deepa = Deepa"]), ("start ecosprin", ["medicine ecosprin = ecosprin"]),
      ("a local call at 10 put it west", []), ("what time is it", []), ("", []), ("🙂 $$$ ::: CE 12 CE", []),
    ] as [(String, [String])])
  func finds(_ text: String, _ expected: [String]) async throws {
    let found = try await Self.names(text).map(Self.spell)
    #expect(found.sorted() == expected.sorted())
  }

  @Test(
    "finds them in other scripts, with endings",
    arguments: [
      ("ப்ரியாவுக்கு சொல்லு", Language.tamil, ["person ப்ரியாவுக்கு = p2"]),
      ("அம்மாவுக்கு போன் பண்ணு", .tamil, ["person அம்மாவுக்கு = அம்மா"]),
      ("priyakku sollu", .tamilLatin, ["person priyakku = p2"]),
      ("मां को मेटफॉर्मिन दे दी", .hindi, ["person मां = माँ", "medicine मेटफॉर्मिन = m1"]),
    ] as [(String, Language, [String])])
  func findsElsewhere(_ text: String, _ language: Language, _ expected: [String]) async throws {
    #expect(try await Self.names(text, language).map(Self.spell) == expected)
  }

  @Test("names the others that go by the same words")
  func namesakes() async throws {
    let found = try #require(try await Self.names("call murugan stores").first)
    #expect(found.value["id"]?.string == "l1")
    #expect(found.alternatives.map { $0["id"]?.string } == ["l2"])
  }
}
