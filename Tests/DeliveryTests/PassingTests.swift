import Base
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

@testable import Delivery

@Suite("A message that its channel gave up") struct PassingTests {
  private struct Letter: Equatable {
    let door: String
    let person: String
    let state: String
    let text: String
  }

  /// Lakshmi reads WhatsApp first and Telegram after that; Ravi, the owner, Telegram.
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([])
    house.clock.advance(by: .minutes(1))
    let (people, elder) = (house.people, house.elder)
    try await house.store.write { transaction in
      try people.bind(
        Address(door: "whatsapp", account: "9", user: "91"), chat: "91", to: elder, in: &transaction)
    }
    house.delivery.open(door: "whatsapp")
    return house
  }

  private func tell(
    _ house: RoomHarness, _ text: String, urgency: Urgency = .normal, key: String? = nil
  ) async throws {
    let elder = house.elder
    try await house.tenant().write { try $0.tell(elder.id, .words(text), urgency: urgency, dedupeKey: key) }
  }

  private func letters(_ house: RoomHarness) async throws -> [Letter] {
    let names = [house.owner.id.text: "Ravi", house.elder.id.text: "Lakshmi"]
    return try await house.store.read { reader in
      try reader.query("SELECT door, person, state, payload FROM outbox ORDER BY rowid") { row in
        Letter(
          door: row.text(0), person: names[row.text(1)] ?? "somebody", state: row.text(2),
          text: OutboundMessage(stored: row.text(3))?.text.text ?? "")
      }
    }
  }

  /// The outbox gives up the newest message of a door.
  private func giveUp(_ house: RoomHarness, door: String) async throws {
    try await house.store.write { transaction in
      let items = try transaction.unsettledOutbox()
      let item = try #require(items.last { $0.address.door == door })
      try transaction.write(OutboxRecord(item: item, at: transaction.now, outcome: .failed("refused")))
    }
  }

  /// The platform took the newest message of a door and says later that it failed.
  private func fail(_ house: RoomHarness, door: String, pause: Duration? = nil) async throws {
    let now = house.clock.now
    try await house.store.write { transaction in
      let items = try transaction.unsettledOutbox()
      let item = try #require(items.last { $0.address.door == door })
      try transaction.write(OutboxRecord(item: item, at: now, outcome: .sent(externalID: item.id)))
      #expect(
        try transaction.note(.failed, id: item.id, externalID: item.id, at: now, note: "why", againAfter: pause))
      #expect(
        try !transaction.note(.failed, id: item.id, externalID: item.id, at: now, note: "why", againAfter: pause))
    }
  }

  @Test("goes by the next one, and when that fails the owner is told, once")
  func next() async throws {
    let house = try await house()
    try await tell(house, "Take it.", key: "k")
    try await giveUp(house, door: "whatsapp")
    #expect(
      try await letters(house) == [
        Letter(door: "whatsapp", person: "Lakshmi", state: "failed", text: "Take it."),
        Letter(door: "telegram", person: "Lakshmi", state: "sending", text: "Take it."),
      ])
    #expect(try await house.tenant().write { try $0.toldState("k") } == .waiting)
    try await giveUp(house, door: "telegram")
    #expect(try await house.tenant().write { try $0.toldState("k") } == .failed)
    var all = try await letters(house)
    #expect(all.count == 3 && all[2].person == "Ravi" && all[2].door == "telegram")
    #expect(all[2].text.contains("Lakshmi could not be reached by Telegram") && !all[2].text.contains("Take it."))
    // another one on the same day
    try await tell(house, "And this.")
    try await giveUp(house, door: "whatsapp")
    try await fail(house, door: "telegram")
    all = try await letters(house)
    #expect(all.count == 5 && all.count { $0.person == "Ravi" } == 1)
    // and the word to the owner itself
    try await giveUp(house, door: "telegram")
    #expect(try await letters(house).count == 5)
  }

  @Test("what nothing took is handed over, once, when the person writes; what is old is not")
  func owed() async throws {
    let house = try await house()
    let elder = house.elder
    let reach = PeopleBook.Reach(
      address: Address(door: "whatsapp", account: "9", user: "91"), chat: "91", isReachable: true, lastSeen: .epoch)
    func writes() async throws -> [Letter] {
      let delivery = house.delivery
      let known = try await letters(house).count
      try await house.tenant().write { try delivery.handOver(owedTo: elder, at: reach, in: $0) }
      return Array(try await letters(house).dropFirst(known))
    }
    #expect(try await writes().isEmpty)
    for text in ["Take it.", "And *this*."] {
      try await tell(house, text)
      try await giveUp(house, door: "whatsapp")
      try await giveUp(house, door: "telegram")
    }
    let handed = try await writes()
    #expect(handed.map(\.door) == ["whatsapp"] && handed.map(\.person) == ["Lakshmi"])
    let lines = handed.first?.text.split(separator: "\n").map(String.init) ?? []
    #expect(lines.count == 3 && lines[1].hasSuffix(": Take it.") && lines[2].hasSuffix(": And *this*."))
    #expect(try await writes().isEmpty)
    try await tell(house, "Too late.")
    try await giveUp(house, door: "whatsapp")
    try await giveUp(house, door: "telegram")
    house.clock.advance(by: .days(3))
    #expect(try await writes().isEmpty)
  }

  @Test("what is owed is known again after a start")
  func owedAfterAStart() async throws {
    let house = try await house()
    try await tell(house, "Take it.")
    try await giveUp(house, door: "whatsapp")
    try await giveUp(house, door: "telegram")
    let again = Delivery(
      people: house.people, personas: house.delivery.personas, replies: house.delivery.replies,
      random: SeededRandom(seed: 1))
    let elder = house.elder
    let reach = PeopleBook.Reach(
      address: Address(door: "telegram", user: "2"), chat: "2", isReachable: true, lastSeen: .epoch)
    try await house.tenant().write { try again.handOver(owedTo: elder, at: reach, in: $0) }
    #expect(try await letters(house).last?.text.hasSuffix(": Take it.") == true)
  }

  @Test("who passed words on hears when they cannot be delivered, and the owner is not told of it twice")
  func untold() async throws {
    let house = try await house()
    let (elder, owner) = (house.elder, house.owner)
    try await house.tenant().write {
      try $0.tell(elder.id, .words("Ravi: come home"), dedupeKey: Delivery.relayKey(by: owner.id, in: $0))
    }
    try await giveUp(house, door: "whatsapp")
    try await giveUp(house, door: "telegram")
    let all = try await letters(house)
    #expect(all.count == 3 && all[2].person == "Ravi")
    #expect(all[2].text.contains("could not pass this on to Lakshmi: “Ravi: come home”"))
  }

  @Test("failing later than it was taken is the same")
  func later() async throws {
    let house = try await house()
    try await tell(house, "Take it.")
    try await fail(house, door: "whatsapp")
    #expect(try await letters(house).map(\.door) == ["whatsapp", "telegram"])
  }

  @Test("what the same channel may take yet goes there again, after the pause and three times in all")
  func again() async throws {
    let house = try await house()
    try await tell(house, "Take it.", key: "k")
    for tries in 1..<Delivery.triesPerChannel {
      try await fail(house, door: "whatsapp", pause: .seconds(10))
      let all = try await letters(house)
      #expect(all.count == tries + 1 && all.allSatisfy { $0.door == "whatsapp" } && all.last?.state == "waiting")
      let due = try await house.store.read { try $0.query("SELECT due_at FROM outbox") { $0.instant(0) }.max() }
      #expect(due == house.clock.now + .seconds(10))
    }
    try await fail(house, door: "whatsapp", pause: .seconds(10))
    #expect(try await letters(house).last?.door == "telegram")
    #expect(try await house.tenant().write { try $0.toldState("k") } == .waiting)
  }

  @Test("what goes by every channel already is not doubled")
  func emergency() async throws {
    let house = try await house()
    try await tell(house, "Help!", urgency: .emergency, key: "k")
    #expect(try await letters(house).map(\.door) == ["whatsapp", "telegram"])
    try await giveUp(house, door: "whatsapp")
    #expect(try await letters(house).count == 2)
    try await giveUp(house, door: "telegram")
    #expect(try await letters(house).map(\.person) == ["Lakshmi", "Lakshmi", "Ravi"])
  }

  @Test("by e-mail goes what no chat takes, however new the address is; a call for help goes there as well")
  func mail() async throws {
    let house = try await house()
    house.clock.advance(by: .days(1))
    let (people, elder) = (house.people, house.elder)
    let amma = Address(door: "email", user: "amma@example.org")
    try await house.store.write { try people.bind(amma, chat: amma.user, to: elder, in: &$0) }
    try await tell(house, "Help!", urgency: .emergency, key: "one")
    #expect(try await letters(house).map(\.door) == ["whatsapp", "telegram"], "it is not open")
    for door in ["whatsapp", "telegram"] { try await giveUp(house, door: door) }
    house.delivery.open(door: "email")
    #expect(people.reaches(of: elder.id).map(\.address.door) == ["whatsapp", "telegram", "email"])
    try await tell(house, "Take it.")
    for door in ["whatsapp", "telegram", "email"] { try await giveUp(house, door: door) }
    // the last one tells the owner, who had heard of it that day
    #expect(try await letters(house).dropFirst(3).map(\.door) == ["whatsapp", "telegram", "email"])
    try await tell(house, "Help!", urgency: .emergency)
    #expect(try await letters(house).suffix(3).map(\.door) == ["whatsapp", "telegram", "email"])
  }

  @Test("a channel that is closed or that refuses the person is not taken")
  func closed() async throws {
    let house = try await house()
    house.delivery.close(door: "telegram")
    try await tell(house, "Take it.")
    try await giveUp(house, door: "whatsapp")
    #expect(try await letters(house).map(\.person) == ["Lakshmi", "Ravi"])
  }

  @Test("what was written for a stranger is passed on to nobody")
  func stranger() async throws {
    let house = try await house()
    let (delivery, owner) = (house.delivery, house.owner)
    try await house.tenant().write { transaction in
      try delivery.post(
        OutboundMessage(text: StyledText("CODE")), to: owner,
        at: .init(
          address: Address(door: "whatsapp", account: "9", user: "666"), chat: "666", isReachable: true,
          lastSeen: .epoch), urgency: .normal, in: transaction)
    }
    try await giveUp(house, door: "whatsapp")
    #expect(try await letters(house).count == 1)
  }
}
