package import Base
import Glibc
import Text
import Time

/// The memories of one scope: finds the turns that answer a question, by words, by meaning and by who speaks.
///
/// A scope is somebody's memory; what is in another index cannot be found here, whatever is asked. Not safe from several
/// threads at once.
package final class RecallIndex {
  private let words: RecallWords
  private let weights: RecallWeights
  private let file: RecallFile
  private var rows = RecallRows()
  private var postings = Postings()
  private var speakers = Speakers()
  /// What each turn means, and each turn with its neighbours; rows without are found by their words.
  private let meanings: VectorShelf
  private let contexts: VectorShelf
  private var sheet = ScoreSheet()

  /// Of each list, how many rows are judged in full; in a small index all are.
  private static let judged = 500
  private static let small = 4_096

  /// - Parameters:
  ///   - path: the beginning of the files' names, such as `recall/42`; `nil` for memory alone.
  ///   - kernel: of the vectors, by name; the best by itself.
  package init(
    words: RecallWords, weights: RecallWeights = RecallWeights(), path: String? = nil,
    kernel: String? = nil
  )
    throws
  {
    (self.words, self.weights) = (words, weights)
    file = try RecallFile(path)
    meanings = try VectorShelf(path.map { $0 + ".turn" }, kernel: kernel)
    contexts = try VectorShelf(path.map { $0 + ".context" }, kernel: kernel)
    try meanings.reserve(file.count)
    try contexts.reserve(file.count)
    try meanings.populate(file.count, isSearched: true)
    try contexts.populate(file.count, isSearched: false)
    for row in 0..<file.count {
      let record = file.record(row)
      rows.append(record)
      if record.isLive { postings.add(file.postings(record), row: row) }
    }
    dropRemovedAtEnd()
  }

  /// Kernels for the vectors that this processor can run, best first.
  package static var kernelNames: [String] { VectorShelf.kernelNames }

  package var count: Int { rows.count }
  /// Ids of the rows that can be found, rising.
  package var ids: [Int64] { zip(rows.ids, rows.live).filter { $0.1 != 0 }.map(\.0) }
  package var lastID: Int64? { rows.ids.last }
  /// When the last of them was said.
  package var lastTime: Instant? { rows.times.last.map { Instant(microseconds: $0) } }
  /// What the index takes on the disk, without room for growing.
  package var bytes: Int { file.bytes + meanings.bytes(count) + contexts.bytes(count) }

  /// Names of those who speak, so that questions can name them and their names do not count as a meaning.
  package func know(speaker: String) { speakers.add(speaker) }

  /// Adds a turn; it is found from now on. Ids rise.
  package func add(_ entry: RecallEntry) throws {
    precondition(lastID.map { $0 < entry.id } ?? true, "rows are added in the order of their ids")
    var reader = TermReader(entry.text, words)
    let prior = weights.prior(
      words: entry.text.split(whereSeparator: \.isWhitespace).count, ownWords: reader.ownWords,
      isQuestion: Self.asks(entry.text))
    // Who spoke and when: questions name both.
    reader.add(entry.speaker)
    reader.add(Self.date(entry.day))
    let kept = Postings.postings(of: reader)
    let record = RecallRecord(
      id: entry.id, at: entry.at.microseconds, session: RecallRows.number(entry.session),
      speaker: RecallRows.number(entry.speaker), channel: RecallRows.number(entry.channel),
      prior: prior)
    try meanings.reserve(count + 1)
    try contexts.reserve(count + 1)
    meanings.clear(count)
    contexts.clear(count)
    try file.append(record, kept)
    postings.add(kept, row: count)
    speakers.add(entry.speaker)
    rows.append(record)
    // The turn before has a neighbour now.
    if rows.follows(count - 1) { contexts.clear(count - 2) }
  }

  /// Removes turns: nothing of them stays in the files, and what their neighbours mean is to be set again.
  package func remove(ids: some Sequence<Int64>) {
    let leaving = Set(ids.lazy.compactMap { [rows] in rows.row(of: $0) }.filter { [rows] in rows.live[$0] != 0 })
      .sorted()
    postings.remove(leaving.map { row in (row, file.postings(file.record(row)).map(\.term)) })
    for row in leaving {
      for near in max(0, row - 1)...min(row + 1, count - 1) { contexts.clear(near) }
      meanings.clear(row)
      file.clear(row)
      rows.remove(row)
    }
    dropRemovedAtEnd()
  }

  /// The store gives the number of its last row to the next one.
  private func dropRemovedAtEnd() {
    while let last = rows.live.last, last == 0 {
      rows.removeLast()
      file.removeLast()
    }
  }

  /// The text whose embedding stands for the turn: nobody's name counts, since the turns that name somebody are those of
  /// the others.
  package func meaningText(of text: String) -> String { speakers.cut(from: text) }

  /// The same for the turn with its neighbours.
  package func contextText(before: String?, _ text: String, behind: String?) -> String {
    speakers.cut(from: [before, text, behind].compactMap { $0 }.joined(separator: " "))
  }

  package func set(meaning: [Float]?, context: [Float]?, id: Int64) {
    guard let row = rows.row(of: id), rows.live[row] != 0 else { return }
    if let meaning { meanings.set(meaning, row) }
    if let context { contexts.set(context, row) }
  }

  /// A turn that has no embedding yet, with its neighbours of the same sitting.
  package struct Unembedded: Sendable {
    package let id: Int64
    package let before: Int64?
    package let behind: Int64?
  }

  /// The newest first: they are asked for first.
  package func unembedded(limit: Int) -> [Unembedded] {
    var found: [Unembedded] = []
    for row in (0..<count).reversed()
    where rows.live[row] != 0 && !(meanings.holds(row) && contexts.holds(row)) {
      found.append(
        Unembedded(
          id: rows.ids[row], before: rows.follows(row) ? rows.ids[row - 1] : nil,
          behind: rows.follows(row + 1) ? rows.ids[row + 1] : nil))
      if found.count == limit { break }
    }
    return found
  }

  /// Overwrites and removes an index's files.
  package static func erase(_ path: String) {
    for ending in RecallFile.endings
      + [".turn", ".context"].flatMap({ part in VectorShelf.endings.map { part + $0 } })
    {
      Plane.erase(path + ending)
    }
  }

  /// Makes durable what was added.
  package func sync() throws {
    try meanings.sync()
    try contexts.sync()
    try file.sync()
  }

  /// The best rows first.
  ///
  /// - Parameter meaning: the embedding of `meaningText(of:)` the question; without, words alone decide.
  package func search(_ question: RecallQuestion, meaning: [Float]?, limit: Int) -> [RecallHit] {
    guard limit > 0, count > 0 else { return [] }
    let reader = TermReader(question.text, words)
    postings.score(Array(reader.terms.keys), count: count, into: &sheet)
    defer { sheet.clear() }
    let named = speakers.named(in: question.text, asker: question.asker, words)
    let filter = RecallFilter(question)
    let query = meaning.map(VectorShelf.Query.init)
    let candidates = candidates(query, filter, named, limit: limit)
    let (scores, likenesses) = ownScores(of: candidates, query)
    var judged: [BestRows.Row] = []
    judged.reserveCapacity(candidates.count)
    for (index, row) in candidates.enumerated() where filter.allows(Int(row), rows) {
      let row = Int(row)
      var score = scores[index] + rows.priors[row]
      // Neighbours were taken along, so that they stand beside it.
      if rows.follows(row), index > 0, candidates[index - 1] == row - 1 {
        score += weights.before * scores[index - 1]
      }
      if rows.follows(row + 1), index + 1 < candidates.count, candidates[index + 1] == row + 1 {
        score += weights.behind * scores[index + 1]
      }
      if rows.speakers[row] == named { score += weights.speaker }
      judged.append((UInt32(index), score))
    }
    BestRows.keep(limit, of: &judged)
    var hits = judged.map { best in
      let row = Int(candidates[Int(best.row)])
      return RecallHit(
        id: rows.ids[row], score: best.likeness, words: sheet.scores[row],
        likeness: query == nil ? 0 : likenesses[Int(best.row)])
    }
    hits.sort { ($0.score, $1.id) > ($1.score, $0.id) }
    return Array(hits.prefix(limit))
  }

  /// The rows nearest in meaning alone, with their cosines.
  package func nearest(
    _ meaning: [Float], _ question: RecallQuestion = RecallQuestion(""), limit: Int
  ) -> [RecallHit] {
    meanings.nearest(
      VectorShelf.Query(meaning), count: count, allowed: RecallFilter(question).mask(rows),
      limit: limit
    ).map { RecallHit(id: rows.ids[Int($0.row)], score: $0.likeness) }
  }

  /// Rows that are judged in full, rising, each with its neighbours.
  private func candidates(
    _ query: VectorShelf.Query?, _ filter: RecallFilter, _ named: UInt32?, limit: Int
  )
    -> [UInt32]
  {
    guard count > Self.small else { return (0..<UInt32(count)).map { $0 } }
    let wanted = max(Self.judged, limit)
    func bonus(_ row: UInt32) -> Float { rows.speakers[Int(row)] == named ? weights.speaker : 0 }
    var chosen = bestByWords(filter, named, limit: wanted)
    if let query {
      var byMeaning = meanings.nearest(
        query, count: count, allowed: filter.mask(rows), limit: 4 * wanted, isExact: false
      ).map { (row: $0.row, likeness: weights.meaning * $0.likeness + bonus($0.row)) }
      BestRows.keep(wanted, of: &byMeaning)
      chosen += byMeaning.map(\.row)
    }
    var all: [UInt32] = []
    all.reserveCapacity(3 * chosen.count)
    for row in chosen {
      if row > 0 { all.append(row - 1) }
      all.append(row)
      if Int(row) + 1 < count { all.append(row + 1) }
    }
    all.sort()
    var last: UInt32?
    all.removeAll { row in
      defer { last = row }
      return row == last
    }
    return all
  }

  /// The best of the rows that the question's words speak for; a common word brings hundreds of thousands.
  private func bestByWords(_ filter: RecallFilter, _ named: UInt32?, limit: Int) -> [UInt32] {
    let rows = rows
    let most = named == nil ? 0 : weights.speaker
    var best = BestRows(limit: limit)
    let (words, speaker) = (weights.words, weights.speaker)
    sheet.each(least: { (best.least - most) / words }) { row, score in
      let score = words * score
      guard score + most >= best.least, filter.allows(Int(row), rows) else { return }
      best.add(row, score + (rows.speakers[Int(row)] == named ? speaker : 0))
    }
    return best.rows
  }

  /// What speaks for each row by itself, and the cosine of its own vector.
  private func ownScores(of candidates: [UInt32], _ query: VectorShelf.Query?) -> ([Float], [Float]) {
    var scores = candidates.map { weights.words * sheet.scores[Int($0)] }
    guard let query else { return (scores, []) }
    var (own, context) = ([Float](), [Float]())
    meanings.likenesses(query, candidates, into: &own)
    contexts.likenesses(query, candidates, into: &context)
    for index in scores.indices {
      scores[index] += weights.meaning * own[index] + weights.context * context[index]
    }
    return (scores, own)
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
