import Actions
import Base
import Formats
import Memory
import Messages
import People
import Store
import Text
import Time

/// "When did I last pay the electrician?": the latest of what the rooms of the house keep of the person's own deeds, and of
/// the turns in which they said so.
struct LastTime {
  let context: ActionContext
  let reader: FactReader

  /// Turns that are looked at; of these the latest counts.
  private static let found = 60

  func answer(_ reading: Reading) async throws -> ActionResult {
    // where the verb stands at the end the question goes on behind "when"
    guard let what = reading.object.map({ [$0, reading.rest].compactMap(\.self).joined(separator: " ") }) else {
      throw ActionError(
        "memory.question_unreadable", sentence: "Ask me something like: who is Amma's doctor?", field: "question")
    }
    let period = reading.period ?? Period()
    let wanted = words(of: what)
    let names = try await names(of: wanted)
    let deed = try await deed(what, names, during: period)
    let sought = ([what] + names.values.flatMap(\.self).sorted()).joined(separator: " ")
    let turns = try await turns(about: sought, during: period)
    let last = turns.filter { turn in
      isTold(turn) && wanted.allSatisfy { speaks(turn.said, of: $0, names) } && tells(turn.said, what)
    }
    .map { (turn: $0, at: moment(of: $0)) }.max { $0.at < $1.at }
    // what was written down tells more than the words with which it was
    if let deed, last.map({ context.zone.date($0.at) <= context.zone.date(deed.at) }) ?? true { return told(deed) }
    guard let last else {
      return .answer(Say("memory.last.never", ["what": .text(what)]), data: ["turns": []])
    }
    return .answer(
      Say(
        "memory.last",
        [
          "day": .say(FactLines(context: context, reader: reader).day(last.at)), "at": .instant(last.at),
          "said": .text(last.turn.said),
        ]),
      data: ["turns": [["at": .string(last.at.description), "said": .string(last.turn.said)]]])
  }

  /// When it was: "I paid the plumber yesterday" tells of the day before.
  private func moment(of turn: Episode) -> Instant {
    let language = context.language
    for language in [language] + Language.all.filter({ $0 != language }) {
      let period = reader.timed(turn.said, language, now: turn.at, zone: context.zone).period
      if let from = period?.from, from < turn.at { return from }
    }
    return turn.at
  }

  private func told(_ deed: Deed) -> ActionResult {
    var values: [String: Say.Value] = [
      "day": .say(FactLines(context: context, reader: reader).day(deed.at)), "at": .instant(deed.at),
      "what": .text(deed.what),
    ]
    values["amount"] = deed.amount.map { .money($0) }
    var data: JSONObject = [
      "at": .string(deed.at.description), "what": .string(deed.what), "kind": .string(deed.kind.rawValue),
    ]
    data["amount"] = deed.amount?.json
    return .answer(Say("memory.last.deed", values), data: ["deeds": [.object(data)], "turns": []])
  }

  /// The latest deed that is meant: of the kind that the question's verb names with all its other words, or with all its
  /// words whatever the kind ("call the plumber" as a task).
  private func deed(
    _ what: String, _ names: [String: [String]], during period: Period
  ) async throws -> Deed? {
    let (house, person, now) = (context.house, context.actor, context.now)
    let said = plain(what)
    let kinds = Set(
      Deed.Kind.allCases.filter { kind in
        reader.words.tongues.values.contains { tongue in said.contains { tongue.deeds[kind]?.contains($0) == true } }
      })
    let others = said.filter { word in
      !reader.words.tongues.values.contains { $0.deeds.values.contains { $0.contains(word) } }
    }
    guard !said.isEmpty else { return nil }
    return try await context.store.read { rows in
      var last: Deed?
      for room in house.rooms {
        for deed in try room.deeds(person, now, rows) {
          guard deed.at > last?.at ?? .distantPast, deed.at >= period.from ?? .distantPast,
            deed.at < period.to ?? .distantFuture
          else { continue }
          let isMeant =
            kinds.contains(deed.kind) && !others.isEmpty && others.allSatisfy { speaks(deed.what, of: $0, names) }
          if isMeant || said.allSatisfy({ speaks(deed.what, of: $0) }) { last = deed }
        }
      }
      return last
    }
  }

  private func turns(about what: String, during period: Period) async throws -> [Episode] {
    let person = context.actor
    guard let recall = try await context.store.read({ $0.service(MemoryRecall.self) }) else {
      let words = words(of: what)
      return try await context.store.read { rows in
        try rows.searchEpisodes(
          of: person.id, words: words, from: period.from ?? .epoch, to: period.to ?? .distantFuture, limit: Self.found)
      }
    }
    let scope = RecallScope(person, from: period.from, to: period.to)
    return try await recall.recall(what, scope: scope, limit: Self.found).filter { !$0.isReply }.map(\.episode)
  }

  /// What was asked tells nothing of when it was done.
  private func isTold(_ turn: Episode) -> Bool {
    let asked: Set<String> = [AskMemory.name, "memory.search"]
    return !turn.said.isEmpty && !turn.said.hasSuffix("?") && !asked.contains(turn.intent ?? "")
      && !turn.actions.contains { asked.contains($0) }
  }

  /// Whether a turn says that it was done, and not that something is so or is still to be done: "the plumber is Mani", "I
  /// must call the electrician".
  private func tells(_ said: String, _ what: String) -> Bool {
    let (held, asked) = (SaidWord.cut(said).map(\.folded), SaidWord.cut(what).map(\.folded))
    let tongues = reader.words.tongues.values
    func kinds(_ words: [String]) -> Set<Deed.Kind> {
      Set(
        Deed.Kind.allCases.filter { kind in
          tongues.contains { tongue in words.contains { tongue.deeds[kind]?.contains($0) == true } }
        })
    }
    guard !held.contains(where: { word in tongues.contains { $0.undone.contains(word) } }) else { return false }
    let done = held.filter { word in tongues.contains { $0.isDone(word) } }
    let meant = kinds(asked)
    // "call" and "called", "write" and "wrote"
    let verb = asked.first ?? ""
    return done.contains { word in
      !meant.isDisjoint(with: kinds([word])) || word.prefix(2) == verb.prefix(2) || meant.isEmpty && !isEnglish(asked)
    }
  }

  /// In English the verb stands in front; elsewhere any word for what was done will do.
  private func isEnglish(_ words: [String]) -> Bool {
    context.language == .english && words.allSatisfy { $0.allSatisfy(\.isASCII) }
  }

  /// The words that the turn must have: what was done it for, not the verb, which people change ("pay", "paid").
  private func words(of what: String) -> [String] {
    let plain = plain(what)
    let others = plain.filter { word in
      !reader.words.tongues.values.contains { $0.deeds.values.contains { $0.contains(word) } }
    }
    if !others.isEmpty, others.count < plain.count { return others }
    return plain.count > 1 ? Array(plain.dropFirst()) : plain
  }

  /// Without articles and their like.
  private func plain(_ what: String) -> [String] {
    let articles = Set(reader.words.tongues.values.flatMap { $0.articles.union($0.mine).union($0.theirs) })
    let idle = Set(reader.words.tongues.values.filter { $0.language != .english }.flatMap(\.usually.idle))
    return SaidWord.cut(what).map(\.folded).filter { !articles.contains($0) && !idle.contains($0) && $0.count > 2 }
  }

  /// The plumber of whom it is known that he is Mani is paid where Mani is.
  private func names(of words: [String]) async throws -> [String: [String]] {
    let resolver = FactResolver(context, reader, they: nil)
    return try await context.store.read { rows in
      var names: [String: [String]] = [:]
      for word in words {
        let found = try (resolver.find(.name(word), rows).compactMap(\.name) + [resolver.kept(as: word, rows)])
          .compactMap(\.self).filter { !speaks($0, of: word) }
        if !found.isEmpty { names[word] = found }
      }
      return names
    }
  }

  private func speaks(_ text: String, of word: String, _ names: [String: [String]]) -> Bool {
    speaks(text, of: word) || names[word]?.contains { WordSearch.holds(text, $0) } == true
  }

  /// By the beginning of a word: "electricians" is the electrician too.
  private func speaks(_ text: String, of word: String) -> Bool {
    let stem = word.count > 4 ? String(word.dropLast()) : word
    return SaidWord.cut(text).contains { $0.folded.hasPrefix(stem) }
  }
}
