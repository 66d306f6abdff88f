import Embedding
import Formats
import Foundation
import Testing

extension AcceptanceTests {
  @Suite("Benchmarks run", .timeLimit(.minutes(3)))
  struct BenchTests {
    @Test("bench messages prints the agreed members and loses nothing")
    func messages() async throws {
      let porch = try Porch()
      let ran = try await porch.run("bench", "messages", "--seconds", "1", seconds: 120)
      #expect(ran.code == 0, "\(ran)")
      let result = try #require(ran.json.last, "\(ran)")
      let keys = [
        "accepted_per_s", "answered_per_s", "ack_p50_ms", "ack_p99_ms", "answer_p50_ms", "answer_p99_ms",
        "cpu_us_per_message", "rss_mb",
      ]
      #expect(Array((result.object?.keys ?? []).prefix(8)) == keys)
      for key in keys { #expect((result[key].double ?? 0) > 0, "\(key) in \(result)") }
      #expect(result["unanswered"].int == 0 && result["answered_twice"].int == 0, "\(result)")
    }

    @Test(
      "bench embed prints the times of every length, as floats and as bytes",
      .enabled(if: encoder != nil, "the weights are not there: ./thinnai test fetches them"))
    func embed() async throws {
      let ran = try await Porch().run("bench", "embed", seconds: 120)
      #expect(ran.code == 0, "\(ran)")
      let result = try #require(ran.json.last, "\(ran)")
      for precision in ["float", "int8"] {
        for length in ["8", "10", "16", "64", "256"] {
          let row = result[precision]["tokens"][length]
          for key in ["median_ms", "p99_ms", "cpu_median_ms", "cpu_p99_ms"] {
            #expect((row[key].double ?? 0) > 0, "\(precision), \(length), \(key) in \(result)")
          }
        }
        #expect((result[precision]["batched_per_s"].int ?? 0) > 0, "\(result)")
      }
      #expect((result["int8_cosine_to_float"]["worst"].double ?? 0) > 0.975, "\(result)")
    }

    private static let encoder = EncoderFiles.find(
      share: Porch.share, home: nil, environment: ProcessInfo.processInfo.environment)

    @Test("bench embed without the weights says how to get them")
    func embedWithout() async throws {
      let porch = try Porch()
      let ran = try await porch.run("bench", "embed", environment: ["THINNAI_MODELS": porch.folder + "/none"])
      #expect(ran.code == 1 && ran.err.contains("/none/minilm"), "\(ran)")
      let doctor = try await porch.run("doctor", environment: ["THINNAI_MODELS": porch.folder + "/none"])
      #expect(doctor.out.contains("sentences are understood by their words alone"), "\(doctor)")
    }
  }
}
