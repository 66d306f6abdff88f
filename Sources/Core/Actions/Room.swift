package import Base
package import Events
package import Formats
package import People
package import Schedule
package import Store
package import Text

/// Everything a domain registers, as one value. `House` lists rooms in one place; every registry, the catalogue,
/// OpenAPI, `doctor`, the command line and the guarding tests derive from that list.
package struct Room: Sendable {
  package let name: String
  package let migrations: [Migration]
  package let actions: [any Action.Type]
  package let reactions: [Reaction]
  package let consumers: [EventConsumer]
  package let dueHandlers: [DueHandler]
  package let importers: [Importer]
  package let lists: [EntityList]
  package let checks: [Check]
  /// What a person themselves did up to now, by the room's rows. Nobody else's.
  package let deeds: @Sendable (Person, Instant, TenantReader) throws -> [Deed]
  /// Removes everything the room knows of a person. - Returns: how many rows went.
  package let forget: @Sendable (PersonID, inout Transaction) throws -> Int
  /// Takes what a person said and was told out of what the room keeps of their talks, wherever one of some names stands in
  /// it; what was done stays. - Returns: how many rows were changed or went.
  package let unsay: @Sendable (PersonID, [String], inout Transaction) throws -> Int
  /// What speaks of something that a person wants forgotten; nothing in rooms whose rows hold no words of a person's own.
  package let mentions: Mentions
  /// Everything the room knows of a person, readable.
  package let export: @Sendable (PersonID, TenantReader) throws -> JSON

  package init(
    name: String, migrations: [Migration], actions: [any Action.Type], reactions: [Reaction] = [],
    consumers: [EventConsumer] = [], dueHandlers: [DueHandler] = [], importers: [Importer] = [],
    lists: [EntityList] = [], checks: [Check] = [],
    deeds: @escaping @Sendable (Person, Instant, TenantReader) throws -> [Deed] = { _, _, _ in [] },
    forget: @escaping @Sendable (PersonID, inout Transaction) throws -> Int,
    unsay: @escaping @Sendable (PersonID, [String], inout Transaction) throws -> Int = { _, _, _ in 0 },
    mentions: Mentions = .none,
    export: @escaping @Sendable (PersonID, TenantReader) throws -> JSON
  ) {
    self.name = name
    self.migrations = migrations
    self.actions = actions
    self.reactions = reactions
    self.consumers = consumers
    self.dueHandlers = dueHandlers
    self.importers = importers
    self.lists = lists
    self.checks = checks
    self.deeds = deeds
    self.forget = forget
    self.unsay = unsay
    self.mentions = mentions
    self.export = export
  }
}

/// What the owner's actions must know of the whole house: all rooms, who else keeps rows, and who may answer.
package struct HouseFacts: Sendable {
  package let rooms: [Room]
  package let keepers: [Keeper]
  package let personas: PersonaLibrary
  /// The names of the doors that are open now.
  package let openDoors: @Sendable () -> Set<String>
  /// What signs the calls to a webhook's address; `nil` where there is no such door. Throws where it may not be called.
  package let webhookSecret: @Sendable (String) throws -> String?
  /// A language model is set, which may read what is told.
  package let hasLanguageModel: Bool
  /// What words of other languages mean in English.
  package let glossary: any Glossary
  package init(
    rooms: [Room], keepers: [Keeper], personas: PersonaLibrary, hasLanguageModel: Bool = false,
    glossary: any Glossary = NoGlossary(),
    openDoors: @escaping @Sendable () -> Set<String> = { [] },
    webhookSecret: @escaping @Sendable (String) throws -> String? = { _ in nil }
  ) {
    self.rooms = rooms
    self.keepers = keepers
    self.personas = personas
    self.openDoors = openDoors
    self.webhookSecret = webhookSecret
    self.hasLanguageModel = hasLanguageModel
    self.glossary = glossary
  }
}

/// One of a tenant's own lists, whose rows people name in messages ("the Anna Nagar building").
package struct EntityList: Sendable {
  package struct Entry: Sendable, Hashable {
    package let id: String
    package let name: String
    package let aliases: [String]
    package init(id: String, name: String, aliases: [String] = []) {
      self.id = id
      self.name = name
      self.aliases = aliases
    }
  }
  /// As `.entity(name)` parameters refer to it.
  package let name: String
  /// What one of them is called where names are looked for ("building"); `nil` where the rows are sentences, not names.
  package let noun: String?
  /// Beginnings of the names of actions that are hardly meant while the list is empty for somebody and their family
  /// ("medicine."); what adds to it is left out by itself.
  package let wakes: [String]
  /// Read again after a change to one of these.
  package let tables: Set<String>
  /// At most a few thousand.
  package let read: @Sendable (PersonID, TenantReader) throws -> [Entry]
  package init(
    _ name: String, noun: String? = nil, wakes: [String] = [], tables: Set<String>,
    read: @escaping @Sendable (PersonID, TenantReader) throws -> [Entry]
  ) {
    self.name = name
    self.noun = noun
    self.wakes = wakes
    self.tables = tables
    self.read = read
  }
}

/// Reads a file of one kind into a room. Importing the same file again changes nothing.
package struct Importer: Sendable {
  package struct Report: Sendable {
    package var added = 0
    package var updated = 0
    package var unchanged = 0
    /// Line number and what is wrong with it; good rows are kept.
    package var problems: [(line: Int, sentence: String)] = []
    /// How many more rows have problems than are listed.
    package var unlisted = 0
    /// Line number and what is left to do by hand; all was taken over as far as it can be.
    package var notes: [(line: Int, sentence: String)] = []
    package init() {}
  }
  package let kind: String
  package let summary: String
  /// - Parameters: the file's bytes as they come and its name, `--map column=field` pairs, and who imports.
  package let run:
    @Sendable (_ file: ByteSource, _ name: String, _ columns: [String: String], _ owner: Person, TenantStore)
      async throws -> Report
  package init(
    _ kind: String, summary: String,
    run: @escaping @Sendable (ByteSource, String, [String: String], Person, TenantStore) async throws -> Report
  ) {
    self.kind = kind
    self.summary = summary
    self.run = run
  }
}

/// One question of `doctor`, answered in a plain sentence. Read-only.
package struct Check: Sendable {
  package enum Finding: Sendable {
    case fine(String)
    case advice(String)
    case wrong(String)
  }
  package let name: String
  package let run: @Sendable (HouseReader) throws -> Finding
  package init(_ name: String, run: @escaping @Sendable (HouseReader) throws -> Finding) {
    self.name = name
    self.run = run
  }
}

/// What every platform's check finds in the same way.
extension Check.Finding {
  /// It was reached and would not say.
  package static func puzzling(_ platform: String, _ code: Int, _ description: String) -> Self {
    .advice("\(platform) answered \(code): \(description). Try again later.")
  }
  package static func unreachable(_ platform: String, _ reason: String) -> Self {
    .wrong("\(platform) cannot be reached: \(reason)")
  }
}
