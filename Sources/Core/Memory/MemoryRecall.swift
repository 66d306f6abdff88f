package import Base
import Crypto
package import Embedding
import Foundation
package import People
package import Recall
package import Store
import Synchronization
import Telemetry
import Time

/// Whose memory is asked, and for which part of it. What is outside does not exist for the question.
package struct RecallScope: Sendable {
  package var person: Person
  package var from: Instant?
  package var to: Instant?
  /// A door, such as `telegram`.
  package var door: String?

  package init(_ person: Person, from: Instant? = nil, to: Instant? = nil, door: String? = nil) {
    self.person = person
    self.from = from
    self.to = to
    self.door = door
  }
}

/// A turn that may answer a question.
package struct Recollection: Sendable {
  package var episode: Episode
  /// What was found is what the house answered, not what the person wrote.
  package var isReply: Bool
  package var score: Float
  /// It has words in common with the question, or means nearly the same.
  package var isNear: Bool
}

/// Finds what a person said and was told, by words, meaning and time: an index for each person beside the store.
///
/// The rows of the store are the truth: a question first takes in what is new, and what is found is read from the rows.
/// An index can be thrown away at any time. Without the encoder's weights words alone decide.
package final class MemoryRecall: Sendable {
  /// Who speaks when it is not the person.
  private static let house = "thinnai"
  /// Rows in one read of the store, and texts that are embedded at once.
  private static let batch = 512
  private static let embedded = 16
  /// Turns are embedded a moment after they were said, behind everything else.
  private static let pause: Duration = .seconds(2)
  /// From this cosine on a turn counts as near without a word in common.
  private static let near: Float = 0.45

  private let store: HouseStore
  private let folder: String?
  private let words: RecallWords
  private let encoder: LazyEncoder?
  private let clock: any WallClock
  private let shelves = Mutex<[PersonID: Shelf]>([:])
  private let alarm = WorkQueue<Bool>(limit: 1)
  private let log = Log("memory")

  /// The memory of one person.
  private final class Shelf: Sendable {
    let person: Person
    let index: Mutex<RecallIndex>

    init(_ person: Person, path: String?, words: RecallWords) throws {
      self.person = person
      let index = try RecallIndex(words: words, path: path)
      index.know(speaker: person.name)
      self.index = Mutex(index)
    }
  }

  /// - Parameters:
  ///   - folder: where the indexes lie; `nil` keeps them in memory.
  ///   - encoder: `nil` where there is none.
  package init(
    store: HouseStore, folder: String?, words: RecallWords, encoder: LazyEncoder?, changes: ChangeFeed,
    clock: any WallClock
  ) {
    (self.store, self.folder, self.words, self.encoder, self.clock) = (store, folder, words, encoder, clock)
    changes.listen(to: [EpisodeIndex.table]) { [alarm] _ in alarm.push(true) }
  }

  /// The turns that answer a question best, best first; “I” and “my” mean the person of the scope.
  package func recall(_ question: String, scope: RecallScope, limit: Int) async throws -> [Recollection] {
    let person = scope.person
    let shelf = try shelf(person)
    try await catchUp(shelf)
    var asked = RecallQuestion(question, asker: person.name)
    (asked.from, asked.to, asked.channel) = (scope.from, scope.to, scope.door)
    let cut = shelf.index.withLock { $0.meaningText(of: question) }
    let meaning = encoder?.encoder?.embed(cut).final
    let hits = shelf.index.withLock { [asked] in $0.search(asked, meaning: meaning, limit: limit) }
    let most = hits.map(\.words).max() ?? 0
    return try await store.tenant(person.tenant).read { reader in
      try hits.compactMap { hit in
        try reader.episode(hit.id / 2, of: person.id).map { episode in
          Recollection(
            episode: episode, isReply: hit.id % 2 == 1, score: hit.score,
            isNear: (hit.words > 0 && hit.words >= most / 2) || hit.likeness > Self.near)
        }
      }
    }
  }

  /// Throws away what is kept of a person here; rows that stay are taken in again when they are asked for.
  package func forget(_ person: PersonID) {
    _ = shelves.withLock { $0.removeValue(forKey: person) }
    if let path = path(person) { RecallIndex.erase(path) }
  }

  /// Leaves nothing of turns whose rows were removed.
  package func forget(episodes: Set<Int64>, of person: PersonID) {
    // An index that is not open is made again when somebody asks.
    guard let shelf = shelves.withLock({ $0[person] }) else { return forget(person) }
    do {
      try shelf.index.withLock { index in
        index.remove(ids: episodes.flatMap { [2 * $0, 2 * $0 + 1] })
        try index.sync()
      }
    } catch {
      forget(person)
    }
  }

  /// Embeds what was said, on a thread of its own, until stopped or cancelled.
  package func run() async {
    while await alarm.next() != nil, !Task.isCancelled {
      do {
        try await clock.sleep(for: Self.pause)
        for shelf in shelves.withLock({ Array($0.values) }) { try await embed(shelf) }
      } catch let error as StoreError {
        log.warning("Turns could not be taken into the memory yet", ["error": .error(error)])
      } catch let error as RecallError {
        log.warning("The memory cannot be written", ["error": .error(error)])
      } catch {
        return
      }
    }
  }

  package func stop() { alarm.close() }

  /// Nobody's name stands in the name of a file.
  private func path(_ person: PersonID) -> String? {
    folder.map { folder in
      let name = SHA256.hash("\(person)").prefix(12).map { String($0, radix: 16) }.joined()
      return "\(folder)/\(name)"
    }
  }

  private func shelf(_ person: Person) throws -> Shelf {
    try shelves.withLock { shelves in
      if let shelf = shelves[person.id] { return shelf }
      if let folder { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
      let shelf = try Shelf(person, path: path(person.id), words: words)
      shelves[person.id] = shelf
      // What an earlier run left without an embedding.
      alarm.push(true)
      return shelf
    }
  }

  /// Takes in the rows that came since the last time.
  private func catchUp(_ shelf: Shelf) async throws {
    let person = shelf.person
    var isMore = true
    while isMore {
      let (last, time) = shelf.index.withLock { ($0.lastID.map { $0 / 2 } ?? 0, $0.lastTime) }
      let (known, rows) = try await store.tenant(person.tenant).read { reader in
        (
          try reader.episode(last, of: person.id)?.at,
          try reader.episodes(of: person.id, after: last, limit: Self.batch)
        )
      }
      // The store gives the number of a row that went to the next one.
      guard known == time else {
        shelf.index.withLock { $0.remove(ids: [2 * last, 2 * last + 1]) }
        continue
      }
      try shelf.index.withLock { index in
        for (seq, episode) in rows where index.lastID.map({ $0 / 2 < seq }) ?? true {
          for entry in Self.entries(seq, episode, person) { try index.add(entry) }
        }
      }
      isMore = rows.count == Self.batch
    }
  }

  private static func entries(_ seq: Int64, _ episode: Episode, _ person: Person) -> [RecallEntry] {
    let day = person.zone.civil(episode.at).date
    return [(2 * seq, person.name, episode.said), (2 * seq + 1, house, episode.replied)].filter { !$0.2.isEmpty }.map {
      RecallEntry(
        id: $0.0, at: episode.at, day: day, session: "\(episode.conversation) \(day)", speaker: $0.1,
        channel: episode.door, text: $0.2)
    }
  }

  private func embed(_ shelf: Shelf) async throws {
    try await catchUp(shelf)
    guard let encoder = encoder?.encoder else { return }
    let person = shelf.person
    while true {
      try Task.checkCancellation()
      let waiting = shelf.index.withLock { $0.unembedded(limit: Self.embedded) }
      guard !waiting.isEmpty else { break }
      let ids = Set(waiting.flatMap { [$0.id, $0.before, $0.behind].compactMap { $0 } })
      let texts = try await store.tenant(person.tenant).read { reader in
        try ids.reduce(into: [Int64: String]()) { texts, id in
          guard let episode = try reader.episode(id / 2, of: person.id) else { return }
          texts[id] = id % 2 == 0 ? episode.said : episode.replied
        }
      }
      let cut = shelf.index.withLock { index in
        waiting.map { one -> [String] in
          let text = texts[one.id] ?? ""
          return [
            index.meaningText(of: text),
            index.contextText(
              before: one.before.flatMap { texts[$0] }, text, behind: one.behind.flatMap { texts[$0] }),
          ]
        }
      }
      let vectors = try await BlockingCall.run("embed memory") { encoder.embed(cut.flatMap { $0 }).map(\.final) }
      shelf.index.withLock { index in
        // A row that is gone needs none.
        index.remove(ids: waiting.lazy.map(\.id).filter { texts[$0] == nil })
        for (number, one) in waiting.enumerated() {
          index.set(meaning: vectors[2 * number], context: vectors[2 * number + 1], id: one.id)
        }
      }
    }
    try shelf.index.withLock { try $0.sync() }
  }
}

extension TenantReader {
  /// A person's turns behind one, in their order.
  fileprivate func episodes(of person: PersonID, after seq: Int64, limit: Int) throws -> [(seq: Int64, Episode)] {
    try query(
      """
      SELECT person, door, conversation, at, said, replied, intent, actions, seq FROM episodes NOT INDEXED
      WHERE seq > ? AND tenant = :tenant AND person = ? ORDER BY seq LIMIT ?
      """, seq, person, limit
    ) { ($0.int(8), Self.episode($0)) }
  }

  fileprivate func episode(_ seq: Int64, of person: PersonID) throws -> Episode? {
    try first(
      """
      SELECT person, door, conversation, at, said, replied, intent, actions FROM episodes
      WHERE seq = ? AND tenant = :tenant AND person = ?
      """, seq, person, map: Self.episode)
  }
}
