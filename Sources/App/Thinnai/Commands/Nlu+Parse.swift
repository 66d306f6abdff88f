import Actions
import Base
import Foundation
import Formats
import People
import Store
import Text
import Time
import Understanding

/// `nlu parse`: the values of a text, or of the rows of a file, with all their readings.
struct ParseCommand {
  private let understanding: NativeUnderstanding
  private let now: Instant
  private let zone: Zone
  /// What `--lang` says; without it the letters of each text tell.
  private let language: Language?
  private let policy: TimePolicy
  /// A habit was given on the command line.
  private let isOwn: Bool
  /// What the house of the home calls its own.
  private let lists: [(noun: String, names: NameList)]

  init(
    _ arguments: Arguments, _ understanding: NativeUnderstanding, _ lists: [(noun: String, names: NameList)]
  ) throws {
    self.understanding = understanding
    self.lists = lists
    let zone: Zone
    if let given = arguments["zone"] {
      do { zone = try Zone.named(given) } catch { throw UsageError("--zone takes a zone such as Asia/Kolkata.") }
    } else {
      let written = arguments["now"].flatMap { text in
        Instant(iso8601: text).flatMap { ZoneDatabase.shared.zone(writing: text, at: $0) }
      }
      zone = written ?? ZoneDatabase.shared.machineIdentifier().flatMap { try? ZoneDatabase.shared.zone($0) } ?? .utc
    }
    language = try (arguments["lang"] ?? arguments["language"]).map {
      guard let language = Language(code: $0) else {
        throw UsageError("--lang takes en, ta, hi, ta-Latn or hi-Latn.")
      }
      return language
    }
    self.zone = zone
    now = try arguments["now"].map { try Self.moment($0, zone) } ?? SystemClock().now
    var policy = TimePolicy.india
    switch arguments["dates"] {
    case nil: break
    case "day-first": policy.isDayFirst = true
    case "month-first": policy.isDayFirst = false
    default: throw UsageError("--dates takes day-first or month-first.")
    }
    switch arguments["prefer"] {
    case nil: break
    case "past": policy.prefers = .past
    case "future": policy.prefers = .future
    default: throw UsageError("--prefer takes past or future.")
    }
    self.policy = policy
    isOwn = arguments["dates"] != nil || arguments["prefer"] != nil
  }

  /// An instant, or a wall-clock time of the zone.
  private static func moment(_ text: String, _ zone: Zone) throws -> Instant {
    if let instant = Instant(iso8601: text) { return instant }
    if let local = CivilDateTime(text) { return zone.instant(of: local) }
    if let date = CivilDate(text) { return zone.startOfDay(date) }
    throw UsageError("--now takes a moment such as 2026-11-21T10:00:00+05:30 or 2026-11-21T10:00:00.")
  }

  func run(_ arguments: Arguments) throws {
    if let file = arguments["cases"] {
      try cases(file)
    } else {
      guard let text = arguments.positional.dropFirst().first else { throw UsageError("Write nlu parse \"TEXT\".") }
      let found = understanding.parse(request(text, now, policy))
      if arguments.has("json") {
        Program.say(JSON.object(["text": .string(text), "entities": .array(found.map(\.json))]).text())
      } else {
        for value in found { Program.say("\(value.text): \(value.type) \(JSON.object(value.value).text())") }
      }
    }
  }

  private func request(_ text: String, _ now: Instant, _ policy: TimePolicy) -> ParseRequest {
    ParseRequest(
      text: text, now: now, zone: zone, language: language ?? NativeUnderstanding.language(byLettersOf: text),
      policy: policy, lists: lists)
  }

  /// The people of the home's house and the lists of its rooms; empty where there is none yet, or none that can be read: the
  /// rest of a text is read all the same.
  static func lists(of home: String, _ glossary: any Glossary) async -> [(noun: String, names: NameList)] {
    guard access(home + "/thinnai.db", R_OK) == 0 else { return [] }
    do { return try await lists(in: home + "/thinnai.db", glossary) } catch {
      Program.complain(
        "The names of \(home) cannot be read, so only those that come with the program are found: ./thinnai doctor says why."
      )
      return []
    }
  }

  private static func lists(
    in store: String, _ glossary: any Glossary
  ) async throws -> [(noun: String, names: NameList)] {
    return try await SQLiteDatabase.inspect(store) { house in
      guard let household = try PeopleBook.household(house) else { return [] }
      let reader = house.tenant(household.tenant)
      let people = household.people.map { EntityEntry(id: $0.id.text, name: $0.name) }
      let rooms = try House.rooms.flatMap(\.lists).compactMap { list in
        try list.noun.map { noun in
          let rows = try list.read(household.owner, reader)
          return (
            noun: noun,
            names: NameList(
              rows.map { EntityEntry(id: $0.id, name: $0.name, aliases: $0.aliases) }, glossary: glossary)
          )
        }
      }
      return [(noun: "person", names: NameList(people, glossary: glossary))] + rooms
    }
  }

  /// Rows `{"id", "input", "ref"?}` as Microsoft's Recognizers-Text has them; `ref` is a wall-clock time.
  private func cases(_ file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else { throw UsageError("\(file) cannot be read.") }
    for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() where !line.isEmpty {
      guard let row = try? JSON.parse(Array(line)), let input = row["input"].string else {
        throw UsageError("Line \(index + 1) of \(file) is no row {\"id\", \"input\"}.")
      }
      // Some carry fractions and an offset behind the seconds; the wall clock is what counts.
      let moment = try row["ref"].string.map { try Self.moment(String($0.prefix(19)), zone) } ?? now
      // The options of the cases' authors, unless others are asked for.
      let id = row["id"].string ?? ""
      let policy = isOwn ? policy : TimePolicy.recognizers(case: id)
      let found = understanding.parse(request(input, moment, policy))
      Program.say(JSON.object(["id": row["id"], "entities": .array(found.map(\.json))]).text())
    }
  }
}
