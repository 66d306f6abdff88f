import Text
import Time

/// The memories of one scope: finds the turns that answer a question, by words, by meaning and by who speaks.
///
/// A scope is somebody's memory; what is in another index cannot be found here, whatever is asked.
package final class RecallIndex {
  private let words: RecallWords
  private let weights: RecallWeights
  private var rows = RecallRows()
  private var postings = Postings()
  /// What each turn means, and each turn with its neighbours; rows without are found by their words.
  private var meanings: VectorShelf
  private var contexts: VectorShelf
  private var speakers = Speakers()

  package init(words: RecallWords, weights: RecallWeights = RecallWeights(), width: Int) {
    (self.words, self.weights) = (words, weights)
    meanings = VectorShelf(width: width)
    contexts = VectorShelf(width: width)
  }

  package var count: Int { rows.count }

  /// Adds a turn; it is found from now on.
  package func add(_ entry: RecallEntry) {
    var reader = TermReader(entry.text, words)
    let prior = weights.prior(
      words: entry.text.split(whereSeparator: \.isWhitespace).count, ownWords: reader.ownWords,
      isQuestion: Self.asks(entry.text))
    // Who spoke and when: questions name both.
    reader.add(entry.speaker)
    reader.add(Self.date(entry.day))
    postings.add(reader, row: rows.count)
    speakers.add(entry.speaker)
    rows.append(entry, prior: prior)
    meanings.append(nil)
    contexts.append(nil)
  }

  /// The text whose embedding stands for the turn: nobody's name counts, since the turns that name somebody are those of
  /// the others.
  package func meaningText(of text: String) -> String { speakers.cut(from: text) }

  /// The rows' texts with their neighbours', to be embedded as their context.
  package func contextText(before: String?, _ text: String, behind: String?) -> String {
    speakers.cut(from: [before, text, behind].compactMap { $0 }.joined(separator: " "))
  }

  package func set(meaning: [Float]?, context: [Float]?, row: Int) {
    if let meaning { meanings.set(meaning, row) }
    if let context { contexts.set(context, row) }
  }

  /// The best rows first.
  ///
  /// - Parameter meaning: the embedding of `meaningText(of:)` the question; without, words alone decide.
  package func search(_ question: RecallQuestion, meaning: [Float]?, limit: Int) -> [RecallHit] {
    guard limit > 0, rows.count > 0 else { return [] }
    let reader = TermReader(question.text, words)
    let byWords = postings.scores(Array(reader.terms.keys), rows: rows.count)
    let own = (0..<rows.count).map { row -> Float in
      var score = weights.words * byWords[row]
      if let meaning {
        score += weights.meaning * meanings.likeness(meaning, row) + weights.context * contexts.likeness(meaning, row)
      }
      return score
    }
    let named = speakers.named(in: question.text, asker: question.asker, words)
    let filter = RecallFilter(question)
    var hits: [RecallHit] = []
    for row in 0..<rows.count where filter.allows(row, rows) {
      var score = own[row] + rows.priors[row]
      if rows.follows(row) { score += weights.before * own[row - 1] }
      if rows.follows(row + 1) { score += weights.behind * own[row + 1] }
      if rows.speakers[row] == named { score += weights.speaker }
      hits.append(RecallHit(id: rows.ids[row], score: score))
    }
    return Array(hits.sorted { ($0.score, $1.id) > ($1.score, $0.id) }.prefix(limit))
  }

  /// Whether a turn ends with a question; what stands in brackets behind it does not count.
  private static func asks(_ text: String) -> Bool {
    var end = text[...]
    if end.last == "]", let open = end.lastIndex(of: "[") { end = end[..<open] }
    return end.last { !$0.isWhitespace } == "?"
  }

  /// Day, month and year as words.
  private static func date(_ day: CivilDate) -> String {
    "\(day.day) \(TextFormatter.englishMonth(day.month)) \(day.year)"
  }
}
