import Actions
import Base
import Formats
import RoomTesting
import Testing
import Workflows

/// What somebody planned is theirs.
@Suite struct WorkflowOwnTests {
  private static let mine = """
    workflow: mine
    title: Call the lawyer
    steps:
      - {action: counting.count, with: {name: mine}}
    """

  private func names(_ house: WorkflowHouse, isElder: Bool) async throws -> [String] {
    let person = isElder ? house.harness.elder : house.harness.owner
    let data = try await house.harness.run("workflow.catalogue", as: person).data
    return data["workflows"].array?.compactMap { $0["name"].string } ?? []
  }

  @Test("what the owner keeps is shown to nobody else, and nobody else starts it")
  func isTheOwners() async throws {
    let house = try await WorkflowHouse("workflow: shipped\nsteps: [{set: 1}]\n")
    _ = try await house.harness.run("workflow.keep", ["source": .string(Self.mine)])
    #expect(try await names(house, isElder: false) == ["mine", "shipped"])
    #expect(try await names(house, isElder: true) == ["shipped"])
    let all = try await house.harness.run("workflow.catalogue").data["workflows"].array ?? []
    #expect(all.map { $0["own"] == true } == [true, false], "a page lets what was kept be taken out")
    for words in ["mine", "Call the lawyer"] {
      let error = await #expect(throws: ActionError.self) {
        try await house.harness.run("workflow.start", ["workflow": .string(words)], as: house.harness.elder)
      }
      #expect(error?.code == "workflows.unknown" && error?.sentence.contains("shipped.") == true)
    }
    await house.engine.drain()
    #expect(try await house.counts().isEmpty)
    let run = try await house.start("call the lawyer")
    #expect(try await house.state(run) == "done")
  }

  @Test("one that says itself who may start it is there for them")
  func isForOthersWhereItSaysSo() async throws {
    let house = try await WorkflowHouse()
    let source = Self.mine + "\npersonas: [elder]\n"
    _ = try await house.harness.run("workflow.keep", ["source": .string(source)])
    #expect(try await names(house, isElder: true) == ["mine"])
    _ = try await house.harness.run("workflow.start", ["workflow": "mine"], as: house.harness.elder)
    await house.engine.drain()
    #expect(try await house.counts() == ["mine": 1])
  }

  @Test("what is done once stands nowhere afterwards, and is known by its title while it runs")
  func onceIsOnce() async throws {
    let house = try await WorkflowHouse()
    let source = Self.mine + "\n  - {wait: 1 hour}\n"
    let begun = try await house.harness.run("workflow.keep", ["source": .string(source), "run": true])
    await house.engine.drain()
    #expect(house.harness.text(begun.say) == "Call the lawyer is under way.")
    #expect(try await names(house, isElder: false).isEmpty)
    let runs = try await house.harness.run("workflow.list").data["runs"]
    #expect(runs[0]["title"] == "Call the lawyer" && runs[0]["state"] == "running")
    _ = try await house.harness.run("workflow.pause", ["workflow": "mine"])
    #expect(try await house.state(try #require(begun.data["run"].string)) == "paused")
    // an undo ends it
    #expect(begun.inverse?.name == "workflow.cancel")
  }

  @Test func whatBeginsByItselfIsKeptThoughItIsStartedAtOnce() async throws {
    let house = try await WorkflowHouse()
    let source = Self.mine + "\nstart: [{every: FREQ=DAILY}]\n"
    _ = try await house.harness.run("workflow.keep", ["source": .string(source), "run": true])
    #expect(try await names(house, isElder: false) == ["mine"])
  }
}
