import Base
import Testing
import Time

@testable import Formats

#if canImport(Glibc)
  import Glibc
#endif

/// Files the tests share, `Fixtures` in the root.
enum Fixture {
  static func bytes(_ path: String) throws -> [UInt8] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(root)/Fixtures/\(path)", "r"), "Fixtures/\(path) is missing")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}

struct TimeExpandTests {
  private func run(_ json: [UInt8]) throws -> [JSON] {
    var lines: [String] = []
    try TimeExpand.run(casesJSON: json) { lines.append($0) }
    return try lines.map { try JSON.parse($0) }
  }

  @Test func everyExampleIsRight() throws {
    let bytes = try Fixture.bytes("time/rrule_examples.json")
    let cases = try #require(try JSON.parse(bytes)["cases"].array)
    let answers = try run(bytes)
    try #require(cases.count == 333 && answers.count == cases.count)
    for (one, answer) in zip(cases, answers) {
      let id = one["id"].string ?? "?"
      #expect(answer["id"] == one["id"])
      #expect(answer["local"] == one["local"], "\(id) \(one["rrule"])")
      #expect(answer["utc"] == one["utc"], "\(id) \(one["rrule"])")
      let next = (one["next_after"].array ?? []).map { $0["next"] }
      #expect(answer["next"].array == next, "\(id) \(one["rrule"])")
    }
  }

  @Test func everyRefusalIsRefusedWithItsReason() throws {
    let bytes = try Fixture.bytes("time/rrule_reject_examples.json")
    let answers = try run(bytes)
    #expect(answers.count == 25)
    for answer in answers {
      #expect(answer["error"].string?.hasPrefix("rrule.") == true, "\(answer)")
      #expect((answer["reason"].string ?? "").count > 10)
    }
  }

  @Test(
    "answers hostile cases at once",
    arguments: [
      #"{"rrule":"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}"#,
      #"{"rrule":"FREQ=SECONDLY;COUNT=999999999999999999999999"}"#,
      #"{"rrule":"FREQ=SECONDLY;INTERVAL=999999999999999999999999"}"#,
      #"{"rrule":"FREQ=YEARLY;INTERVAL=9223372036854775807"}"#,
      #"{"rrule":"FREQ=SECONDLY;INTERVAL=2;BYSECOND=1;BYMONTH=2;BYMONTHDAY=30"}"#,
      #"{"rrule":"FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,3,5"}"#,
      #"{"rrule":"FREQ=SECONDLY;INTERVAL=1999;BYHOUR=0;BYMINUTE=0;BYSECOND=1"}"#,
      #"{"rrule":"FREQ=HOURLY;INTERVAL=24;BYDAY=MO;BYMONTHDAY=30;BYMONTH=2"}"#,
      #"{"rrule":"FREQ=DAILY;BYHOUR=1,2;BYSETPOS=366"}"#,
      #"{"rrule":"FREQ=SECONDLY;BYSECOND=1;BYSETPOS=2"}"#,
      #"{"rrule":"FREQ=SECONDLY;BYMINUTE=3;COUNT=100000000000"}"#,
      #"{"rrule":"FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1"}"#,
      #"{"rrule":"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6"}"#,
    ])
  func hostile(_ one: String) throws {
    var json = try JSON.parse(one)
    json["dtstart"] = "2024-01-01T08:00:00"
    json["tzid"] = "Europe/London"
    json["limit"] = 50
    json["next_after"] = [["after": "2026-03-29T00:30:00Z"], ["after": "9000-01-01T00:00:00Z"]]
    let started = ContinuousClock.now
    let answers = try run((["cases": .array([json])] as JSON).bytes())
    #expect(answers.count == 1)
    #expect(ContinuousClock.now - started < .seconds(20), "unoptimised and beside other tests")
  }

  @Test(
    "says what is wrong with a case",
    arguments: [
      "null", "[]", "{}", #"{"rrule":5}"#, #"{"rrule":"FREQ=DAILY"}"#,
      #"{"rrule":"FREQ=DAILY","dtstart":"2026-02-30T08:00:00"}"#,
      #"{"rrule":"FREQ=DAILY","dtstart":"2026-02-20T08:00:00","tzid":"../../etc/passwd"}"#,
      #"{"rrule":"FREQ=DAILY","dtstart":"2026-02-20T08:00:00","tzid":"Mars/Olympus"}"#,
      #"{"rrule":"FREQ=HOURLY","dtstart":"2026-02-20","value":"DATE"}"#,
      #"{"rrule":"FREQ=DAILY","dtstart":"2026-02-20","value":"DATE","limit":1000000000}"#,
    ])
  func badCase(_ one: String) throws {
    let answers = try run(Array(#"{"cases":[\#(one)]}"#.utf8))
    #expect(answers.count == 1 && answers[0]["error"].string != nil && answers[0]["reason"].string != nil)
  }

  @Test func aBrokenFileIsAnError() {
    #expect(throws: (any Error).self) { try TimeExpand.run(casesJSON: Array("{".utf8)) { _ in } }
    #expect(throws: (any Error).self) { try TimeExpand.run(casesJSON: Array("{}".utf8)) { _ in } }
  }
}
