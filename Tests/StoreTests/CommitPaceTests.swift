import Testing

@testable import Store

struct CommitPaceTests {
  private static let millisecond: UInt64 = 1_000_000

  @Test("a quiet house never waits for company")
  func quiet() {
    var pace = CommitPace(pause: 4 * Self.millisecond)
    var now: UInt64 = 1_000 * Self.millisecond
    for _ in 0..<50 {
      pace.arrived(at: now)
      pace.took(at: now)
      #expect(pace.pausedUntil(now: now + 1, waiting: 1) == nil)
      now += 10 * Self.millisecond
    }
  }

  @Test("while arrivals come quickly the others wait, but not long and not for ever")
  func quick() {
    var pace = CommitPace(pause: 4 * Self.millisecond)
    var now: UInt64 = 1_000 * Self.millisecond
    for _ in 0..<10 {
      pace.arrived(at: now)
      now += 2 * Self.millisecond
    }
    pace.took(at: now)
    #expect(pace.pausedUntil(now: now + Self.millisecond, waiting: 1) == now + 4 * Self.millisecond)
    #expect(pace.pausedUntil(now: now + 4 * Self.millisecond, waiting: 1) == nil)
    #expect(pace.pausedUntil(now: now + Self.millisecond, waiting: CommitPace.company) == nil)
    // arrivals have ceased
    pace.took(at: now + 60 * Self.millisecond)
    #expect(pace.pausedUntil(now: now + 61 * Self.millisecond, waiting: 1) == nil)
  }

  @Test("a queue without a pause has none")
  func none() {
    var pace = CommitPace(pause: 0)
    for n in 1..<20 { pace.arrived(at: UInt64(n)) }
    pace.took(at: 20)
    #expect(pace.pausedUntil(now: 20, waiting: 1) == nil)
  }
}

struct JobQueueTests {
  @Test("what is urgent is taken alone while the others wait for company, and then first")
  func lines() throws {
    // an hour: what follows is not a matter of how fast this machine is
    let queue = JobQueue<Int>(
      capacity: 100, pace: CommitPace(pause: 3_600_000_000_000, window: 3_600_000_000_000))
    #expect(queue.put(100) == .accepted)
    #expect(queue.take(64) == [100])
    for n in 0..<8 { #expect(queue.put(n, in: .urgent) == .accepted) }
    #expect(queue.put(101) == .accepted)
    #expect(queue.put(50, in: .ahead) == .accepted)
    #expect(queue.take(64) == Array(0..<8))
    #expect(queue.put(8, in: .urgent) == .accepted)
    #expect(queue.take(64) == [8])
    #expect(queue.count == 2)
    for n in 102..<102 + CommitPace.company { #expect(queue.put(n) == .accepted) }
    #expect(queue.put(9, in: .urgent) == .accepted)
    let taken = try #require(queue.take(64))
    #expect(taken.prefix(3) == [9, 50, 101])
    queue.close()
    var rest: [Int] = []
    while let more = queue.take(64) { rest += more }
    #expect(taken + rest == [9, 50] + Array(101..<102 + CommitPace.company))
  }

  @Test("each line has its own room")
  func full() {
    let queue = JobQueue<Int>(capacity: 1)
    #expect(queue.put(1) == .accepted)
    #expect(queue.put(2) == .full)
    #expect(queue.put(3, in: .ahead) == .accepted)
    #expect(queue.put(4, in: .ahead) == .full)
    #expect(queue.put(5, in: .urgent) == .accepted)
    #expect(queue.put(6, in: .urgent) == .full)
    #expect(queue.take(8)?.first == 5)
    queue.close()
    #expect(queue.put(7) == .closed)
  }
}
