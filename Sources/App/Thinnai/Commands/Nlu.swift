import Actions
import Base
import Formats
import Foundation
import Text
import Time
import Understanding

extension Commands {
  static let nlu = Command(
    name: "nlu", summary: "Trains and tries the understanding.",
    forms: [
      "nlu warm", "nlu check [--misses]", "nlu read [--now ISO8601] [--language CODE] < FILE",
      "nlu parse [--now ISO8601] [--zone ID] [--lang CODE] [--json] TEXT", "nlu parse --cases FILE --json",
    ] + classifierForms,
    notes: """
        warm    trains ahead of time
        check   accuracy and calibration on the evaluation sentences, by language
        read    one sentence a line in, one JSON line out; nothing is done and nothing remembered
        parse   the values of a text (times, numbers, amounts …) with all their readings; also of a file of rows
                {"id", "input", "ref"}, one JSON line a row; --dates day-first|month-first, --prefer past|future

      """ + classifierNotes, flags: classifierFlags.union(["misses", "json"]),
    options: ["now", "language", "zone", "lang", "cases", "dates", "prefer"] + classifierOptions, words: 2,
    run: { arguments, home in
      if let code = try await classifier(arguments, home) { return code }
      let environment = ProcessInfo.processInfo.environment
      let share = try Share.find(home: home, environment: environment)
      let understanding = try share.understanding(environment)
      if arguments.positional.first == "parse" {
        try ParseCommand(arguments, understanding).run(arguments)
        return 0
      }
      await understanding.prepare()
      switch arguments.positional {
      case ["warm"]: break
      case ["check"]: Program.say(try check(understanding, listsMisses: arguments.has("misses")).text())
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
          let request = UnderstandingRequest(
            text: line, now: now, zone: zone, languages: [language] + language.fallbacks)
          Program.say(Self.line(line, understanding.understandNow(request)).text())
        }
      default: throw UsageError("Write nlu warm, check, read, parse, train, eval or predict.")
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

  /// Expected calibration error: how far confidence is from frequency, over ten bins, weighted by size.
  private static func check(_ understanding: NativeUnderstanding, listsMisses: Bool) throws -> JSON {
    var rows: [String: (right: Int, all: Int)] = [:]
    var bins = [(count: Int, right: Int, sum: Double)](repeating: (0, 0, 0), count: 10)
    for sentence in try understanding.evaluation() {
      let request = UnderstandingRequest(
        text: sentence.text, now: SystemClock().now, zone: .utc, languages: [sentence.language])
      let understood = understanding.understandNow(request)
      let isRight = understood.intent == sentence.intent
      for key in [sentence.language.code, "all"] {
        rows[key, default: (0, 0)].all += 1
        rows[key, default: (0, 0)].right += isRight ? 1 : 0
      }
      let bin = min(9, Int(understood.confidence * 10))
      bins[bin] = (bins[bin].count + 1, bins[bin].right + (isRight ? 1 : 0), bins[bin].sum + understood.confidence)
      if listsMisses, !isRight {
        Program.complain(
          "\(sentence.language.code) \(sentence.intent ?? "-") ← \(understood.intent ?? "-") \(sentence.text)")
      }
    }
    let all = rows["all"]?.all ?? 0
    let error = bins.reduce(0.0) { $0 + abs($1.sum - Double($1.right)) } / Double(max(1, all))
    var accuracy = JSONObject()
    for (key, row) in rows {
      accuracy[key] = ["right": .integer(Int64(row.right)), "of": .integer(Int64(row.all))]
    }
    return ["accuracy": .object(accuracy), "calibration_error": .number((error * 1_000).rounded() / 1_000)]
  }
}
