import Benchmarking
import Formats
import HTTP
import Testing

extension AcceptanceTests {
  /// A workflow that is begun in a chat, as whoever began it sees it there.
  @Suite("A workflow is watched in chat", .timeLimit(.minutes(3)))
  struct WatchingTests {
    @Test("one message shows how far it has come, over a kill too; its buttons hold, resume and end it")
    func watching() async throws {
      let telegram = try TelegramStandIn()
      let porch = try Porch(telegram: telegram, environment: ["THINNAI_OWNER_NAME": "Meena"])
      // only the owner keeps workflows
      let bound = try await porch.run("people", "bind", "Meena", "--telegram", "555")
      try #require(bound.code == 0, "\(bound)")
      try await porch.start()
      var update = 1
      func deliver(_ json: (Int) -> JSON) async throws {
        update += 1
        _ = try await porch.deliver(json(update))
      }
      func press(_ label: String) async throws {
        let found = await eventually(15) { button(label) != nil }
        try #require(found, "\(label): \(telegram.screen(of: 555))")
        let data = button(label) ?? ""
        try await deliver { Telegram.press(data, from: 555, update: $0) }
      }
      func button(_ label: String) -> String? {
        telegram.screen(of: 555).flatMap(\.buttons).last { $0.label == label }?.data
      }
      func progress() -> [String] {
        telegram.screen(of: 555).map(\.text).filter { $0.contains("✓") || $0.contains("○") }
      }
      try await deliver {
        Telegram.text(
          "make a workflow that adds a task to call the engineer, then waits 2 days, then adds a task to pay the bill",
          from: 555, update: $0)
      }
      try await press("Do it now")
      let isShown = await eventually(15) { progress().count == 1 }
      #expect(isShown, "\(telegram.screen(of: 555))")
      #expect(progress().first?.contains("✓ task add") == true, "\(progress())")
      try await press("Pause")
      let isHeld = await eventually(15) { progress().first?.contains("held") == true }
      #expect(isHeld, "\(progress())")
      await porch.kill()
      try await porch.start()
      try await press("Go on")
      let isOn = await eventually(15) { progress().first?.contains("under way") == true }
      #expect(isOn, "\(progress())")
      try await press("Stop")
      let isOver = await eventually(15) { progress().first?.contains("ended") == true }
      #expect(isOver && progress().count == 1, "\(telegram.screen(of: 555))")
      try await porch.settles()
      let edits = telegram.calls.filter { $0.method == "editMessageText" && $0.isAccepted }
      #expect(edits.count >= 3 && Set(edits.map { $0.parameters["message_id"].text() }).count == 1)
      #expect(await porch.stop() == 0)
    }
  }
}
