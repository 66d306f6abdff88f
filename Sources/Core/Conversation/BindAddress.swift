import Actions
import Base
import Formats
import HTTP
import Mail
import Messages
import People
import Store

struct BindAddress: Action {
  static let name = "people.bind"
  static let summary = "Adds ways to reach a person who is known already."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Who.") var person: PersonReference
  @Parameter("Their Telegram id (a number).") var telegram: String?
  @Parameter("Their WhatsApp number, with the country code.") var whatsapp: String?
  @Parameter("Their e-mail address, for what cannot be told in a chat.") var email: String?
  @Parameter("An https address that is called with what they are told.") var webhook: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let person = try PeopleRoom.person(person.name, context)
    let addresses = try NewAddresses(
      telegram: telegram, whatsapp: whatsapp, email: email, webhook: webhook, of: person, context: context)
    guard !addresses.list.isEmpty else {
      throw ActionError(
        "people.address_missing", sentence: "Give an address: telegram, whatsapp, email or webhook.", field: "email")
    }
    let people = context.people
    return .change { transaction in
      var house = transaction.widened()
      try addresses.bind(to: person, people, in: &house)
      let doors = addresses.list.map(\.door)
      var data: JSON = ["id": .string(person.id.text), "doors": JSON(doors)]
      if let secret = addresses.secret { data["webhook_secret"] = .string(secret) }
      return Outcome(
        Say(
          "people.bound", ["name": .text(person.name), "doors": .list(doors.map { .text($0) })],
          lines: addresses.secretLines),
        data: data)
    }
  }
}

/// Addresses that somebody typed in, each checked for its form and that nobody else has it.
struct NewAddresses: Sendable {
  let list: [Address]
  /// What signs the calls to the webhook among them; shown when it is bound.
  let secret: String?

  init(
    telegram: String?, whatsapp: String?, email: String?, webhook: String?, of person: Person? = nil,
    context: ActionContext
  ) throws {
    var list: [Address] = []
    func add(_ door: String, _ id: String?, _ canonical: (String) -> String?) throws {
      guard let id else { return }
      guard let form = canonical(id) else { throw PeopleRoom.addressInvalid(id, door: door, field: door) }
      let address = Address(door: door, user: form)
      if let holder = context.people.holder(of: address), holder.id != person?.id {
        throw PeopleRoom.addressTaken(address, by: holder)
      }
      list.append(address)
    }
    for (door, id) in [("telegram", telegram), ("whatsapp", whatsapp)] {
      try add(door, id) { TypedAddress.canonical($0, door: door) }
    }
    try add(PeopleBook.emailDoor, email) { MailAddress($0)?.description }
    try add(PeopleBook.webhookDoor, webhook) { (try? GuardedURL($0))?.text }
    self.list = list
    do {
      secret = try list.first { $0.door == PeopleBook.webhookDoor }.flatMap { try context.house.webhookSecret($0.user) }
    } catch let error as HTTPClientError {
      throw ActionError("people.address_invalid", sentence: error.sentence, field: PeopleBook.webhookDoor)
    }
  }

  /// The account of ours is filled in by the door; an address without one is found for any of our bots.
  func bind(to person: Person, _ people: PeopleBook, in house: inout HouseTransaction) throws {
    for address in list { try people.bind(address, chat: address.user, to: person, in: &house) }
  }

  var secretLines: [Say] { secret.map { [Say("people.webhook_secret", ["secret": .text($0)])] } ?? [] }
}
