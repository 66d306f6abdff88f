import Actions
import Base
import Embedding
import Formats
import Foundation
import Text
import Time
import Understanding
import Workflows

extension Commands {
  static let nlu = Command(
    name: "nlu", summary: "Trains and tries the understanding.",
    forms: [
      "nlu warm", "nlu check [--misses]", "nlu report [--json]",
      "nlu read [--now ISO8601] [--language CODE] < FILE",
      "nlu parse [--now ISO8601] [--zone ID] [--lang CODE] [--json] TEXT", "nlu parse --cases FILE --json",
    ] + classifierForms,
    notes: """
        warm    trains ahead of time
        check   accuracy and calibration on the evaluation sentences, by language
        report  the same by intent with what is taken for what, emergencies and false alarms, and how many sentences
        read    one sentence a line in, one JSON line out; nothing is done and nothing remembered
        parse   the values of a text (times, numbers, amounts, people and things of the home …) with all their readings; also of a file of rows
                {"id", "input", "ref"}, one JSON line a row; --dates day-first|month-first, --prefer past|future

      """ + classifierNotes, flags: classifierFlags.union(["misses", "json"]),
    options: ["now", "language", "zone", "lang", "cases", "dates", "prefer"] + classifierOptions, words: 2,
    run: { arguments, home in
      if let code = try await classifier(arguments, home) { return code }
      let environment = ProcessInfo.processInfo.environment
      let share = try Share.find(home: home, environment: environment)
      let understanding = try share.understanding(environment)
      if arguments.positional.first == "parse" {
        let lists = await ParseCommand.lists(of: home, share.lexicon())
        try ParseCommand(arguments, understanding, lists).run(arguments)
        return 0
      }
      await understanding.prepare()
      switch arguments.positional {
      case ["warm"]:
        let registry = try House.catalogue()
        let shipped = GoalPlanner.shipped(registry, try share.events(), try share.workflows(actions: registry))
        let folder = EncoderFiles.find(share: share.folder, home: home, environment: environment)
        MeaningPoints(LazyEncoder(folder: folder), shipped: shipped, folder: House.cache(environment)).prepare()
      case ["check"]: Program.say(try check(understanding, listsMisses: arguments.has("misses")).text())
      case ["report"]: try report(understanding, asJSON: arguments.has("json"))
      case ["read"]:
        let language = arguments["language"].flatMap(Language.init(code:)) ?? .english
        let zone = ZoneDatabase.shared.machineIdentifier().flatMap { try? ZoneDatabase.shared.zone($0) } ?? .utc
        var now = SystemClock().now
        if let given = arguments["now"] {
          guard let moment = Instant(iso8601: given) else {
            throw UsageError("--now takes a moment such as 2026-11-21T10:00:00+05:30.")
          }
          now = moment
        }
        while let line = readLine() {
          var request = UnderstandingRequest(
            text: line, now: now, zone: zone, languages: [language] + language.fallbacks)
          request.isLookedAfter = true
          Program.say(Self.line(line, understanding.understandNow(request)).text())
        }
      default: throw UsageError("Write nlu warm, check, report, read, parse, train, eval or predict.")
      }
      return understanding.isTrained ? 0 : 1
    })

  private static func line(_ text: String, _ understood: Understood) -> JSON {
    var slots = JSONObject()
    for (name, value) in understood.slots { slots[name] = value.json() }
    return [
      "text": .string(text), "language": .string(understood.language.code),
      "intent": understood.intent.map(JSON.string) ?? .null,
      "confidence": .number((understood.confidence * 1_000).rounded() / 1_000), "kind": .string("\(understood.kind)"),
      "slots": .object(slots),
    ]
  }

  private static func check(_ understanding: NativeUnderstanding, listsMisses: Bool) throws -> JSON {
    let measured = try measure(understanding)
    if listsMisses {
      for miss in measured.misses {
        let (meant, taken) = (miss.confusion.meant ?? "-", miss.confusion.taken ?? "-")
        Program.complain("\(miss.language.code) \(meant) ← \(taken) \(miss.text)")
      }
    }
    var accuracy = JSONObject()
    for (key, share) in measured.languages.map({ ($0.key.code, $0.value) }) + [("all", measured.all)] {
      accuracy[key] = ["right": .integer(Int64(share.right)), "of": .integer(Int64(share.all))]
    }
    return [
      "accuracy": .object(accuracy),
      "calibration_error": .number((measured.calibrationError * 1_000).rounded() / 1_000),
    ]
  }
}
