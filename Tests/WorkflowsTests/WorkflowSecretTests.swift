import Actions
import Base
import Crypto
import Formats
import HTTP
import RoomTesting
import Store
import Testing
import Workflows

/// What runs are given in confidence, and how long a step may take.
@Suite struct WorkflowSecretTests {
  private static let secret = "xoxb-4711-canary-of-a-token"

  private static let post = """
    workflow: post
    inputs: [slack_token, text]
    steps:
      - id: send
        http:
          method: POST
          url: https://example.org/send
          headers: {Authorization: "Bearer ${inputs.slack_token}"}
          body: {text: "${inputs.text}", with: "${inputs.slack_token}"}
      - {id: wait, wait: {for: 2 days, signal: go}}
      - {id: again, http: {method: POST, url: https://example.org/again, body: "${steps.send.body}"}}
    """
  private static let around = """
    workflow: around
    inputs: [api_key]
    steps: [{id: inner, workflow: post, with: {slack_token: "${inputs.api_key}", text: hello}}]
    """

  @Test("a token reaches the service and no table, answer or log", arguments: [false, true])
  func isKept(_ isInside: Bool) async throws {
    let house = try await WorkflowHouse(
      Self.post, Self.around, secretKey: SecretKey(Array(repeating: 7, count: 32)))
    // a service that says everything again
    house.web.willSay(#"{"heard":"\#(Self.secret)"}"#)
    let run = try await house.start(
      isInside ? "around" : "post",
      isInside ? ["api_key": .string(Self.secret)] : ["slack_token": .string(Self.secret), "text": "hello"])
    #expect(house.web.calls.first?.headers["Authorization"] == "Bearer " + Self.secret)
    #expect(try JSON.parse(house.web.calls.first?.body ?? [])["with"].string == Self.secret)
    #expect(try await house.harness.tables(holding: Self.secret) == [])
    #expect(!(try await house.show(run)).text().contains(Self.secret))
    #expect((try await house.show(run))["inputs"].text().contains("{secret "))
    // another engine, after a crash, has it too
    let next = house.another()
    house.harness.services.register(next)
    await next.recover(alone: true)
    await house.advance(by: .days(3))
    await next.drain()
    #expect(house.web.calls.last?.url == "https://example.org/again")
    let last = String(decoding: house.web.calls.last?.body ?? [], as: UTF8.self)
    #expect(last.contains(Self.secret))
    #expect(try await house.state(run) == "done")
    #expect(try await house.harness.tables(holding: Self.secret) == [])
    let left = try await house.harness.store.read { try $0.count("SELECT count(*) FROM workflow_secrets") }
    #expect(left == 0)
  }

  @Test("an action that takes longer than its step may is left behind, and tried again")
  func isLate() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: late
      steps:
        - {id: slow, action: counting.dawdle, deadline: 1 min, retry: {times: 2, pause: 1 s}, on_error: continue}
        - {id: after, action: counting.count, with: {name: after}}
      """)
    async let begun = house.start("late")
    // it dawdles for an hour beside its minute
    while house.harness.clock.sleepers < 2 { await Task.yield() }
    house.harness.clock.advance(by: .minutes(2))
    let run = try await begun
    #expect(try await house.show(run)["steps"][0]["error"] == "It took longer than it may.")
    async let again: Void = house.advance(by: .seconds(2))
    while house.harness.clock.sleepers < 2 { await Task.yield() }
    house.harness.clock.advance(by: .minutes(2))
    await again
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["after": 1])
  }
}
