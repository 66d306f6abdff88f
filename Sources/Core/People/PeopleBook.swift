package import Base
package import Messages
package import Store
import Synchronization
import Text
package import Time

/// Everybody the house knows, held in memory (one process owns a home) and kept in step with the store.
///
/// Reading never waits. Writing goes through a house transaction; memory changes only after its commit.
package final class PeopleBook: Sendable {
  package struct Reach: Sendable, Hashable {
    package var address: Address
    /// The chat at that door where the person reads.
    package var chat: String
    package var isReachable: Bool
    package var lastSeen: Instant

    package init(address: Address, chat: String, isReachable: Bool, lastSeen: Instant) {
      self.address = address
      self.chat = chat
      self.isReachable = isReachable
      self.lastSeen = lastSeen
    }
  }
  struct State {
    var persons: [PersonID: Person] = [:]
    var byAddress: [Address: PersonID] = [:]
    var reaches: [PersonID: [Reach]] = [:]
    var links: [FamilyLink] = []
    var voices: [PersonID: VoiceWishes] = [:]
    var tokens: [String: Token] = [:]
    /// When each was heard from by any door, the web page too.
    var heard: [PersonID: Instant] = [:]
    /// As the store holds it.
    var heardOnDisk: [PersonID: Instant] = [:]
    /// The last-seen times that the store holds.
    var seenOnDisk: [Address: Instant] = [:]

    /// - Returns: whether the store should know.
    mutating func hear(_ person: PersonID, at instant: Instant) -> Bool {
      heard[person] = max(instant, heard[person] ?? instant)
      if let stored = heardOnDisk[person], instant - stored < PeopleBook.seenGrain { return false }
      heardOnDisk[person] = instant
      return true
    }

    /// An address that was typed in has no account of ours: it holds for any of our bots or numbers at that door.
    func known(_ address: Address) -> Address {
      byAddress[address] == nil ? Address(door: address.door, user: address.user) : address
    }
  }

  let store: HouseStore
  let zones: ZoneDatabase
  let state = Mutex(State())

  package init(store: HouseStore, zones: ZoneDatabase) {
    self.store = store
    self.zones = zones
  }

  /// Reads everybody from the store; called once at start.
  package func load() async throws {
    let zones = zones
    let loaded = try await store.read { house in
      var state = State()
      let persons = try house.query(
        "SELECT id, tenant, name, persona, language, zone, country, is_owner, silent_phrase FROM persons"
      ) { row in
        // A zone that the system no longer has must not lock a person out: the next best is shown by `doctor`.
        let zone = (try? zones.zone(row.text(5))) ?? Zone.utc
        var person = Person(
          id: PersonID(row.text(0)), tenant: TenantID(row.text(1)), name: row.text(2), persona: row.text(3),
          language: Language(code: row.text(4)) ?? .english, zone: zone, country: row.text(6), isOwner: row.bool(7))
        person.silentPhrase = row.optionalText(8)
        return person
      }
      for person in persons { state.persons[person.id] = person }
      _ = try house.query(
        "SELECT door, account, user, person, chat, is_reachable, last_seen_at, is_alias FROM addresses"
      ) { row in
        let address = Address(door: row.text(0), account: row.text(1), user: row.text(2))
        let person = PersonID(row.text(3))
        state.byAddress[address] = person
        guard !row.bool(7) else { return }
        state.seenOnDisk[address] = row.instant(6)
        state.reaches[person, default: []].append(
          Reach(address: address, chat: row.text(4), isReachable: row.bool(5), lastSeen: row.instant(6)))
      }
      _ = try house.query("SELECT id, heard_at FROM persons WHERE heard_at IS NOT NULL") { row in
        state.heard[PersonID(row.text(0))] = row.instant(1)
      }
      state.heardOnDisk = state.heard
      state.links = try house.query("SELECT elder, relative, called, rights FROM family_links") { row in
        FamilyLink(
          elder: PersonID(row.text(0)), relative: PersonID(row.text(1)), called: row.text(2),
          rights: Set(row.text(3).split(separator: ",").compactMap { FamilyLink.Right(rawValue: String($0)) }))
      }
      state.voices = try Self.voices(house)
      for token in try Token.all(house) { state.tokens[token.id] = token }
      return state
    }
    state.withLock { $0 = loaded }
  }

  /// One snapshot over the whole house, for what the owner may ask of everybody. Core and the web
  /// door only.
  package func snapshot<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T {
    try await store.read(body)
  }

  // MARK: Reading

  package func person(_ id: PersonID) -> Person? { state.withLock { $0.persons[id] } }

  /// Doors that prove a person by themselves and address people by our own id; nothing is bound there.
  package static let ownDoors: Set<String> = ["web", "rest", "terminal"]

  package static let emailDoor = "email"
  package static let webhookDoor = "webhook"
  /// Doors by which people are told things and never answer: the last to be chosen.
  package static let oneWayDoors: Set<String> = [emailDoor, webhookDoor]

  package func person(at address: Address) -> Person? {
    if Self.ownDoors.contains(address.door) { return person(PersonID(address.user)) }
    return state.withLock { state in state.byAddress[state.known(address)].flatMap { state.persons[$0] } }
  }

  /// Who has an id at a door, whichever account of ours they write to.
  package func holder(of address: Address) -> Person? {
    person(at: address)
      ?? state.withLock { state in
        state.byAddress.first { $0.key.door == address.door && $0.key.user == address.user }.flatMap {
          state.persons[$0.value]
        }
      }
  }

  package var everybody: [Person] {
    state.withLock { $0.persons.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) } }
  }

  package func owner(of tenant: TenantID) -> Person? {
    everybody.first { $0.tenant == tenant && $0.isOwner }
  }

  /// Where a person reads: where they can answer before where they cannot, most recently used first.
  package func reaches(of person: PersonID) -> [Reach] {
    func isOneWay(_ reach: Reach) -> Bool { Self.oneWayDoors.contains(reach.address.door) }
    return state.withLock { $0.reaches[person] ?? [] }.sorted { one, other in
      isOneWay(one) == isOneWay(other) ? one.lastSeen > other.lastSeen : isOneWay(other)
    }
  }

  /// Every id of a person at the doors, the second ones included.
  package func addresses(of person: PersonID) -> [Address] {
    state.withLock { state in state.byAddress.filter { $0.value == person }.map(\.key) }
  }

  package func relatives(of elder: PersonID) -> [(link: FamilyLink, person: Person)] {
    state.withLock { state in
      state.links.filter { $0.elder == elder }.compactMap { link in
        state.persons[link.relative].map { (link, $0) }
      }
    }
  }

  package func elders(of relative: PersonID) -> [(link: FamilyLink, person: Person)] {
    state.withLock { state in
      state.links.filter { $0.relative == relative }.compactMap { link in
        state.persons[link.elder].map { (link, $0) }
      }
    }
  }

  /// Whether one person may see or do this for another.
  package func may(_ actor: PersonID, _ right: FamilyLink.Right, for person: PersonID) -> Bool {
    actor == person
      || state.withLock {
        $0.links.contains { $0.elder == person && $0.relative == actor && $0.rights.contains(right) }
      }
  }

  /// Whether one person is an elder who may always hand something to the other.
  package func passesOn(_ elder: PersonID, to relative: PersonID) -> Bool {
    state.withLock { $0.links.contains { $0.elder == elder && $0.relative == relative } }
  }

  /// Whether an elder has taken every right from a relative: then nothing goes from them to the elder, nor back.
  package func isClosed(_ elder: PersonID, to relative: PersonID) -> Bool {
    state.withLock { $0.links.contains { $0.elder == elder && $0.relative == relative && $0.rights.isEmpty } }
  }

  /// The same of something that somebody made: an elder may always come back to what they handed to a relative, a relative
  /// only as long as the right lasts.
  package func may(
    _ actor: PersonID, _ right: FamilyLink.Right, for person: PersonID, madeBy creator: PersonID
  ) -> Bool {
    may(actor, right, for: person) || actor == creator && passesOn(actor, to: person)
  }

  /// The people a speaker can name: itself and the linked family, with what each is called.
  package func circle(of speaker: Person) -> [(name: String, person: Person)] {
    var circle: [(String, Person)] = []
    for (link, elder) in elders(of: speaker.id) {
      if !link.called.isEmpty { circle.append((link.called, elder)) }
      circle.append((elder.name, elder))
    }
    for (_, relative) in relatives(of: speaker.id) { circle.append((relative.name, relative)) }
    return circle
  }

  /// Finds whom a speaker means by a name, a family word or an id. Never anybody outside the speaker's circle.
  ///
  /// - Throws: `people.unknown` or `people.ambiguous`.
  package func resolve(_ reference: String, for speaker: Person) throws -> Person {
    let wanted = Self.fold(reference)
    if ["me", "i", "myself", "my", "self", Self.fold(speaker.name), speaker.id.text].contains(wanted) {
      return speaker
    }
    var found: [Person] = []
    for (name, person) in circle(of: speaker) where Self.matches(name, wanted) || person.id.text == wanted {
      if !found.contains(where: { $0.id == person.id }) { found.append(person) }
    }
    if found.isEmpty, speaker.isOwner {
      found = everybody.filter {
        $0.tenant == speaker.tenant && (Self.matches($0.name, wanted) || $0.id.text == wanted)
      }
    }
    guard let first = found.first else {
      throw PeopleError("unknown", "I don't know anyone called \(reference) who is linked to you.", field: "person")
    }
    guard found.count == 1 else {
      // of two who are called the same only the ids tell which is which
      let isTold = Set(found.map(\.name)).count == found.count
      let names = found.map { isTold ? $0.name : "\($0.name) (\($0.id.text))" }.joined(separator: " or ")
      throw PeopleError("ambiguous", "Which one do you mean: \(names)?", field: "person")
    }
    return first
  }

  /// Lower case and one spelling for the family words that people write in several ways.
  static func fold(_ name: String) -> String {
    let lowered = name.lowercased()
    for (kin, spellings) in kinship where spellings.contains(lowered) { return kin }
    return lowered
  }

  /// "My son", "paiyan": nobody is called so, but who has one relative alone can mean no other.
  package static func isYoungKin(_ name: String) -> Bool { young.contains(name.lowercased()) }

  private static let young: Set<String> = [
    "son", "daughter", "child", "grandson", "granddaughter", "son in law", "daughter in law", "paiyan", "payyan",
    "magan", "ponnu", "magal", "peran", "pethi", "beta", "bete", "beti", "bahu", "மகன்", "பையன்", "மகள்", "பொண்ணு",
    "பேரன்", "பேத்தி", "बेटा", "बेटे", "बेटी", "पोता", "पोती", "बहू",
  ]

  private static func matches(_ name: String, _ wanted: String) -> Bool {
    let folded = fold(name)
    return folded == wanted || folded.split(separator: " ").contains { $0 == wanted }
  }

  private static let kinship: [(String, Set<String>)] = [
    (
      "mother",
      [
        "amma", "mother", "mom", "mum", "mummy", "mommy", "mamma", "mumma", "maa", "ma", "mata", "mataji", "ammi",
        "அம்மா", "माँ", "मां", "मम्मी", "अम्मा", "माताजी",
      ]
    ),
    (
      "father",
      [
        "appa", "father", "dad", "daddy", "papa", "pitaji", "pita", "baba", "naina", "abba", "babuji", "bauji",
        "அப்பா", "पापा", "पिताजी", "पिता", "बाबूजी",
      ]
    ),
    (
      "grandmother",
      [
        "paati", "patti", "grandma", "grandmother", "granny", "nani", "dadi", "aachi", "ammachi",
        "பாட்டி", "ஆச்சி", "दादी", "नानी",
      ]
    ),
    (
      "grandfather",
      [
        "thatha", "thaatha", "grandpa", "grandfather", "nana", "dada", "dadu", "dadaji", "nanaji",
        "தாத்தா", "दादा", "नाना", "दादाजी", "नानाजी",
      ]
    ),
  ]
}
