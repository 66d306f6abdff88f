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
  /// A minute of 500 messages a second.
  static let crowd = 30_000

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
    let sentences = try engine.evaluation()
    func request(_ sentence: IntentLibrary.Evaluation) -> UnderstandingRequest {
      UnderstandingRequest(
        text: sentence.text, now: SystemClock().now, zone: .utc, languages: [sentence.language, .english],
        allowedIntents: allowed, currentIntent: "reminder.create", names: ["Amma", "Ravi Kumar", "Meena"],
        entities: lists)
    }
    for sentence in sentences {
      let request = request(sentence)
      var spent: [Double] = []
      for _ in 0..<rounds {
        let start = OwnProcess.cpuSeconds
        _ = engine.understandNow(request)
        spent.append((OwnProcess.cpuSeconds - start) * 1e6)
      }
      let median = spent.sorted()[rounds / 2]
      times[sentence.language.code, default: []].append(median)
      times["all", default: []].append(median)
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
    let crowded = OwnProcess.residentKilobytes
    let started = OwnProcess.cpuSeconds
    for index in 0..<crowd { _ = engine.understandNow(request(sentences[index % sentences.count])) }
    let perSecond = Double(crowd) / max(OwnProcess.cpuSeconds - started, 1e-9)
    return [
      "messages_per_cpu_s": MessagesBenchmark.rounded(perSecond, 0),
      "grown_mb_in_30000": MessagesBenchmark.rounded((OwnProcess.residentKilobytes - crowded) / 1_024, 1),
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
