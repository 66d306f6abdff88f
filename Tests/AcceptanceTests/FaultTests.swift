import Base
import Benchmarking
import Formats
import Foundation
import Glibc
import Store
import Testing

/// `serve` under strace, which ends it or breaks a system call at the n-th time that it is made.
struct Injection: Sendable, CustomTestStringConvertible {
  let call: String
  let number: Int
  /// `signal=KILL`, or `error=EIO`.
  var what = "signal=KILL"
  /// Up to this time, for errors that end by themselves.
  var through: Int?
  var testDescription: String { "\(what) at \(call) \(number)" }

  static let program = "/usr/bin/strace"
  /// Whether this machine lets one process trace another.
  static let isPossible: Bool = {
    guard access(program, X_OK) == 0 else { return false }
    let child = try? ChildProcess(program, ["-o", "/dev/null", "/bin/true"], environment: ["PATH": "/usr/bin:/bin"])
    return child?.wait(seconds: 10) == 0
  }()

  var wrapper: [String] {
    let range = through.map { "\(number)..\($0)" } ?? "\(number)"
    return [
      Self.program, "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):\(what):when=\(range)",
    ]
  }

  /// Some in every run, a spread of them in a long one.
  static let kills: [Injection] = {
    let numbers: [String: [Int]] =
      Porch.isLong
      ? [
        "fdatasync": [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30],
        "pwrite64": [1, 3, 6, 10, 15, 22, 30, 40, 55, 70, 90, 110, 140, 170],
        "sendto": [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30],
      ] : ["fdatasync": [3, 9], "pwrite64": [25, 60], "sendto": [2, 7]]
    return numbers.sorted { $0.key < $1.key }.flatMap { call, numbers in
      numbers.map { Injection(call: call, number: $0) }
    }
  }()
}

extension AcceptanceTests {
  @Suite(
    "Faults at a system call", .enabled(if: Injection.isPossible, "strace is not installed or may not trace"),
    .timeLimit(.minutes(20)))
  struct FaultTests {
    private static let chats = 3
    private static let total = 24
    private static let firstChat = 820_001

    private static func amount(_ index: Int) -> Int { 2_001 + index }

    /// A house whose chats are known.
    private func porch(_ telegram: TelegramStandIn) async throws -> Porch {
      let porch = try Porch(telegram: telegram)
      for chat in 0..<Self.chats {
        let ran = try await porch.run(
          "people", "add", "Person \(chat)", "--persona", "founder", "--language", "en", "--zone", "Asia/Kolkata",
          "--telegram", String(Self.firstChat + chat))
        try #require(ran.code == 0, "\(ran)")
      }
      return porch
    }

    private var queues: [[JSON]] {
      (0..<Self.chats).map { chat in
        stride(from: chat, to: Self.total, by: Self.chats).map { index in
          Telegram.text(
            "add expense \(Self.amount(index)) rupees for tea", from: Self.firstChat + chat, update: 60_000 + index)
        }
      }
    }

    /// Delivers everything; whenever the house has ended it is started again, without a fault.
    ///
    /// - Returns: how often it ended.
    private func deliver(to porch: Porch, _ courier: TelegramCourier) async throws -> Int {
      async let undelivered = courier.deliver(queues, seconds: 120)
      var ends = 0
      let end = Stopwatch.now + 130
      while Stopwatch.now < end, courier.deliveredCount < Self.total || porch.process?.isRunning != true {
        if porch.process?.isRunning != true {
          ends += 1
          try await porch.start()
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(await undelivered == 0, "refusals: \(courier.refusals)")
      return ends
    }

    private func answers(_ telegram: TelegramStandIn, chat: Int) -> [Int] {
      telegram.sent(to: Self.firstChat + chat).compactMap { call in
        Int(call.text.drop { $0 != "₹" }.dropFirst().prefix { $0.isNumber || $0 == "," }.filter { $0 != "," })
      }
    }

    /// Everything was answered in order and happened once; what came twice is marked.
    private func check(_ porch: Porch, _ telegram: TelegramStandIn, ends: Int, _ label: String) async throws {
      let wanted = (0..<Self.chats).map { chat in
        stride(from: chat, to: Self.total, by: Self.chats).map { Self.amount($0) }
      }
      await eventually(60) {
        (0..<Self.chats).allSatisfy { Set(answers(telegram, chat: $0)).count == wanted[$0].count }
      }
      // Whatever would still come, comes.
      try await porch.settles(60)
      await stop(porch)
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { $0.text(0) }
      for chat in 0..<Self.chats {
        var seen: Set<Int> = []
        var twice: [Int] = []
        let firsts = answers(telegram, chat: chat).filter { amount in
          if seen.insert(amount).inserted { return true }
          twice.append(amount)
          return false
        }
        #expect(firsts == wanted[chat], "\(label): chat \(chat)")
        #expect(twice.count <= ends, "\(label): \(twice) came twice")
        for amount in twice {
          let text = "2,\(String(amount).dropFirst())"
          #expect(uncertain.contains { $0.contains(text) }, "\(label): \(amount) came twice and is not marked")
        }
      }
      let rows = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") { $0.integer(0) }
      #expect(rows == (0..<Self.total).map { Self.amount($0) * 100 }, "\(label)")
      let open = try await porch.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") { $0.integer(0) }
      #expect(open == [0], "\(label)")
      #expect(try await SQLiteDatabase.findings(porch.home + "/thinnai.db").isEmpty, "\(label)")
    }

    /// What strace runs is its child; a signal to strace would only let it go.
    private func stop(_ porch: Porch) async {
      guard let child = porch.process else { return }
      let children = (try? String(contentsOfFile: "/proc/\(child.id)/task/\(child.id)/children", encoding: .utf8)) ?? ""
      guard let traced = children.split(separator: " ").first.flatMap({ pid_t($0) }) else {
        await porch.stop()
        return
      }
      kill(traced, SIGTERM)
      _ = await child.waitAside(seconds: 30)
    }

    @Test("killed at a system call, it loses and doubles nothing", arguments: Injection.kills)
    func killed(at injection: Injection) async throws {
      let telegram = try TelegramStandIn(seed: UInt64(injection.number))
      let porch = try await porch(telegram)
      try await porch.launch(under: injection.wrapper)
      let courier = TelegramCourier(porch, seed: UInt64(injection.number))
      let ends = try await deliver(to: porch, courier)
      try await check(porch, telegram, ends: ends, injection.testDescription)
    }

    /// The second sync is that of the folder in which the log was made, and SQLite itself overlooks its failure.
    @Test("a failed sync stops the house with a clear line, and the next start is whole", arguments: [1, 3, 8])
    func failedSync(number: Int) async throws {
      let telegram = try TelegramStandIn(seed: UInt64(number))
      let porch = try await porch(telegram)
      let injection = Injection(call: "fdatasync", number: number, what: "error=EIO")
      let child = try await porch.launch(under: injection.wrapper)
      let courier = TelegramCourier(porch, seed: UInt64(number))
      async let undelivered = courier.deliver(queues, seconds: 120)
      let code = await child.waitAside(seconds: 60)
      #expect(code != nil && code != 0, "it went on after a failed sync")
      #expect((porch.log + porch.greeting).contains("The disk failed while saving"), "\(porch.log.suffix(1_000))")
      try await porch.start()
      #expect(await undelivered == 0)
      try await check(porch, telegram, ends: 1, injection.testDescription)
    }

    @Test("no room for a while: refused with 503, then all goes on without a start")
    func noRoom() async throws {
      let telegram = try TelegramStandIn(seed: 9)
      let porch = try await porch(telegram)
      let injection = Injection(call: "pwrite64", number: 40, what: "error=ENOSPC", through: 60)
      let child = try await porch.launch(under: injection.wrapper)
      let courier = TelegramCourier(porch, seed: 9)
      #expect(await courier.deliver(queues, seconds: 120) == 0)
      #expect(child.isRunning, "\(porch.log.suffix(1_000))")
      #expect(courier.refusals.keys.allSatisfy { [0, 503].contains($0) }, "\(courier.refusals)")
      try await check(porch, telegram, ends: 0, injection.testDescription)
    }
  }
}
