import Actions
import Base
import Delivery
import Desk
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

struct ExpenseTests {
  private func spend(_ house: RoomHarness, _ amount: String, _ what: String, _ project: String?, _ date: String)
    async throws
  {
    var arguments: JSONObject = ["amount": .string(amount), "what": .string(what), "date": .string(date)]
    arguments["project"] = project.map { .string($0) }
    try await house.run("expense.add", arguments)
  }

  @Test("totals are exact by currency and project, with a chart for a month of several projects")
  func totals() async throws {
    let house = try await RoomHarness([Desk.room])
    try await spend(house, "1250.50", "flour", "Bakery", "2026-11-02")
    try await spend(house, "0.10", "sticker", "Bakery", "2026-11-03")
    try await spend(house, "300", "tape", "Studio", "2026-11-20")
    try await spend(house, "12.99 USD", "domain", "Studio", "2026-11-20")
    try await spend(house, "500 JPY", "stamp", nil, "2026-11-20")
    try await spend(house, "99", "last month", "Studio", "2026-10-31")
    let total = try await house.run("expense.total")
    #expect(
      total.data["totals"].array?.compactMap { $0["amount"].string }
        == ["1550.60", "500", "12.99"])
    #expect(
      house.text(total.say) == """
        Spent this month: ₹1,550.60, ¥500 and $12.99
        • Bakery: ₹1,250.60
        • Studio: ₹300.00
        • No project: ¥500
        • Studio: $12.99
        """)
    let picture = try #require(total.say.picture)
    let file = try #require(try await house.tenant().keptFile(picture))
    #expect(file.type == "image/png" && file.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))

    let studio = try await house.run("expense.total", ["project": "studio", "period": "year"])
    #expect(house.text(studio.say) == "Spent on Studio this year: ₹399.00 and $12.99")
    #expect(studio.say.picture == nil)
    #expect(try await house.run("expense.total", ["period": "today"]).data["totals"].array?.isEmpty == true)
  }

  @Test("what was spent, finished and met are deeds of whose they are, and of nobody else")
  func deeds() async throws {
    let house = try await RoomHarness([Desk.room])
    try await spend(house, "500", "electrician", "Studio", "2026-11-20")
    try await house.run("task.add", ["title": "Service the car"])
    try await house.run("task.add", ["title": "Pay the rent"])
    try await house.run("task.done", ["task": "car"])
    try await house.run("event.add", ["title": "Lunch with Ravi", "starts": "2026-11-23T13:00"])
    let owner = house.owner
    func deeds(_ person: Person) async throws -> [String] {
      let now = house.clock.now
      return try await house.tenant().read { try Desk.room.deeds(person, now, $0) }.map { "\($0.kind) \($0.what)" }
    }
    #expect(try await deeds(owner) == ["paid electrician, Studio", "did Service the car"])
    await house.advance(by: .hours(5))
    #expect(try await deeds(owner).last == "went Lunch with Ravi")
    #expect(try await deeds(house.elder).isEmpty)
  }

  @Test("a question is about a project, else about what something was spent on, else about nothing known")
  func subjects() async throws {
    let house = try await RoomHarness([Desk.room])
    try await spend(house, "300", "tea", nil, "2026-11-20")
    try await spend(house, "120", "tea and biscuits", "Bakery", "2026-11-20")
    try await spend(house, "900", "ads", "Bakery", "2026-11-20")
    #expect(
      house.text(try await house.run("expense.total", ["project": "tea"]).say).hasPrefix(
        "Spent on tea this month: ₹420.00"))
    let tea = try await house.run("expense.list", ["project": "tea"])
    #expect(tea.data["expenses"].array?.compactMap { $0["what"].string } == ["tea and biscuits", "tea"])
    let bakery = try await house.run("expense.total", ["project": "bakery"])
    #expect(house.text(bakery.say).hasPrefix("Spent on Bakery this month: ₹1,020.00"))
    await #expect { try await house.run("expense.total", ["project": "coffee"]) } throws: {
      ($0 as? ActionError)?.code == "desk.nothing_spent"
    }
  }

  @Test("an expense is listed and can be taken back; nothing and less are refused")
  func list() async throws {
    let house = try await RoomHarness([Desk.room])
    let added = try await house.run("expense.add", ["amount": "450", "what": "tea", "project": "Bakery"])
    #expect(house.text(added.say) == "Noted: ₹450.00 for tea · Bakery.")
    #expect(
      house.text(try await house.run("expense.list", ["period": "today"]).say)
        == "1 expense today:\n• ₹450.00 — tea · Bakery (today) [Total]")
    let undo = try #require(added.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(house.text(try await house.run("expense.list").say) == "Nothing spent this month.")
    for amount in ["0", "-5", "99999999999999999"] {
      await #expect(throws: ActionError.self) { try await house.run("expense.add", ["amount": .string(amount)]) }
    }
    await #expect { try await house.run("expense.total", ["project": "zoo"]) } throws: {
      ($0 as? ActionError)?.code == "desk.nothing_spent"
    }
  }

  @Test("nobody sees another's expenses; forgetting leaves nothing, and the export held it all")
  func own() async throws {
    let house = try await RoomHarness([Desk.room])
    try await spend(house, "10", "tea", "Bakery", "2026-11-23")
    try await house.run("task.add", ["title": "x", "project": "Bakery", "due": "2026-11-25T10:00"])
    try await house.run("event.add", ["title": "Fair", "starts": "2026-11-24T10:00"])
    try await house.run("project.link", ["project": "Bakery", "platform": "shopify", "external_id": "7"])
    #expect(try await house.run("expense.list", as: house.elder).data["expenses"].array?.isEmpty == true)
    #expect(try await house.run("task.list", as: house.elder).data["tasks"].array?.isEmpty == true)
    let owner = house.owner.id
    let export = try await house.tenant().read { try Desk.room.export(owner, $0) }
    #expect(export["expenses"][0]["what"].string == "tea")
    #expect(export["events"][0]["title"].string == "Fair")
    #expect(export["links"][0]["platform"].string == "shopify")
    let gone = try await house.tenant().write { try Desk.room.forget(owner, &$0) }
    #expect(gone == 5)
    #expect(try await house.run("project.list").data["projects"].array?.isEmpty == true)
    await house.advance(by: .days(3))
    #expect(house.told().isEmpty)
  }
}
