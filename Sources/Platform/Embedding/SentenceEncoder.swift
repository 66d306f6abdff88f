import CEncoder
import Synchronization

/// What a text means, as points on the unit sphere.
package struct Embedding: Sendable, Equatable {
  /// The mean of the last layer's rows, of length 1: what the published model gives.
  package var final: [Float]
  /// The same of the fourth layer, which keeps more of the words themselves.
  package var middle: [Float]
  /// The same of the second layer, where a word is still nearly what it is alone.
  package var early: [Float]
}

/// all-MiniLM-L6-v2: turns a text of up to 256 pieces into 384 numbers, whose angles tell how near two meanings are.
///
/// English mostly; words of other scripts are largely unknown to it. Safe from many tasks; a call computes on the thread
/// it is made on (milliseconds) and allocates nothing beyond its result once as many calls as now ran side by side before.
package final class SentenceEncoder: Sendable {
  package enum Precision: String, Sendable, CaseIterable { case float, int8 }

  /// Numbers an embedding has.
  package static let width = WeightLayout.width
  /// Pieces that are read of a text, with the marks of its start and end.
  package static let pieceLimit = WeightLayout.positions

  package let precision: Precision
  /// The instructions it computes with, one of `kernelNames`.
  package let kernel: String
  private let weights: Weights
  private let kernels: th_kernels
  private let tokenizer: WordPiece
  private let arenas = Mutex<[EncoderArena]>([])

  /// Arenas kept for later; more callers at once than this allocate.
  private static let arenasKept = 4

  /// - Parameters:
  ///   - folder: holds `model.safetensors` and `vocab.txt`; bytes that had to be made are kept there.
  ///   - isReadOnly: nothing is kept.
  /// - Throws: `EmbeddingError` that says what is missing or damaged.
  package init(folder: String, precision: Precision = .int8, isReadOnly: Bool = false) throws {
    kernels = try Kernels.named(nil)
    self.kernel = String(cString: kernels.name)
    self.precision = precision
    tokenizer = WordPiece(
      vocabulary: try Vocabulary(path: folder + "/" + EncoderFiles.vocabulary, count: WeightLayout.words))
    weights = try Weights.load(folder, precision, isReadOnly: isReadOnly)
  }

  /// The same encoder with other kernels, so that they can be compared.
  package init(_ other: SentenceEncoder, kernel: String) throws {
    kernels = try Kernels.named(kernel)
    self.kernel = kernel
    (precision, tokenizer, weights) = (other.precision, other.tokenizer, other.weights)
  }

  /// The kernels this processor can run, best first.
  package static var kernelNames: [String] { Kernels.all.map { String(cString: $0.name) } }

  package func embed(_ text: String) -> Embedding { embed([text])[0] }

  /// Writes both embeddings into given memory, `width` numbers each.
  package func embed(
    _ text: String, final: UnsafeMutableBufferPointer<Float>, middle: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(final.count >= Self.width && middle.count >= Self.width, "an embedding needs \(Self.width) numbers")
    withArena { arena in
      arena.ends[0] = cut(text, arena, at: 0)
      pass(arena).run(1)
      _ = final.update(fromContentsOf: UnsafeBufferPointer(start: arena.final, count: Self.width))
      _ = middle.update(fromContentsOf: UnsafeBufferPointer(start: arena.middle, count: Self.width))
    }
  }

  /// Many at once, without padding: short texts share their walk over the weights.
  package func embed(_ texts: [String]) -> [Embedding] {
    var out: [Embedding] = []
    out.reserveCapacity(texts.count)
    withArena { arena in
      var rest = texts[...]
      while !rest.isEmpty { rest = rest.dropFirst(embedSome(of: rest, arena, into: &out)) }
    }
    return out
  }

  /// The same, giving others their turn and ending early when the task is cancelled.
  package func embed(eachOf texts: [String]) async throws -> [Embedding] {
    var out: [Embedding] = []
    out.reserveCapacity(texts.count)
    var rest = texts[...]
    while !rest.isEmpty {
      try Task.checkCancellation()
      rest = rest.dropFirst(withArena { embedSome(of: rest, $0, into: &out) })
      await Task.yield()
    }
    return out
  }

  /// The ids of a text's pieces, with the marks of start and end.
  package func pieces(_ text: String) -> [Int32] {
    withArena { arena in
      let count = cut(text, arena, at: 0)
      return Array(UnsafeBufferPointer(start: arena.ids, count: count))
    }
  }

  /// Takes as many texts as fit into a run.
  /// - Returns: how many; at least one.
  private func embedSome(of texts: ArraySlice<String>, _ arena: EncoderArena, into out: inout [Embedding]) -> Int {
    var (count, rows) = (0, 0)
    for text in texts {
      let pieces = cut(text, arena, at: rows)
      guard rows + pieces <= EncoderArena.rows, count < EncoderArena.texts else { break }
      rows += pieces
      arena.ends[count] = rows
      count += 1
    }
    pass(arena).run(count)
    for index in 0..<count {
      func array(_ rows: UnsafeMutablePointer<Float>) -> [Float] {
        Array(UnsafeBufferPointer(start: rows + index * Self.width, count: Self.width))
      }
      out.append(Embedding(final: array(arena.final), middle: array(arena.middle), early: array(arena.early)))
    }
    return count
  }

  private func pass(_ arena: EncoderArena) -> EncoderPass {
    EncoderPass(weights: weights, kernels: kernels, arena: arena)
  }

  /// - Returns: how many pieces were written behind `row`.
  private func cut(_ text: String, _ arena: EncoderArena, at row: Int) -> Int {
    var text = text
    let ids = UnsafeMutableBufferPointer(start: arena.ids + row, count: Self.pieceLimit)
    return text.withUTF8 { tokenizer.cut($0, folder: &arena.folder, into: ids) }
  }

  private func withArena<T>(_ body: (EncoderArena) -> T) -> T {
    let arena = arenas.withLock { $0.popLast() } ?? EncoderArena()
    defer { arenas.withLock { if $0.count < Self.arenasKept { $0.append(arena) } } }
    return body(arena)
  }
}
