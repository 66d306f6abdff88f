import Base
import Formats
import Messages
import Testing
import Text
import Time

struct ReplyTests {
  private let now = Instant(seconds: 1_795_420_800)  // 2026-11-23 08:00 UTC

  private func reader(_ language: Language = .english, persona: String = "founder") throws -> Reader {
    Reader(language: language, zone: try Zone.named("Asia/Kolkata"), persona: persona)
  }

  private func replies(_ yaml: String, language: String = "en") throws -> Replies {
    var replies = Replies()
    try replies.add(YAML.parse(yaml, file: "replies.yaml"), language: language)
    return replies
  }

  private func text(_ template: String, _ values: [String: Say.Value] = [:]) throws -> String {
    try replies("key: \(JSON.string(template).text())").text(of: Say("key", values), for: reader(), now: now).text
  }

  @Test("values, plurals and optional parts are filled; a missing one leaves no hole in an optional part")
  func fills() throws {
    #expect(try text("Hello {name}.", ["name": "Ravi"]) == "Hello Ravi.")
    #expect(try text("{n|# day|# days} left", ["n": 1]) == "1 day left")
    #expect(try text("{n|# day|# days} left", ["n": 3]) == "3 days left")
    #expect(try text("{n|one thing|# things}", ["n": .list(["a", "b"])]).hasSuffix("things"))
    #expect(try text("Done[[ for {name}]].", ["name": "Amma"]) == "Done for Amma.")
    #expect(try text("Done[[ for {name}]].") == "Done.")
    #expect(try text("Done[[ for {name}]].", ["name": ""]) == "Done.")
    #expect(try text("[a] {b}", ["b": "]]"]) == "[a] ]]")
  }

  @Test("what people wrote is never read as markup or as a template")
  func values() throws {
    #expect(try text("*{name}*", ["name": "*{name}* [[x]] _y_"]) == "*{name}* [[x]] _y_")
  }

  @Test(
    "a broken template stops the start with the file and line",
    arguments: ["a {b", "[[ a", "{a|b}", "{a|b|c|d}", "[[ a [[ b ]] ]]"])
  func broken(_ template: String) throws {
    #expect { try replies("key: \(JSON.string(template).text())") } throws: {
      ($0 as? DataFileError)?.file == "replies.yaml"
    }
  }

  @Test("a key twice for a language is a mistake; nested keys join with dots")
  func keys() throws {
    var replies = try replies("a: {b: one, c: {d: two}}")
    #expect(replies.keys(of: "en") == ["a.b", "a.c.d"])
    #expect(throws: DataFileError.self) { try replies.add(YAML.parse("a.b: again", file: "x"), language: "en") }
  }

  @Test("what a home words anew stands in for that text alone; what nothing says is left out, with its place")
  func replaces() throws {
    var replies = try replies("a: {b: one, c: two}")
    try replies.add(YAML.parse("a: {b: uno}", file: "home.yaml"), language: "en", replaces: true)
    func text(_ key: String) throws -> String { try replies.text(of: Say(key), for: reader(), now: now).text }
    #expect(try text("a.b") == "Uno" && text("a.c") == "Two")
    try replies.add(YAML.parse("a.b: eins\na.d: three", file: "home.yaml"), language: "en", replaces: true)
    #expect(try text("a.b") == "Eins" && !replies.has("a.d"))
    #expect(replies.leftOut.map(\.sentence) == ["home.yaml, line 2: the program says nothing under a.d"])
  }

  @Test(
    "a language falls back to its nearest, then to English; a persona may say it its own way; a missing key is shown")
  func falls() throws {
    var replies = try replies("a: english\nb: english")
    try replies.add(YAML.parse("a: தமிழ்", file: "ta.yaml"), language: "ta")
    try replies.add(persona: "elder", language: "en", key: "b", text: "slow and plain", file: "elder.yaml")
    func text(_ key: String, _ language: Language, _ persona: String = "founder") throws -> String {
      replies.text(of: Say(key), for: try reader(language, persona: persona), now: now).text
    }
    #expect(try text("a", .tamil) == "தமிழ்")
    #expect(try text("b", .tamil) == "English")
    #expect(try text("a", .hindi) == "English")
    #expect(try text("b", .english, "elder") == "Slow and plain")
    #expect(try text("no.such.key", .english) == "no.such.key")
  }

  @Test(
    "a sentence begins with a capital, whatever stands first, but no name of a file, an address or a number",
    arguments: [
      ("walk", "Walk: done"), ("*walk*", "*walk*: done"), ("data.csv", "data.csv: done"), ("5 pm", "5 pm: done"),
      ("iPad", "iPad: done"), ("a@b.example", "a@b.example: done"), ("கடை", "கடை: done"), ("élan", "élan: done"),
    ])
  func begins(_ what: String, _ shown: String) throws {
    let replies = try replies("done: \"{what}: done\"\nmarked: \"*{what}*: done\"")
    let text = replies.text(of: Say("done", ["what": .text(what)]), for: try reader(), now: now).text
    #expect(text == shown)
    let marked = replies.text(of: Say("marked", ["what": .text("walk")]), for: try reader(), now: now)
    #expect(marked.text == "Walk: done")
  }

  @Test("lines follow the text, each a reply of its own")
  func lines() throws {
    let replies = try replies("list: \"{n|# thing|# things}:\"\nline: \"• {what}\"")
    let say = Say("list", ["n": 2], lines: ["milk", "rice"].map { Say("line", ["what": .text($0)]) })
    #expect(replies.text(of: say, for: try reader(), now: now).text == "2 things:\n• milk\n• rice")
  }

  @Test("every kind of value is shown")
  func everyValue() throws {
    let values: [Say.Value] = [
      "text", 7, .number(2.5, digits: 1), .money(try #require(Money(decimal: "12.50", currency: "INR"))), .instant(now),
      .time(CivilTime("08:00")!), .date(try #require(CivilDate("2026-11-24"))), .duration(.minutes(90)),
      .recurrence(try RecurrenceRule(parsing: "FREQ=DAILY"), CivilTime("08:00")), .distance(1_500), .percent(0.25),
      .coordinate(try #require(Coordinate(latitude: 13.08, longitude: 80.27))), .list(["a", 2]), .say(.words("inner")),
    ]
    let replies = try replies("key: \"{v}\"")
    for value in values {
      #expect(!replies.text(of: Say("key", ["v": value]), for: try reader(), now: now).text.isEmpty, "\(value)")
      #expect(!replies.label(of: .init("key", ["v": value], action: "x"), for: try reader(), now: now).isEmpty)
    }
  }
}
