import Actions
import Base
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Store
import Testing
import Text

/// The shopping list that two people write in.
struct ListTests {
  private func code(_ house: RoomHarness, _ name: String, _ arguments: JSONObject, as person: Person) async -> String? {
    do {
      try await house.run(name, arguments, as: person)
      return nil
    } catch { return (error as? ActionError)?.code }
  }

  private func items(_ outcome: Outcome) -> [String?] { (outcome.data["items"].array ?? []).map { $0["text"].string } }

  @Test("things are put on and taken off, nothing stands twice, and both can be undone")
  func own() async throws {
    let house = try await RoomHarness([Reminders.room])
    #expect(await code(house, "list.show", [:], as: house.owner) == "list.none")
    let added = try await house.run("list.add", ["items": "milk, eggs"])
    #expect(house.text(added.say) == "🛒 On the shopping list: milk and eggs. (2 things on it.)")
    #expect(
      items(try await house.run("list.add", ["items": "Milk, rice", "list": "the shopping list"])) == [
        "milk", "eggs", "rice",
      ])
    let gone = try await house.run("list.remove", ["items": "eggs"])
    #expect(items(gone) == ["milk", "rice"])
    let back = try #require(gone.inverse)
    #expect(items(try await house.run(back.name, back.arguments)).count == 3)
    let undo = try #require(added.inverse)
    #expect(items(try await house.run(undo.name, undo.arguments)) == ["rice"])
    #expect(await code(house, "list.remove", ["items": "coffee"], as: house.owner) == "list.not_there")
    try await house.run("list.add", ["items": "hammer", "list": "tools"])
    #expect(items(try await house.run("list.show", ["list": "tools"])) == ["hammer"])
    #expect(items(try await house.run("list.show")) == ["rice"])
  }

  @Test("another quantity takes the place of the one before, and undo brings that back")
  func quantities() async throws {
    let house = try await RoomHarness([Reminders.room])
    try await house.run("list.add", ["items": "2 kg onion, milk, paal rendu litre"])
    let more = try await house.run("list.add", ["items": "onion 3 kg., paal moonu litre"])
    #expect(items(more) == ["milk", "onion 3 kg", "paal moonu litre"])
    let undo = try #require(more.inverse)
    #expect(Set(items(try await house.run(undo.name, undo.arguments))) == ["2 kg onion", "milk", "paal rendu litre"])
    #expect(
      items(try await house.run("list.add", ["items": "daal 1 kilo chawal 2 kilo podu"])).suffix(2) == [
        "daal 1 kilo", "chawal 2 kilo",
      ])
    // two things that are not the same
    #expect(items(try await house.run("list.add", ["items": "spring onion"])).count == 6)
  }

  @Test("a list is somebody's own until it is shared; then both change it, and it ends when its owner says so")
  func shared() async throws {
    let house = try await RoomHarness([Reminders.room])
    try await house.run("list.add", ["items": "milk"])
    #expect(await code(house, "list.show", [:], as: house.elder) == "list.none")
    try await house.run("list.share", ["person": "Amma"])
    #expect(house.told().map(\.person) == ["Lakshmi"])
    #expect(items(try await house.run("list.add", ["items": "coffee"], as: house.elder)) == ["milk", "coffee"])
    #expect(items(try await house.run("list.remove", ["items": "milk"], as: house.elder)) == ["coffee"])
    #expect(house.text(try await house.run("list.show").say) == "🛒 shopping list (with Amma):\n• coffee")
    // who only writes in it does not give it on
    #expect(await code(house, "list.share", ["person": "Ravi"], as: house.elder) == "list.none")
    try await house.run("list.share", ["person": "Amma", "on": false])
    #expect(await code(house, "list.show", [:], as: house.elder) == "list.none")
  }

  @Test("who is on a list leaves it; from whom every right was taken sees none, and shares none")
  func closed() async throws {
    let house = try await RoomHarness([Reminders.room])
    try await house.run("list.add", ["items": "milk"])
    try await house.run("list.share", ["person": "Amma"])
    try await house.run("list.share", ["person": "Ravi", "on": false], as: house.elder)
    #expect(await code(house, "list.show", [:], as: house.elder) == "list.none")
    try await house.run("list.add", ["items": "salt", "list": "temple"], as: house.elder)
    try await house.run("list.share", ["person": "Ravi", "list": "temple"], as: house.elder)
    #expect(items(try await house.run("list.show", ["list": "temple"])) == ["salt"])
    var link = try #require(house.people.relatives(of: house.elder.id).first).link
    link.rights = []
    let closed = link
    try await house.tenant().write { try house.people.link(closed, in: $0) }
    #expect(await code(house, "list.show", ["list": "temple"], as: house.owner) == "list.none")
    #expect(await code(house, "list.share", ["person": "Amma"], as: house.owner) == "list.closed")
  }

  @Test("a person's lists are forgotten and exported; what they wrote in another's goes with them")
  func forget() async throws {
    let house = try await RoomHarness([Reminders.room])
    try await house.run("list.add", ["items": "milk"])
    try await house.run("list.share", ["person": "Amma"])
    try await house.run("list.add", ["items": "coffee"], as: house.elder)
    let elder = house.elder.id
    #expect(try await house.tenant().read { try Reminders.room.export(elder, $0) }[0]["items"] == ["milk", "coffee"])
    _ = try await house.tenant().write { try Reminders.room.forget(elder, &$0) }
    let left = try await house.run("list.show")
    #expect(items(left) == ["milk"] && left.data["members"] == [])
  }
}
