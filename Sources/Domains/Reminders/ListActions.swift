import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

extension ActionContext {
  /// The list that words mean, of those the speaker writes in; `nil` when there is none of that name yet.
  fileprivate func list(_ words: String?) async throws -> SharedList? {
    let (actor, people) = (actor.id, people)
    let all = try await store.read { try SharedList.of(actor, among: people, $0) }
    guard let words = words.map(ListName.init) else {
      return all.first { $0.name == SharedList.usual } ?? (all.count == 1 ? all.first : nil)
    }
    return all.first { $0.name == words.text } ?? NameMatch.best(words.text, among: all) { $0.name }.first
  }
}

/// "the shopping list", "shopping": one name.
private struct ListName {
  let text: String

  init(_ words: String) {
    var parts = words.lowercased().split(separator: " ").map(String.init)
    for word in ["the", "my", "our"] where parts.count > 1 && parts.first == word { parts.removeFirst() }
    if parts.count > 1, ["list", "லிஸ்ட்", "सूची", "लिस्ट"].contains(parts.last ?? "") { parts.removeLast() }
    text = parts.joined(separator: " ")
  }
}

struct AddToList: Action {
  static let name = "list.add"
  static let summary = "Puts something on a list, such as the shopping list; makes the list when it is new."
  static let effect = Effect.write

  @Parameter("What; several with commas or \"and\" between.") var items: String
  @Parameter("Which list; the shopping list when left out.") var list: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let words = ListWords.items(in: items)
    guard !words.isEmpty, words.count <= 30, words.allSatisfy({ $0.utf8.count <= 200 }) else {
      throw ActionError("list.items", sentence: "One to thirty short things are needed.", field: "items")
    }
    let known = try await context.list(list)
    let name = list.map { ListName($0).text } ?? SharedList.usual
    return .change { transaction in
      var found = known
      if found == nil {
        let made = SharedList(id: transaction.newID(), owner: context.actor.id, name: name)
        try made.insert(transaction)
        found = made
      }
      guard let list = found else { throw ListError.none }
      var there = try list.items(transaction)
      guard there.count + words.count <= SharedList.itemLimit else { throw ListError.full }
      var added: [SharedList.Item] = []
      // what is on it already is not bought twice
      var before: [String] = []
      for word in words where !there.contains(where: { $0.text.lowercased() == word.lowercased() }) {
        // "onion 3 kg" instead of the 2 kg that are on it
        if let place = there.firstIndex(where: { ListWords.isSame($0.text, word) }) {
          before.append(there[place].id)
          _ = try list.mark([there[place].id], done: true, transaction)
          there.remove(at: place)
        }
        let item = try list.add(word, by: context.actor.id, transaction)
        there.append(item)
        added.append(item)
      }
      let values: [String: Say.Value] = [
        "items": .list(words.map { .text($0) }), "list": ListWords.name(list), "count": .integer(Int64(there.count)),
      ]
      return Outcome(
        Say("list.added", values), data: try ListWords.json(list, transaction),
        inverse: ActionCall(
          MarkListItems.name,
          ["list": .string(list.id), "items": JSON(added.map(\.id)), "done": true, "back": JSON(before)]))
    }
  }
}

struct ShowList: Action {
  static let name = "list.show"
  static let summary = "Shows what is on a list."
  static let effect = Effect.read

  @Parameter("Which list; the shopping list when left out.") var list: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let list = try await context.list(list) else { throw ListError.none }
    let (items, members, data) = try await context.store.read { reader in
      (try list.items(reader), try list.members(reader), try ListWords.json(list, reader))
    }
    var values: [String: Say.Value] = ["list": ListWords.name(list), "count": .integer(Int64(items.count))]
    let others = ([list.owner] + members).filter { $0 != context.actor.id }
    if !others.isEmpty {
      values["names"] = .list(others.map { .text(context.people.called($0, by: context.actor.id)) })
    }
    let lines = items.prefix(40).map { Say("list.line", ["text": .text($0.text)]) }
    return .answer(Say(items.isEmpty ? "list.empty" : "list.show", values, lines: Array(lines)), data: data)
  }
}

struct TakeOffList: Action {
  static let name = "list.remove"
  static let summary = "Takes something off a list: bought, done."
  static let effect = Effect.write

  @Parameter("What; several with commas or \"and\" between, or all.") var items: String?
  @Parameter("Which list; the shopping list when left out.") var list: String?
  @Parameter("Whether everything is taken off.", default: false) var whole: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let words = items ?? (whole ? "all" : nil) else {
      return .ask(Say("list.remove.ask.items"), parameter: "items")
    }
    guard let list = try await context.list(list) else { throw ListError.none }
    return .change { transaction in
      let all = try list.items(transaction)
      let found =
        ["all", "everything"].contains(words.lowercased())
        ? all
        : ListWords.items(in: words).flatMap { NameMatch.best($0, among: all) { $0.text }.prefix(1) }
      guard !found.isEmpty else {
        throw ActionError(
          "list.not_there", ["items": .text(words)], sentence: "\(words) is not on the list.", field: "items")
      }
      _ = try list.mark(found.map(\.id), done: true, transaction)
      let values: [String: Say.Value] = [
        "items": .list(found.map { .text($0.text) }), "list": ListWords.name(list),
        "count": .integer(Int64(all.count - found.count)),
      ]
      return Outcome(
        Say("list.removed", values), data: try ListWords.json(list, transaction),
        inverse: ActionCall(
          MarkListItems.name, ["list": .string(list.id), "items": JSON(found.map(\.id)), "done": false]))
    }
  }
}

/// Undoes adding and taking off.
struct MarkListItems: Action {
  static let name = "list.mark"
  static let summary = "Puts items of a list back, or takes them off, by their ids."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the list.") var list: String
  @Parameter("Ids of items.") var items: [String]
  @Parameter("Whether they are done.") var done: Bool
  @Parameter("Ids of items that come back meanwhile.", default: []) var back: [String]

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, items, done, back) = (list, items, done, back)
    return .change { transaction in
      guard
        let list = try SharedList.of(context.actor.id, among: context.people, transaction).first(where: { $0.id == id })
      else {
        throw ListError.none
      }
      _ = try list.mark(items, done: done, transaction)
      _ = try list.mark(back, done: false, transaction)
      return Outcome(Say("list.restored", ["list": ListWords.name(list)]), data: try ListWords.json(list, transaction))
    }
  }
}

/// Lets somebody of the family write in a list too. Only whose it is does so; anybody may leave one.
struct ShareList: Action {
  static let name = "list.share"
  static let summary = "Lets somebody of your family see and change a list, or no longer."
  static let effect = Effect.write

  @Parameter("With whom.") var person: PersonReference
  @Parameter("Which list; the shopping list when left out.") var list: String?
  @Parameter("False ends it.", default: true) var on: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let list = try await context.list(list) else { throw ListError.none }
    let person = try context.named(person)
    let (on, actor) = (on, context.actor.id)
    if !on, list.owner == person.id, person.id != actor {
      return .change { transaction in
        try list.share(with: actor, false, transaction)
        return Outcome(
          Say(
            "list.unshared",
            ["list": ListWords.name(list), "name": .text(context.people.called(person.id, by: actor))]))
      }
    }
    guard list.owner == actor, person.id != actor else { throw ListError.none }
    guard !on || !SharedList.isClosed(actor, person.id, context.people) else { throw ListError.closed }
    return .change { transaction in
      try list.share(with: person.id, on, transaction)
      var values: [String: Say.Value] = [
        "list": ListWords.name(list), "name": .text(context.people.called(context.actor.id, by: person.id)),
      ]
      try transaction.tell(person.id, Say(on ? "list.shared_with_you" : "list.unshared_with_you", values))
      values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      return Outcome(
        Say(on ? "list.shared" : "list.unshared", values), data: try ListWords.json(list, transaction),
        inverse: ActionCall(
          Self.name, ["person": .string(person.id.text), "list": .string(list.name), "on": .bool(!on)]))
    }
  }
}

private enum ListError {
  static let none = ActionError("list.none", sentence: "There is no such list.", field: "list")
  static let closed = ActionError(
    "list.closed", sentence: "You cannot share lists with each other now.", field: "person")
  static let full = ActionError("list.full", sentence: "The list is full.", field: "items")
}

private enum ListWords {
  private static let joints: Set<String> = ["and", "&", "aur", "और", "மற்றும்"]

  /// "milk, curd and 2 kg rice" is three things.
  static func items(in words: String) -> [String] {
    words.split { $0 == "," || $0 == "\n" }.flatMap { part in
      part.split(separator: " ").split { joints.contains($0.lowercased()) }.map { words in
        Array(words.last.map { closing.contains($0.lowercased()) } == true ? words.dropLast() : words[...])
      }.filter { !$0.isEmpty }.flatMap(byQuantity).map { words in
        String(words.joined(separator: " ").drop { $0 == "." }.reversed().drop { ".;!".contains($0) }.reversed())
      }
    }
  }

  /// Verbs that close a request in Tanglish and Hinglish, where they are its last word; "daal" is something to cook.
  private static let closing: Set<String> = ["podu", "podunga", "serthuko", "sethuko", "likho"]

  /// "arisi 5 kilo paruppu 1 kilo" is two things, and so is "2 kg onion 1 kg dal".
  private static func byQuantity(_ words: [Substring]) -> [[Substring]] {
    func isNumber(_ index: Int) -> Bool {
      words.indices.contains(index)
        && (words[index].allSatisfy { $0.isNumber || $0 == "." } || numerals.contains(words[index].lowercased()))
    }
    let pairs = words.indices.filter {
      isNumber($0) && words.indices.contains($0 + 1) && units.contains(words[$0 + 1].lowercased())
    }
    guard pairs.count > 1 else { return [words] }
    let cuts = pairs[0] == 0 ? Array(pairs.dropFirst()) : pairs.dropLast().map { $0 + 2 }
    var parts: [[Substring]] = []
    var start = 0
    for cut in cuts + [words.count] where cut > start {
      parts.append(Array(words[start..<cut]))
      start = cut
    }
    return parts
  }

  private static let units: Set<String> = [
    "kg", "kgs", "kilo", "kilos", "g", "gm", "gms", "gram", "grams", "l", "ltr", "litre", "litres", "liter", "liters",
    "ml", "packet", "packets", "pack", "packs", "dozen", "pcs", "கிலோ", "லிட்டர்", "கிராம்", "பாக்கெட்", "किलो", "लीटर", "ग्राम",
    "पैकेट",
  ]
  private static let numerals: Set<String> = [
    "oru", "rendu", "moonu", "naalu", "anju", "ek", "do", "teen", "char", "paanch", "ஒரு", "ரெண்டு", "மூணு", "நாலு", "அஞ்சு",
    "एक", "दो", "तीन", "चार", "पांच", "पाँच", "one", "two", "three", "four", "five", "half",
  ]
  private static let measures = units.union(numerals).union(["bottle", "bottles", "pieces", "of"])

  /// The same thing, in another quantity.
  static func isSame(_ one: String, _ other: String) -> Bool {
    let names = [one, other].map { text in
      text.lowercased().split(separator: " ").filter { word in
        !word.contains(where: \.isNumber) && !measures.contains(String(word))
      }
    }
    return !names[0].isEmpty && names[0] == names[1] && one.lowercased() != other.lowercased()
      && (one + other).split(separator: " ").contains {
        $0.contains(where: \.isNumber) || measures.contains($0.lowercased())
      }
  }

  static func name(_ list: SharedList) -> Say.Value {
    list.name == SharedList.usual ? .say(Say("list.usual")) : .text(list.name)
  }

  static func json(_ list: SharedList, _ reader: some Querying) throws -> JSON {
    var json = list.json
    json["members"] = JSON(try list.members(reader).map(\.text))
    json["items"] = .array(
      try list.items(reader).map { ["id": .string($0.id), "text": .string($0.text), "by": .string($0.by.text)] })
    return json
  }
}
