import Base
import Benchmarking
import Formats
import Foundation
import Store
import Testing

/// A wall clock for the program that is moved by hand; timers of elapsed time go on.
struct MovedClock: Sendable {
  private static let library = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
    .first { FileManager.default.isReadableFile(atPath: $0) }
  static var isThere: Bool { library != nil }

  private let file: String
  let wrapper: [String]

  init(_ folder: String) throws {
    file = folder + "/clock"
    wrapper = [
      "/usr/bin/env", "LD_PRELOAD=" + (Self.library ?? ""), "FAKETIME_TIMESTAMP_FILE=" + file, "FAKETIME_NO_CACHE=1",
      "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ]
    try set(ahead: 0)
  }

  func set(ahead seconds: Int) throws {
    // in one step: the program reads it all the time
    try "+\(seconds)\n".write(toFile: file, atomically: true, encoding: .utf8)
  }
}

extension AcceptanceTests {
  @Suite(
    "A call for help, and the power goes", .enabled(if: MovedClock.isThere, "apt-get install faketime"),
    .timeLimit(.minutes(10)))
  struct EmergencyTests {
    private static let (elder, relatives) = (42, [43, 44])
    /// Milliseconds from the delivery, and from the answers, to the kill.
    private static let moments = Porch.isLong ? [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 30, 50] : [0, 2, 5, 12]

    private func porch(_ telegram: TelegramStandIn) async throws -> Porch {
      let porch = try Porch(telegram: telegram)
      for arguments in [
        ["people", "add", "Lakshmi", "--persona", "elder", "--telegram", "42", "--language", "en"],
        ["people", "add", "Ravi", "--persona", "founder", "--telegram", "43"],
        ["people", "add", "Priya", "--persona", "founder", "--telegram", "44"],
        ["people", "link", "Lakshmi", "Ravi"], ["people", "link", "Lakshmi", "Priya"],
      ] {
        let ran = try await porch.run(arguments)
        #expect(ran.code == 0, "\(ran)")
      }
      return porch
    }

    private func start(_ porch: Porch, _ clock: MovedClock) async throws {
      try await porch.start(under: clock.wrapper)
    }

    private func told(_ telegram: TelegramStandIn, _ words: String) -> Bool {
      Self.relatives.allSatisfy { chat in telegram.sent(to: chat).contains { $0.text.contains(words) } }
    }

    @Test("killed within milliseconds: all are told at once, the ladder goes on, and one wins", arguments: moments)
    func killed(after milliseconds: Int) async throws {
      let telegram = try TelegramStandIn()
      let porch = try await porch(telegram)
      let clock = try MovedClock(porch.folder)
      try await start(porch, clock)
      // raised, and killed
      let call = TelegramCourier(porch, seed: 1)
      async let raised = call.deliver([[Telegram.text("I fell down, help!", from: Self.elder, update: 1)]], seconds: 60)
      try await Task.sleep(for: .milliseconds(milliseconds))
      await porch.kill()
      try await start(porch, clock)
      let ready = Stopwatch.now
      #expect(await eventually(20) { told(telegram, "needs help") }, "\(telegram.sent.map(\.text))")
      #expect(Stopwatch.now - ready < 5, "level 1 left after \(Stopwatch.now - ready) s")
      #expect(await raised == 0)
      #expect(try await porch.rows("SELECT count(*) FROM alerts") { $0.integer(0) } == [1])

      // nobody answers: killed again, and the next step is taken at its time
      await porch.kill()
      try await start(porch, clock)
      #expect(!told(telegram, "Nobody has answered"))
      try clock.set(ahead: 330)
      #expect(await eventually(10) { told(telegram, "Nobody has answered") }, "the ladder stands still")

      // both answer in the same moment, and it is killed in the middle of that
      let presses = try Self.relatives.enumerated().map { index, chat in
        let page = try #require(telegram.sent(to: chat).last { $0.text.contains("Nobody has answered") })
        let data = page.parameters["reply_markup"]["inline_keyboard"][0][0]["callback_data"].string
        return [Telegram.press(try #require(data), from: chat, update: 10 + index)]
      }
      let answers = TelegramCourier(porch, seed: 2)
      async let pressed = answers.deliver(presses, seconds: 60)
      try await Task.sleep(for: .milliseconds(milliseconds))
      await porch.kill()
      try await start(porch, clock)
      #expect(await pressed == 0)
      func count(_ words: String) -> Int {
        Self.relatives.count { chat in telegram.sent(to: chat).contains { $0.text.contains(words) } }
      }
      #expect(
        await eventually(10) { count("You are on it") == 1 && count("is already on it") == 1 },
        "\(telegram.sent.map(\.text))")
      #expect(await eventually(10) { telegram.sent(to: Self.elder).contains { $0.text.contains("is on it") } })
      let taken = try await porch.rows("SELECT count(*) FROM alert_steps WHERE what = 'taken'") { $0.integer(0) }
      #expect(taken == [1], "one winner")
      #expect(await porch.stop() == 0)
      let left = try await porch.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") { $0.integer(0) }
      #expect(left == [0])
    }
  }
}
