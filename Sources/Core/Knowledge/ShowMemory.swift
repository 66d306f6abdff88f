import Actions
import Base
import Formats
import Memory
import Messages
import People
import Store

/// What is known, whole and with its history, for a page to show. It is the asking person's own memory, and of their elders
/// what the elders share; looking at it keeps nothing fresh.
struct ListFacts: Action {
  static let name = "memory.facts"
  static let summary = "Lists people and things that you told of, with every version of what is known of them."
  static let effect = Effect.read

  @Parameter("Only what holds these words.") var search: String?
  @Parameter("Only this thing, by its id.") var thing: String?
  @Parameter("How many people and things at once, 1 to 100.", default: 30) var limit: Int
  @Parameter("How many of them to pass over.", default: 0) var skip: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard (1...100).contains(limit), skip >= 0 else {
      throw ActionError("memory.page", sentence: "From 1 to 100 at once.", field: "limit")
    }
    let page = MemoryPage(context: context, reader: try await context.factReader())
    try context.readsWholeMemory(page.reader)
    let (search, thing, limit, skip) = (search, thing, limit, skip)
    let data = try await context.store.read { rows -> JSON in
      let found = try page.things(search: search, only: thing, skip: skip, limit: limit + 1, rows)
      let things = try found.prefix(limit).map { try page.json($0, rows) }
      let shared = thing == nil && skip == 0 ? try page.shared(search: search, rows) : []
      var data: JSONObject = ["things": .array(things), "more": .bool(found.count > limit), "shared": .array(shared)]
      if context.house.hasLanguageModel { data["model"] = .bool(try rows.letsModelRead(context.actor)) }
      return .object(data)
    }
    let things = (data["things"].array ?? []) + (data["shared"].array ?? [])
    return .answer(
      Say("memory.listed", ["count": .integer(Int64(things.count))], lines: things.map(line)), data: data)
  }

  /// A name and what is known of it now.
  private func line(_ thing: JSON) -> Say {
    let facts = (thing["facts"].array ?? []).filter { $0["current"].bool == true }.map { fact in
      Say.Value.text("\(fact["label"].string ?? ""): \(fact["value"].string ?? "")")
    }
    return Say(
      "memory.thing_line",
      ["name": .text(thing["name"].string ?? "")].merging(facts.isEmpty ? [:] : ["facts": .list(facts)]) { $1 })
  }
}

struct ShowGraph: Action {
  static let name = "memory.graph"
  static let summary = "Gives the people and things that you told of and how they are connected now."
  static let effect = Effect.read

  @Parameter("Only what is near this thing, by its id.") var thing: String?
  @Parameter("How many steps from it, 1 to 4.", default: 2) var steps: Int
  @Parameter("How many people and things at most, 1 to 200.", default: 60) var limit: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard (1...200).contains(limit), (1...4).contains(steps) else {
      throw ActionError("memory.page", sentence: "At most 200 things and 4 steps.", field: "limit")
    }
    let page = MemoryPage(context: context, reader: try await context.factReader())
    try context.readsWholeMemory(page.reader)
    let (thing, steps, limit) = (thing, steps, limit)
    let graph = try await context.store.read { try page.graph(around: thing, steps: steps, limit: limit, $0) }
    let names = (graph["nodes"].array ?? []).map { Say("memory.thing_line", ["name": .text($0["name"].string ?? "")]) }
    return .answer(Say("memory.listed", ["count": .integer(Int64(names.count))], lines: names), data: graph)
  }
}

struct ListTurns: Action {
  static let name = "memory.turns"
  static let summary = "Lists what you said and were answered, newest first, or what answers a question best."
  static let effect = Effect.read

  @Parameter("What to look for, in your own words.") var search: String?
  @Parameter("Only what was before this moment: the time of the last turn of the page before.") var before: String?
  @Parameter("How many at once, 1 to 100.", default: 30) var limit: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard (1...100).contains(limit) else {
      throw ActionError("memory.page", sentence: "From 1 to 100 at once.", field: "limit")
    }
    try context.readsWholeMemory(try await context.factReader())
    let turns = try await turns(in: context)
    let shown = turns.prefix(limit).map { turn -> JSON in
      [
        "at": .string(turn.at.description), "door": .string(turn.door), "said": .string(turn.said),
        "replied": .string(turn.replied), "intent": JSON(turn.intent), "actions": JSON(turn.actions),
      ]
    }
    return .answer(
      Say(
        "memory.listed", ["count": .integer(Int64(shown.count))],
        lines: turns.prefix(limit).map { Say("memory.line", ["at": .instant($0.at), "said": .text($0.said)]) }),
      data: ["turns": .array(Array(shown)), "more": .bool(turns.count > limit)])
  }

  private func turns(in context: ActionContext) async throws -> [Episode] {
    let (person, limit) = (context.actor.id, limit)
    let moment = before.map { Instant(iso8601: $0) } ?? .distantFuture
    guard let before = moment else {
      throw ActionError("memory.moment", sentence: "A time such as 2026-11-21T08:00:00Z is expected.", field: "before")
    }
    guard let search = search?.trimmed, !search.isEmpty else {
      return try await context.store.read { rows in
        try rows.episodes(of: person, from: .distantPast, to: before, limit: limit + 1)
      }
    }
    guard let recall = try await context.store.read({ $0.service(MemoryRecall.self) }) else {
      let words = search.split { !$0.isLetter && !$0.isNumber }.prefix(12).map(String.init)
      return try await context.store.read { rows in
        try rows.searchEpisodes(of: person, words: words, from: .distantPast, to: before, limit: limit)
      }
    }
    let found = try await recall.recall(search, scope: RecallScope(context.actor, to: before), limit: 2 * limit)
    // what was said and what was answered are found apart
    var seen: Set<Instant> = []
    return found.filter { $0.isNear && seen.insert($0.episode.at).inserted }.prefix(limit).map(\.episode)
  }
}

/// Reads one person's memory as JSON.
struct MemoryPage: Sendable {
  let context: ActionContext
  let reader: FactReader

  private var owner: PersonID { context.actor.id }
  private var lines: FactLines { FactLines(context: context, reader: reader) }
  /// Versions of one thing; more would be no page.
  private static let versions = 400

  /// Things that stand for themselves, whoever was spoken of last first.
  func things(search: String?, only: String?, skip: Int, limit: Int, _ rows: some Querying) throws -> [Thing] {
    if let only { return try rows.root(of: only, owner: owner).map { [$0] } ?? [] }
    let wanted = search.map(FactText.folded) ?? ""
    let labels = wanted.isEmpty ? [] : reader.relations(labelled: wanted, context.language)
    let list = " " + labels.joined(separator: " ") + " "
    let found = try rows.query(
      """
      SELECT t.id, t.kind, t.name, t.person,
        (SELECT max(f.told_at) FROM knowledge_facts f
         WHERE f.tenant = :tenant AND f.owner = ? AND f.subject = t.id) AS last
      FROM knowledge_things t WHERE t.tenant = :tenant AND t.owner = ? AND (? <> '' OR t.merged_into IS NULL)
        AND (? = '' OR EXISTS (
          SELECT 1 FROM knowledge_names n
          WHERE n.tenant = :tenant AND n.owner = ? AND n.thing = t.id AND instr(n.folded, ?) > 0
        ) OR EXISTS (
          SELECT 1 FROM knowledge_facts f
          WHERE f.tenant = :tenant AND f.owner = ? AND f.subject = t.id
            AND (instr(f.folded, ?) > 0 OR instr(f.relation, ?) > 0 OR instr(?, ' ' || f.relation || ' ') > 0)))
      ORDER BY last IS NULL, last DESC, t.id LIMIT ? OFFSET ?
      """, owner, owner, wanted, wanted, owner, wanted, owner, wanted, wanted, list, limit, skip, map: Thing.init)
    var roots: [Thing] = []
    for thing in found {
      if let root = try rows.root(of: thing.id, owner: owner), !roots.contains(root) { roots.append(root) }
    }
    return roots
  }

  func json(_ thing: Thing, _ rows: some Querying) throws -> JSON {
    let versions = try rows.history(owner: owner, subject: thing.id)
    let pointing = try rows.facts(
      relation: nil, object: thing.id, value: nil, during: Period(), in: FactScope(reader: owner))
    var object: JSONObject = [
      "id": .string(thing.id), "kind": .string(thing.kind), "me": .bool(thing.person == owner),
      "names": JSON(try rows.names(of: thing.id, owner: owner)),
      "facts": .array(try versions.suffix(Self.versions).map { try json($0, rows) }),
      "pointing": .array(try pointing.prefix(Self.versions).map { try json($0, rows) }),
    ]
    object["name"] = .string(try lines.name(of: thing.id, owner: owner, rows) ?? context.actor.name)
    return .object(object)
  }

  /// A version as a page shows it: with the words for its relation and for where it comes from.
  private func json(_ fact: Fact, _ rows: some Querying) throws -> JSON {
    var object = fact.json.object ?? [:]
    object["label"] = .string(reader.label(fact.relation, context.language))
    object["about"] = .string(try lines.name(of: fact.subject, owner: fact.owner, rows) ?? context.actor.name)
    object["current"] = .bool(fact.supersededAt == nil && fact.period.overlaps(.at(context.now)))
    if let moved = fact.object, let root = try rows.root(of: moved, owner: fact.owner) {
      object["object"] = .string(root.id)
    }
    return .object(object)
  }

  /// What elders share of what they told about themselves.
  func shared(search: String?, _ rows: some Querying) throws -> [JSON] {
    let wanted = search.map(FactText.folded) ?? ""
    let scope = FactResolver(context, reader, they: nil).scope
    return try scope.elders.keys.sorted { $0.text < $1.text }.compactMap { elder in
      let subject = Subject(thing: nil, person: elder, name: nil)
      let facts = try rows.facts(about: subject, during: Period(), in: scope).filter {
        wanted.isEmpty || FactText.folded($0.value).contains(wanted)
          || reader.label($0.relation, context.language).lowercased().contains(wanted)
      }
      guard !facts.isEmpty else { return nil }
      return [
        "name": .string(context.people.called(elder, by: owner)),
        "facts": .array(
          facts.map { fact in
            // ids and things are the elder's own: nothing here can be changed
            var object = fact.json.object ?? [:]
            for key in ["id", "subject", "object"] { object[key] = nil }
            object["label"] = .string(reader.label(fact.relation, context.language))
            object["current"] = .bool(fact.period.overlaps(.at(context.now)))
            return .object(object)
          }),
      ]
    }
  }

  // MARK: Graph

  /// What is connected now, nearest to the middle first, over facts and the links of the family.
  func graph(around thing: String?, steps: Int, limit: Int, _ rows: some Querying) throws -> JSON {
    var nodes: [String: JSON] = [:]
    var order: [String] = []
    func add(_ thing: Thing) throws {
      guard nodes[thing.id] == nil, order.count < limit else { return }
      // somebody of the house of whom nothing was told yet stands in no table
      let known = try lines.name(of: thing.id, owner: owner, rows) ?? context.actor.name
      let name = known.isEmpty ? thing.name : known
      order.append(thing.id)
      nodes[thing.id] = [
        "id": .string(thing.id), "kind": .string(thing.kind), "name": .string(name), "me": .bool(thing.person == owner),
      ]
    }
    let (links, own) = (FamilyEdges(context, reader), FactScope(reader: owner))
    var edges: [JSONObject] = []
    var seen: Set<String> = []
    func connect(_ from: Thing, _ to: Thing, _ label: String, fact: String) throws {
      try add(from)
      try add(to)
      guard nodes[to.id] != nil, nodes[from.id] != nil, from.id != to.id, seen.insert(fact).inserted else { return }
      edges.append([
        "from": .string(from.id), "to": .string(to.id), "label": .string(label), "fact": .string(fact),
      ])
    }
    let middle = try thing.flatMap { try rows.root(of: $0, owner: owner) } ?? links.me(rows)
    try add(middle)
    func walk(_ id: String) throws {
      guard let from = try rows.root(of: id, owner: owner) ?? links.stranger(id) else { return }
      let now = Period.at(context.now)
      for fact in try rows.facts(about: Subject(thing: id, person: nil, name: nil), during: now, in: own) {
        guard let to = try fact.object.flatMap({ try rows.root(of: $0, owner: owner) }) else { continue }
        try connect(from, to, reader.label(fact.relation, context.language), fact: fact.id)
      }
      for fact in try rows.facts(relation: nil, object: id, value: nil, during: now, in: own) {
        guard let subject = try rows.root(of: fact.subject, owner: owner) else { continue }
        try connect(subject, from, reader.label(fact.relation, context.language), fact: fact.id)
      }
      for link in try links.edges(of: from, rows) { try connect(link.from, link.to, link.label, fact: link.id) }
    }
    // outwards from the middle, ring by ring
    var (at, ring) = (0, 0)
    while at < order.count, thing == nil || ring < steps {
      let end = order.count
      while at < end {
        try walk(order[at])
        at += 1
      }
      ring += 1
      if at == order.count, thing == nil {
        // what does not hang on the middle is there all the same
        for other in try things(search: nil, only: nil, skip: 0, limit: limit, rows) { try add(other) }
      }
    }
    return [
      "nodes": .array(order.compactMap { nodes[$0] }), "edges": .array(edges.map { .object($0) }),
      "middle": .string(middle.id),
    ]
  }
}
