import Testing

@testable import Base

@Suite("Sleeping until a time")
struct SleeperTests {
  private let clock = SystemClock()

  @Test("a sleep ends when its time has come, and not before")
  func ends() async throws {
    for milliseconds: Int64 in [0, 1, 3] {
      let start = clock.uptime
      try await clock.sleep(for: .milliseconds(milliseconds))
      #expect(clock.uptime - start >= .milliseconds(milliseconds))
    }
  }

  @Test("who waits for less wakes first, though they came later")
  func earlier() async throws {
    let long = Task { try await clock.sleep(for: .hours(1)) }
    defer { long.cancel() }
    await Task.yield()
    try await clock.sleep(for: .milliseconds(1))
    #expect(!long.isCancelled)
  }

  @Test("of many, each wakes, and none too early")
  func many() async throws {
    let early = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number: Int64 in 0..<300 {
        group.addTask {
          let (start, wait) = (clock.uptime, Duration.microseconds(number * 7_919 % 20_000))
          try await clock.sleep(for: wait)
          return clock.uptime - start < wait
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(early == 0)
  }

  @Test("who is told to stop wakes at once, before it slept or while it sleeps")
  func cancelled() async throws {
    let start = clock.uptime
    let sleeping = Task { try await clock.sleep(for: .hours(1)) }
    let early = Task { [clock] in
      withUnsafeCurrentTask { $0?.cancel() }
      try await clock.sleep(for: .hours(1))
    }
    await Task.yield()
    sleeping.cancel()
    await #expect(throws: CancellationError.self) { try await sleeping.value }
    await #expect(throws: CancellationError.self) { try await early.value }
    #expect(clock.uptime - start < .minutes(10))
  }

  @Test("sleeps that were cancelled leave nothing behind")
  func forgotten() async throws {
    let sleepers = try #require(Sleepers.shared)
    for _ in 0..<20 {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<100 { group.addTask { try? await clock.sleep(for: .hours(1)) } }
        group.cancelAll()
      }
    }
    // others may sleep meanwhile; two thousand that nobody waits for are not among them
    #expect(sleepers.kept < 1_000)
  }

  @Test("the longest time that can be said is waited for without a fault")
  func longest() async throws {
    let task = Task { [clock] in try await clock.sleep(for: .seconds(Int64.max)) }
    await Task.yield()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
