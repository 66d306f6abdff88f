import Actions
import Base
import Events
import Formats
import Foundation
import People
import RoomTesting
import Store
import Testing
import Text
import Understanding
import Workflows

/// A goal in words becomes a workflow, as `Fixtures/workflows/goals.yaml` says.
@Suite struct PlanTests {
  struct Goal: Sendable, CustomStringConvertible {
    let node: JSON
    var text: String { node["goal"].string ?? "" }
    var description: String { text }
  }

  static let goals: [Goal] = {
    let path = RoomHarness.share + "/Fixtures/workflows/goals.yaml"
    return ((try? YAML.load(path: path).json)?.array ?? []).map(Goal.init)
  }()

  static func house() async throws -> WorkflowHouse {
    let house = try await WorkflowHouse(try TemplateTests.library.get(), rooms: TemplateTests.rooms)
    let understanding = try await TrainedUnderstanding.shared()
    let folder = RoomHarness.share
    func files(_ name: String) throws -> [YAMLNode] {
      try FileManager.default.contentsOfDirectory(atPath: folder + "/" + name).filter { $0.hasSuffix(".yaml") }.sorted()
        .map { try YAML.load(path: folder + "/" + name + "/" + $0) }
    }
    let runner = house.harness.runner
    house.harness.services.register(
      GoalPlanner(
        words: try GoalWords(files("Workflows/words")), registry: runner.registry,
        schemas: try RoomHarness.eventSchemas.get(), points: nil,
        read: { text, person in
          await understanding.understand(
            UnderstandingRequest(
              text: text, now: house.harness.clock.now, zone: person.zone,
              languages: [person.language] + person.language.fallbacks, names: ["Amma"], tenant: person.tenant))
        },
        value: { text, kind, context in
          understanding.read(
            text, as: kind, UnderstandingRequest(text: text, now: context.now, zone: context.zone))
        }))
    return house
  }

  @Test(arguments: goals) func becomes(_ goal: Goal) async throws {
    let house = try await Self.house()
    let plan = try await house.harness.run("workflow.plan", ["goal": .string(goal.text)]).data
    let open = plan["problems"].array?.compactMap { $0["words"].string } ?? []
    #expect(open == goal.node["open"].array?.compactMap(\.string) ?? [], "\(plan.text())")
    #expect(plan["feasible"].bool == open.isEmpty)
    let steps = (plan["steps"].array ?? []).map { $0["action"].string ?? $0["kind"].string ?? "" }
    #expect(steps == goal.node["steps"].array?.compactMap(\.string) ?? [], "\(plan.text())")
    if !goal.node["starts"].isNull { #expect(plan["starts"].array == [goal.node["starts"]]) }
    guard let source = plan["source"].string else { return }
    _ = try WorkflowDefinition(source: source, file: "plan")
    if let conditions = goal.node["conditions"].array {
      let found = try YAML.parse(source, file: "plan")["steps"]?.sequence().map { $0["when"]?.string ?? "" }
      #expect(found == conditions.map { $0.string ?? "" })
    }
    if goal.node["runs"] == true { try await runs(source, goal, house) }
  }

  private func runs(_ source: String, _ goal: Goal, _ house: WorkflowHouse) async throws {
    _ = house.harness.told()
    let kept = try await house.harness.run("workflow.keep", ["source": .string(source), "run": true])
    await house.engine.drain()
    let run = try #require(kept.data["run"].string)
    for _ in 0..<8 where try await house.state(run) == "running" {
      for step in try await house.show(run)["steps"].array ?? [] where step["state"] == "waiting" {
        _ = try? await house.harness.run(
          "workflow.decide", ["run": .string(run), "step": step["step"], "yes": true])
      }
      await house.advance(by: .days(1))
    }
    #expect(try await house.state(run) == "done")
    let told = house.harness.told().map(\.text)
    for words in goal.node["tells"].array ?? [] {
      #expect(told.contains { $0.contains(words.string ?? "?") }, "\(told)")
    }
  }

  /// Which appointment it is, is looked up when the workflow runs.
  @Test func countsBackFromWhatIsLookedUp() async throws {
    let house = try await Self.house()
    let starts = house.harness.clock.now + .days(2)
    _ = try await house.harness.run("appointment.add", ["title": "Dentist", "starts": .string(starts.description)])
    let plan = try await house.harness.run(
      "workflow.plan", ["goal": "remind me an hour before the appointment to take the file"]
    ).data
    _ = try await house.harness.run("workflow.keep", ["source": plan["source"], "run": true])
    await house.engine.drain()
    let reminders = try await house.harness.run("reminder.list").data
    #expect(
      reminders.array?.map { [$0["text"], $0["next"]] } == [
        ["take the file", .string((starts - .hours(1)).description)]
      ],
      "\(reminders.text()) \(plan.text())")
  }

  @Test func nobodyElseKeepsWhatBeginsAsTheOwner() async throws {
    let house = try await Self.house()
    let source = "workflow: mine\nsteps:\n  - tell: hello\n"
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.keep", ["source": .string(source)], as: house.harness.elder)
    }
  }

  @Test func aTokenKeepsNoMoreThanItMay() async throws {
    let house = try await Self.house()
    let sources = [
      "workflow: mine\nsteps:\n  - {action: trade.buy, with: {symbol: INFY, quantity: 1}}\n",
      "workflow: mine\nstart: [{every: FREQ=DAILY}]\nsteps:\n  - {tell: hello}\n",
      "workflow: mine\nsteps:\n  - {workflow: refund}\n",
      "workflow: mine\nsteps:\n  - {tell: hello, compensate: {action: trade.buy}}\n",
    ]
    var authority = ActionContext.Authority(scopes: ["read", "write"])
    authority.isApproved = true
    let owner = house.harness.owner
    let context = house.harness.context(owner, door: "rest", authority: authority)
    for source in sources {
      await #expect(throws: ActionError.self, "\(source)") {
        try await house.harness.runner.run(ActionCall("workflow.keep", ["source": .string(source)]), in: context)
      }
    }
    let plain = "workflow: mine\nsteps:\n  - {tell: hello}\n"
    _ = try await house.harness.runner.run(ActionCall("workflow.keep", ["source": .string(plain)]), in: context)
    // nor does it put words of its own where others begin something, or have it begun by a clock with every right
    var rich = ActionContext.Authority(scopes: ["read", "write", "money"])
    rich.isApproved = true
    let other = house.harness.context(owner, door: "rest", authority: rich)
    for source in [plain, sources[1]] {
      await #expect(throws: ActionError.self, "\(source)") {
        try await house.harness.runner.run(ActionCall("workflow.keep", ["source": .string(source)]), in: other)
      }
    }
  }

  @Test func whatAModelMightSendIsLookedOverTheSameWay() async throws {
    let house = try await Self.house()
    let looked = try await house.harness.run(
      "workflow.check",
      [
        "source": """
        workflow: bold
        steps:
          - {action: trade.buy, with: {symbol: INFY}}
          - {action: house.burn}
          - {action: expense.add, with: {amount: "250", colour: red}}
          - {wait: 2 days}
          - {http: {method: POST, url: "https://example.com/x"}}
        """
      ]
    ).data
    #expect(looked["feasible"] == false)
    #expect(
      looked["steps"].array?.map { $0["problem"].string ?? "" } == [
        "trade.buy needs quantity.", "There is no action house.burn.", "expense.add has no parameter colour.", "", "",
      ], "\(looked.text())")
    #expect(looked["cost"]["waits_s"] == 172_800)
    #expect(looked["cost"]["outside_calls"] == 1)
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.check", ["source": "workflow: x\nsteps:\n  - {fly: moon}\n"])
    }
  }

  @Test func readsThePartsOfAGoal() async throws {
    let house = try await Self.house()
    for goal in ["${inputs.x}", "tell Amma that ${run.id} costs 5", String(repeating: "tell me, ", count: 150)] {
      let plan = try? await house.harness.run("workflow.plan", ["goal": .string(goal)])
      if let source = plan?.data["source"].string { _ = try WorkflowDefinition(source: source, file: "plan") }
    }
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.plan", ["goal": .string(String(repeating: "a", count: 3_000))])
    }
  }
}
