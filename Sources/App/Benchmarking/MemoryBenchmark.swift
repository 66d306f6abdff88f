import Base
package import Embedding
package import Formats
import Foundation
import Glibc
package import Recall

/// `thinnai bench memory`: how fast a long memory is searched, grows and forgets, on one core.
package enum MemoryBenchmark {
  private static let questions = 60
  private static let kept = 10
  /// Memories of one person that are forgotten in the end.
  private static let forgotten = 10_000

  /// - Parameters:
  ///   - count: memories of one scope.
  ///   - encoder: to measure the embedding of a question too.
  ///   - share: the folder with `Benchmarks/`.
  ///   - peer: a Python with numpy, sqlite-vec and hnswlib; it is given the same memories and questions.
  package static func run(
    count: Int, words: RecallWords, encoder: SentenceEncoder?, share: String, peer: String? = nil
  ) throws -> JSONObject {
    var pattern = Array((NSTemporaryDirectory() + "/thinnai-memory-XXXXXX").utf8CString)
    guard mkdtemp(&pattern) != nil else {
      throw BenchmarkError(.failed, "No temporary folder can be made.")
    }
    let folder = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }

    let rssBefore = OwnProcess.residentKilobytes
    var made = MemorySample(seed: 1)
    var result = JSONObject([
      ("count", .integer(Int64(count))), ("kernel", JSON(RecallIndex.kernelNames.first)),
    ])
    let queries = made.queries(questions)
    var truth = queries.map { _ in NearestTen() }
    let path = folder + "/one"
    let given = try peer.map { _ in try MemoryPeer(folder: folder) }
    var spent = 0.0
    do {
      let index = try RecallIndex(words: words, path: path)
      for number in 0..<count {
        let (entry, vector) = made.memory(number)
        let start = OwnProcess.cpuSeconds
        try index.add(entry)
        index.set(meaning: vector, context: vector, id: entry.id)
        spent += OwnProcess.cpuSeconds - start
        for query in queries.indices { truth[query].take(number, queries[query].vector, vector) }
        try given?.add(entry.text, vector)
      }
      try index.sync()
      result["index_bytes"] = .integer(Int64(index.bytes))
    }
    result["add_per_s_cpu"] = .integer(Int64(Double(count) / max(spent, 1e-9)))

    var start = Stopwatch.now
    let index = try RecallIndex(words: words, path: path)
    result["start_s"] = rounded(Stopwatch.now - start, 3)

    result["search"] = measure(queries) { query in
      _ = index.search(RecallQuestion(query.text), meaning: query.vector, limit: kept)
    }
    result["vectors_only"] = measure(queries) { query in
      _ = index.nearest(query.vector, limit: kept)
    }
    result["words_only"] = measure(queries) { query in
      _ = index.search(RecallQuestion(query.text), meaning: nil, limit: kept)
    }
    if let encoder {
      result["search_with_embedding"] = measure(queries) { query in
        let meaning = encoder.embed(index.meaningText(of: query.text)).final
        _ = index.search(RecallQuestion(query.text), meaning: meaning, limit: kept)
      }
    }
    var narrow = RecallQuestion("")
    narrow.channel = MemorySample.rare
    result["one_percent"] = measure(queries) { query in
      _ = index.nearest(query.vector, narrow, limit: kept)
    }
    let right = zip(queries, truth).reduce(0) { sum, pair in
      sum
        + Set(index.nearest(pair.0.vector, limit: kept).map { Int($0.id) }).intersection(
          pair.1.best
        ).count
    }
    result["recall@10"] = rounded(Double(right) / Double(queries.count * min(kept, count)), 4)
    result["rss_mb"] = rounded((OwnProcess.residentKilobytes - rssBefore) / 1_024, 1)

    let leaving = min(forgotten, count)
    start = Stopwatch.now
    index.remove(ids: (0..<leaving).map(Int64.init))
    try index.sync()
    result["forget_\(leaving)_s"] = rounded(Stopwatch.now - start, 3)
    if let peer, let given {
      result["peer"] = try given.measure(python: peer, share: share, queries, truth.map(\.best), leaving: leaving)
    }
    return result
  }

  /// Median and p95 in CPU and wall time, in milliseconds.
  private static func measure(_ queries: [MemorySample.Query], _ body: (MemorySample.Query) -> Void)
    -> JSON
  {
    var (wall, processor) = ([Double](), [Double]())
    // The first few only warm up.
    for (number, query) in (queries.prefix(5) + queries).enumerated() {
      let (start, spent) = (Stopwatch.now, OwnProcess.cpuSeconds)
      body(query)
      guard number >= 5 else { continue }
      wall.append((Stopwatch.now - start) * 1_000)
      processor.append((OwnProcess.cpuSeconds - spent) * 1_000)
    }
    wall.sort()
    processor.sort()
    func at(_ values: [Double], _ part: Double) -> JSON {
      rounded(values[min(values.count - 1, Int(Double(values.count) * part))], 3)
    }
    return [
      "cpu_p50_ms": at(processor, 0.5), "cpu_p95_ms": at(processor, 0.95),
      "wall_p50_ms": at(wall, 0.5),
      "wall_p95_ms": at(wall, 0.95),
    ]
  }

  private static func rounded(_ value: Double, _ digits: Int) -> JSON {
    let scale = pow(10, Double(digits))
    return .number((value * scale).rounded() / scale)
  }
}
