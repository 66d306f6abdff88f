import Actions
import Base
import Crypto
import Formats
import HTTP
import Models
import RoomTesting
import Store
import Synchronization
import Telemetry
import Testing
import Workflows

/// What steps reach outside of the house, how often, and under which credential.
@Suite struct WorkflowOutsideTests {
  private static let erp = """
    workflow: erp
    steps:
      - {id: get, http: {connector: erp, url: /orders?open=1}}
    """

  private func connect(_ house: WorkflowHouse, _ more: JSONObject = [:]) async throws {
    var arguments: JSONObject = ["name": "erp", "url": "https://erp.example.org/api", "secret": "tok-12345"]
    for member in more { arguments[member.key] = member.value }
    _ = try await house.harness.run("connector.set", arguments)
  }

  @Test("a connector lets a workflow in without showing it the credential")
  func connector() async throws {
    let house = try await WorkflowHouse(Self.erp, secretKey: SecretKey())
    try await connect(house)
    house.web.willSay(#"{"you sent":"Bearer tok-12345"}"#)
    let run = try await house.start("erp")
    let call = try #require(house.web.calls.first)
    #expect(call.url == "https://erp.example.org/api/orders?open=1")
    #expect(call.headers["Authorization"] == "Bearer tok-12345")
    let shown = try await house.show(run)
    #expect(shown["state"] == "done")
    #expect(!shown.text().contains("tok-12345"))
    let listed = try await house.harness.run("connector.list")
    #expect(!listed.data.text().contains("tok-12345"))
    #expect(listed.data.array?.first?["has_secret"] == true)
    // sealed on disk, and not in the log of who did what
    #expect(try await house.harness.tables(holding: "tok-12345") == [])
  }

  @Test(
    "its credential goes nowhere else",
    arguments: [
      "https://evil.example.org/x", "https://erp.example.org@evil.example.org/x", "/../admin", "/%2e%2e/admin",
      "//evil.example.org/x", "https://erp.example.org/other",
    ])
  func elsewhere(_ url: String) async throws {
    let house = try await WorkflowHouse(Self.erp.replacing("/orders?open=1", with: url))
    try await connect(house)
    let run = try await house.start("erp")
    let leaked = house.web.calls.filter { !$0.url.hasPrefix("https://erp.example.org/api/") }
    #expect(leaked.isEmpty, "\(leaked.map(\.url))")
    #expect(try await house.state(run) == (house.web.calls.isEmpty ? "failed" : "done"))
  }

  @Test(
    "addresses that are none, passwords in them and rates that are none are refused",
    arguments: [
      ["url": "erp"], ["url": "https://user:pass@erp.example.org"], ["url": "postgres://user:pass@db/x"],
      ["url": "ftp://x.org"], ["rate": "often"], ["header": "A: b"], ["name": "a b"], ["secret": "a\nb"],
    ] as [JSONObject])
  func refused(_ wrong: JSONObject) async throws {
    let house = try await WorkflowHouse(Self.erp)
    await #expect(throws: ActionError.self) { try await connect(house, wrong) }
    #expect(try await house.harness.run("connector.list").data == [])
  }

  @Test("a new credential is told to the house, and used by the next call")
  func rotated() async throws {
    let house = try await WorkflowHouse(Self.erp)
    try await connect(house)
    try await connect(house, ["secret": "Basic other"])
    _ = try await house.start("erp")
    #expect(house.web.calls.first?.headers["Authorization"] == "Basic other")
    _ = try await house.harness.run("connector.remove", ["name": "erp"])
    #expect(try await house.state(try await house.start("erp")) == "failed")
  }

  @Test("a rate lets so many begin in any stretch of its length, over all runs and across a restart")
  func rate() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: slow
      steps:
        - {id: call, rate: 2 per minute, http: {url: "https://example.org/x"}}
      """)
    for _ in 0..<5 { _ = try await house.start("slow") }
    #expect(house.web.calls.count == 2)
    await house.advance(by: .seconds(59))
    #expect(house.web.calls.count == 2)
    await house.advance(by: .seconds(2))
    #expect(house.web.calls.count == 4)
    await house.advance(by: .seconds(58))
    #expect(house.web.calls.count == 4)
    await house.advance(by: .seconds(3))
    #expect(house.web.calls.count == 5)
  }

  @Test("what fails waits for a turn again, and what answers “in a while” is left alone for so long")
  func again() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: again
      steps:
        - id: call
          rate: {limit: 1 per 10 min, of: shop}
          http: {url: "https://example.org/x"}
      """)
    house.web.will(503)
    let run = try await house.start("again")
    #expect(house.web.calls.count == 1)
    await house.advance(by: .minutes(9))
    #expect(house.web.calls.count == 1)
    await house.advance(by: .minutes(2))
    #expect(house.web.calls.count == 2)
    #expect(try await house.state(run) == "done")
  }

  @Test("tries end with their budget, however many are left")
  func budget() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: tries
      steps:
        - id: call
          retry: {times: 100, pause: 10 min, factor: 1, budget: 35 min}
          http: {url: "https://example.org/x"}
      """)
    house.web.will(503, 503, 503, 503, 503, 503, 503, 503)
    let run = try await house.start("tries")
    for _ in 0..<18 { await house.advance(by: .minutes(10)) }
    #expect(house.web.calls.count == 4)
    #expect(try await house.state(run) == "failed")
  }

  @Test("a call to the world is taken back by another")
  func takenBack() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: booking
      steps:
        - id: book
          http: {method: POST, url: "https://example.org/bookings"}
          compensate: {http: {method: DELETE, url: "https://example.org/bookings/${steps.book.body.id}"}}
        - {fail: "no room"}
      """)
    house.web.willSay(#"{"id":7}"#)
    let run = try await house.start("booking")
    #expect(try await house.state(run) == "failed")
    #expect(
      house.web.calls.map { "\($0.method) \($0.url)" } == [
        "POST https://example.org/bookings", "DELETE https://example.org/bookings/7",
      ])
    #expect(house.web.calls.last?.headers["Idempotency-Key"]?.hasPrefix("undo:") == true)
  }

  @Test("a start under the same key is the first one")
  func once() async throws {
    let house = try await WorkflowHouse("workflow: one\nsteps:\n  - {action: counting.count, with: {name: one}}\n")
    let first = try await house.harness.run("workflow.start", ["workflow": "one", "key": "order-7"])
    let second = try await house.harness.run("workflow.start", ["workflow": "one", "key": "order-7"])
    _ = try await house.harness.run("workflow.start", ["workflow": "one", "key": "order-8"])
    await house.engine.drain()
    #expect(first.data["run"] == second.data["run"])
    #expect(try await house.counts() == ["one": 2])
  }

  @Test("outside of a chat what is missing is named, and nothing is asked")
  func missingInput() async throws {
    let house = try await WorkflowHouse("workflow: one\ninputs: [customer]\nsteps:\n  - {set: 1}\n")
    let error = await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.start", ["workflow": "one"])
    }
    #expect(error?.code == "workflows.input_missing")
    #expect(error?.sentence.contains("customer") == true)
  }

  @Test("what is secret in inputs that came as text is not in the log of who did what")
  func secretInputs() async throws {
    let house = try await WorkflowHouse(
      "workflow: sec\ninputs: [api_key]\nsteps:\n  - {set: 1}\n", secretKey: SecretKey())
    _ = try await house.harness.run(
      "workflow.start", ["workflow": "sec", "inputs": JSON.string(#"{"api_key":"sk_live_ABCDEF123456"}"#)])
    #expect(try await house.harness.tables(holding: "sk_live_ABCDEF123456") == [])
  }

  @Test("a loop over more than it takes fails, and cuts nothing short")
  func longList() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: long
      inputs: [all]
      steps:
        - each: inputs.all
          steps: [{set: "${item}"}]
      """)
    let run = try await house.start("long", ["all": .array(Array(repeating: 1, count: 10_001))])
    let shown = try await house.show(run)
    #expect(shown["state"] == "failed")
    #expect(shown["error"].string?.contains("10,000") == true)
  }

  // MARK: Mail, model, database, crews

  private struct Model: ChatModel {
    func answer(rules: String, text: String) async throws -> String { "[\(rules)] \(text)" }
  }

  private struct Refusal: SpeakingError, FinalFailure {
    let isFinal: Bool
    var code: String { "test.refused" }
    var sentence: String { "Refused." }
  }

  private func house(_ source: String, _ outside: WorkflowOutside) async throws -> WorkflowHouse {
    try await WorkflowHouse(source, outside: outside)
  }

  @Test("mail goes to any address, and each try of it has the same key")
  func mail() async throws {
    let sent = Mutex<[[String]]>([])
    let house = try await house(
      """
      workflow: chase
      inputs: [{name: to, default: kumar@example.org}]
      steps:
        - {id: m, mail: {to: "${inputs.to}", subject: Invoice 7, text: "Dear ${inputs.to}"}}
      """,
      WorkflowOutside(mail: { to, subject, text, key in
        let count = sent.withLock { sent in
          sent.append([to, subject, text, key])
          return sent.count
        }
        if count == 1 { throw Refusal(isFinal: false) }
      }))
    let run = try await house.start("chase")
    await house.advance(by: .minutes(1))
    #expect(try await house.state(run) == "done")
    let all = sent.withLock { $0 }
    #expect(all.count == 2 && all[0] == all[1])
    #expect(all[0].prefix(3) == ["kumar@example.org", "Invoice 7", "Dear kumar@example.org"])
  }

  @Test("what is refused for good is not tried again")
  func refusedForGood() async throws {
    let tries = Mutex(0)
    let house = try await house(
      "workflow: m\nsteps:\n  - {mail: {to: a, subject: b, text: c}}\n",
      WorkflowOutside(mail: { _, _, _, _ in
        tries.withLock { $0 += 1 }
        throw Refusal(isFinal: true)
      }))
    let run = try await house.start("m")
    await house.advance(by: .minutes(600))
    #expect(try await house.state(run) == "failed")
    #expect(tries.withLock { $0 } == 1)
  }

  @Test("the model is asked by the house's own rules, and what it says is a value")
  func model() async throws {
    let house = try await house(
      """
      workflow: sum
      inputs: [{name: t, default: long words}]
      steps:
        - {id: s, model: {rules: Be brief, text: "${inputs.t}"}}
        - {set: "${steps.s.text}"}
      """, WorkflowOutside(model: Model()))
    let shown = try await house.show(try await house.start("sum"))
    #expect(shown["result"] == "[Be brief] long words")
  }

  @Test("a house without them says what to set", arguments: ["mail: {to: a, subject: b, text: c}", "model: why"])
  func nothing(_ step: String) async throws {
    let house = try await WorkflowHouse("workflow: x\nsteps:\n  - {\(step)}\n")
    let shown = try await house.show(try await house.start("x"))
    #expect(shown["state"] == "failed")
    #expect(shown["error"].string?.contains(": set ") == true)
  }

  @Test("a statement is written, and its values stand beside it")
  func database() async throws {
    let asked = Mutex<[String]>([])
    let house = try await house(
      """
      workflow: crm
      inputs: [{name: id, default: "7'; drop table x"}]
      steps:
        - {id: q, sql: {connector: crm, query: "select name from clients where id = $1", values: ["${inputs.id}"]}}
        - {set: "${steps.q.rows}"}
      """,
      WorkflowOutside(database: { address, query, values in
        asked.withLock { $0 = [address, query, JSON.array(values).text()] }
        return ["rows": [["name": "Kumar"]]]
      }))
    _ = try await house.harness.run(
      "connector.set", ["name": "crm", "url": "postgres://thinnai@db.example.org/crm", "secret": "p w"])
    let shown = try await house.show(try await house.start("crm"))
    #expect(shown["result"] == [["name": "Kumar"]])
    #expect(
      asked.withLock { $0 } == [
        "postgres://thinnai:p%20w@db.example.org/crm", "select name from clients where id = $1",
        #"["7'; drop table x"]"#,
      ])
  }

  @Test(
    "what cannot be is told where it stands",
    arguments: [
      "{id: a, set: 1, rate: 2 per minute}", "{id: a, action: x.y, rate: lots}",
      "{id: a, http: {url: \"https://x.org\"}, crew: x}",
      "{sql: {connector: a, query: \"select ${inputs.x}\"}}", "{mail: {to: a, text: b}}",
      "{mail: {to: a, subject: b, text: c, cc: d}}",
      "{http: {url: \"https://x.org\"}, compensate: {http: {}}}",
    ])
  func wrong(_ step: String) {
    #expect(throws: DataFileError.self) {
      try WorkflowDefinition(source: "workflow: x\ninputs: [x]\nsteps:\n  - \(step)\n", file: "x.yaml")
    }
  }

  @Test("cron begins a workflow as cron does")
  func cron() throws {
    func starts(_ text: String) throws -> [String] {
      try WorkflowDefinition(
        source: "workflow: x\nstart: [{cron: \"\(text)\"}]\nsteps: [{set: 1}]\n", file: "x.yaml"
      ).starts.map { start in
        guard case .every(let rule, let time) = start else { return "?" }
        return "\(rule) \(time)"
      }
    }
    let weekly = try starts("0 9 * * 1-5")
    #expect(weekly == ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00:00"])
    let monthly = try starts("30 6 1 * *")
    #expect(monthly == ["FREQ=MONTHLY;BYMONTHDAY=1 06:30:00"])
    #expect(try starts("0 9 1 * 1").count == 2)
    for wrong in ["", "9", "61 * * * *", "a b c d e"] {
      #expect(throws: DataFileError.self) { try starts(wrong) }
    }
  }
}
