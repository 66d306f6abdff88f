import Actions
import Base
import Events
import Formats
import Messages
import Operations
import People
import RoomTesting
import Store
import Testing
import Text
import Workflows

/// A workflow acts on somebody's behalf: what it wants to do goes by the rules of the approval desk.
@Suite struct WorkflowApprovalTests {
  private static let paying = """
    workflow: paying
    steps:
      - {action: counting.count, with: {name: before}}
      - {id: pay, action: counting.pay, with: {amount: 5}}
      - {action: counting.count, with: {name: after}}
    """

  private static func house(_ source: String = paying) async throws -> WorkflowHouse {
    try await WorkflowHouse(
      source, rooms: [Counting.room, OperationsRoom.room],
      approvals: .tested(
        "from: [person], tier: auto", "effects: [write], tier: auto", "effects: [money], level: 2, tier: auto",
        "effects: [money], tier: one"))
  }

  private func waiting(_ house: WorkflowHouse) async throws -> [String] {
    try await house.harness.run("approval.list").data.array?.compactMap { $0["id"].string } ?? []
  }

  private func decide(_ house: WorkflowHouse, _ id: String, _ decision: String) async throws {
    try await house.harness.run("approval.decide", ["approval": .string(id), "decision": .string(decision)])
    try await house.harness.events.drain()
    await house.engine.drain()
  }

  @Test func waitsForAnApproverAndPaysOnce() async throws {
    let house = try await Self.house()
    let run = try await house.start("paying")
    #expect(try await house.counts() == ["before": 1])
    #expect(
      try await house.show(run)["steps"].array?.contains { $0["step"] == "pay" && $0["state"] == "waiting" } == true)
    let ids = try await waiting(house)
    #expect(ids.count == 1)
    // the question is the desk's: the run itself takes no answer to it
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.decide", ["run": .string(run), "step": "pay", "yes": true])
    }
    try await decide(house, try #require(ids.first), "yes")
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["before": 1, "paid": 5, "after": 1])
    #expect(try await waiting(house).isEmpty)
  }

  @Test func whatWaitsIsToldByWhatItDoes() async throws {
    let house = try await Self.house()
    _ = try await house.start("paying")
    let list = try await house.harness.run("approval.list")
    #expect(list.data.array?.first?["action"] == "counting.pay")
    #expect(list.data.array?.first?["does"] == "Pays.")
    let owner = house.harness.owner
    let reader = Reader(language: .english, zone: owner.zone, persona: owner.persona)
    let text = house.harness.replies.text(of: list.say, for: reader, now: house.harness.clock.now).text
    #expect(text.contains("Pays.") && !text.contains("counting.pay"), "\(text)")
  }

  @Test func aNoEndsItAndNothingIsPaid() async throws {
    let house = try await Self.house()
    let run = try await house.start("paying")
    try await decide(house, try #require(try await waiting(house).first), "no")
    #expect(try await house.state(run) == "failed")
    #expect(try await house.counts() == ["before": 1])
  }

  @Test func aNoIsAValueWhereTheStepGoesOn() async throws {
    let house = try await Self.house(
      """
      workflow: paying
      steps:
        - {id: pay, action: counting.pay, with: {amount: 5}, on_error: continue}
        - {action: counting.count, with: {name: after}}
        - {id: end, set: "${steps.pay.error}"}
      """)
    let run = try await house.start("paying")
    try await decide(house, try #require(try await waiting(house).first), "no")
    #expect(try await house.state(run) == "done")
    #expect(try await house.show(run)["result"] == "It was declined.")
    #expect(try await house.counts() == ["after": 1])
  }

  @Test func noAnswerIsANo() async throws {
    let house = try await Self.house()
    let run = try await house.start("paying")
    await house.advance(by: .days(2))
    try await house.harness.events.drain()
    await house.engine.drain()
    #expect(try await house.state(run) == "failed")
    #expect(try await house.counts() == ["before": 1])
  }

  @Test func twoRunsAreTwoQuestions() async throws {
    let house = try await Self.house()
    let runs = [try await house.start("paying"), try await house.start("paying")]
    let ids = try await waiting(house)
    #expect(ids.count == 2)
    for id in ids { try await decide(house, id, "yes") }
    for run in runs { #expect(try await house.state(run) == "done") }
    #expect(try await house.counts()["paid"] == 10)
  }

  @Test func anAnswerSurvivesTheEngine() async throws {
    let house = try await Self.house()
    let run = try await house.start("paying")
    let id = try #require(try await waiting(house).first)
    try await house.harness.run("approval.decide", ["approval": .string(id), "decision": "yes"])
    // the engine that asked is gone; another one takes over and hears of the answer
    let other = house.another()
    house.harness.services.register(other)
    await other.recover(alone: true)
    try await house.harness.events.drain()
    await other.drain()
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts()["paid"] == 5)
  }

  @Test func whatIsEndedAsksNobodyAnyMore() async throws {
    let house = try await Self.house()
    let run = try await house.start("paying")
    let id = try #require(try await waiting(house).first)
    try await house.harness.run("workflow.cancel", ["run": .string(run)])
    #expect(try await waiting(house).isEmpty)
    await #expect(throws: ActionError.self) {
      try await house.harness.run("approval.decide", ["approval": .string(id), "decision": "yes"])
    }
    #expect(try await house.counts() == ["before": 1])
  }

  @Test func earnsItsTrust() async throws {
    let house = try await Self.house()
    for _ in 0..<2 {
      _ = try await house.start("paying")
      try await decide(house, try #require(try await waiting(house).first), "yes")
    }
    let run = try await house.start("paying")
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts()["paid"] == 15)
    try await house.harness.run("agent.correct", ["agent": "workflow paying"])
    _ = try await house.start("paying")
    #expect(try await waiting(house).count == 1)
  }

  @Test func takingBackAsksNobodyAndPaysNothing() async throws {
    let house = try await Self.house(
      """
      workflow: paying
      steps:
        - {action: counting.count, with: {name: before}, compensate: {action: counting.pay, with: {amount: 7}}}
        - {action: counting.refuse}
      """)
    let run = try await house.start("paying")
    #expect(try await house.state(run) == "failed")
    #expect(try await waiting(house).isEmpty)
    #expect(try await house.counts() == ["before": 1])
    #expect(house.harness.told().contains { $0.text.contains("could not be taken back") })
  }
}
