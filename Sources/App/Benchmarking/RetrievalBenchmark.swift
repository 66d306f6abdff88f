package import Embedding
package import Formats
import Foundation
package import Recall
import Time

/// `thinnai memory bench-retrieval`: how well the turns that answer a question are found among those of a long
/// conversation, by the search that the chat uses.
package enum RetrievalBenchmark {
  /// Questions without an answer, which are told apart from the rest.
  static let unanswerable = "adversarial"
  /// How many turns are asked for, and to which rank the first right one is looked for.
  static let kept = 20
  static let depth = 50

  /// - Parameters:
  ///   - encoder: `nil` without its weights; words alone decide then.
  ///   - results: where a line for each question is written.
  package static func run(
    data: String, words: RecallWords, encoder: SentenceEncoder?, results: String?
  ) throws -> JSON {
    let conversations = try RetrievalConversation.read(data)
    var scores: [String: [RetrievalScore]] = [:]
    var lines: [String] = []
    var spent = 0.0
    for conversation in conversations {
      let index = try remember(conversation, words, encoder)
      for question in conversation.questions {
        let start = Stopwatch.now
        let asked = RecallQuestion(question.text)
        let meaning = encoder?.embed(index.meaningText(of: asked.text)).final
        let found = index.search(asked, meaning: meaning, limit: depth).map { Int($0.id) }
        spent += Stopwatch.now - start
        if !question.evidence.isEmpty {
          scores[question.category, default: []].append(RetrievalScore(found, question.evidence))
        }
        let ids = found.prefix(kept).map { conversation.turns[$0].id }
        lines.append(
          ([
            "conversation": .string(conversation.name), "q": .string(question.text),
            "ids": JSON(ids),
          ] as JSON).text())
      }
    }
    if let results {
      let text = lines.map { $0 + "\n" }.joined()
      guard FileManager.default.createFile(atPath: results, contents: Data(text.utf8)) else {
        throw BenchmarkError(.failed, "\(results) cannot be written.")
      }
    }
    var categories = JSONObject()
    for (name, scores) in scores.sorted(by: { $0.key < $1.key }) {
      categories[name] = .object(RetrievalScore.mean(scores))
    }
    let answerable = scores.filter { $0.key != unanswerable }.flatMap(\.value)
    let overall = RetrievalScore.mean(answerable)
    var result = JSONObject([
      ("conversations", .integer(Int64(conversations.count))),
      ("turns", .integer(Int64(conversations.reduce(0) { $0 + $1.turns.count }))),
      ("encoder", .bool(encoder != nil)), ("overall", .object(overall)),
    ])
    for member in overall { result[member.key] = member.value }
    result["by_category"] = .object(categories)
    result["us_per_query"] = .number((spent * 1e7 / Double(max(lines.count, 1))).rounded() / 10)
    return .object(result)
  }

  /// Takes the turns into an index of their own, as those of a chat are taken in.
  private static func remember(
    _ conversation: RetrievalConversation, _ words: RecallWords, _ encoder: SentenceEncoder?
  ) throws -> RecallIndex {
    let index = try RecallIndex(words: words)
    let turns = conversation.turns
    for (number, turn) in turns.enumerated() {
      try index.add(
        RecallEntry(
          id: Int64(number), at: Zone.utc.instant(of: turn.at), day: turn.at.date,
          session: turn.session,
          speaker: turn.speaker, text: turn.text))
    }
    guard let encoder else { return index }
    func neighbour(_ number: Int, of turn: Int) -> String? {
      turns.indices.contains(number) && turns[number].session == turns[turn].session
        ? turns[number].text : nil
    }
    let meanings = encoder.embed(turns.map { index.meaningText(of: $0.text) })
    let contexts = encoder.embed(
      turns.indices.map {
        index.contextText(
          before: neighbour($0 - 1, of: $0), turns[$0].text, behind: neighbour($0 + 1, of: $0))
      })
    for number in turns.indices {
      index.set(meaning: meanings[number].final, context: contexts[number].final, id: Int64(number))
    }
    return index
  }
}
