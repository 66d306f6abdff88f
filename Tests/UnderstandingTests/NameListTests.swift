import Testing
import Text

@testable import Understanding

@Suite struct NameListTests {
  static let meters = NameList((0..<12_000).map { EntityEntry(id: "m\($0)", name: "Meter \($0) floor \($0 % 40)") })
  static let brands = NameList(
    ["Malar", "Ezhil", "Reliance", "Tara Foods", "Infosys", "Call"].map { EntityEntry(id: $0, name: $0) },
    glossary: LazyLexicon(folder: Engine.folder + "/lexicon"))
  static let companies = NameList([
    EntityEntry(id: "INFY", name: "Infosys Limited"), EntityEntry(id: "TCS", name: "Tata Consultancy Services"),
    EntityEntry(id: "b1", name: "Andy"), EntityEntry(id: "b2", name: "Brew & Bean", aliases: ["brewbean"]),
  ])

  static func find(_ text: String, in list: NameList, common: [String] = []) -> String? {
    var words = HashTable()
    for word in common { words.insert(Hash.text(word)) }
    return list.best(in: Sentence(text), common: words, language: .english, free: { _ in true })?.entry.id
  }

  @Test("finds one row of thousands by its rarest word, and none where only the common ones fit")
  func thousands() {
    #expect(Self.find("show meter 2001 floor 1 today", in: Self.meters) == "m2001")
    #expect(Self.find("show metre 2001 floor 1", in: Self.meters) == "m2001")
    #expect(Self.find("show meter 2001 floor 2", in: Self.meters) == nil)
    #expect(Self.find("show all meters", in: Self.meters) == nil)
  }

  @Test(
    "forgives slips, takes the first word of one longer name, leaves common words alone",
    arguments: [
      ("price of infosis limited", "INFY"), ("infosys please", "INFY"), ("tcs now", "TCS"),
      ("tea for brew & bean", "b2"), ("brewbeen", "b2"), ("any anomalies", nil), ("handy tools", nil), ("andy", "b1"),
    ] as [(String, String?)])
  func slips(_ text: String, _ id: String?) {
    #expect(Self.find(text, in: Self.companies, common: ["any", "price", "now", "please"]) == id)
  }

  @Test("another letter or number behind one name is another thing")
  func marks() {
    let towers = NameList([EntityEntry(id: "t1", name: "Tower A"), EntityEntry(id: "w", name: "Warehouse")])
    let common = ["how", "much", "did", "the", "use"]
    #expect(Self.find("how much did tower b use", in: towers, common: common) == nil)
    #expect(Self.find("how much did tower a use", in: towers, common: common) == "t1")
    #expect(Self.find("how much did the tower use", in: towers, common: common) == "t1")
  }

  @Test(
    "a word that begins one name is no other name that has it",
    arguments: [
      ("book writers cafe tonight", nil), ("table at the leela cafe", nil), ("book adyar bakery tomorrow", nil),
      ("book the cafe tonight", "c8"), ("adyar sweets", nil), ("is kotak bank open", "k"),
      ("book green park cafe", nil),
    ] as [(String, String?)])
  func beginnings(_ text: String, _ id: String?) {
    let shops = NameList([
      EntityEntry(id: "c8", name: "Cafe Coffee Day"), EntityEntry(id: "c7", name: "Adyar Ananda Bhavan"),
      EntityEntry(id: "c30", name: "Hot Breads Bakery"), EntityEntry(id: "c12", name: "Green Trends"),
      EntityEntry(id: "k", name: "Kotak Mahindra Bank"),
    ])
    let common = ["book", "table", "at", "the", "tonight", "tomorrow", "is", "open"]
    #expect(Self.find(text, in: shops, common: common) == id)
  }

  @Test(
    "names are heard in other scripts and with endings behind them",
    arguments: [
      ("மலருக்கு 500 செலவு", "ta", "Malar"), ("மலர் விளம்பரம்", "ta", "Malar"), ("malarku 500 selavu", "ta-Latn", "Malar"),
      ("ezhiloda selavu", "ta-Latn", "Ezhil"), ("मलर के लिए 500", "hi", "Malar"),
      ("ரிலையன்ஸ் விலை என்ன", "ta", "Reliance"), ("रिलायंस का भाव", "hi", "Reliance"),
      ("தாரா ஃபுட்ஸ் செலவு", "ta", "Tara Foods"), ("இன்போசிஸ் வாங்கு", "ta", "Infosys"),
    ])
  func heard(_ text: String, _ code: String, _ name: String) throws {
    let language = try #require(Language(code: code))
    #expect(
      Self.brands.best(in: Sentence(text), common: HashTable(), language: language) { _ in true }?.entry.name == name)
  }

  @Test(
    "what only sounds a little like a name is none",
    arguments: [
      ("கால் வலிக்குது", "ta"), ("மாலை 5 மணிக்கு", "ta"), ("maalaila varuven", "ta-Latn"), ("मेला कब है", "hi"),
      ("mela kab hai", "hi-Latn"), ("nalla iruken", "ta-Latn"),
    ])
  func unheard(_ text: String, _ code: String) throws {
    let language = try #require(Language(code: code))
    #expect(Self.brands.best(in: Sentence(text), common: HashTable(), language: language) { _ in true } == nil)
  }
}

@Suite struct HashTableTests {
  @Test("keeps what was put in, also the key 0")
  func keeps() {
    var table = HashTable()
    for key in 0..<5_000 { table.set(UInt64(key) &* 0x1_0000_0001, Int32(key)) }
    #expect(table.count == 5_000)
    #expect((0..<5_000).allSatisfy { table[UInt64($0) &* 0x1_0000_0001] == Int32($0) })
    #expect(table[999_999_999_999] == nil)
    #expect(HashTable(keys: table.keys, values: Array(table.values.dropLast())) == nil)
  }
}
