import Actions
import Base
import Formats
import Memory
import Messages
import People
import Store

/// "When did I last pay the electrician?": the latest turn in which the person said that they did, from their own talks.
struct LastTime {
  let context: ActionContext
  let reader: FactReader

  /// Turns that are looked at; of these the latest counts.
  private static let found = 60

  func answer(_ reading: Reading) async throws -> ActionResult {
    guard let what = reading.object else {
      throw ActionError(
        "memory.question_unreadable", sentence: "Ask me something like: who is Amma's doctor?", field: "question")
    }
    let turns = try await turns(about: what, during: reading.period ?? Period())
    let wanted = words(of: what)
    let last = turns.filter { turn in isTold(turn) && wanted.allSatisfy { speaks(turn.said, of: $0) } }.max {
      $0.at < $1.at
    }
    guard let last else {
      return .answer(Say("memory.last.never", ["what": .text(what)]), data: ["turns": []])
    }
    return .answer(
      Say(
        "memory.last",
        [
          "day": .say(FactLines(context: context, reader: reader).day(last.at)), "at": .instant(last.at),
          "said": .text(last.said),
        ]),
      data: ["turns": [["at": .string(last.at.description), "said": .string(last.said)]]])
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

  /// The words that the turn must have: what was done it for, not the verb, which people change ("pay", "paid").
  private func words(of what: String) -> [String] {
    let said = SaidWord.cut(what).map(\.folded)
    let articles = Set(reader.words.tongues.values.flatMap { $0.articles.union($0.mine).union($0.theirs) })
    let plain = said.filter { !articles.contains($0) && $0.count > 2 }
    return plain.count > 1 ? Array(plain.dropFirst()) : plain
  }

  /// By the beginning of a word: "electricians" is the electrician too.
  private func speaks(_ text: String, of word: String) -> Bool {
    let stem = word.count > 4 ? String(word.dropLast()) : word
    return SaidWord.cut(text).contains { $0.folded.hasPrefix(stem) }
  }
}
