import Actions
import Base
import Care
import Desk
import Directory
import Energy
import Formats
import Foundation
import HTTP
import People
import Reminders
import RoomTesting
import Schedule
import Store
import Testing
import Trading
import Workflows

/// Every workflow of `Workflows/` runs to its end in a house with the real rooms, as `Fixtures/workflows/cases.yaml` says.
@Suite struct TemplateTests {
  struct Case: Sendable, CustomStringConvertible {
    let workflow: String
    let node: JSON
    var description: String { workflow + (node["also"].string.map { " (\($0))" } ?? "") }
  }

  static let rooms = [Reminders.room, Care.room, Desk.room, DirectoryRoom.room, EnergyRoom.room, Trading.room]
  static let library = Result<WorkflowLibrary, any Error> {
    let folder = RoomHarness.share + "/Workflows"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(".yaml") }
    let known = try ActionRegistry(([Workflows.room] + rooms).flatMap(\.actions)).entries.keys
    return try WorkflowLibrary(
      files.map { file in
        let source = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
        let definition = try WorkflowDefinition(source: source, file: file)
        #expect(definition.name + ".yaml" == file)
        return (definition, file)
      }, in: .init(actions: Set(known)))
  }
  static let cases: [Case] = {
    let path = RoomHarness.share + "/Fixtures/workflows/cases.yaml"
    let all = (try? YAML.load(path: path).json)?.array ?? []
    return all.map { Case(workflow: $0["workflow"].string ?? "", node: $0) }
  }()

  @Test func everyTemplateHasACase() throws {
    let names = try Self.library.get().all.map(\.name)
    #expect(names.count >= 30)
    #expect(Set(Self.cases.map(\.workflow)) == Set(names))
  }

  @Test(arguments: cases) func runs(_ one: Case) async throws {
    let house = try await WorkflowHouse(try Self.library.get(), rooms: Self.rooms)
    house.web.answers(one.node["web"].object ?? [:])
    for call in one.node["before"].array ?? [] {
      try await house.harness.run(call["action"].string ?? "", call["with"].object ?? [:])
    }
    _ = house.harness.told()
    let run = try await house.start(one.workflow, one.node["inputs"].object ?? [:])
    let shown = try await goOn(house, run, one)
    let failed =
      shown["steps"].array?.filter { $0["state"] == "failed" }.map { $0.text() }.joined(separator: "\n") ?? ""
    #expect(shown["state"].string == one.node["state"].string ?? "done", "\(shown["error"].text()) \(failed)")
    if !one.node["result"].isNull { #expect(shown["result"] == one.node["result"]) }
    let told = house.harness.told().map(\.text)
    for words in one.node["tells"].array ?? [] {
      #expect(told.contains { $0.contains(words.string ?? "?") }, "\(told)")
    }
    let calls = house.web.calls.map { $0.method + " " + $0.url }
    for call in one.node["calls"].array ?? [] {
      #expect(calls.contains { $0.hasSuffix(call.string ?? "?") }, "\(calls)")
    }
    if let count = one.node["call_count"].int { #expect(calls.count == count, "\(calls)") }
    for name in one.node["skipped"].array ?? [] {
      #expect(shown["steps"].array?.contains { $0["step"] == name && $0["state"] == "skipped" } == true)
    }
  }

  /// Answers what is asked, says what is waited for, and lets time go to the next thing that is due.
  private func goOn(_ house: WorkflowHouse, _ run: String, _ one: Case) async throws -> JSON {
    var signals = one.node["signals"].object ?? [:]
    var shown = try await house.show(run)
    for _ in 0..<60 where shown["state"] == "running" {
      var wasAnswered = false
      let waiting = shown["steps"].array?.filter { $0["state"] == "waiting" } ?? []
      if one.node["silent"] != true {
        for step in waiting {
          let answer: JSONObject = [
            "run": .string(run), "step": step["step"], "yes": .bool(one.node["no"] != true),
          ]
          if (try? await house.harness.run("workflow.decide", answer)) != nil { wasAnswered = true }
        }
      }
      if !wasAnswered, let (signal, data) = signals.members.first.map({ ($0.key, $0.value) }) {
        let step = (one.node["at"].object ?? [:])[signal]
        if step == nil || waiting.contains(where: { $0["step"] == step }) {
          signals[signal] = nil
          wasAnswered = true
          try await house.harness.run(
            "workflow.signal", ["run": .string(run), "signal": .string(signal), "data": data])
        }
      }
      let next = shown["steps"].array?.compactMap { $0["until"].string.flatMap { Instant(iso8601: $0) } }
        .filter { $0 > house.harness.clock.now }.min()
      if !wasAnswered, let next {
        house.harness.clock.set(next)
        await house.harness.scheduler.fireDue()
      }
      await house.engine.drain()
      shown = try await house.show(run)
    }
    return shown
  }
}
