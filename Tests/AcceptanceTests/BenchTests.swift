import Formats
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
  }
}
