import Base
import Benchmarking
import Formats
import Store
import Testing

extension AcceptanceTests {
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
      let (total, kills) = Porch.isLong ? (2_000, 14) : (400, 4)
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
      var killedAt: [Double] = []
      for kill in 1...kills {
        // Spread over the deliveries, at no particular moment of any.
        let share = total * kill / (kills + 1)
        await eventually(120) { courier.deliveredCount >= share }
        try await Task.sleep(for: .microseconds(random.below(30_000)))
        killedAt.append(Stopwatch.now)
        await porch.kill()
        try await porch.start()
      }
      #expect(await undelivered == 0, "seed \(seed), refusals \(courier.refusals)")
      await eventually(120) { Set(telegram.sent.compactMap { Self.amount($0.text) }).count >= total }
      // Whatever would still come, comes.
      try await Task.sleep(for: .milliseconds(500))
      let stopped = await porch.stop()
      #expect(stopped == 0)

      var doubled: Set<Int> = []
      for chat in 0..<Self.chats {
        let wanted = (0..<total).map { $0 + 1_001 }.filter { amount in
          queues[chat].contains { $0["update_id"].int == 70_000 + amount - 1_001 }
        }
        let answers = telegram.sent(to: Self.firstChat + chat).compactMap { Self.amount($0.text) }
        var seen: Set<Int> = []
        let firsts = answers.filter { seen.insert($0).inserted }
        #expect(firsts == wanted, "seed \(seed): chat \(chat) lost some, or got them out of order")
        var twice: Set<Int> = []
        doubled.formUnion(answers.filter { !twice.insert($0).inserted })
      }
      let rows = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") { $0.integer(0) }
      #expect(rows == (0..<total).map { ($0 + 1_001) * 100 }, "seed \(seed): an effect is missing or doubled")

      // A doubled answer is one whose outcome nobody could know: accepted just before a kill, and marked.
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { row in
        (try? JSON.parse(Array(row.text(0).utf8)))?["text"]["text"].string ?? ""
      }
      let marked = Set(uncertain.compactMap(Self.amount))
      #expect(doubled.isSubset(of: marked), "seed \(seed): doubled without a mark: \(doubled.subtracting(marked))")
      for amount in doubled {
        let first = telegram.sent.first { Self.amount($0.text) == amount }?.at ?? 0
        #expect(
          killedAt.contains { $0 >= first && $0 - first < 1 }, "seed \(seed): \(amount) was doubled without a kill")
      }
      #expect(doubled.count <= kills * Self.chats, "seed \(seed): more answers doubled than could be in flight")
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
      let began = Stopwatch.now
      var queues: [[JSON]] = Array(repeating: [], count: Self.chats)
      // Due 12 to 20 seconds from now, when all have been made; some of them while the house is down.
      for index in 0..<total {
        queues[index % Self.chats].append(
          Telegram.text(
            "remind me in \(12 + index * 8 / total) seconds to check valve \(61 + index) in the hall",
            from: Self.firstChat + index % Self.chats, update: 90_000 + index))
      }
      let courier = TelegramCourier(porch, seed: 3)
      #expect(await courier.deliver(queues, seconds: 60) == 0)
      #expect(await eventually(10) { telegram.sentCount >= total }, "not all reminders were confirmed")
      let confirmed = telegram.sent.count
      try #require(Stopwatch.now - began < 11, "making the reminders took too long to test anything")
      for kill in 0..<kills {
        let at = 12.0 + 9.0 * Double(kill) / Double(kills)
        try await Task.sleep(for: .seconds(max(0, began + at - Stopwatch.now) + Double(random.below(400)) / 1_000))
        await porch.kill()
        try await Task.sleep(for: .milliseconds(random.below(900)))
        try await porch.start()
      }
      func fired() -> [String] { telegram.sent.dropFirst(confirmed).map(\.text) }
      await eventually(40) {
        let words = fired().joined(separator: " ")
        return (0..<total).allSatisfy { words.contains("valve \(61 + $0)") }
      }
      try await Task.sleep(for: .milliseconds(700))
      await porch.stop()
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { $0.text(0) }
      for index in 0..<total {
        let name = "valve \(61 + index)"
        let times = fired().count { $0.contains(name) }
        let isMarked = uncertain.contains { $0.contains(name) }
        #expect(times == 1 || times == 2 && isMarked, "\(name) was told \(times) times")
      }
    }
  }
}
