import Actions
import Base
import Desk
import Formats
import Messages
import RoomTesting
import Store
import Testing

struct TaskTests {
  @Test("a task is added with its project, listed, done, and opened again by undo")
  func life() async throws {
    let house = try await RoomHarness([Desk.room])
    let added = try await house.run(
      "task.add", ["title": "Call the printer", "project": "Café Nila", "due": "2026-11-24T18:30"])
    #expect(house.text(added.say) == "Noted: Call the printer · Café Nila, due tomorrow at 6:30 pm.")
    try await house.run("task.add", ["title": "Pay the rent", "due": "2026-11-23"])
    let list = try await house.run("task.list")
    #expect(
      house.text(list.say) == """
        2 open tasks:
        1. Pay the rent — today
        2. Call the printer · Café Nila — tomorrow at 6:30 pm [✓ Pay the rent] [✓ Call the printer]
        """)
    #expect(try await house.run("task.list", ["project": "cafe nila"]).data["tasks"].array?.count == 1)

    let done = try await house.run("task.done", ["task": "printer"])
    #expect(house.text(done.say) == "Done: Call the printer. 1 task left.")
    let undo = try #require(done.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await house.run("task.list").data["tasks"].array?.count == 2)
    let inverse = try #require(added.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(try await house.run("task.list").data["tasks"].array?.count == 1)
  }

  @Test("a task gets another day, title or project, keeps what was not said, and undo puts it back")
  func change() async throws {
    let house = try await RoomHarness([Desk.room])
    try await house.run("task.add", ["title": "Write the copy", "project": "Malar", "due": "2026-12-03T18:30"])
    let moved = try await house.run("task.change", ["task": "copy", "due": "2026-12-05"])
    #expect(house.text(moved.say) == "Changed: Write the copy · Malar, due Sat 5 Dec at 6:30 pm.")
    let renamed = try await house.run(
      "task.change", ["task": "copy", "title": "Write the long copy", "project": "Kovai"])
    #expect(house.text(renamed.say) == "Changed: Write the long copy · Kovai, due Sat 5 Dec at 6:30 pm.")
    for one in [renamed, moved] {
      let undo = try #require(one.inverse)
      try await house.run(undo.name, undo.arguments)
    }
    let task = try await house.run("task.list").data["tasks"][0]
    #expect(task["title"] == "Write the copy" && task["project"] == "Malar" && task["due"] == "2026-12-03T13:00:00Z")
    // without a day before, undo takes the day away again
    try await house.run("task.add", ["title": "Brief influencers"])
    let dated = try await house.run("task.change", ["task": "influencers", "due": "2026-12-05"])
    #expect(dated.data["due"] == "2026-12-05")
    let undo = try #require(dated.inverse)
    #expect(try await house.run(undo.name, undo.arguments).data["due"].isNull)
    await #expect(throws: ActionError.self) {
      try await house.run("task.change", ["task": "nothing like it", "due": "2026-12-05"])
    }
  }

  @Test("a long list tells how many there are, and gives those due first")
  func long() async throws {
    let house = try await RoomHarness([Desk.room])
    for number in 1...129 { try await house.run("task.add", ["title": .string("Sort box \(number)")]) }
    try await house.run("task.add", ["title": "Pay the rent", "due": "2026-11-23"])
    let list = try await house.run("task.list")
    #expect(list.data["count"].int == 130)
    #expect(list.data["tasks"].array?.count == 100)
    #expect(list.data["tasks"].array?.first?["title"].string == "Pay the rent")
    let text = house.text(list.say)
    #expect(text.hasPrefix("130 open tasks:\n1. Pay the rent"))
    #expect(text.contains("115"), "what is not shown is counted")
  }

  @Test("a task that is done is told so; words that fit several ask which")
  func ambiguous() async throws {
    let house = try await RoomHarness([Desk.room])
    for title in ["Write the invoice", "Send the invoice"] {
      try await house.run("task.add", ["title": .string(title)])
    }
    let context = house.context()
    guard
      case .ask(_, let parameter, let say) = await house.runner.prepare(
        ActionCall("task.done", ["task": "invoice"]), in: context)
    else {
      Issue.record("it should ask which")
      return
    }
    #expect(parameter == "task")
    await #expect { try await house.run("task.done", ["task": "invoice"], door: "rest") } throws: {
      ($0 as? ActionError)?.sentence.contains("Write the invoice; Send the invoice") == true
    }
    let button = try #require(say.buttons.first)
    try await house.run(button.action, button.arguments)
    await #expect { try await house.run(button.action, button.arguments) } throws: {
      ($0 as? ActionError)?.code == "desk.task_unknown"
    }
    #expect(try await house.run("task.done", ["task": "invoise"]).data["title"].string == "Send the invoice")
    await #expect { try await house.run("task.done", ["task": "1"]) } throws: {
      ($0 as? ActionError)?.code == "desk.no_tasks"
    }
  }

  @Test("a project spelt nearly so is asked about; a number makes another one; scripts are not asked")
  func didYouMean() async throws {
    let house = try await RoomHarness([Desk.room])
    try await house.run("task.add", ["title": "Menu", "project": "Nila Foods"])
    guard
      case .ask(_, "project", let say) = await house.runner.prepare(
        ActionCall("task.add", ["title": "Logo", "project": "nila food"]), in: house.context())
    else {
      Issue.record("it should ask which project")
      return
    }
    #expect(
      house.text(say)
        == "I don't know nila food. Did you mean Nila Foods? [Yes, Nila Foods] [No, nila food is new]")
    for button in say.buttons { try await house.run(button.action, button.arguments) }
    #expect(try await house.run("task.list", ["project": "Nila Foods"]).data["tasks"].array?.count == 2)
    try await house.run("task.add", ["title": "A", "project": "Brand 1"])
    try await house.run("task.add", ["title": "B", "project": "Brand 2"])
    try await house.run("project.link", ["project": "Nila Foodz", "platform": "X", "external_id": "1"], door: "rest")
    #expect(
      try await house.run("project.list").data["projects"].array?.compactMap { $0["name"].string }
        == ["Brand 1", "Brand 2", "nila food", "Nila Foods", "Nila Foodz"])
  }

  @Test("a link keeps its id however often it is made, and can be taken back")
  func links() async throws {
    let house = try await RoomHarness([Desk.room])
    let call: JSONObject = ["project": "Nila", "platform": "Instagram", "external_id": "178414"]
    let first = try await house.run("project.link", call, door: "rest")
    let id = try #require(first.data["id"].string)
    #expect(try await house.run("project.link", call, door: "rest").data["id"].string == id)
    let list = try await house.run("project.list")
    #expect(list.data["projects"][0]["links"][0]["platform"].string == "instagram")
    #expect(house.text(list.say) == "1 project:\n• Nila · instagram")
    let undo = try #require(first.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await house.run("project.list").data["projects"][0]["links"].array?.isEmpty == true)
  }

  @Test("a due task is told once, with a button; those due while the house was down come as one message")
  func due() async throws {
    let house = try await RoomHarness([Desk.room])
    try await house.run("task.add", ["title": "Stand-up", "due": "2026-11-23T10:15"])
    try await house.run("task.add", ["title": "Tea", "due": "2026-11-23T11:00"])
    try await house.run("task.add", ["title": "Lunch", "due": "2026-11-23T13:00"])
    await house.advance(by: .minutes(20))
    let told = house.told()
    #expect(told.map(\.text) == ["Due now: Stand-up"])
    #expect(told.first?.buttons == ["Done"])
    let call = try #require(try await house.call(ofButton: "Done", to: house.owner))
    try await house.run(call.name, call.arguments)
    await house.sleepThrough(.hours(5))
    #expect(house.told().map(\.text) == ["2 tasks are due:\n• Tea — today at 11:00 am\n• Lunch — today at 1:00 pm"])
    await house.advance(by: .hours(1))
    #expect(house.told().isEmpty)
  }
}
