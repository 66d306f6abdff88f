import Base
package import Embedding
import Foundation

/// The sentence encoder as features: its second and fourth layers, which keep more of the words themselves, and
/// its last.
package struct EncoderVectors: SentenceVectors {
  package let identity: UInt64
  package let knownWords: [String]
  package let blocks = 3
  package let width = SentenceEncoder.width
  let encoder: SentenceEncoder

  /// Rarer words of the encoder's vocabulary are as often a slip as a word.
  private static let commonWords = 15_000

  /// - Parameter folder: holds the encoder's weights and vocabulary.
  package init(_ encoder: SentenceEncoder, folder: String) throws {
    self.encoder = encoder
    guard let weights = MappedFile(path: folder + "/model.safetensors") else {
      throw LearningError(.noFile, "There are no weights in \(folder).")
    }
    identity = Fingerprint.long(weights.bytes)
    let vocabulary = (try? String(contentsOfFile: folder + "/vocab.txt", encoding: .utf8)) ?? ""
    knownWords = vocabulary.split(separator: "\n").prefix(Self.commonWords).map(String.init)
      .filter { word in word.utf8.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") } }
  }

  package func vectors(_ texts: [String]) throws -> [Float] {
    guard texts.count > 1 else { return texts.flatMap { Self.row(encoder.embed($0)) } }
    return Shards.map(texts.count) { range in encoder.embed(Array(texts[range])).flatMap(Self.row) }
  }

  private static func row(_ embedding: Embedding) -> [Float] { embedding.early + embedding.middle + embedding.final }
}
