import Base
import Testing

@testable import Telemetry

@Suite struct MetricsTests {
  @Test func writesPrometheusText() {
    let metrics = Metrics()
    metrics.counter("thinnai_messages_total", ["door": "tele\"gram\n"], help: "Messages taken in.").add(3)
    metrics.gauge("thinnai_lanes").set(2.5)
    metrics.gauge("thinnai_up") { 1 }
    let steps = metrics.histogram("thinnai_step_seconds", step: "understand")
    steps.observe(.microseconds(10))
    steps.observe(.milliseconds(3))
    steps.observe(.seconds(90))
    let text = metrics.prometheus()
    #expect(
      text.hasPrefix(
        """
        # TYPE thinnai_lanes gauge
        thinnai_lanes 2.5
        # HELP thinnai_messages_total Messages taken in.
        # TYPE thinnai_messages_total counter
        thinnai_messages_total{door="tele\\"gram\\n"} 3
        # HELP thinnai_step_seconds Time that a step of a message's walk takes.
        # TYPE thinnai_step_seconds histogram
        thinnai_step_seconds_bucket{step="understand",le="1e-05"} 1

        """))
    #expect(text.contains("thinnai_step_seconds_bucket{step=\"understand\",le=\"0.005\"} 2\n"))
    #expect(text.contains("thinnai_step_seconds_bucket{step=\"understand\",le=\"+Inf\"} 3\n"))
    #expect(text.contains("thinnai_step_seconds_sum{step=\"understand\"} 90.00301\n"))
    #expect(text.hasSuffix("# TYPE thinnai_up gauge\nthinnai_up 1\n"))
  }

  @Test func theSameLabelsGiveTheSameHandle() {
    let metrics = Metrics()
    metrics.counter("a", ["x": "1"]).add()
    metrics.counter("a", ["x": "1"]).add()
    #expect(metrics.counter("a", ["x": "1"]).value == 2)
    metrics.gauge("a").set(1)
    #expect(!metrics.prometheus().contains("gauge"))
  }

  @Test func labelsFromOutsideCannotGrowWithoutEnd() {
    let metrics = Metrics()
    for number in 0..<2_000 { metrics.counter("a", ["x": "\(number)"]).add() }
    #expect(metrics.counter("a", ["x": "other"]).value == 1_500)
  }

  @Test func countsFromManyTasks() async {
    let metrics = Metrics()
    let histogram = metrics.histogram("t")
    let gauge = metrics.gauge("g")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for number in 0..<1_000 {
            histogram.observe(.microseconds(number))
            gauge.add(1)
          }
        }
      }
    }
    #expect(histogram.snapshot().count == 8_000)
    #expect(histogram.snapshot().sum == .microseconds(8 * 499_500))
    #expect(gauge.value == 8_000)
  }

  @Test func quantilesLieInTheirBucket() throws {
    let histogram = Histogram()
    #expect(histogram.snapshot().quantile(0.5) == nil)
    for _ in 0..<99 { histogram.observe(.microseconds(20)) }
    histogram.observe(.milliseconds(400))
    let median = try #require(histogram.snapshot().quantile(0.5))
    #expect(median > .microseconds(10) && median <= .microseconds(25))
    let last = try #require(histogram.snapshot().quantile(0.995))
    #expect(last > .milliseconds(250) && last <= .milliseconds(500))
  }
}
