import Formats
import Foundation
import RoomTesting
import Testing

@testable import Embedding

/// The real encoder, loaded once a run for each precision.
enum RealEncoder {
  static let root = ProcessInfo.processInfo.environment["THINNAI_SHARE"] ?? rootOfSources
  static let folder = EncoderFiles.find(share: root, home: nil, environment: ProcessInfo.processInfo.environment)
  static let float = Result { try SentenceEncoder(folder: folder ?? "", precision: .float) }
  static let int8 = Result { try SentenceEncoder(folder: folder ?? "", precision: .int8) }

  private static let rootOfSources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}

/// Texts with what the original model makes of them.
struct Golden: Sendable {
  let text: String
  let pieces: [Int32]
  let embedding: [Float]

  static let all: [Golden] = {
    let path = RealEncoder.root + "/Fixtures/embedding/minilm_golden.json"
    guard let data = FileManager.default.contents(atPath: path), let file = try? JSON.parse([UInt8](data)) else {
      return []
    }
    return (file["items"].array ?? []).map { item in
      Golden(
        text: item["text"].string ?? "", pieces: (item["input_ids"].array ?? []).compactMap { $0.int.map(Int32.init) },
        embedding: (item["embedding"].array ?? []).compactMap { $0.double.map(Float.init) })
    }
  }()

  func cosine(to other: [Float]) -> Double {
    var (dot, a, b) = (0.0, 0.0, 0.0)
    for (x, y) in zip(embedding, other) {
      dot += Double(x) * Double(y)
      a += Double(x) * Double(x)
      b += Double(y) * Double(y)
    }
    return dot / (a * b).squareRoot()
  }
}

@Suite(
  "The encoder itself",
  .enabled(if: RealEncoder.folder != nil, "the weights are not there: ./thinnai test fetches them"))
struct SentenceEncoderTests {
  @Test("cuts texts as the original does")
  func pieces() throws {
    let encoder = try RealEncoder.float.get()
    #expect(Golden.all.count == 53)
    for golden in Golden.all {
      #expect(encoder.pieces(golden.text) == golden.pieces, "\(golden.text.debugDescription)")
    }
  }

  @Test("gives the original's embeddings")
  func float() throws {
    let encoder = try RealEncoder.float.get()
    for golden in Golden.all {
      let embedding = encoder.embed(golden.text)
      #expect(golden.cosine(to: embedding.final) >= 0.99999, "\(golden.text.debugDescription)")
      let largest = zip(golden.embedding, embedding.final).map { abs($0 - $1) }.max() ?? 1
      #expect(largest < 2e-6, "\(golden.text.debugDescription)")
    }
  }

  @Test("gives a text the same in any company, and into given memory")
  func batches() throws {
    let encoder = try RealEncoder.float.get()
    let texts = Golden.all.map(\.text)
    let together = encoder.embed(texts)
    #expect(together.count == texts.count)
    let final = UnsafeMutableBufferPointer<Float>.allocate(capacity: SentenceEncoder.width)
    let middle = UnsafeMutableBufferPointer<Float>.allocate(capacity: SentenceEncoder.width)
    defer {
      final.deallocate()
      middle.deallocate()
    }
    for (golden, embedding) in zip(Golden.all, together) {
      encoder.embed(golden.text, final: final, middle: middle)
      #expect(largestDifference(Array(final), embedding.final) < 2e-6)
      #expect(largestDifference(Array(middle), embedding.middle) < 2e-6)
      #expect(abs(embedding.middle.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
      #expect(abs(embedding.early.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }
  }

  @Test("serves many tasks at once")
  func tasks() async throws {
    let encoder = try RealEncoder.float.get()
    let texts = ["set a timer", "what's the weather", "", "remind me to call Amma at 8", "நாளை காலை"]
    let expected = texts.map { encoder.embed($0) }
    await withTaskGroup(of: Bool.self) { group in
      for turn in 0..<20 {
        group.addTask { encoder.embed(texts[turn % texts.count]) == expected[turn % texts.count] }
      }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test("stops a batch whose task is cancelled")
  func cancellation() async throws {
    let encoder = try RealEncoder.float.get()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await encoder.embed(eachOf: ["one", "two"])
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await encoder.embed(eachOf: ["one", "two"]) == encoder.embed(["one", "two"]))
  }

  @Test("computes the same with every set of kernels", arguments: SentenceEncoder.kernelNames)
  func kernels(_ name: String) throws {
    let float = try SentenceEncoder(RealEncoder.float.get(), kernel: name)
    let int8 = try SentenceEncoder(RealEncoder.int8.get(), kernel: name)
    #expect(float.kernel == name && int8.kernel == name)
    for golden in Golden.all where golden.pieces.count < 20 {
      #expect(golden.cosine(to: float.embed(golden.text).final) >= 0.99999, "\(golden.text.debugDescription)")
      #expect(golden.cosine(to: int8.embed(golden.text).final) >= 0.975, "\(golden.text.debugDescription)")
    }
  }

  @Test("as bytes stays near the original")
  func int8() throws {
    let encoder = try RealEncoder.int8.get()
    let cosines = Golden.all.map { $0.cosine(to: encoder.embed($0.text).final) }
    #expect((cosines.min() ?? 0) >= 0.975)
    #expect(cosines.reduce(0, +) / Double(max(cosines.count, 1)) >= 0.99)
  }

  @Test("makes its bytes once, and anew when they are damaged or cut")
  func byteFile() throws {
    let folder = try TestFolder()
    for name in [EncoderFiles.weights, EncoderFiles.vocabulary] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: (RealEncoder.folder ?? "") + "/" + name)
    }
    let path = folder.path + "/" + WeightFile.name
    func load() throws -> Embedding { try SentenceEncoder(folder: folder.path).embed("set a timer") }
    let first = try load()
    let whole = try #require(FileManager.default.contents(atPath: path))
    var damaged = whole
    damaged[whole.count / 2] ^= 1
    for bytes in [damaged, whole.prefix(1_000)] {
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(try load() == first)
      #expect(FileManager.default.contents(atPath: path) == whole)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
  }

  @Test("encoders of one process that pack at the same time never see each other's half-written file")
  func packedSideBySide() async throws {
    let folder = try TestFolder()
    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    let whole = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          bytes.withUnsafeBytes { block in
            guard let start = block.baseAddress else { return false }
            return (0..<20).allSatisfy { _ in
              WeightFile.save(start, byteCount: block.count, identity: 1, folder.path)
                && WeightFile.load(folder.path, identity: 1, byteCount: block.count) != nil
            }
          }
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(whole)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [WeightFile.name])
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 1 }
}
