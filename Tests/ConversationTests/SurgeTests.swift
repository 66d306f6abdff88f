import Base
import Conversation
import Synchronization
import Testing

struct SurgeTests {
  private let clock = VirtualClock()

  /// Arrivals in equal steps.
  private func pour(_ surge: Surge, _ perSecond: Int, for duration: Duration, waiting: Int) {
    let step = Duration.microseconds(1_000_000 / Int64(perSecond))
    for _ in 0..<Int(duration.microseconds / step.microseconds) {
      clock.advance(by: step)
      surge.arrived(waiting: waiting)
    }
  }

  @Test("answering waits while more arrives than can be answered, and goes on when that is over")
  func holds() {
    let surge = Surge(clock: clock)
    pour(surge, 10_000, for: .milliseconds(100), waiting: 2_000)
    #expect(surge.isHolding)
    clock.advance(by: .milliseconds(41))
    #expect(!surge.isHolding)
    pour(surge, 10_000, for: .milliseconds(100), waiting: 2_000)
    pour(surge, 1_000, for: .milliseconds(100), waiting: 2_000)
    #expect(!surge.isHolding)
  }

  @Test("nothing is held while answers keep up, at whatever rate")
  func keepsUp() {
    let surge = Surge(clock: clock)
    pour(surge, 20_000, for: .seconds(1), waiting: 500)
    #expect(!surge.isHolding)
  }

  @Test("answering waits for five seconds at most until everything is answered, in pieces or in one")
  func patience() {
    let surge = Surge(clock: clock)
    for _ in 0..<6 {
      pour(surge, 10_000, for: .milliseconds(800), waiting: 9_000)
      #expect(surge.isHolding)
      clock.advance(by: .seconds(1))
    }
    pour(surge, 10_000, for: .milliseconds(400), waiting: 9_000)
    #expect(!surge.isHolding)
    surge.caughtUp()
    pour(surge, 10_000, for: .milliseconds(100), waiting: 9_000)
    #expect(surge.isHolding)
  }

  @Test("whoever is held goes on when the surge ends, and at once when all is to end", .timeLimit(.minutes(3)))
  func goesOn() async {
    let surge = Surge(clock: clock)
    pour(surge, 10_000, for: .milliseconds(100), waiting: 2_000)
    await surge.hold { true }
    let held = Task { [surge] in await surge.hold { false } }
    while clock.sleepers == 0 { await Task.yield() }
    clock.advance(by: .milliseconds(50))
    await held.value
    #expect(!surge.isHolding)
  }
}
