import Base
import Formats
import Glibc
import RoomTesting
import Speech
import Telegram
import Text
import Time
import WhatsApp

/// Every parser that reads bytes from outside, for libFuzzer: `Tests/Fuzz/run`.
///
/// Whatever the bytes are, a parser ends soon with a value or with an error; what it writes, it reads again.
enum Parsers {
  typealias Parser = @Sendable ([UInt8]) throws -> Void

  static let all: [String: Parser] = [
    "json": json, "telegram": telegram, "whatsapp": whatsApp, "ics": calendar, "rrule": rule, "yaml": yaml, "csv": csv,
    "ogg": voiceNote, "zone": zone, "words": words,
  ]

  /// The one that `THINNAI_FUZZ` names.
  static let chosen: Parser = {
    let name = getenv("THINNAI_FUZZ").map { String(cString: $0) } ?? ""
    guard let parser = all[name] else {
      preconditionFailure("THINNAI_FUZZ must be one of \(all.keys.sorted().joined(separator: ", ")).")
    }
    return parser
  }()

  @Sendable private static func json(_ bytes: [UInt8]) throws {
    let value = try JSON.parse(bytes)
    let again = try JSON.parse(value.text())
    precondition(again.text() == value.text(), "what was written reads differently")
  }

  @Sendable private static func telegram(_ bytes: [UInt8]) throws {
    let update = TelegramUpdate(try JSON.parse(bytes), account: "123456", username: "thinnai_bot")
    for message in update.messages { _ = message.stored }
  }

  @Sendable private static func whatsApp(_ bytes: [UInt8]) throws {
    let delivery = WhatsAppDelivery(try JSON.parse(bytes), account: "106540352242922")
    for message in delivery.messages { _ = message.stored }
  }

  @Sendable private static func calendar(_ bytes: [UInt8]) throws {
    let calendar = try ICSCalendar(parsing: bytes)
    _ = try calendar.occurrences(
      from: Instant(seconds: 1_767_225_600), to: Instant(seconds: 1_772_323_200), defaultZone: .utc)
  }

  @Sendable private static func rule(_ bytes: [UInt8]) throws {
    let rule = try RecurrenceRule(parsing: String(decoding: bytes, as: UTF8.self))
    let again = try RecurrenceRule(parsing: rule.description)
    precondition(again.description == rule.description, "what was written reads differently")
    let start = CivilDateTime(wallSeconds: 1_767_225_600)
    _ = try Recurrence(start: start, zone: .utc, rule: rule).next(after: Instant(seconds: 1_767_312_000))
  }

  @Sendable private static func yaml(_ bytes: [UInt8]) throws { _ = try YAML.parse(bytes, file: "fuzz.yaml") }

  @Sendable private static func csv(_ bytes: [UInt8]) throws {
    var reader = CSVReader()
    for piece in [bytes.prefix(bytes.count / 2), bytes.dropFirst(bytes.count / 2)] { reader.feed(piece) }
    reader.finish()
    while reader.next() != nil {}
  }

  @Sendable private static func voiceNote(_ bytes: [UInt8]) throws {
    // with honest checksums, or nothing behind them would ever be reached
    var bytes = bytes
    SpokenNote.seal(&bytes)
    let note = try OpusNote(bytes)
    precondition(note.duration >= .zero, "it lasts less than no time")
  }

  /// Not a parser, but it reads what strangers write: transliteration and the spelling folds are total.
  @Sendable private static func words(_ bytes: [UInt8]) throws {
    let latin = Transliteration.latin(bytes)
    precondition(Transliteration.latin(latin) == latin, "what was transliterated changes again")
    precondition(latin.count <= bytes.count * 4, "it grew")
    latin.withUnsafeBufferPointer { word in
      for tongue in [SpellingFold.Tongue.tamil, .hindi] {
        var count = 0
        SpellingFold.loose(word, tongue) { _ in count += 1 }
        precondition(count <= word.count * 2, "it grew")
      }
    }
  }

  @Sendable private static func zone(_ bytes: [UInt8]) throws { _ = try TZif.parse(bytes) }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // a refusal is an answer; a trap, a hang or too much memory is a finding
  try? Parsers.chosen(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
