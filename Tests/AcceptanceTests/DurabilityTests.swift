import Base
import Benchmarking
import Formats
import Store
import Testing

extension DoorstepTests {
  /// P1 to P5 as the platform sees them, with the process killed at random moments.
  @Suite("Nothing accepted is lost", .timeLimit(.minutes(10)))
  struct DurabilityTests {
    static let chats = 8
    static let firstChat = 810_001

    /// The number that an expense's answer names.
    private static func amount(_ text: String) -> Int? {
      var digits = ""
      for character in text {
        if character.isASCII, character.isNumber {
          digits.append(character)
        } else if character != "," || digits.isEmpty {
          if !digits.isEmpty { break }
        }
      }
      return Int(digits)
    }

    private static func people(_ porch: Porch, count: Int) async throws {
      for index in 0..<count {
        let ran = try await porch.run(
          "people", "add", "Person \(index)", "--persona", "founder", "--language", "en", "--zone", "Asia/Kolkata",
          "--telegram", String(firstChat + index))
        try #require(ran.code == 0, "\(ran)")
      }
    }

    @Test("messages, with the process killed at random moments")
    func messages() async throws {
      let (total, kills) = Porch.isLong ? (6_000, 30) : (2_000, 14)
      let seed: UInt64 = Porch.isLong ? SystemRandom().next() : 11
      let random = SeededRandom(seed: seed)
      let telegram = try TelegramStandIn(seed: seed)
      // The pacing is lifted: this test is about loss, not about patience.
      let porch = try Porch(telegram: telegram)
      try await Self.people(porch, count: Self.chats)
      try await porch.start()
      var queues: [[JSON]] = Array(repeating: [], count: Self.chats)
      for index in 0..<total {
        let chat = random.below(Self.chats)
        queues[chat].append(
          Telegram.text(
            "add expense \(1_001 + index) rupees for tea", from: Self.firstChat + chat, update: 70_000 + index))
      }
      let courier = TelegramCourier(porch, seed: seed)
      async let undelivered = courier.deliver(queues, seconds: 400)
      var outages: [(from: Double, to: Double)] = []
      for kill in 1...kills {
        // Spread over the deliveries, at no particular moment of any.
        let share = total * kill / (kills + 1)
        await eventually(240) { courier.deliveredCount >= share }
        try await Task.sleep(for: .microseconds(random.below(30_000)))
        let from = Stopwatch.now
        await porch.kill()
        outages.append((from, Stopwatch.now))
        try await porch.start()
      }
      #expect(await undelivered == 0, "seed \(seed), refusals \(courier.refusals)")
      await eventually(120) { Set(telegram.sent.compactMap { Self.amount($0.text) }).count >= total }
      // Whatever would still come, comes.
      try await porch.settles(60)
      let stopped = await porch.stop()
      #expect(stopped == 0)

      /// When each copy of a doubled answer reached the platform.
      var doubled: [Int: [Double]] = [:]
      for chat in 0..<Self.chats {
        let wanted = (0..<total).map { $0 + 1_001 }.filter { amount in
          queues[chat].contains { $0["update_id"].int == 70_000 + amount - 1_001 }
        }
        var copies: [Int: [Double]] = [:]
        var firsts: [Int] = []
        for call in telegram.sent(to: Self.firstChat + chat) {
          guard let amount = Self.amount(call.text) else { continue }
          if copies[amount] == nil { firsts.append(amount) }
          copies[amount, default: []].append(call.at)
        }
        #expect(firsts == wanted, "seed \(seed): chat \(chat) lost some, or got them out of order")
        doubled.merge(copies.filter { $0.value.count > 1 }) { a, _ in a }
      }
      let rows = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") { $0.integer(0) }
      #expect(rows == (0..<total).map { ($0 + 1_001) * 100 }, "seed \(seed): an effect is missing or doubled")

      // A doubled answer is one whose outcome nobody could know: accepted, then killed before that was on disk; it is
      // marked. A chat has one send in flight, so a kill doubles one answer a chat at most.
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { row in
        (try? JSON.parse(Array(row.text(0).utf8)))?["text"]["text"].string ?? ""
      }
      let marked = Set(uncertain.compactMap(Self.amount))
      var perKill = Array(repeating: 0, count: kills)
      for (amount, copies) in doubled {
        #expect(marked.contains(amount), "seed \(seed): \(amount) was doubled and is not marked")
        for (first, second) in zip(copies, copies.dropFirst()) {
          let between = outages.indices.filter { outages[$0].to > first && outages[$0].from < second }
          #expect(!between.isEmpty, "seed \(seed): \(amount) was doubled without a kill")
          if let kill = between.last { perKill[kill] += 1 }
        }
      }
      #expect(perKill.allSatisfy { $0 <= Self.chats }, "seed \(seed): more doubled than were in flight: \(perKill)")
      #expect(courier.repeatedCount > 0)
      let waiting = try await porch.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") { $0.integer(0) }
      #expect(waiting == [0])
    }

    @Test("messages, while the platform has a bad day")
    func badDay() async throws {
      let total = Porch.isLong ? 600 : 120
      let telegram = try TelegramStandIn(seed: 5)
      telegram.fates.set { faults in
        faults.rateLimited = 3
        faults.serverErrors = 4
        faults.droppedBefore = 2
        faults.droppedAfter = 2
        faults.slow = 3
      }
      let porch = try Porch(telegram: telegram)
      try await Self.people(porch, count: Self.chats)
      try await porch.start()
      var queues: [[JSON]] = Array(repeating: [], count: Self.chats)
      for index in 0..<total {
        queues[index % Self.chats].append(
          Telegram.text(
            "add expense \(1_001 + index) rupees for tea", from: Self.firstChat + index % Self.chats,
            update: 70_000 + index))
      }
      let courier = TelegramCourier(porch, seed: 5)
      #expect(await courier.deliver(queues, seconds: 120) == 0)
      await eventually(240) { Set(telegram.sent.compactMap { Self.amount($0.text) }).count >= total }
      await porch.stop()
      for chat in 0..<Self.chats {
        var seen: Set<Int> = []
        let firsts = telegram.sent(to: Self.firstChat + chat).compactMap { Self.amount($0.text) }
          .filter { seen.insert($0).inserted }
        #expect(firsts == stride(from: chat, to: total, by: Self.chats).map { $0 + 1_001 }, "chat \(chat)")
      }
      // Told 429, the door waits as long as it was told before it writes to that chat again.
      let calls = telegram.calls
      for call in calls where call.status == 429 {
        if let next = calls.first(where: { $0.number > call.number && $0.chat == call.chat && $0.method == call.method }
        ) {
          #expect(next.at - call.at >= 0.95, "a chat was written to before retry_after was over")
        }
      }
      let rows = try await porch.rows("SELECT count(*) FROM desk_expenses") { $0.integer(0) }
      #expect(rows == [total])
    }

    @Test("reminders, across kills")
    func reminders() async throws {
      let (total, kills) = Porch.isLong ? (120, 8) : (24, 3)
      let telegram = try TelegramStandIn(seed: 3)
      let porch = try Porch(telegram: telegram)
      try await Self.people(porch, count: Self.chats)
      try await porch.start()
      let random = SeededRandom(seed: 3)
      var queues: [[JSON]] = Array(repeating: [], count: Self.chats)
      // Due some seconds after each was asked for; some of them while the house is down.
      for index in 0..<total {
        queues[index % Self.chats].append(
          Telegram.text(
            "remind me in \(12 + index * 8 / total) seconds to check valve \(61 + index) in the hall",
            from: Self.firstChat + index % Self.chats, update: 90_000 + index))
      }
      let courier = TelegramCourier(porch, seed: 3)
      #expect(await courier.deliver(queues, seconds: 120) == 0)
      /// What the house said first; "Okay, …" answers the asking.
      func told() -> [String] { telegram.sent.map(\.text).filter { !$0.hasPrefix("Okay") } }
      func toldNames() -> Int {
        let words = told().joined(separator: " ")
        return (0..<total).count { words.contains("valve \(61 + $0) ") }
      }
      #expect(
        await eventually(60) { telegram.sent.count { $0.text.hasPrefix("Okay") } >= total },
        "not all reminders were confirmed")
      for kill in 0..<kills {
        // Spread over the firing, by what was told and not by the clock.
        await eventually(60) { toldNames() >= total * kill / (kills + 1) }
        try await Task.sleep(for: .milliseconds(random.below(400)))
        await porch.kill()
        try await Task.sleep(for: .milliseconds(random.below(1_500)))
        try await porch.start()
      }
      #expect(await eventually(90) { toldNames() == total }, "some were never told")
      // Whatever would still come, comes.
      try await porch.settles(60)
      await porch.stop()
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { $0.text(0) }
      for index in 0..<total {
        let name = "valve \(61 + index) "
        let times = told().count { $0.contains(name) }
        let isMarked = uncertain.contains { $0.contains(name) }
        #expect(times == 1 || times > 1 && times <= 1 + kills && isMarked, "\(name)was told \(times) times")
      }
      // Each due time has one row, whatever was down when it came.
      let fires = try await porch.rows("SELECT count(*), count(DISTINCT reminder) FROM reminder_fires") {
        [$0.integer(0), $0.integer(1)]
      }
      #expect(fires == [[total, total]])
    }
  }
}
