import Base
import Foundation
import Testing

@testable import Formats

@Suite struct JSONTests {
  static let update = """
    {"update_id":812345678,"message":{"message_id":4211,"from":{"id":5512345678,"is_bot":false,"first_name":"Meena",\
    "language_code":"ta"},"chat":{"id":5512345678,"first_name":"Meena","type":"private"},"date":1795248000,\
    "text":"\\u0ba8\\u0bbe\\u0bb3\\u0bc8 காலை 8 மணிக்கு \\ud83d\\ude00 /remind","entities":[{"offset":0,"length":7,"type":"bot_command"}]}}
    """

  @Test func readsAMessage() throws {
    let json = try JSON.parse(Self.update)
    #expect(json["message"]["from"]["id"].int64 == 5_512_345_678)
    #expect(json["message"]["text"].string == "நாளை காலை 8 மணிக்கு 😀 /remind")
    #expect(json["message"]["entities"][0]["length"].int == 7)
    #expect(json["message"]["from"]["is_bot"].bool == false)
    #expect(json["nothing"]["at"][3]["all"].isNull)
    #expect(try JSON.parse(json.text()) == json)
    #expect(try JSON.parse(json.pretty()) == json)
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "1 2",
    "tru", "nul", "True", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
    "\"a\nb\"", "[1}", "{\"a\":1]", "1e999", "-1e999", "NaN", "Infinity", "\u{FEFF}1", "[1 2]", "//x\n1", "\"\u{0}\"",
    "]",
  ])
  func refuses(_ text: String) { #expect(throws: JSONError.self) { try JSON.parse(text) } }

  @Test func refusesBrokenUTF8() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x22],
      [0x22, 0x5C, 0x6E, 0x80, 0x22],
    ] {
      #expect { try JSON.parse(bytes) } throws: { ($0 as? JSONError)?.reason == .utf8 }
    }
  }

  @Test func numbersKeepTheirKind() throws {
    #expect(try JSON.parse("9223372036854775807") == .integer(.max))
    #expect(try JSON.parse("-9223372036854775808") == .integer(.min))
    #expect(try JSON.parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try JSON.parse("-9223372036854775809") == .number(-9_223_372_036_854_775_808))
    #expect(try JSON.parse("0") == 0)
    #expect(try JSON.parse("-0").text() == "-0.0")
    #expect(try JSON.parse("1e2").int == 100)
    #expect(try JSON.parse("2.5").int == nil)
    #expect(try JSON.parse("1e-999").double == 0)
    #expect(JSON.number(.nan).text() == "null")
    #expect(JSON.number(1e300).int == nil)
  }

  @Test func doublesReadAsStrtodReadsThem() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(try JSON.parse(JSON.number(value).text()).double == value)
      let text = "\(Int.random(in: -99999...99999)).\(UInt32.random(in: 0...99_999_999))e\(Int.random(in: -30...30))"
      #expect(try JSON.parse(text).double == Double(text))
    }
  }

  @Test func writesWhatAScriptMayHold() {
    #expect(JSON.string("a\"\\\n\u{1}\u{7f}\u{2028}\u{2029}…").text() == #""a\"\\\n\u0001\u007f\u2028\u2029…""#)
    #expect(JSON.object(["b": 1, "a": [true, nil as JSON? ?? .null]]).text() == #"{"b":1,"a":[true,null]}"#)
  }

  @Test func theLastOfTwoNamesWins() throws {
    let json = try JSON.parse(#"{"a":1,"a":2}"#)
    #expect(json["a"] == 2)
    #expect(json == ["a": 2])
    #expect(json.hashValue == (["a": 2] as JSON).hashValue)
    var changed = json
    changed["b"]["c"] = "d"
    #expect(changed.text() == #"{"a":1,"a":2,"b":{"c":"d"}}"#)
  }

  @Test func nestingIsBounded() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try JSON.parse(deep) }
    #expect { try JSON.parse("[" + deep + "]") } throws: { ($0 as? JSONError)?.reason == .depth }
    #expect(throws: JSONError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 500_000)) }
    #expect(throws: JSONError.self) {
      try JSON.parse("[" + String(repeating: "[],", count: 2_000) + "1]", limits: JSONLimits(values: 1_000))
    }
  }

  @Test func goesThroughCodable() throws {
    struct Row: Codable, Equatable {
      var name: String, count: Int, ratio: Double, tags: [String], extra: JSON
    }
    let row = Row(name: "a", count: 3, ratio: 0.5, tags: ["x"], extra: ["k": [1, 2.5, "s", false]])
    let json = try JSON(encoding: row)
    #expect(json["extra"]["k"][1] == 2.5)
    #expect(try json.decode(Row.self) == row)
  }

  /// Agreement with Foundation on random valid documents, and no crash on mutated ones.
  @Test func agreesWithFoundation() throws {
    let random = SeededRandom(seed: 20_261_121)
    for _ in 0..<400 {
      let value = Self.randomValue(random, depth: 0)
      let bytes = value.bytes()
      #expect(try JSON.parse(bytes) == value)
      let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      #expect(Self.same(theirs, value))
      for _ in 0..<20 {
        var broken = bytes
        for _ in 0...random.below(3) where !broken.isEmpty {
          let at = random.below(broken.count)
          switch random.below(4) {
          case 0: broken[at] = UInt8(truncatingIfNeeded: random.next())
          case 1: broken.remove(at: at)
          case 2: broken.insert(Array("{}[]\",:\\u0e-".utf8)[random.below(12)], at: at)
          default: broken.removeLast(broken.count - at)
          }
        }
        // Whatever we accept must survive its own round trip.
        if let read = try? JSON.parse(broken) { #expect(try JSON.parse(read.bytes()) == read) }
      }
    }
  }

  static func randomValue(_ random: SeededRandom, depth: Int) -> JSON {
    switch random.below(depth > 4 ? 5 : 7) {
    case 0: .null
    case 1: .bool(random.below(2) == 0)
    case 2: .integer(Int64(bitPattern: random.next() >> UInt64(random.below(64))))
    case 3: .number(Double(random.below(1_000_000)) / 1_024 + 0.25)
    case 4: .string(randomText(random))
    case 5: .array((0..<random.below(6)).map { _ in randomValue(random, depth: depth + 1) })
    default:
      .object(
        JSONObject((0..<random.below(6)).map { ("\($0)" + randomText(random), randomValue(random, depth: depth + 1)) }))
    }
  }

  static func randomText(_ random: SeededRandom) -> String {
    let alphabet = Array("ab \"\\/\n\t\u{1}é\u{2028}தமிழ்नमस्ते😀".unicodeScalars)
    var text = ""
    for _ in 0..<random.below(24) { text.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
    return text
  }

  static func same(_ theirs: Any, _ ours: JSON) -> Bool {
    switch ours {
    case .null: theirs is NSNull
    case .bool(let value): (theirs as? Bool) == value
    case .integer(let value): (theirs as? NSNumber)?.int64Value == value
    case .number(let value): (theirs as? NSNumber)?.doubleValue == value
    case .string(let value): (theirs as? String) == value
    case .array(let values):
      if let list = theirs as? [Any] {
        list.count == values.count && zip(list, values).allSatisfy { same($0, $1) }
      } else {
        false
      }
    case .object(let object):
      if let map = theirs as? [String: Any] {
        map.count == object.count
          && object.allSatisfy { member in map[member.key].map { same($0, member.value) } ?? false }
      } else {
        false
      }
    }
  }
}
