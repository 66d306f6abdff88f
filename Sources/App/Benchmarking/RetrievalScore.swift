import Formats
import Glibc

/// How well one question was answered by the turns found for it, best first.
struct RetrievalScore {
  private let recalls: [Double]
  private let reciprocalRank: Double
  private let gain: Double

  private static let cuts = [5, 10, 20]

  /// - Parameter evidence: the turns that hold the answer; not empty.
  init(_ found: [Int], _ evidence: Set<Int>) {
    let hits = found.map(evidence.contains)
    recalls = Self.cuts.map { Double(hits.prefix($0).count { $0 }) / Double(evidence.count) }
    reciprocalRank = hits.firstIndex(of: true).map { 1 / Double($0 + 1) } ?? 0
    func discounted(_ hits: some Sequence<Bool>) -> Double {
      hits.enumerated().reduce(0) { $0 + ($1.element ? 1 / log2(Double($1.offset + 2)) : 0) }
    }
    gain =
      discounted(hits.prefix(10)) / discounted(repeatElement(true, count: min(10, evidence.count)))
  }

  static func mean(_ scores: [RetrievalScore]) -> JSONObject {
    func mean(_ value: (RetrievalScore) -> Double) -> JSON {
      .number((scores.map(value).reduce(0, +) / Double(max(scores.count, 1)) * 1e4).rounded() / 1e4)
    }
    var json = JSONObject([("queries", .integer(Int64(scores.count)))])
    for (index, cut) in cuts.enumerated() { json["recall@\(cut)"] = mean { $0.recalls[index] } }
    json["mrr"] = mean(\.reciprocalRank)
    json["ndcg@10"] = mean(\.gain)
    return json
  }
}
