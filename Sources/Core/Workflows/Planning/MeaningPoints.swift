package import Embedding
import Learning
import Synchronization

/// Gives texts their places in the encoder's space, each once: those of what the program ships are kept on disk, because to place
/// them all takes half a second that nobody who asks for a plan should wait.
package final class MeaningPoints: Sendable {
  private let encoder: LazyEncoder
  /// What is the same for every home: summaries of actions, events and workflows. What people write is never kept.
  private let shipped: Set<String>
  private let kept: CachedVectors?
  private let known = Mutex<[String: [Float]]>([:])
  /// A goal of one part is asked about twice: among the actions and among the workflows.
  private let last = Mutex<(text: String, point: [Float])?>(nil)

  /// - Parameters:
  ///   - shipped: texts worth keeping.
  ///   - folder: where they are kept; `nil` keeps them in memory alone.
  package init(_ encoder: LazyEncoder, shipped: some Sequence<String>, folder: String?) {
    self.encoder = encoder
    self.shipped = Set(shipped)
    kept = folder.map { CachedVectors(Placing(encoder: encoder), folder: $0) }
  }

  /// Sees to it that all that is shipped has its place on disk. Reads one file where it has; takes half a second where not.
  package func prepare() { _ = try? kept?.vectors(shipped.sorted()) }

  /// One row of `SentenceEncoder.width` numbers of length 1 for each text; `nil` without an encoder. May take a while the first time.
  func rows(_ texts: [String]) -> [[Float]]? {
    let fresh = Set(texts).subtracting(known.withLock { Array($0.keys) })
    let stored = kept == nil ? [] : fresh.intersection(shipped).sorted()
    let others = fresh.subtracting(stored).sorted()
    var found: [String: [Float]] = [:]
    if !stored.isEmpty {
      guard let all = try? kept?.vectors(stored) else { return nil }
      for (place, text) in stored.enumerated() {
        found[text] = Array(all[(place * SentenceEncoder.width)..<((place + 1) * SentenceEncoder.width)])
      }
    }
    if !others.isEmpty {
      guard let encoder = encoder.encoder else { return nil }
      for (text, embedding) in zip(others, encoder.embed(others)) { found[text] = embedding.final }
    }
    return known.withLock { known in
      known.merge(found) { first, _ in first }
      let rows = texts.compactMap { known[$0] }
      return rows.count == texts.count ? rows : nil
    }
  }

  /// The place of what somebody said; some milliseconds.
  func row(_ text: String) -> [Float]? {
    if let last = last.withLock({ $0 }), last.text == text { return last.point }
    guard let point = encoder.encoder?.embed(text).final else { return nil }
    last.withLock { $0 = (text, point) }
    return point
  }

  /// The last layer alone: what the published model gives.
  private struct Placing: SentenceVectors {
    let encoder: LazyEncoder
    /// The launcher checks what the weights hold; here it is enough to tell two versions apart.
    let identity: UInt64 = 0x6D69_6E69_6C6D_0101  // "minilm", int8, the first of its kind
    let blocks = 1
    let width = SentenceEncoder.width
    let knownWords: [String] = []

    func vectors(_ texts: [String]) throws -> [Float] {
      switch encoder.state {
      case .ready(let encoder): encoder.embed(texts).flatMap(\.final)
      case .broken(let error): throw error
      case .absent: throw EmbeddingError.absent([])
      }
    }
  }
}
