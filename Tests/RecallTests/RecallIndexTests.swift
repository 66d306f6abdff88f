import Base
import Testing

@testable import Recall

@Suite("The search of memories")
struct RecallIndexTests {
  private func index(_ entries: [RecallEntry], width: Int = 2) throws -> RecallIndex {
    let index = RecallIndex(words: try Sample.words(), width: width)
    for entry in entries { index.add(entry) }
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

  @Test("a filter that keeps few rows returns exactly the best of these")
  func filters() throws {
    let entries = (0..<1_000).map { (number: Int) -> RecallEntry in
      let speaker = number % 100 == 7 ? "Amma" : "Ravi"
      let channel = number % 2 == 0 ? "web" : "telegram"
      return Sample.entry(
        Int64(number), speaker, "salt", session: "\(number)", channel: channel, hour: Int64(number))
    }
    let index = try index(entries)
    for (number, entry) in entries.enumerated() {
      index.set(meaning: [Float(number) / 1_000, 0], context: nil, row: Int(entry.id))
    }
    var question = RecallQuestion("salt")
    question.speakers = ["Amma"]
    let wanted: [Int64] = [907, 807, 707, 607, 507, 407, 307, 207, 107, 7]
    #expect(ids(index, question, [1, 0]) == wanted)
    question.channel = "web"
    #expect(ids(index, question, [1, 0]).isEmpty)
    question = RecallQuestion("salt")
    question.from = Instant(seconds: 500 * 3_600)
    question.to = Instant(seconds: 503 * 3_600)
    #expect(ids(index, question, [1, 0]) == [502, 501, 500])
  }

  @Test("a turn takes part in what its neighbours of the same sitting are about")
  func neighbours() throws {
    let index = try index([
      Sample.entry(1, "Ravi", "yes please", session: "a"), Sample.entry(2, "Meena", "what about salt", session: "b"),
      Sample.entry(3, "Ravi", "less than before", session: "b"),
    ])
    #expect(ids(index, RecallQuestion("salt")) == [2, 3, 1])
  }
}
