import Base
import Formats
import Foundation
import Testing
import Text
import Time

@testable import Understanding

/// What is found in a text, as "type text = value unit", values of one type only.
struct AmountSaid: CustomTestStringConvertible, Sendable {
  var text: String
  var type: String
  var found: [String]
  var language = Language.english
  var testDescription: String { "\(language) \(text)" }

  init(_ text: String, _ type: String, _ found: [String], _ language: Language = .english) {
    (self.text, self.type, self.found, self.language) = (text, type, found, language)
  }
}

@Suite struct AmountTests {
  static let table: [AmountSaid] = [
    // Numbers.
    .init(
      "the flat costs 1.5 lakh more, 12,34,567.89 in all", "number", ["1.5 lakh = 150000", "12,34,567.89 = 1234567.89"]),
    .init("three crore and twelve lakh people", "number", ["three crore and twelve lakh = 31200000"]),
    .init("add point five to two and three quarters", "number", ["point five = 0.5", "two and three quarters = 2.75"]),
    .init("half a dozen eggs and two dozen bananas", "number", ["half a dozen = 6", "two dozen = 24"]),
    .init("minus seven, then -3.5, then 10-4", "number", ["minus seven = -7", "-3.5 = -3.5", "10 = 10", "4 = 4"]),
    .init("one over eight is ⅛", "number", ["one over eight = 0.125", "⅛ = 0.125"]),
    .init("a third of it, 2/5 of that", "number", ["a third = 0.333333333333333", "2/5 = 0.4"]),
    .init("0.1 and 0.2 are 0.3", "number", ["0.1 = 0.1", "0.2 = 0.2", "0.3 = 0.3"]),
    .init("this one and that one, MP3 and 5kg", "number", []),
    .init(
      "rows 4,5,6,7 of 10.0.0.1", "number", ["4 = 4", "5 = 5", "6 = 6", "7 = 7", "10 = 10", "0 = 0", "0 = 0", "1 = 1"]),
    .init("2k followers, 3.2e4 views, 2^10 bytes", "number", ["2k = 2000", "3.2e4 = 32000", "2^10 = 1024"]),
    .init("வீடு இருபத்தி ஐந்து லட்சம்", "number", ["இருபத்தி ஐந்து லட்சம் = 2500000"], .tamil),
    .init("ஆயிரத்து இருநூற்று முப்பத்து நான்கு", "number", ["ஆயிரத்து இருநூற்று முப்பத்து நான்கு = 1234"], .tamil),
    .init("௧௨௩ பேர்", "number", ["௧௨௩ = 123"], .tamil),
    .init("oru nooru, irubathi anju", "number", ["oru nooru = 100", "irubathi anju = 25"], .tamilLatin),
    .init("मेरे पास साढ़े तीन सौ और १२ हैं", "number", ["साढ़े तीन सौ = 350", "१२ = 12"], .hindi),
    .init("पैंतालीस लाख बारह हजार", "number", ["पैंतालीस लाख बारह हजार = 4512000"], .hindi),
    .init("paune do sau log, dhai hazaar", "number", ["paune do sau = 175", "dhai hazaar = 2500"], .hindiLatin),
    // Ordinals.
    .init(
      "the twenty-third page, the 4th row, last but one", "ordinal",
      ["twenty-third = 23", "4th = 4", "last but one = end-1"]),
    .init("மூன்றாவது, 5வது", "ordinal", ["மூன்றாவது = 3", "5வது = 5"], .tamil),
    .init("पच्चीसवां और १२वां", "ordinal", ["पच्चीसवां = 25", "१२वां = 12"], .hindi),
    // Percentages and ranges.
    .init(
      "GST is 18%, twelve and a half per cent off", "percentage", ["18% = 18", "twelve and a half per cent = 12.5"]),
    .init(
      "between 5 and 10, at least 3, 40 or more", "numberrange",
      ["between 5 and 10 = [5,10]", "at least 3 = [3,)", "40 or more = [40,)"]),
    .init(
      "more than 2 and less than 8; not more than 4", "numberrange",
      ["more than 2 and less than 8 = (2,8)", "not more than 4 = (,4]"]),
    .init("2-3 tablets, not 98400-12345-1", "numberrange", ["2-3 = [2,3]"]),
    // Money.
    .init(
      "Rs. 250 and ₹1,50,000 and 40 rupees", "currency",
      ["Rs. 250 = 250 Rupee", "₹1,50,000 = 150000 Indian rupee", "40 rupees = 40 Rupee"]),
    .init(
      "₹5l down, 3 dollars 20 cents, USD115", "currency",
      ["₹5l = 500000 Indian rupee", "3 dollars 20 cents = 3.2 Dollar", "USD115 = 115 United States dollar"]),
    .init("20 dollars and 3 apples", "currency", ["20 dollars = 20 Dollar"]),
    .init("all 5 of them called 3 times", "currency", []),
    .init("இருநூறு ரூபாய்", "currency", ["இருநூறு ரூபாய் = 200 Rupee"], .tamil),
    .init("पांच सौ रुपये दे दो", "currency", ["पांच सौ रुपये = 500 Rupee"], .hindi),
    // Measures and doses.
    .init(
      "half a tablet and two and a half spoons", "quantity",
      ["half a tablet = 0.5 Tablet", "two and a half spoons = 2.5 Spoon"]),
    .init(
      "500 mg, 6 feet 3 inches, 60 km/h, 12 sq ft", "dimension",
      [
        "500 mg = 500 Milligram", "6 feet 3 inches = 6.25 Foot", "60 km/h = 60 Kilometer per hour",
        "12 sq ft = 12 Square foot",
      ]),
    .init("come in at 5 in the evening", "dimension", []),
    .init("fever of 38.5 °C, turn it 45 degrees", "temperature", ["38.5 °C = 38.5 C"]),
    .init("she is 72 years old", "age", ["72 years old = 72"]),
    .init("அரை மாத்திரை, ஒன்றரை லிட்டர்", "quantity", ["அரை மாத்திரை = 0.5 Tablet"], .tamil),
    // Addresses.
    .init(
      "call +91 98400 12345 or 044-2345 6789", "phonenumber",
      ["+91 98400 12345 = +91 98400 12345", "044-2345 6789 = 044-2345 6789"]),
    .init("order 12345678 of 21/11/2026", "phonenumber", []),
    .init(
      "write to meena.k+home@example.co.in, not a@b", "email",
      ["meena.k+home@example.co.in = meena.k+home@example.co.in"]),
    .init(
      "see https://example.org/a?b=1#c. Done.Then go", "url",
      ["https://example.org/a?b=1#c = https://example.org/a?b=1#c"]),
    .init("#pongal with @ravi at 192.168.1.20", "ip", ["192.168.1.20 = 192.168.1.20"]),
    // Answers.
    .init("no, flat no 12", "boolean", ["no = false"]),
    .init("haan theek hai", "boolean", ["haan = true"], .hindiLatin),
  ]

  static func spell(_ found: FoundValue) -> String {
    let value = found.value
    let text: String
    switch found.type {
    case "numberrange":
      text =
        (value["includes_low"]?.bool == true ? "[" : "(") + (value["low"]?.string ?? "") + ","
        + (value["high"]?.string ?? "")
        + (value["includes_high"]?.bool == true ? "]" : ")")
    case "boolean": text = value["value"]?.bool == true ? "true" : "false"
    default: text = value["value"]?.string ?? "null"
    }
    let unit = ["currency", "quantity", "dimension", "temperature"].contains(found.type) ? value["unit"]?.string : nil
    return "\(found.text) = \(text)" + (unit.map { " \($0)" } ?? "")
  }

  private static func parse(_ text: String, _ language: Language) async throws -> [FoundValue] {
    let engine = try await Engine.shared()
    return engine.parse(ParseRequest(text: text, now: .epoch, zone: .utc, language: language))
  }

  @Test("reads amounts", arguments: table)
  func reads(_ said: AmountSaid) async throws {
    let found = try await Self.parse(said.text, said.language).filter { $0.type == said.type }
    #expect(found.map(Self.spell) == said.found)
  }

  @Test("a number keeps what was written")
  func exact() throws {
    let tenth = try #require(Exact(digits: Array("1".utf8), decimals: 1))
    #expect((tenth + tenth + tenth).text == "0.3")
    #expect((Exact(1) / Exact(3))?.text == "0.333333333333333")
    #expect((Exact(2) / Exact(3))?.text == "0.666666666666667")
    #expect((Exact(1) / Exact(8))?.text == "0.125")
    #expect((-Exact(5)).text == "-5")
    #expect(Exact(2).power(-2)?.text == "0.25")
    #expect(Exact(0).power(-1) == nil)
    #expect(Exact(10).power(80)?.double == 1e80)
    #expect(Exact(digits: Array(repeating: UInt8(ascii: "9"), count: 40)) == nil)
  }

  /// A share of the published cases whose words, values and count are all theirs.
  @Test("reads the published cases", arguments: [Language.english, .hindi])
  func published(_ language: Language) async throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: Engine.folder + "/../Fixtures/recognizers/amounts.jsonl"))
    var (right, all) = (0, 0)
    var misses: [String] = []
    for line in file.split(separator: UInt8(ascii: "\n")) {
      let row = try JSON.parse(Array(line))
      guard row["language"].string == language.code, let text = row["input"].string else { continue }
      let type = row["type"].string
      var found = try await Self.parse(text, language).filter { $0.type == type }
      if type == "boolean" { found = Array(found.prefix(1)) }
      let wanted = row["expected"].array ?? []
      let isRight = found.count == wanted.count && zip(found, wanted).allSatisfy { Self.isSame($0, $1) }
      (right, all) = (right + (isRight ? 1 : 0), all + 1)
      if !isRight { misses.append("\(type ?? "") “\(text)” \(found.map(Self.spell))") }
    }
    #expect(all > 50)
    #expect(Double(right) / Double(all) >= 0.95, "\(misses)")
  }

  private static func isSame(_ found: FoundValue, _ wanted: JSON) -> Bool {
    guard let words = wanted[0].string, var value = wanted[1].string else { return false }
    guard found.text.lowercased() == words.lowercased() else { return false }
    let spelled = spell(found)
    // Theirs leave the end of a range between two numbers out.
    if found.type == "numberrange", found.value["form"]?.string == "between" { value = value.dropLast() + "]" }
    if found.type == "percentage", value.hasSuffix("%") { value.removeLast() }
    guard
      let ours = found.type == "numberrange"
        ? spelled.split(separator: " = ").last.map(String.init)
        : found.type == "boolean" ? "\(found.value["value"]?.bool == true)" : found.value["value"]?.string ?? "null"
    else { return false }
    if let a = Double(ours), let b = Double(value) { return abs(a - b) <= 1e-9 * max(1, abs(b)) }
    return ours.lowercased() == value.lowercased()
  }

  @Test("hostile text is bounded")
  func hostile() async throws {
    let seeds = [
      "9", "9,", "1 ", "1-", "(1)", "one hundred ", "million ", "a half ", "a.b.", "a@", "1.1.", "a:", "http://",
      "$ 1 ",
      "\u{301}", "एक का ", "1/2/", "+1 ", "between 1 and ", "less than or equal to ", "%", "five point ", "1e9", "1^",
      "saadhe ", "इक्कीसवां", "₹", "#@", "\u{200D}5\u{200D}",
    ]
    for seed in seeds {
      let text = String(repeating: seed, count: 600 / seed.utf8.count)
      let found = try await Self.parse(text, .hindi)
      #expect(found.allSatisfy { $0.span.upperBound <= text.unicodeScalars.count && !$0.span.isEmpty })
    }
  }
}
