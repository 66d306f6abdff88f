package import Base
package import Formats
package import Messages
package import People
package import Store
package import Text
package import Time

/// Everything an action may know, made by one factory for every door, timer and workflow.
package struct ActionContext: Sendable {
  /// Where a call came from.
  package struct Origin: Sendable {
    /// telegram, whatsapp, terminal, web, rest, shell, button, schedule.
    package var door: String
    package var conversation: ConversationKey?
    package var trace: String
    package init(door: String, conversation: ConversationKey? = nil, trace: String) {
      self.door = door
      self.conversation = conversation
      self.trace = trace
    }
  }

  /// What the caller may do, and whether the person has already said yes to exactly this call.
  package struct Authority: Sendable {
    /// `read`, `write`, `money`, `admin`.
    package var scopes: Set<String>
    package var isApproved: Bool
    /// Which agent, workflow or timer acts on the person's behalf; `nil` when the person speaks.
    package var agent: String?
    /// How sure the agent is that this is right, from 0 to 1.
    package var confidence: Double
    /// Under which approval this call is made; it is used up by it.
    package var approval: String?
    /// When somebody must agree first, the caller waits for `approval.settled` and makes the call then; otherwise the house
    /// makes it.
    package var holdsApproval = false
    /// Which occasion it is, where the same call may be wanted more than once: an approval is for one of them.
    package var occasion: String?
    /// Where no rule says who must agree, the caller asks its person for the yes that the persona's policy wants.
    package var asksItself = false
    /// Nothing can wait here: what would need somebody's agreement is told as a confirmation, and nobody is asked.
    package var asksNobody = false
    /// What must be read by nobody, with what stands in its place: a workflow's secrets among the arguments of its calls.
    package var secrets: [(value: String, mark: String)] = []
    package init(
      scopes: Set<String>, isApproved: Bool = false, agent: String? = nil, confidence: Double = 1,
      approval: String? = nil
    ) {
      self.scopes = scopes
      self.isApproved = isApproved
      self.agent = agent
      self.confidence = confidence
      self.approval = approval
    }
    package static let full = Authority(scopes: ["read", "write", "money", "admin"])

    /// Whether somebody who may do this may do all that those scopes allow; `nil` stands for everything.
    package func covers(_ other: Set<String>?) -> Bool {
      scopes.contains("admin")
        || (other ?? Self.full.scopes).allSatisfy { $0 == "read" ? covers(.read) : scopes.contains($0) }
    }

    package func covers(_ effect: Effect) -> Bool {
      switch effect {
      // nobody changes or spends without seeing what
      case .read: !scopes.isDisjoint(with: Self.full.scopes)
      case .write, .outbound: scopes.contains("write") || scopes.contains("admin")
      case .money: scopes.contains("money") || scopes.contains("admin")
      }
    }
  }

  /// For reading; changes are made in the result's change only.
  package let store: TenantStore
  /// Who speaks.
  package let actor: Person
  package let persona: Persona
  package let people: PeopleBook
  package let house: HouseFacts
  /// In which language is answered.
  package var language: Language
  /// In which language it was said, where somebody said it.
  package var heard: Language
  package let clock: any WallClock
  package let ids: IDGenerator
  package let origin: Origin
  package var authority: Authority
  package let deadline: Instant
  /// Runs a reading action with an authority.
  package typealias Caller = @Sendable (String, JSONObject, Authority) async throws -> JSON
  var caller: Caller

  package init(
    store: TenantStore, actor: Person, persona: Persona, people: PeopleBook, house: HouseFacts, language: Language,
    clock: any WallClock, ids: IDGenerator, origin: Origin, authority: Authority, deadline: Instant,
    caller: @escaping Caller
  ) {
    self.store = store
    self.actor = actor
    self.persona = persona
    self.people = people
    self.house = house
    self.language = language
    heard = language
    self.clock = clock
    self.ids = ids
    self.origin = origin
    self.authority = authority
    self.deadline = deadline
    self.caller = caller
  }

  package var zone: Zone { actor.zone }
  package var now: Instant { clock.now }
  package var today: CivilDate { zone.date(now) }

  /// Calls another room's `.read` action by name and gives its data.
  ///
  /// - Throws: `ActionError` when there is no such action, or it is not a reading one.
  package func call(_ name: String, _ arguments: JSONObject = [:]) async throws -> JSON {
    try await caller(name, arguments, authority)
  }

  /// The same for an agent that acts in the person's place: what it reads through here is read as that agent, and only what
  /// its file lets it use, and `memory.ask`, which knows what it may tell it.
  package func acting(as agent: String, using isAllowed: @escaping @Sendable (String) -> Bool) -> ActionContext {
    var context = self
    context.authority.agent = agent
    let caller = caller
    context.caller = { name, arguments, authority in
      guard isAllowed(name) || name == "memory.ask" else {
        throw ActionError("actions.not_its_own", sentence: "The agent \(agent) does not use \(name).")
      }
      // whatever the skill made of its context, it stays that agent
      var own = authority
      own.agent = agent
      return try await caller(name, arguments, own)
    }
    return context
  }

  /// Whom a reference names; the speaker when left out. Checks that the speaker may act for that person.
  ///
  /// - Parameter passesOn: something is handed to that person, which an elder may always do to a relative.
  package func person(
    _ reference: PersonReference?, needing right: FamilyLink.Right, passesOn: Bool = false
  ) throws -> Person {
    guard let reference else { return actor }
    let person = try named(reference)
    let isPassed = passesOn && people.passesOn(actor.id, to: person.id)
    guard isPassed || people.may(actor.id, right, for: person.id) else {
      throw ActionError(
        "people.not_allowed", ["name": .text(person.name)],
        sentence: "\(person.name) has not allowed you that.", field: "person")
    }
    return person
  }

  /// Whom a reference names in the speaker's circle, whatever the speaker may.
  package func named(_ reference: PersonReference) throws -> Person {
    do { return try people.resolve(reference.name, for: actor) } catch let error as PeopleError {
      throw ActionError(error.code, ["name": .text(reference.name)], sentence: error.sentence, field: "person")
    }
  }
}
