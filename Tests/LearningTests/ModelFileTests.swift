import Foundation
import Learning
import RoomTesting
import Testing

@Suite("A classifier's file")
struct ModelFileTests {
  private let folder: TestFolder
  private var path: String { folder.path + "/a.model" }

  init() throws { folder = try TestFolder("learning") }

  @Test("comes back as it was", arguments: [true, false])
  func keeping(hasVectors: Bool) throws {
    let vectors = hasVectors ? LetterVectors() : nil
    let classifier = try (hasVectors ? Samples.withVectors : Samples.plain).get()
    try classifier.write(to: path)
    let back = try TextClassifier(contentsOf: path)
    #expect(back.intents == classifier.intents && back.trainingSeconds == classifier.trainingSeconds)
    let queries = (Samples.rows.map(\.text) + Samples.strangers).map { TextClassifier.Query($0) }
    #expect(try back.predict(queries, vectors: vectors) == classifier.predict(queries, vectors: vectors))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.model"])
  }

  @Test("missing, foreign, of another age, cut or changed: each is told apart")
  func damage() throws {
    func fact(_ data: Data?) -> LearningError.Fact? {
      try? FileManager.default.removeItem(atPath: path)
      if let data { try? data.write(to: URL(fileURLWithPath: path)) }
      do {
        _ = try TextClassifier(contentsOf: path)
        return nil
      } catch {
        return (error as? LearningError)?.fact
      }
    }
    try Samples.plain.get().write(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(fact(nil) == .noFile)
    #expect(fact(Data()) == .foreignModel)
    #expect(fact(Data("{\"text\": \"no model at all, but long enough\"}".utf8)) == .foreignModel)
    var newer = whole
    newer[8] = 0xFF
    #expect(fact(newer) == .otherVersion)
    for count in [32, 40, whole.count / 2, whole.count - 1] { #expect(fact(whole.prefix(count)) == .damagedModel) }
    #expect(fact(whole + [0]) == .damagedModel)
    for place in stride(from: 16, to: whole.count, by: max(1, whole.count / 50)) {
      var changed = whole
      changed[place] ^= 0x40
      #expect(fact(changed) == .damagedModel)
    }
    #expect(fact(whole) == nil)
  }

  @Test("a folder that is not there cannot be written to")
  func unwritable() throws {
    let classifier = try Samples.plain.get()
    #expect(throws: LearningError.self) { try classifier.write(to: folder.path + "/none/a.model") }
  }

  @Test("kept vectors are those of the encoder, survive damage and do not mix")
  func cache() throws {
    let texts = Samples.rows.map(\.text)
    let cache = CachedVectors(LetterVectors(), folder: folder.path + "/cache")
    let fresh = try cache.vectors(texts + texts)
    #expect(zip(fresh, try LetterVectors().vectors(texts + texts)).allSatisfy { abs($0 - $1) < 1e-3 })
    // The encoder is not asked again.
    let dead = LetterVectors(failure: LearningError(.noVectors, "gone"))
    #expect(try CachedVectors(dead, folder: folder.path + "/cache").vectors(texts + texts) == fresh)
    #expect(throws: LearningError.self) {
      try CachedVectors(dead, folder: folder.path + "/cache").vectors(["something new"])
    }
    #expect(throws: LearningError.self) {
      try CachedVectors(LetterVectors(identity: 5, failure: dead.failure), folder: folder.path + "/cache").vectors(
        texts)
    }
    try Data("torn".utf8).write(to: URL(fileURLWithPath: cache.path))
    #expect(try cache.vectors(texts + texts) == fresh)
  }
}
