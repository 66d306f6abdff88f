import Base
import Formats
import Text
import Time
import Understanding

extension Commands {
  /// `nlu report`: how the engine does on the evaluation sentences of `Intents/`, for people or with `--json`.
  static func report(_ understanding: NativeUnderstanding, asJSON: Bool) throws {
    let measured = try measure(understanding)
    Program.say(asJSON ? json(measured).text() : text(measured))
  }

  static func measure(_ understanding: NativeUnderstanding) throws -> Measurement {
    Measurement(try understanding.wholeLibrary(), now: SystemClock().now) { understanding.understandNow($0) }
  }

  // MARK: JSON

  private static func json(_ measured: Measurement) -> JSON {
    var accuracy = JSONObject()
    var emergency = JSONObject()
    for (language, share) in measured.languages { accuracy[language.code] = json(share) }
    accuracy["all"] = json(measured.all)
    for (language, tally) in measured.emergencies {
      emergency[language.code] = [
        "calls": .integer(Int64(tally.calls.all)), "caught": .integer(Int64(tally.calls.right)),
        "recall": .number(rounded(tally.calls.value)), "everyday": .integer(Int64(tally.falseAlarms.all)),
        "false_alarms": .integer(Int64(tally.falseAlarms.right)),
        "false_alarm_rate": .number(rounded(rate(tally.falseAlarms))),
      ]
    }
    var intents = JSONObject()
    for name in names(measured) {
      let tally = measured.intents[name] ?? Measurement.OfIntent()
      intents[spelled(name)] = [
        "precision": .number(rounded(tally.precision.value)), "recall": .number(rounded(tally.recall.value)),
        "evaluated": .integer(Int64(tally.recall.all)), "training": counts(measured.examples[name]),
        "evaluation": counts(measured.evaluation[name]),
      ]
    }
    return [
      "accuracy": .object(accuracy), "ece": .number(rounded(measured.calibrationError)),
      "emergency": .object(emergency),
      "emergency_misses": .array(
        measured.emergencyMisses.map {
          ["language": .string($0.language.code), "text": .string($0.text), "call": .bool($0.isCall)]
        }),
      "confusions": .array(
        confusions(measured).map {
          [
            "meant": .string(spelled($0.pair.meant)), "taken": .string(spelled($0.pair.taken)),
            "count": .integer(Int64($0.count)),
          ]
        }),
      "intents": .object(intents),
    ]
  }

  private static func json(_ share: Measurement.Share) -> JSON {
    [
      "right": .integer(Int64(share.right)), "of": .integer(Int64(share.all)),
      "accuracy": .number(rounded(share.value)),
    ]
  }

  private static func counts(_ byLanguage: [Language: Int]?) -> JSON {
    var object = JSONObject()
    for (language, count) in byLanguage ?? [:] { object[language.code] = .integer(Int64(count)) }
    return .object(object)
  }

  // MARK: For people

  private static func text(_ measured: Measurement) -> String {
    var lines = ["Accuracy on sentences that training never sees"]
    for language in Language.all {
      guard let share = measured.languages[language] else { continue }
      lines.append("  \(pad(language.code, 8)) \(percent(share.value))   \(share.right) of \(share.all)")
    }
    lines.append("  \(pad("all", 8)) \(percent(measured.all.value))   \(measured.all.right) of \(measured.all.all)")
    lines.append("  expected calibration error \(percent(measured.calibrationError))")

    lines += ["", "Emergencies: calls for help caught, everyday sentences that raised the alarm"]
    for language in Language.all {
      guard let tally = measured.emergencies[language] else { continue }
      lines.append(
        "  \(pad(language.code, 8)) recall \(percent(tally.calls.value)) of \(tally.calls.all)"
          + "   false alarms \(percent(rate(tally.falseAlarms))) of \(tally.falseAlarms.all)")
    }
    for miss in measured.emergencyMisses {
      lines.append("  \(miss.isCall ? "missed     " : "false alarm") \(pad(miss.language.code, 8)) \(miss.text)")
    }

    let columns = Language.all.map { pad($0.code, 8) }.joined()
    lines += ["", "Intents: precision, recall, training/evaluation sentences"]
    lines.append("  \(pad("", 26))   prec.  recall  \(columns)")
    for name in names(measured) {
      let tally = measured.intents[name] ?? Measurement.OfIntent()
      let sentences = Language.all.map { language in
        let training = measured.examples[name]?[language] ?? 0
        let held = measured.evaluation[name]?[language] ?? 0
        return pad(training + held == 0 ? "-" : "\(training)/\(held)", 8)
      }
      lines.append(
        "  \(pad(spelled(name), 26)) \(percent(tally.precision.value)) \(percent(tally.recall.value))  "
          + sentences.joined())
    }

    lines += ["", "Taken for each other (meant → taken, how often)"]
    for (pair, count) in confusions(measured) {
      lines.append("  \(pad(spelled(pair.meant), 26)) → \(pad(spelled(pair.taken), 26)) \(count)")
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Small things

  /// All intents that have sentences or were guessed, out of scope last.
  private static func names(_ measured: Measurement) -> [String] {
    let all = Set(measured.intents.keys).union(measured.examples.keys).union(measured.evaluation.keys)
    return all.filter { !$0.isEmpty }.sorted() + (all.contains("") ? [""] : [])
  }

  /// The most frequent first, then by name.
  private static func confusions(_ measured: Measurement) -> [(pair: Measurement.Confusion, count: Int)] {
    measured.confusions.map { ($0.key, $0.value) }.sorted {
      $0.1 != $1.1
        ? $0.1 > $1.1
        : (spelled($0.0.meant), spelled($0.0.taken)) < (spelled($1.0.meant), spelled($1.0.taken))
    }
  }

  private static func spelled(_ intent: String?) -> String {
    guard let intent, !intent.isEmpty else { return "out of scope" }
    return intent
  }

  /// 0 of nothing, unlike a share of right answers.
  private static func rate(_ share: Measurement.Share) -> Double { share.all == 0 ? 0 : share.value }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1_000).rounded())
    let text = "\(tenths / 10).\(tenths % 10) %"
    return String(repeating: " ", count: max(0, 7 - text.count)) + text
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
