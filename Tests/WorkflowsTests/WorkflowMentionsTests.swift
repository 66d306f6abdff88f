import Actions
import Base
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Workflows

@Suite("Runs that speak of what somebody wants forgotten")
struct WorkflowMentionsTests {
  /// Goes red while a run that is over keeps the name in its log.
  @Test func whatIsOverGoesAndWhatIsUnderWayStays() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: note
      inputs: [{name: who, summary: Who.}, {name: days, summary: How long., default: 0}]
      steps:
        - {id: count, action: counting.count, with: {name: one}}
        - {id: wait, when: inputs.days > 0, wait: "${inputs.days} days"}
      """)
    let over = try await house.start("note", ["who": "Xylocanary"])
    let other = try await house.start("note", ["who": "Somebody"])
    let waiting = try await house.start("note", ["who": "Xylocanary", "days": 3])
    let elder = house.harness.elder
    let (owner, now) = (house.harness.owner.id, house.harness.clock.now)
    let sought = Mentions.Sought(["xylocanary"], now: now)
    let mentions = Workflows.room.mentions
    let tenant = house.harness.tenant()
    let found = try await tenant.read { try mentions.find(owner, sought, $0) }
    #expect(found.map(\.id).sorted() == [over, waiting].sorted())
    #expect(found.filter { $0.fate == .goes }.map(\.id) == [over])
    #expect(try await tenant.read { try mentions.find(elder.id, sought, $0) }.isEmpty, "whose runs they are not")

    try await tenant.write { transaction in
      for one in found where one.fate == .goes { try mentions.remove(one, owner, &transaction) }
    }
    #expect(try await house.state(other) == "done")
    #expect(try await house.state(waiting) == "running")
    let left = try await tenant.read { rows in
      try rows.query("SELECT DISTINCT run FROM workflow_log WHERE tenant = :tenant") { $0.text(0) }
    }
    #expect(Set(left) == [other, waiting])
    // other runs began with the same definition
    #expect(try await house.harness.store.read { try $0.count("SELECT count(*) FROM workflow_definitions") } == 1)
    await house.advance(by: .days(4))
    #expect(try await house.state(waiting) == "done", "it goes on as if nothing had been")
  }

  @Test func oneOfTheirOwnWorkflowsStaysAndIsNamed() async throws {
    let house = try await WorkflowHouse()
    let source = "workflow: own\ntitle: Letters to Xylocanary\nsteps:\n  - {id: tell, tell: Hello}\n"
    let (owner, now) = (house.harness.owner.id, house.harness.clock.now)
    try await house.harness.tenant().write { transaction in
      try transaction.execute(
        "INSERT INTO workflow_own (tenant, name, source, added_at) VALUES (:tenant, 'own', ?, ?)", source, now)
    }
    let found = try await house.harness.tenant().read {
      try Workflows.room.mentions.find(owner, Mentions.Sought(["Xylocanary"], now: now), $0)
    }
    #expect(found == [Mention(.workflow, id: "own", words: "own", fate: .kept)])
  }
}
