import Formats
import Foundation

/// The memories and questions of `bench memory` as files, for a Python that does the same with other libraries.
final class MemoryPeer {
  private let folder: String
  private let texts: FileHandle
  private let vectors: FileHandle
  private var (textBuffer, vectorBuffer) = (Data(), Data())
  private static let flush = 4 << 20

  init(folder: String) throws {
    self.folder = folder + "/peer"
    try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
    let place = self.folder
    func file(_ name: String) throws -> FileHandle {
      let path = place + "/" + name
      guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
      else { throw BenchmarkError(.failed, "\(path) cannot be written.") }
      return file
    }
    texts = try file("texts")
    vectors = try file("vectors.f32")
  }

  /// A memory: a line of text, and numbers as they lie in memory.
  func add(_ text: String, _ vector: [Float]) throws {
    textBuffer.append(contentsOf: text.utf8)
    textBuffer.append(10)
    vector.withUnsafeBytes { vectorBuffer.append(contentsOf: $0) }
    if vectorBuffer.count >= Self.flush { try write() }
  }

  private func write() throws {
    try texts.write(contentsOf: textBuffer)
    try vectors.write(contentsOf: vectorBuffer)
    textBuffer.removeAll(keepingCapacity: true)
    vectorBuffer.removeAll(keepingCapacity: true)
  }

  func measure(
    python: String, share: String, _ queries: [MemorySample.Query], _ truth: [Set<Int>], leaving: Int
  ) throws -> JSON {
    try write()
    try texts.close()
    try vectors.close()
    let asked = zip(queries, truth).map { query, best -> JSON in
      [
        "text": .string(query.text), "vector": .array(query.vector.map { .number(Double($0)) }),
        "best": .array(best.sorted().map { .integer(Int64($0)) }),
      ]
    }
    let question: JSON = [
      "folder": .string(folder), "queries": .array(asked), "leaving": .integer(Int64(leaving)),
    ]
    try Data(question.bytes()).write(to: URL(fileURLWithPath: folder + "/question.json"))
    let (answer, complaints) = (folder + "/answer.json", folder + "/errors")
    let child = try ChildProcess(
      python, [share + "/Benchmarks/peers/memory_peer.py", folder + "/question.json"],
      environment: ProcessInfo.processInfo.environment, output: answer, errors: complaints)
    guard child.wait(seconds: 3_600) == 0, let data = FileManager.default.contents(atPath: answer),
      let line = String(decoding: data, as: UTF8.self).split(separator: "\n").last,
      let result = try? JSON.parse(String(line))
    else {
      child.end()
      let why = (try? String(contentsOfFile: complaints, encoding: .utf8))?.suffix(600) ?? ""
      throw BenchmarkError(.failed, "The peer did not measure anything: \(why)")
    }
    return result
  }
}
