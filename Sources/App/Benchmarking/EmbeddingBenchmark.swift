import Base
import Embedding
package import Formats
import Foundation
import Glibc

/// `thinnai bench embed`: what it costs to turn a sentence into numbers, on one thread, by length and precision.
package enum EmbeddingBenchmark {
  /// Lengths in pieces, with the marks of start and end.
  static let lengths = [8, 10, 16, 64, 256]
  static let batch = 512
  /// Ordinary words of one piece each.
  private static let words = """
    remind me to call the doctor about my blood pressure tomorrow morning and ask what time the bus leaves for the \
    hospital in the city because my mother wants to see her friend there before lunch
    """.split(separator: " ").map(String.init)

  /// - Parameters:
  ///   - folder: weights and vocabulary.
  ///   - share: the folder with `Benchmarks/`.
  ///   - peer: a Python interpreter with onnxruntime, onnx and sentence-transformers; measured in the same run.
  package static func run(folder: String, share: String, peer: String? = nil) async throws -> JSON {
    try await aside {
      let texts = try texts(folder: folder)
      var result: JSON = ["threads": 1, "kernel": .null]
      var vectors: [SentenceEncoder.Precision: [[Float]]] = [:]
      for precision in [SentenceEncoder.Precision.int8, .float] {
        result[precision.rawValue] = try measure(precision, folder: folder, texts: texts, &vectors, &result)
      }
      let cosines = zip(vectors[.float] ?? [], vectors[.int8] ?? []).map(cosine)
      result["int8_cosine_to_float"] = [
        "mean": .number(cosines.reduce(0, +) / Double(max(cosines.count, 1))), "worst": .number(cosines.min() ?? 0),
      ]
      if let peer {
        let other = try measurePeer(python: peer, folder: folder, share: share, texts: texts)
        result["peer"] = other
        result["to_peer"] = ratios(result, to: other)
      }
      return result
    }
  }

  struct Texts: Sendable {
    var byLength: [(length: Int, text: String)] = []
    var batch: [String] = []
  }

  private static func texts(folder: String) throws -> Texts {
    let encoder = try SentenceEncoder(folder: folder)
    func text(_ pieces: Int, from first: Int) throws -> String {
      let text = (0..<pieces - 2).map { words[(first + $0) % words.count] }.joined(separator: " ")
      guard encoder.pieces(text).count == pieces else {
        throw BenchmarkError(.failed, "The words of the benchmark are not one piece each in this vocabulary.")
      }
      return text
    }
    return Texts(
      byLength: try lengths.map { ($0, try text($0, from: 0)) },
      batch: try (0..<batch).map { try text(6 + $0 % 13, from: $0) })
  }

  private static func measure(
    _ precision: SentenceEncoder.Precision, folder: String, texts: Texts,
    _ vectors: inout [SentenceEncoder.Precision: [[Float]]], _ result: inout JSON
  ) throws -> JSON {
    let before = OwnProcess.residentKilobytes
    let start = Stopwatch.now
    let encoder = try SentenceEncoder(folder: folder, precision: precision)
    let loaded = Stopwatch.now - start
    result["kernel"] = .string(encoder.kernel)
    let out = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * SentenceEncoder.width)
    defer { out.deallocate() }
    let final = UnsafeMutableBufferPointer(rebasing: out[..<SentenceEncoder.width])
    let middle = UnsafeMutableBufferPointer(rebasing: out[SentenceEncoder.width...])
    var tokens = JSONObject()
    for (length, text) in texts.byLength {
      var (wall, processor) = ([Double](), [Double]())
      let rounds = max(50, 3_000 / length)
      for round in 0..<rounds + rounds / 10 {
        let (began, spent) = (Stopwatch.now, OwnProcess.cpuSeconds)
        encoder.embed(text, final: final, middle: middle)
        // The first tenth only warms up.
        guard round >= rounds / 10 else { continue }
        wall.append(Stopwatch.now - began)
        processor.append(OwnProcess.cpuSeconds - spent)
      }
      tokens["\(length)"] = [
        "median_ms": milliseconds(wall, 0.5), "p99_ms": milliseconds(wall, 0.99),
        "cpu_median_ms": milliseconds(processor, 0.5), "cpu_p99_ms": milliseconds(processor, 0.99),
      ]
    }
    let resident = OwnProcess.residentKilobytes - before
    let spent = OwnProcess.cpuSeconds
    vectors[precision] = encoder.embed(texts.batch).map(\.final)
    return [
      "load_ms": .number((loaded * 1e5).rounded() / 100), "rss_mb": .number((resident / 102.4).rounded() / 10),
      "tokens": .object(tokens),
      "batched_per_s": .integer(Int64(Double(texts.batch.count) / max(OwnProcess.cpuSeconds - spent, 1e-9))),
    ]
  }

  private static func measurePeer(python: String, folder: String, share: String, texts: Texts) throws -> JSON {
    let scratch = NSTemporaryDirectory() + "thinnai-embed-\(getpid())"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let question: JSON = [
      "folder": .string(folder), "scratch": .string(scratch),
      "texts": .object(JSONObject(texts.byLength.map { ("\($0.length)", .string($0.text)) })),
      "batch": JSON(texts.batch),
    ]
    try Data(question.text().utf8).write(to: URL(fileURLWithPath: scratch + "/question.json"))
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"] { environment[name] = "1" }
    // Set on some machines for old libraries' sake; they would slow the peer.
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"] { environment[name] = nil }
    let (answer, complaints) = (scratch + "/answer.json", scratch + "/complaints")
    let child = try ChildProcess(
      python, [share + "/Benchmarks/peers/embed_peer.py", scratch + "/question.json"], environment: environment,
      output: answer, errors: complaints)
    guard child.wait(seconds: 600) == 0, let data = FileManager.default.contents(atPath: answer),
      let result = try? JSON.parse([UInt8](data))
    else {
      child.end()
      let why = (try? String(contentsOfFile: complaints, encoding: .utf8))?.suffix(600) ?? ""
      throw BenchmarkError(.failed, "The peer did not measure anything: \(why)")
    }
    return result
  }

  /// How many times as long the peers take, by CPU time: above 1 we are ahead.
  private static func ratios(_ ours: JSON, to peer: JSON) -> JSON {
    var all = JSONObject()
    for member in peer.object ?? JSONObject() {
      guard let precision = SentenceEncoder.Precision.allCases.first(where: { member.key.hasSuffix("_" + $0.rawValue) })
      else { continue }
      var ratios = JSONObject()
      for length in lengths {
        guard let theirs = member.value["tokens"]["\(length)"]["cpu_median_ms"].double,
          let own = ours[precision.rawValue]["tokens"]["\(length)"]["cpu_median_ms"].double, own > 0
        else { continue }
        ratios["\(length)"] = .number((theirs / own * 100).rounded() / 100)
      }
      all[member.key] = .object(ratios)
    }
    return .object(all)
  }

  private static func milliseconds(_ seconds: [Double], _ quantile: Double) -> JSON {
    let sorted = seconds.sorted()
    let rank = min(max(Int((quantile * Double(sorted.count)).rounded(.up)) - 1, 0), sorted.count - 1)
    return .number((sorted[rank] * 1e6).rounded() / 1e3)
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
