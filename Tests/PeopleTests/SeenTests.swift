import Formats
import Delivery
import Time
import Text
import Base
import Conversation
import Messages
import People
import RoomTesting
import Store
import Testing

private let phone = Address(door: "whatsapp", account: "9", user: "919900112233")
private let userID = Address(door: "whatsapp", account: "9", user: "IN.4477aa")

private func message(_ from: Address, alias: Address? = nil) -> InboundMessage {
  InboundMessage(
    from: from, kind: "message", externalID: "x", chat: from.user, content: .text("hello"), alias: alias)
}

extension RoomHarness {
  /// Waits until everything that was handed to the store is done: it keeps the order.
  fileprivate func settle() async throws { try await store.write { _ in } }

  fileprivate func restarted() async throws -> PeopleBook {
    let book = PeopleBook(store: store, zones: .shared)
    try await book.load()
    return book
  }

  fileprivate func bind(_ address: Address, to person: Person) async throws {
    let people = people
    try await store.write { try people.bind(address, chat: address.user, to: person, in: &$0) }
  }

  fileprivate func see(_ message: InboundMessage) async throws {
    people.saw(message, at: clock.now)
    try await settle()
  }

  fileprivate func committed() -> UInt64 { store.database.statistics.committed }
}

struct SeenTests {
  private let telegram = Address(door: "telegram", account: "1", user: "Lakshmi")

  @Test("a thousand messages in five minutes cost no write; the next grain costs one")
  func cheap() async throws {
    let house = try await porch()
    // what a new house writes by itself, and the first word of somebody, is not counted
    house.people.saw(telegram, at: house.clock.now)
    try await house.settle()
    let before = house.committed()
    for _ in 0..<1_000 {
      house.clock.advance(by: .milliseconds(299))
      house.people.saw(telegram, at: house.clock.now)
    }
    #expect(house.committed() == before)
    house.clock.advance(by: .seconds(2))
    for _ in 0..<100 { house.people.saw(telegram, at: house.clock.now) }
    try await house.settle()
    #expect(house.committed() == before + 2, "one write, and the one that waited for it")
  }

  @Test("the time is there after a restart, and orders where a person is reached")
  func survives() async throws {
    let house = try await porch()
    try await house.bind(phone, to: house.elder)
    house.clock.advance(by: .minutes(10))
    house.people.saw(telegram, at: house.clock.now)
    try await house.settle()
    let reaches = try await house.restarted().reaches(of: house.elder.id)
    #expect(reaches.map(\.address) == [telegram, phone])
    #expect(reaches.first?.lastSeen == house.clock.now)
  }

  @Test("who writes again is reachable again, on the disk too")
  func reachableAgain() async throws {
    let house = try await porch()
    let people = house.people
    try await house.store.write { try people.markUnreachable(telegram, in: &$0) }
    #expect(people.reaches(of: house.elder.id).map(\.isReachable) == [false])
    people.saw(telegram, at: house.clock.now)
    try await house.settle()
    #expect(people.reaches(of: house.elder.id).map(\.isReachable) == [true])
    #expect(try await house.restarted().reaches(of: house.elder.id).map(\.isReachable) == [true])
  }

  @Test("an address that nobody has changes nothing")
  func unknown() async throws {
    let house = try await porch()
    // what a new house writes by itself is not counted
    try await house.settle()
    let before = house.committed()
    house.people.saw(message(phone, alias: userID), at: house.clock.now)
    #expect(house.committed() == before)
    #expect(house.people.person(from: message(phone, alias: userID)) == nil)
  }
}

struct SecondIDTests {
  @Test("known by a number, found by the user id from then on, also when the number is withheld")
  func learnsUserID() async throws {
    let house = try await porch()
    try await house.bind(phone, to: house.elder)
    #expect(house.people.person(from: message(userID)) == nil)
    try await house.see(message(phone, alias: userID))
    #expect(house.people.person(from: message(userID))?.id == house.elder.id)
    #expect(try await house.restarted().person(at: userID)?.id == house.elder.id)
  }

  @Test("known by a user id, found by the number too, and answered where the person writes")
  func learnsNumber() async throws {
    let house = try await porch()
    try await house.bind(userID, to: house.elder)
    #expect(house.people.person(from: message(phone, alias: userID))?.id == house.elder.id)
    try await house.see(message(phone, alias: userID))
    for book in [house.people, try await house.restarted()] {
      #expect(book.person(at: phone)?.id == house.elder.id)
      #expect(book.person(at: userID)?.id == house.elder.id)
      #expect(book.reaches(of: house.elder.id).filter { $0.address.door == "whatsapp" }.map(\.address) == [phone])
    }
  }

  @Test("a number that was typed in counts for any account, and learns the id once")
  func typedIn() async throws {
    let house = try await porch()
    try await house.bind(Address(door: "whatsapp", user: phone.user), to: house.elder)
    for _ in 0..<3 { try await house.see(message(phone, alias: userID)) }
    #expect(house.people.person(at: userID)?.id == house.elder.id)
    #expect(house.people.addresses(of: house.elder.id).count { $0.door == "whatsapp" } == 2)
  }

  @Test("an id that belongs to somebody else is never moved")
  func neverMoves() async throws {
    let house = try await porch()
    try await house.bind(phone, to: house.elder)
    try await house.bind(userID, to: house.owner)
    try await house.see(message(phone, alias: userID))
    #expect(house.people.person(from: message(phone, alias: userID))?.id == house.elder.id)
    #expect(house.people.person(at: userID)?.id == house.owner.id)
    #expect(try await house.restarted().person(at: userID)?.id == house.owner.id)
  }

  @Test("an alarm reaches one account once, whatever it is called")
  func alarmOnce() async throws {
    let house = try await porch()
    try await house.bind(phone, to: house.elder)
    try await house.see(message(phone, alias: userID))
    let elder = house.elder
    try await house.tenant().write { try $0.tell(elder.id, .words("fire"), urgency: .emergency) }
    let doors = try await house.store.read {
      try $0.query("SELECT door FROM outbox WHERE person = ?", elder.id) { $0.text(0) }
    }
    #expect(doors.sorted() == ["telegram", "whatsapp"])
  }

  private static let newPhone = Address(door: "whatsapp", account: "9", user: "919900119999")

  @Test("a changed number moves with the person")
  func moves() async throws {
    let house = try await porch()
    let people = house.people
    try await house.bind(phone, to: house.elder)
    #expect(
      try await house.store.write { try people.move(phone, to: Self.newPhone, chat: Self.newPhone.user, in: &$0) })
    for book in [people, try await house.restarted()] {
      #expect(book.person(at: phone) == nil)
      #expect(book.person(at: Self.newPhone)?.id == house.elder.id)
      #expect(
        book.reaches(of: house.elder.id).filter { $0.address.door == "whatsapp" }.map(\.chat) == [Self.newPhone.user])
    }
  }

  @Test("a number that somebody else has, or nobody had, is not moved")
  func movesNot() async throws {
    let house = try await porch()
    let people = house.people
    #expect(try await !house.store.write { try people.move(phone, to: Self.newPhone, chat: "c", in: &$0) })
    try await house.bind(phone, to: house.elder)
    try await house.bind(Self.newPhone, to: house.owner)
    #expect(try await !house.store.write { try people.move(phone, to: Self.newPhone, chat: "c", in: &$0) })
    #expect(people.person(at: phone)?.id == house.elder.id)
    #expect(people.person(at: Self.newPhone)?.id == house.owner.id)
  }

  @Test("a changed user id moves and stays a second id")
  func movesAlias() async throws {
    let house = try await porch()
    let people = house.people
    let newID = Address(door: "whatsapp", account: "9", user: "IN.77bb")
    try await house.bind(phone, to: house.elder)
    try await house.see(message(phone, alias: userID))
    #expect(try await house.store.write { try people.move(userID, to: newID, chat: newID.user, in: &$0) })
    #expect(people.person(at: newID)?.id == house.elder.id && people.person(at: userID) == nil)
    #expect(people.reaches(of: house.elder.id).filter { $0.address.door == "whatsapp" }.map(\.address) == [phone])
  }
}
