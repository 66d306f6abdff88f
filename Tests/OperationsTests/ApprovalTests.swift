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

/// Pays somebody: what all of this is about.
private struct Pay: Action {
  static let name = "bank.pay"
  static let summary = "Pays somebody."
  static let effect = Effect.money
  @Parameter("How much.") var amount: Money
  @Parameter("To whom.") var to: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (amount, to) = (amount, to)
    return .change { transaction in
      if to == "nobody" { throw ActionError("bank.unknown", sentence: "Nobody is called so.") }
      try transaction.execute(
        "INSERT INTO payments (tenant, id, text) VALUES (:tenant, ?, ?)", transaction.newID(), "\(amount) to \(to)")
      return Outcome(.words("paid \(amount)"))
    }
  }
}

/// Costs money, and how much is only known when it is done.
private struct Shares: Action {
  static let name = "bank.shares"
  static let summary = "Buys shares."
  static let effect = Effect.money
  @Parameter("How many.") var count: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { _ in Outcome(Say("words", ["text": .text("bought")])) }
  }
}

/// Pays several times the same: the amount is of one.
private struct PayMany: Action {
  static let name = "bank.many"
  static let summary = "Pays somebody several times."
  static let effect = Effect.money
  @Parameter("How much each time.") var amount: Money
  @Parameter("How many times.") var count: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { _ in Outcome(Say("words", ["text": .text("paid")])) }
  }
}

private let bank = Room(
  name: "bank",
  migrations: [
    Migration(
      room: "bank", number: 1,
      sql: [
        "CREATE TABLE payments (tenant TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
      ])
  ], actions: [Pay.self, Shares.self, PayMany.self], forget: { _, _ in 0 }, export: { _, _ in .null })

private let policy = """
  approvers: [owner, Lakshmi]
  expires_h: 24
  remind_h: 4
  raised_after: 2
  agents: {trader: {start: 1, ceiling: 2}}
  rules:
    - {from: [person], tier: auto}
    - {effects: [money], level: 2, up_to: 1000 INR, confidence: 0.9, tier: auto}
    - {effects: [money], up_to: 5000 INR, tier: one}
    - {effects: [money], tier: two}
  """

private struct Desk {
  let house: RoomHarness

  init(_ text: String = policy) async throws {
    house = try await RoomHarness(
      [bank, OperationsRoom.room], approvals: try ApprovalPolicy(YAML.parse(text, file: "policy")))
  }

  /// An agent wants to pay. - Returns: the request's id; `nil` when it was done at once.
  @discardableResult
  func ask(
    _ amount: Int, to: String = "Anna", agent: String? = "trader", confidence: Double = 1, held: Bool = false
  ) async throws -> String? {
    var authority = ActionContext.Authority(scopes: ["read", "write", "money"], agent: agent, confidence: confidence)
    authority.isApproved = true
    authority.holdsApproval = held
    return try await house.runner.run(call(amount, to: to), in: context(authority)).awaiting
  }

  func call(_ amount: Int, to: String = "Anna") -> ActionCall {
    ActionCall("bank.pay", ["amount": ["amount": .string("\(amount)"), "currency": "INR"], "to": .string(to)])
  }

  func context(_ authority: ActionContext.Authority) -> ActionContext {
    house.context(house.owner, door: "workflow", authority: authority)
  }

  func use(_ id: String, _ amount: Int, to: String = "Anna", agent: String = "trader") async throws {
    _ = try await house.runner.run(
      call(amount, to: to), in: context(.init(scopes: ["money"], agent: agent, approval: id)))
  }

  @discardableResult
  func decide(
    _ id: String?, _ decision: String, as person: Person? = nil, hash: String? = nil, all: Bool = false
  ) async throws -> JSON {
    var arguments: JSONObject = ["decision": .string(decision), "all": .bool(all)]
    arguments["approval"] = id.map(JSON.string)
    arguments["hash"] = hash.map(JSON.string)
    let outcome = try await house.run("approval.decide", arguments, as: person)
    try await house.events.drain()
    return outcome.data
  }

  func payments() async throws -> [String] {
    try await house.tenant().read {
      try $0.query("SELECT text FROM payments WHERE tenant = :tenant ORDER BY id") { $0.text(0) }
    }
  }

  func state(_ id: String) async throws -> Approval.State? {
    try await house.tenant().read { try Approval.find(id, $0)?.state }
  }

  func level() async throws -> Int {
    let policy = house.runner.approvals.policy
    return try await house.tenant().read { try AgentRecord.find("trader", policy, $0).level }
  }

  /// The code that an attempt is refused with.
  func refusal(_ body: () async throws -> Void) async -> String? {
    do {
      try await body()
      return nil
    } catch { return (error as? ActionError)?.code ?? "\(error)" }
  }
}

struct ApprovalTests {
  @Test("an agent's wish is asked for on the approvers' channels, and done once when one agrees")
  func one() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000))
    let asked = desk.house.told()
    #expect(asked.map(\.person).sorted() == ["Lakshmi", "Ravi"])
    #expect(asked.first { $0.person == "Ravi" }?.buttons == ["✅ Agree", "❌ Refuse", "🔁 Agree for 30 days"])
    #expect(try await desk.payments() == [])
    // asked again it is the same request
    #expect(try await desk.ask(3_000) == id)
    #expect(desk.house.told().isEmpty)
    let call = try #require(try await desk.house.call(ofButton: "✅ Agree", to: desk.house.owner))
    _ = try await desk.house.runner.run(call, in: desk.house.context())
    try await desk.house.events.drain()
    #expect(try await desk.payments() == ["3000.00 INR to Anna"])
    #expect(try await desk.state(id) == .used)
    #expect(desk.house.told().map(\.text).contains { $0.contains("paid 3000.00 INR") })
    // once only: the same answer again, and the event again
    #expect(await desk.refusal { try await desk.decide(id, "yes") } == "approval.settled")
    #expect(try await desk.house.tenant().write { try $0.replayEvents(to: "approvals.run", from: .epoch) })
    try await desk.house.events.drain()
    #expect(try await desk.payments().count == 1)
  }

  @Test("what one approver decided is no button any more for the others, and who only asked may not decide")
  func closesButtons() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000))
    func open() async throws -> Int {
      let now = desk.house.clock.now
      return try await desk.house.tenant().read { rows in
        try rows.query(
          "SELECT id FROM buttons WHERE tenant = :tenant AND action = 'approval.decide' AND expires_at > ?", now
        ) { $0.text(0) }
      }.count
    }
    #expect(try await open() > 0)
    let seen = try await desk.house.run("approval.list").data
    #expect(seen[0]["may_decide"] == true && seen[0]["by"] == "Ravi")
    try await desk.decide(id, "no")
    #expect(try await open() == 0)
    #expect(try await desk.house.run("approval.list").data.array?.isEmpty == true)
  }

  @Test("what is refused or answered too late is not done, and who asked is told")
  func notDone() async throws {
    let desk = try await Desk()
    let refused = try #require(try await desk.ask(3_000))
    try await desk.decide(refused, "no", as: desk.house.elder)
    let late = try #require(try await desk.ask(4_000))
    _ = desk.house.told()
    await desk.house.sleepThrough(.hours(4))
    #expect(desk.house.told().count == 2, "both are reminded")
    await desk.house.sleepThrough(.hours(21))
    #expect(desk.house.told().map(\.text).contains { $0.contains("Nobody agreed in time") })
    #expect(await desk.refusal { try await desk.decide(late, "yes") } == "approval.settled")
    #expect(try await desk.state(refused) == .refused)
    #expect(try await desk.state(late) == .expired)
    #expect(try await desk.payments() == [])
  }

  @Test("an agreement is to exactly that call, for who asked, once, and runs out")
  func bound() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000, held: true))
    #expect(await desk.refusal { try await desk.use(id, 3_000) } == "approval.waiting")
    #expect(await desk.refusal { try await desk.decide(id, "yes", hash: "another") } == "approval.changed")
    try await desk.decide(id, "yes")
    #expect(try await desk.payments() == [], "the caller does it itself")
    #expect(await desk.refusal { try await desk.use(id, 3_001) } == "approval.changed")
    #expect(await desk.refusal { try await desk.use(id, 3_000, to: "Bala") } == "approval.changed")
    #expect(await desk.refusal { try await desk.use(id, 3_000, agent: "other") } == "approval.changed")
    #expect(await desk.refusal { try await desk.use("none", 3_000) } == "approval.unknown")
    try await desk.use(id, 3_000)
    #expect(await desk.refusal { try await desk.use(id, 3_000) } == "approval.settled")
    #expect(try await desk.payments() == ["3000.00 INR to Anna"])

    let second = try #require(try await desk.ask(4_000, held: true))
    try await desk.decide(second, "yes")
    desk.house.clock.advance(by: .hours(25))
    #expect(await desk.refusal { try await desk.use(second, 4_000) } == "approval.expired")
  }

  @Test("a request whose arguments were changed behind its back is refused")
  func tampered() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000))
    try await desk.house.tenant().write { transaction in
      try transaction.execute(
        "UPDATE approvals SET arguments = replace(arguments, '3000', '4999') WHERE tenant = :tenant AND id = ?", id)
    }
    #expect(await desk.refusal { try await desk.decide(id, "yes") } == "approval.changed")
    #expect(try await desk.payments() == [])
  }

  @Test("more needs two, or the owner alone; nobody else counts")
  func two() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(90_000))
    #expect(try await desk.decide(id, "yes", as: desk.house.elder)["state"] == "waiting")
    #expect(try await desk.decide(id, "yes", as: desk.house.elder)["state"] == "waiting", "twice the same is one")
    #expect(try await desk.payments() == [])
    #expect(try await desk.decide(id, "yes")["state"] == "granted")
    #expect(try await desk.payments().count == 1)

    let stranger = try await Desk(
      "approvers: [owner]\n" + policy.split(separator: "\n").dropFirst().joined(separator: "\n"))
    let other = try #require(try await stranger.ask(3_000))
    #expect(
      await stranger.refusal { try await stranger.decide(other, "yes", as: stranger.house.elder) }
        == "approval.not_yours")
    _ = try await stranger.house.run("approval.delegate", ["person": "Amma", "days": 2])
    try await stranger.decide(other, "yes", as: stranger.house.elder)
    #expect(try await stranger.payments().count == 1)
    let later = try #require(try await stranger.ask(3_500))
    stranger.house.clock.advance(by: .days(2))
    #expect(
      await stranger.refusal { try await stranger.decide(later, "yes", as: stranger.house.elder) }?
        .hasPrefix("approval.") == true)
  }

  @Test("a yes of one's own, a scope or an agent never opens what somebody else must agree to")
  func noWayAround() async throws {
    let desk = try await Desk()
    // Desk.ask says isApproved; a person speaking for themselves is the persona's to confirm
    #expect(try await desk.ask(90_000) != nil)
    #expect(try await desk.ask(100, agent: nil) == nil)
    let id = try #require(try await desk.ask(3_000))
    let agent = desk.context(.init(scopes: ActionContext.Authority.full.scopes, agent: "trader"))
    #expect(
      await desk.refusal {
        _ = try await desk.house.runner.run(
          ActionCall("approval.decide", ["approval": .string(id), "decision": "yes"]), in: agent)
      } == "operations.person_only")
    // with no rules at all an agent still may not do what a person would have to confirm
    let bare = try await Desk("approvers: [owner]")
    #expect(try await bare.ask(1) != nil)
  }

  @Test("always means: the same asker, the same action, up to that amount, for 30 days")
  func always() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000))
    try await desk.decide(id, "always")
    #expect(try await desk.ask(2_999) == nil)
    #expect(try await desk.ask(3_001) != nil)
    #expect(try await desk.ask(100, agent: "other", confidence: 0.5) != nil)
    desk.house.clock.advance(by: .days(30))
    #expect(try await desk.ask(2_998) != nil)
    let standing = try await Desk()
    try await standing.decide(try await standing.ask(3_000), "always")
    let rows = try await standing.house.run("approval.standing").data
    _ = try await standing.house.run("approval.revoke", ["id": rows[0]["id"]])
    #expect(try await standing.ask(2_999) != nil)
  }

  @Test("what takes two to allow once takes two to allow for good, and one of them alone allows nothing")
  func alwaysOfTwo() async throws {
    let desk = try await Desk(policy.replacing("approvers: [owner, Lakshmi]", with: "approvers: [Lakshmi, Priya]"))
    let (house, lakshmi) = (desk.house, desk.house.elder)
    let priya = Person(
      id: PersonID("priya"), tenant: house.owner.tenant, name: "Priya", persona: "founder",
      language: .english, zone: house.owner.zone)
    try await house.store.write { try house.people.add(priya, in: &$0) }
    let first = try #require(try await desk.ask(9_000))
    try await desk.decide(first, "always", as: lakshmi)
    #expect(try await desk.ask(9_000, to: "Ravi") != nil, "one of two has allowed it for good")
    try await desk.decide(first, "no", as: priya)
    #expect(try await desk.ask(9_000, to: "Kumar") != nil, "what was refused is allowed for good")
    let second = try #require(try await desk.ask(8_000))
    try await desk.decide(second, "always", as: lakshmi)
    try await desk.decide(second, "yes", as: priya)
    #expect(try await desk.ask(8_000) != nil, "only one of two said always")
    let third = try #require(try await desk.ask(7_000))
    try await desk.decide(third, "always", as: lakshmi)
    try await desk.decide(third, "always", as: priya)
    #expect(try await desk.ask(7_000) == nil)
  }

  @Test("always, where what costs money names no amount, means the same arguments and no others")
  func alwaysExactly() async throws {
    let desk = try await Desk()
    func ask(_ count: Int64) async throws -> String? {
      var authority = ActionContext.Authority(scopes: ["read", "write", "money"], agent: "trader", confidence: 1)
      authority.isApproved = true
      let call = ActionCall("bank.shares", ["count": .integer(count)])
      return try await desk.house.runner.run(call, in: desk.context(authority)).awaiting
    }
    let first = try await ask(1)
    try await desk.decide(first, "always")
    #expect(try await ask(1) == nil)
    #expect(try await ask(5_000) != nil)
    #expect(try await desk.house.run("approval.standing").data[0]["same_arguments"] == true)
  }

  @Test("an amount that is multiplied is not the whole: nothing up to it is allowed for good")
  func multiplied() async throws {
    let desk = try await Desk()
    func ask(_ count: Int64) async throws -> String? {
      var authority = ActionContext.Authority(scopes: ["read", "write", "money"], agent: "trader", confidence: 1)
      authority.isApproved = true
      let call = ActionCall("bank.many", ["amount": ["amount": "400", "currency": "INR"], "count": .integer(count)])
      return try await desk.house.runner.run(call, in: desk.context(authority)).awaiting
    }
    try await desk.decide(try await ask(1), "always")
    #expect(try await ask(1) == nil)
    #expect(try await ask(500) != nil)
    let waiting = try await desk.house.run("approval.list").data[0]
    #expect(waiting["tier"] == "two" && waiting["amount"] == .null)
  }

  @Test("a reminder asks in the words of the question, and none comes when it is over")
  func reminded() async throws {
    let desk = try await Desk()
    try await desk.ask(3_000)
    let asked = desk.house.told().filter { $0.person == "Ravi" }.map(\.text)
    #expect(asked[0].contains("Pays somebody: amount ₹3,000.00") && !asked[0].contains("{"), "\(asked)")
    await desk.house.sleepThrough(.hours(4))
    #expect(desk.house.told().filter { $0.person == "Ravi" }.map(\.text) == asked)
    await desk.house.sleepThrough(.hours(21))
    #expect(!desk.house.told().contains { $0.text.contains("asks for your yes") })
  }

  @Test("whom the owner puts in their place decides alone as they do, but not over their own wishes")
  func delegateOfOwner() async throws {
    let desk = try await Desk(policy.replacing("approvers: [owner, Lakshmi]", with: "approvers: [owner]"))
    let id = try #require(try await desk.ask(90_000))
    _ = try await desk.house.run("approval.delegate", ["person": "Amma", "days": 2])
    #expect(try await desk.decide(id, "yes", as: desk.house.elder)["state"] == "granted")
    #expect(try await desk.payments().count == 1)
    var authority = ActionContext.Authority(scopes: ["money"], agent: "trader")
    authority.isApproved = true
    let own = desk.house.context(desk.house.elder, door: "workflow", authority: authority)
    let second = try await desk.house.runner.run(desk.call(90_001), in: own).awaiting
    #expect(try await desk.decide(second, "yes", as: desk.house.elder)["state"] == "waiting")
  }

  @Test("a token agrees to no more than it may do itself, and hands its yes to nobody")
  func scoped() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(2_000))
    func tried(_ scopes: Set<String>, _ call: ActionCall) async -> String? {
      var authority = ActionContext.Authority(scopes: scopes)
      authority.isApproved = true
      let context = desk.house.context(desk.house.owner, door: "rest", authority: authority)
      do {
        _ = try await desk.house.runner.run(call, in: context)
        return nil
      } catch { return (error as? ActionError)?.code ?? "\(error)" }
    }
    func decide(_ decision: String) -> ActionCall {
      ActionCall("approval.decide", ["approval": .string(id), "decision": .string(decision)])
    }
    #expect(await tried(["read", "write"], decide("yes")) == "actions.scope")
    #expect(
      await tried(["read", "write"], ActionCall("approval.decide", ["decision": "yes", "all": true])) == "actions.scope"
    )
    #expect(await tried(["read", "write", "money"], decide("always")) == "actions.scope")
    #expect(await tried(["read", "write"], ActionCall("approval.delegate", ["person": "Amma"])) == "actions.scope")
    #expect(try await desk.payments().isEmpty)
    #expect(await tried(["read", "write", "money"], decide("yes")) == nil)
  }

  @Test("the list lets one request be answered with a tap, by who may decide it")
  func tapped() async throws {
    let desk = try await Desk()
    try await desk.ask(2_000)
    let say = try await desk.house.run("approval.list").say
    #expect(say.buttons.map(\.label) == ["approval.button.yes", "approval.button.no", "approval.button.always"])
    let yes = try #require(say.buttons.first)
    _ = try await desk.house.run(yes.action, yes.arguments)
    try await desk.house.events.drain()
    #expect(try await desk.payments().count == 1)
    for amount in [2_000, 3_000] { try await desk.ask(amount) }
    #expect(try await desk.house.run("approval.list").say.buttons.isEmpty)
  }

  @Test("all that waits is decided at once, and each is done")
  func bulk() async throws {
    let desk = try await Desk()
    for amount in [2_000, 3_000, 4_000] { try await desk.ask(amount) }
    #expect(try await desk.house.run("approval.list").data.array?.count == 3)
    #expect(try await desk.decide(nil, "yes", all: true).array?.count == 3)
    #expect(try await desk.payments().count == 3)
    #expect(try await desk.house.run("approval.list").data.array?.isEmpty == true)
  }

  @Test("an agent earns more with its record, loses it with a refusal, and never passes its ceiling")
  func autonomy() async throws {
    let desk = try await Desk()
    #expect(try await desk.ask(500) != nil, "level 1 asks for everything")
    try await desk.decide(nil, "yes", all: true)
    #expect(try await desk.level() == 1)
    try await desk.decide(try await desk.ask(600), "yes")
    #expect(try await desk.level() == 2)
    #expect(try await desk.ask(700) == nil, "little and sure goes by itself")
    #expect(try await desk.ask(701, confidence: 0.8) != nil)
    #expect(try await desk.ask(1_001) != nil)
    try await desk.decide(nil, "yes", all: true)
    #expect(try await desk.level() == 2, "the ceiling")
    try await desk.decide(try await desk.ask(2_000), "no")
    #expect(try await desk.level() == 1)
    #expect(try await desk.ask(702) != nil)
    #expect(try await desk.house.run("agent.correct", ["agent": "trader"]).data["level"] == 0)
  }

  @Test("what cannot be done any more is told, not tried again")
  func fails() async throws {
    let desk = try await Desk()
    let id = try #require(try await desk.ask(3_000, to: "nobody"))
    try await desk.decide(id, "yes")
    #expect(try await desk.state(id) == .failed)
    #expect(try await desk.house.events.drain() == nil)
  }

  @Test("every question, answer and deed stands in the audit log")
  func audited() async throws {
    let desk = try await Desk()
    try await desk.decide(try await desk.ask(3_000), "yes")
    let lines = try await desk.house.tenant().read {
      try $0.query("SELECT action FROM audit WHERE tenant = :tenant ORDER BY number") { $0.text(0) }
    }
    #expect(lines == ["approval.ask", "approval.decide", "bank.pay"])
  }
}
