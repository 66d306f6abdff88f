import Actions
import Base
import Formats
import People
import RoomTesting
import Store
import Testing
import Workflows

/// A run that ends before its last step says why, and who said no.
@Suite struct WorkflowEndingTests {
  private static let deciding = """
    workflow: deciding
    title: A decision of two
    inputs: [{name: other}]
    steps:
      - {id: ask, approve: {what: "Paint the house?", who: "${inputs.other}", for: 2 days}}
      - {action: counting.count, with: {name: painted}}
    """

  private func ending(_ run: String, _ house: WorkflowHouse) async throws -> [JSON] {
    let list = try await house.harness.run("workflow.list").data["runs"].array ?? []
    return [try await house.show(run)["ending"], list.first { $0["run"].string == run }?["ending"] ?? .null]
  }

  @Test("whoever began it hears that another said no, and the card says who")
  func declined() async throws {
    let house = try await WorkflowHouse(Self.deciding)
    let run = try await house.start("deciding", ["other": .string(house.harness.elder.name)])
    _ = house.harness.told()
    let no: JSONObject = ["run": .string(run), "step": "ask", "yes": false]
    _ = try await house.harness.run("workflow.decide", no, as: house.harness.elder)
    #expect(
      house.harness.told().map { [$0.person, $0.text] } == [["Ravi", "A decision of two has ended: Amma said no."]])
    #expect(try await ending(run, house) == ["Amma said no.", "Amma said no."])
    let hers = try await house.harness.run("workflow.list", as: house.harness.elder).data["runs"].array
    #expect(hers == [], "a run is shown to whom it is for")
  }

  @Test func whoSaidNoThemselvesIsNotToldSo() async throws {
    let house = try await WorkflowHouse(Self.deciding)
    let run = try await house.start("deciding", ["other": ""])
    _ = house.harness.told()
    _ = try await house.harness.run("workflow.decide", ["run": .string(run), "step": "ask", "yes": false])
    #expect(house.harness.told().isEmpty)
    #expect(try await ending(run, house) == ["You said no.", "You said no."])
  }

  @Test func silenceIsTold() async throws {
    let house = try await WorkflowHouse(Self.deciding)
    let run = try await house.start("deciding", ["other": .string(house.harness.elder.name)])
    _ = house.harness.told()
    await house.advance(by: .days(2))
    #expect(house.harness.told().map(\.text) == ["A decision of two has ended: Nobody agreed in time."])
    #expect(try await ending(run, house)[1] == "Nobody agreed in time.")
  }

  @Test(
    "the words with which it ended are told to who began it, in their language; once an hour of nobody's doing is enough"
  )
  func stopped() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: looking
      title: Arrange several viewings
      start: [{every: FREQ=DAILY, at: "12:00"}]
      steps:
        - id: way
          choose: [{steps: [{id: none, stop: "Nothing was found."}]}]
        - {action: counting.count, with: {name: seen}}
      """)
    let run = try await house.start("looking")
    #expect(house.harness.told().map(\.text) == ["Arrange several viewings has ended: Nothing was found."])
    #expect(try await ending(run, house) == ["Nothing was found.", "Nothing was found."])
    _ = try await house.harness.run("workflow.start", ["workflow": "looking"], as: house.harness.elder)
    let hers = house.harness.told().map(\.text)
    #expect(hers.count == 1 && hers[0].contains("எதுவும் கிடைக்கவில்லை"), "\(hers)")
    // what begins by itself and finds nothing is no news
    let (engine, owner) = (house.engine, house.harness.owner.id)
    let definition = try #require(house.library["looking"])
    _ = try await house.harness.tenant().write { try engine.start(definition, for: owner, in: &$0) }
    #expect(house.harness.told().isEmpty)
  }

  @Test("what went to its end has no such words, though its last value is a text")
  func wentOn() async throws {
    let house = try await WorkflowHouse("workflow: saying\nsteps: [{id: a, set: all is well}]\n")
    let run = try await house.start("saying")
    #expect(house.harness.told().isEmpty)
    #expect(try await ending(run, house) == [.null, .null])
  }
}
