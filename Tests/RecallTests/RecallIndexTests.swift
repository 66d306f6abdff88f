import Base
import Foundation
import Testing

@testable import Recall

@Suite("The search of memories")
struct RecallIndexTests {
  private func index(_ entries: [RecallEntry], path: String? = nil) throws -> RecallIndex {
    let index = try RecallIndex(words: try Sample.words(), path: path)
    for entry in entries { try index.add(entry) }
    return index
  }

  private func ids(_ index: RecallIndex, _ question: RecallQuestion, _ meaning: [Float]? = nil) -> [Int64] {
    index.search(question, meaning: meaning, limit: 20).map(\.id)
  }

  @Test("a turn that holds every word of the question never ranks below one that holds none")
  func wordsRank() throws {
    let index = try index([
      Sample.entry(1, "Ravi", "The electrician comes on Friday", session: "a"),
      Sample.entry(2, "Ravi", "Lunch was good today then", session: "b"),
      Sample.entry(3, "Ravi", "I paid for electricity", session: "c"),
    ])
    #expect(ids(index, RecallQuestion("electrician friday")).first == 1)
  }

  @Test("who the question names, or who asks, is preferred")
  func speakers() throws {
    let index = try index([
      Sample.entry(1, "Meena", "walking the dog", session: "a"),
      Sample.entry(2, "Ravi", "walking the dog", session: "b"),
    ])
    #expect(ids(index, RecallQuestion("does Ravi walk dogs?")).first == 2)
    #expect(ids(index, RecallQuestion("what did I walk?", asker: "Meena")).first == 1)
  }

  @Test("names are cut before a text is embedded")
  func names() throws {
    let index = try index([Sample.entry(1, "Ravi", "hello")])
    #expect(index.meaningText(of: "Wow, Ravi's garden, ravi!") == "Wow, garden, !")
    #expect(index.meaningText(of: "No  name") == "No  name")
  }

  @Test("a filter that keeps few rows returns exactly the best of these", arguments: [1_000, 6_000])
  func filters(_ count: Int) throws {
    let entries = (0..<count).map { (number: Int) -> RecallEntry in
      let speaker = number % 100 == 7 ? "Amma" : "Ravi"
      let channel = number % 2 == 0 ? "web" : "telegram"
      return Sample.entry(
        Int64(number), speaker, "salt", session: "\(number)", channel: channel, hour: Int64(number))
    }
    let index = try index(entries)
    for number in 0..<count {
      index.set(meaning: Sample.vector(Float(number) / Float(count)), context: nil, id: Int64(number))
    }
    var question = RecallQuestion("salt")
    question.speakers = ["Amma"]
    let best: [Int64] = (0..<count / 100).reversed().map { (hundred: Int) -> Int64 in Int64(hundred * 100 + 7) }
    #expect(ids(index, question, Sample.vector(1)) == Array(best.prefix(20)))
    #expect(index.nearest(Sample.vector(1), question, limit: 5).map(\.id) == Array(best.prefix(5)))
    question.channel = "web"
    #expect(ids(index, question, Sample.vector(1)).isEmpty)
    question = RecallQuestion("salt")
    question.from = Instant(seconds: 500 * 3_600)
    question.to = Instant(seconds: 503 * 3_600)
    // A thousandth of a cosine is below what one byte tells; two bytes tell it.
    #expect(Set(ids(index, question, Sample.vector(1))) == [500, 501, 502])
    #expect(index.nearest(Sample.vector(1), question, limit: 5).map(\.id) == [502, 501, 500])
  }

  @Test("a turn takes part in what its neighbours of the same sitting are about")
  func neighbours() throws {
    let index = try index([
      Sample.entry(1, "Ravi", "yes please", session: "a"), Sample.entry(2, "Meena", "what about salt", session: "b"),
      Sample.entry(3, "Ravi", "less than before", session: "b"),
    ])
    #expect(ids(index, RecallQuestion("salt")) == [2, 3, 1])
  }

  @Test("what was synced is there after a crash, what was not is to be added again, and what was removed left no byte")
  func files() throws {
    let folder = NSTemporaryDirectory() + "recall-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/one"
    let first = try index([Sample.entry(1, "Ravi", "salt"), Sample.entry(2, "Ravi", "pepper")], path: path)
    first.set(meaning: Sample.vector(1), context: Sample.vector(1), id: 1)
    try first.sync()
    try first.add(Sample.entry(3, "Ravi", "sugar"))

    let second = try RecallIndex(words: try Sample.words(), path: path)
    #expect(second.ids == [1, 2])
    #expect(ids(second, RecallQuestion("pepper")).first == 2)
    #expect(second.unembedded(limit: 5).map(\.id) == [2])
    second.remove(ids: [1, 2])
    try second.sync()
    #expect(second.count == 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix(".rows") {
      let bytes = try #require(FileManager.default.contents(atPath: folder + "/" + name))
      #expect(bytes.prefix(8).allSatisfy { $0 == 0 }, "\(name)")
    }
    RecallIndex.erase(path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test("a row that takes the number of one that was removed is found in its place")
  func reusedNumber() throws {
    let index = try index([Sample.entry(1, "Ravi", "salt"), Sample.entry(2, "Ravi", "pepper")])
    index.remove(ids: [2])
    try index.add(Sample.entry(2, "Ravi", "sugar"))
    #expect(ids(index, RecallQuestion("sugar")).first == 2)
    #expect(index.search(RecallQuestion("pepper"), meaning: nil, limit: 5).allSatisfy { $0.words == 0 })
  }

  private static let spices = ["salt", "pepper", "sugar", "ginger", "cumin", "clove", "mint"]

  /// Turns of several words each, by two people, with some of the words in nearly every one.
  private func manyTurns(_ count: Int) -> [(entry: RecallEntry, words: Set<String>)] {
    let random = SeededRandom(seed: 7)
    return (0..<count).map { number in
      let words = Set(Self.spices.indices.filter { random.below(2 + 3 * $0) < 2 }.map { Self.spices[$0] })
      let speaker = random.below(10) == 0 ? "Amma" : "Ravi"
      let text = words.sorted().joined(separator: " ") + " tea"
      return (Sample.entry(Int64(number), speaker, text, session: "\(number)", hour: Int64(number)), words)
    }
  }

  @Test("of many rows that go at once none is found, and every other is")
  func removesMany() throws {
    let turns = manyTurns(2_000)
    let index = try index(turns.map(\.entry))
    let random = SeededRandom(seed: 8)
    let leaving = Set(turns.map(\.entry.id).filter { _ in random.below(3) == 0 })
    index.remove(ids: leaving)
    index.remove(ids: leaving)
    for word in Self.spices {
      let hits = index.search(RecallQuestion(word), meaning: nil, limit: 2_000)
      let expected = turns.filter { $0.words.contains(word) && !leaving.contains($0.entry.id) }.map(\.entry.id)
      #expect(hits.filter { $0.words > 0 }.map(\.id).sorted() == expected, "\(word)")
      #expect(!hits.contains { leaving.contains($0.id) })
    }
  }
}
