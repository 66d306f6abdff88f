import Actions
import Base
package import Formats
import Glibc
import Text
import Time
package import Understanding

/// `thinnai bench understanding`: what reading one message costs, on the evaluation sentences of every language.
package enum UnderstandingBenchmark {
  static let rounds = 5

  /// - Parameter make: reads the data and the trained model.
  package static func run(_ make: () throws -> NativeUnderstanding) async throws -> JSON {
    let before = OwnProcess.residentKilobytes
    let began = OwnProcess.cpuSeconds
    let engine = try make()
    let loaded = OwnProcess.cpuSeconds - began
    await engine.prepare()
    let after = OwnProcess.residentKilobytes
    var times: [String: [Double]] = [:]
    let lists = lists()
    let allowed = Set(engine.library.intents.keys)
    for sentence in try engine.evaluation() {
      let request = UnderstandingRequest(
        text: sentence.text, now: SystemClock().now, zone: .utc, languages: [sentence.language, .english],
        allowedIntents: allowed, currentIntent: "reminder.create", names: ["Amma", "Ravi Kumar", "Meena"],
        entities: lists)
      var spent: [Double] = []
      for _ in 0..<rounds {
        let start = OwnProcess.cpuSeconds
        _ = engine.understandNow(request)
        spent.append((OwnProcess.cpuSeconds - start) * 1e6)
      }
      let median = spent.sorted()[rounds / 2]
      times[sentence.language.code, default: []].append(median)
      if sentence.language == .english, sentence.text.utf8.count <= 40 { times["en_short", default: []].append(median) }
    }
    var languages = JSONObject()
    for (code, values) in times {
      let sorted = values.sorted()
      languages[code] = [
        "sentences": .integer(Int64(sorted.count)), "median_us": MessagesBenchmark.rounded(sorted[sorted.count / 2], 1),
        "p99_us": MessagesBenchmark.rounded(sorted[sorted.count * 99 / 100], 1),
      ]
    }
    return [
      "load_cpu_ms": MessagesBenchmark.rounded(loaded * 1_000, 2),
      "knows_meaning": .bool(engine.knowsMeaning),
      "load_rss_mb": MessagesBenchmark.rounded((after - before) / 1_024, 1), "languages": .object(languages),
    ]
  }

  /// Lists as a busy founder has them; the meters are a portfolio of thousands.
  private static func lists() -> [String: NameList] {
    func list(_ count: Int, _ name: (Int) -> String) -> NameList {
      NameList((0..<count).map { EntityEntry(id: "id\($0)", name: name($0)) })
    }
    return [
      "symbol": list(60) { "Company\($0) Limited" }, "building": list(40) { "Tower \($0) Lake House" },
      "medicine": list(12) { "Tablet\($0) 500" }, "project": list(15) { "Brand \($0)" },
      "meter": list(12_000) { "Meter \($0) floor \($0 % 40)" },
    ]
  }
}
