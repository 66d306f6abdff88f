import Actions
import Synchronization
import Base
import Conversation
import Formats
import People
import RoomTesting
import Schedule
import Store
import Telemetry
import Testing

struct SchedulerTests {
  private let bells = Bells()

  private func house() async throws -> RoomHarness { try await RoomHarness([bells.room()]) }

  @Test("what is due fires at its time, not before, and once")
  func fires() async throws {
    let house = try await house()
    try await house.schedule("a", at: house.clock.now + .minutes(5))
    await house.advance(by: .minutes(5) - .microseconds(1))
    #expect(try await house.rung() == [])
    await house.advance(by: .microseconds(1))
    await house.advance(by: .hours(3))
    #expect(try await house.rung() == ["a"])
    #expect(try await house.waiting() == [])
  }

  @Test("asked for twice, it is due once; taken back, not at all")
  func onceAsked() async throws {
    let house = try await house()
    let at = house.clock.now + .minutes(1)
    for subject in ["a", "a", "b"] { try await house.schedule(subject, at: at) }
    #expect(try await house.tenant().write { try $0.unschedule("bells.ring", subject: "b") } == 1)
    await house.advance(by: .minutes(2))
    #expect(try await house.rung() == ["a"])
  }

  @Test("a transaction that fails schedules nothing")
  func undone() async throws {
    let house = try await house()
    let at = house.clock.now + .minutes(1)
    await #expect(throws: Bells.Broken.self) {
      try await house.tenant().write { transaction in
        try transaction.schedule("bells.ring", subject: "a", person: nil, at: at)
        throw Bells.Broken()
      }
    }
    await house.advance(by: .hours(1))
    #expect(try await house.rung() == [])
  }

  @Test("exactly once over every crash: before, in the middle of and after the handler")
  func crashes() async throws {
    let house = try await house()
    for subject in ["a", "b", "c"] { try await house.schedule(subject, at: house.clock.now + .minutes(1)) }
    house.clock.advance(by: .minutes(1))
    // in the middle: the disk fills up in b's handler, so the whole batch is undone, a's bell too
    bells.failing.withLock { $0 = ["b": StoreError(.full, "no room")] }
    await house.scheduler.fireDue()
    #expect(try await house.rung() == [])
    #expect(try await house.waiting() == ["a", "b", "c"])
    // before and after: other processes start over the same rows, again and again
    bells.failing.withLock { $0 = [:] }
    for _ in 0..<3 { await house.restartedScheduler(bells).fireDue() }
    await house.scheduler.fireDue()
    #expect(try await house.rung() == ["a", "b", "c"])
  }

  @Test(
    "a handler that fails undoes only its own group, whatever it throws",
    arguments: [
      Bells.Broken(), StoreError(.misuse, "a slip in a room"), StoreError(.constraint, "not null"),
      StoreError(.unique, "twice"), PeopleError("x", "y"),
    ] as [any Error])
  func isolates(_ error: any Error) async throws {
    let house = try await house()
    bells.failing.withLock { $0 = ["b": error] }
    for subject in ["a", "b", "c"] { try await house.schedule(subject, at: house.clock.now + .minutes(1)) }
    let due = house.clock.now + .minutes(1)
    house.clock.advance(by: .minutes(1))
    await house.scheduler.fireDue()
    #expect(try await house.rung() == ["a", "c"])
    #expect(try await house.waiting() == ["b"])
    // it is tried again later and later, and told as late as it is
    bells.failing.withLock { $0 = [:] }
    house.clock.advance(by: .seconds(5))
    await house.scheduler.fireDue()
    let row = try await house.store.read {
      try $0.first("SELECT at, rung_at FROM bells WHERE subject = 'b'") { ($0.instant(0), $0.instant(1)) }
    }
    #expect(row?.0 == due && row?.1 == due + .seconds(5))
  }

  @Test("a real violation inside a handler, not only a thrown one, stays its own")
  func realViolation() async throws {
    let house = try await house()
    let at = house.clock.now + .minutes(1)
    try await house.tenant().write {
      try $0.execute("INSERT INTO bells (tenant, subject, at, rung_at) VALUES (:tenant, 'b', ?, 0)", at)
    }
    for subject in ["a", "b", "c"] { try await house.schedule(subject, at: at) }
    await house.advance(by: .minutes(1))
    #expect(try await house.rung() == ["b", "a", "c"])
    #expect(try await house.waiting() == ["b"])
  }

  @Test("what keeps failing is tried at most once an hour, and doctor names it")
  func delays() async throws {
    let house = try await house()
    bells.failing.withLock { $0 = ["b": Bells.Broken()] }
    try await house.schedule("b", at: house.clock.now + .minutes(1))
    await house.advance(by: .hours(24))
    let tries = bells.calls.withLock { $0.count }
    #expect((24...45).contains(tries), "\(tries) tries in a day")
    let trouble = try await house.store.read { try ScheduleTrouble.all($0) }
    #expect(trouble.map(\.kind) == ["bells.ring"])
    #expect(trouble.first?.error.contains("Broken") == true)
  }

  @Test("an item of a kind that no room knows is kept, named by doctor, and fires when the room is there")
  func unknownKind() async throws {
    let house = try await house()
    try await house.schedule("x", at: house.clock.now + .minutes(1), kind: "bells.toll")
    try await house.schedule("a", at: house.clock.now + .minutes(1))
    await house.advance(by: .hours(5))
    #expect(try await house.rung() == ["a"])
    #expect(try await house.waiting() == ["x"])
    let trouble = try await house.store.read { try ScheduleTrouble.all($0) }
    #expect(trouble.map { "\($0.kind) \($0.count) \($0.error)" } == ["bells.toll 1 no room handles it"])
    house.clock.advance(by: .hours(1))
    await house.restartedScheduler(bells, kinds: ["bells.ring", "bells.toll"]).fireDue()
    #expect(try await house.rung() == ["a", "x"])
  }

  @Test("what came due while the house was down is handled together for each person, in order of time")
  func catchesUp() async throws {
    let house = try await house()
    let (start, ravi, lakshmi) = (house.clock.now, house.owner.id, house.elder.id)
    for minute in [3, 1, 2] {
      try await house.schedule("r\(minute)", at: start + .minutes(minute), for: ravi)
      try await house.schedule("l\(minute)", at: start + .minutes(minute), for: lakshmi)
    }
    await house.sleepThrough(.days(2))
    #expect(Set(bells.calls.withLock { $0 }) == [["r1", "r2", "r3"], ["l1", "l2", "l3"]])
  }

  @Test("what belongs together is not parted by the end of a batch")
  func largeGroup() async throws {
    let house = try await house()
    let (start, person) = (house.clock.now, house.owner.id)
    try await house.tenant().write { transaction in
      for number in 0..<700 {
        let isOther = number % 2 == 0
        try transaction.schedule(
          "bells.ring", subject: "\(number)", person: isOther ? nil : person, at: start + .seconds(number))
      }
    }
    await house.sleepThrough(.days(1))
    let calls = bells.calls.withLock { $0 }
    #expect(calls.filter { $0.count > 1 }.map(\.count) == [350])
    #expect(try await house.rung().count == 700)
  }

  @Test("a clock that is set back makes nothing early and nothing double; one set forward makes nothing late")
  func steppedClock() async throws {
    let house = try await house()
    let start = house.clock.now
    try await house.schedule("a", at: start + .hours(1))
    try await house.schedule("b", at: start + .hours(2))
    house.clock.set(start + .hours(1))
    await house.scheduler.fireDue()
    #expect(try await house.rung() == ["a"])
    house.clock.set(start - .days(1))
    await house.scheduler.fireDue()
    house.clock.set(start + .hours(1))
    await house.scheduler.fireDue()
    #expect(try await house.rung() == ["a"])
    house.clock.set(start + .days(365))
    await house.scheduler.fireDue()
    #expect(try await house.rung() == ["a", "b"])
  }

  @Test("ten thousand due in one second are all handled, in few commits", .timeLimit(.minutes(2)))
  func tenThousand() async throws {
    let house = try await house()
    let at = house.clock.now + .minutes(1)
    try await house.tenant().write { transaction in
      for number in 0..<10_000 {
        try transaction.schedule(
          "bells.ring", subject: "\(number)", person: PersonID("p\(number)"), at: at + .microseconds(number * 100))
      }
    }
    let before = house.store.database.statistics.committed
    let started = ContinuousClock.now
    await house.sleepThrough(.minutes(2))
    let took = ContinuousClock.now - started
    #expect(try await house.rung().count == 10_000)
    #expect(try await house.waiting() == [])
    #expect(house.store.database.statistics.committed - before <= 10_000 / 256 + 2)
    #expect(took < .seconds(60), "\(took)")
  }
}

extension SchedulerTests {
  /// Waits, without sleeping, until something holds that other threads bring about.
  private func until(_ holds: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end {
      if try await holds() { return true }
      await Task.yield()
    }
    return false
  }

  @Test("the running loop sleeps for good while nothing is scheduled, and is woken by the first item")
  func sleepsOnNothing() async throws {
    let house = try await house()
    let running = Task { await house.scheduler.run() }
    // the first look finds nothing; it waits for news, not for the clock
    _ = try await house.store.write { _ in }
    for _ in 0..<200 { await Task.yield() }
    #expect(house.clock.sleepers == 0)
    try await house.schedule("a", at: house.clock.now + .seconds(1))
    #expect(try await until { house.clock.sleepers == 1 })
    // wakes after 200 ms at the latest to ask the clock
    for _ in 0..<5 {
      #expect(try await until { house.clock.sleepers == 1 })
      house.clock.advance(by: Scheduler.step)
    }
    #expect(try await until { try await house.rung() == ["a"] })
    running.cancel()
    await running.value
  }

  @Test("the running loop wakes at the due time itself when that is nearer than a step")
  func wakesInTime() async throws {
    let house = try await house()
    try await house.schedule("a", at: house.clock.now + .milliseconds(30))
    let running = Task { await house.scheduler.run() }
    #expect(try await until { house.clock.sleepers == 1 })
    house.clock.advance(by: .milliseconds(30))
    #expect(try await until { try await house.rung() == ["a"] })
    running.cancel()
    await running.value
  }

  @Test("the running loop notices a clock that jumps over the due time within a step")
  func jumps() async throws {
    let house = try await house()
    try await house.schedule("a", at: house.clock.now + .days(30))
    let running = Task { await house.scheduler.run() }
    #expect(try await until { house.clock.sleepers == 1 })
    // the wall clock alone: no timer feels it
    house.clock.step(by: .days(31))
    house.clock.advance(by: Scheduler.step)
    #expect(try await until { try await house.rung() == ["a"] })
    running.cancel()
    await running.value
  }
}
