import Base
package import Embedding
import Synchronization
import Telemetry
package import Text

/// Places sentences of every language we speak with an encoder that knows English: what is not English is put into English
/// words first, as far as the lexicon goes.
///
/// Encoder and lexicon are read when the first sentence needs them, so that a house at rest holds neither.
package final class SentenceMeaning: MeaningEncoder {
  private let encoder: LazyEncoder
  private let folder: String
  private let lexicon = Mutex<Words>(.unread)
  package let identity: UInt64

  private enum Words {
    case unread
    case read(ConceptLexicon)
    case broken
  }

  /// - Parameters:
  ///   - encoder: the house has one for all who place texts.
  ///   - lexicon: `Intents/lexicon`.
  package init(encoder: LazyEncoder, lexicon: String) {
    self.encoder = encoder
    folder = lexicon
    // The launcher checks what the weights hold; here it is enough to tell two versions apart.
    var identity = Hash.text("minilm 1 int8")
    for name in IntentFiles.files(lexicon) {
      guard let bytes = try? IntentFiles.contents(lexicon + "/" + name) else { continue }
      identity = Hash.pair(identity, bytes.withUnsafeBytes(Hash.long))
    }
    self.identity = identity | 1
  }

  package func points(_ texts: [(text: String, language: Language)]) -> [[Float]]? {
    guard let encoder = encoder.encoder, let words = words() else { return nil }
    let english = texts.map { $0.language == .english ? $0.text : words.gloss($0.text, language: $0.language) }
    return encoder.embed(english).map { $0.middle + $0.final }
  }

  /// `nil` when a file has a mistake, which is told once; words have to do then.
  private func words() -> ConceptLexicon? {
    lexicon.withLock { words in
      switch words {
      case .read(let lexicon): return lexicon
      case .broken: return nil
      case .unread:
        do {
          let lexicon = try ConceptLexicon(folder: folder)
          words = .read(lexicon)
          return lexicon
        } catch {
          Log("understanding").error("The lexicon cannot be used until it is mended", ["error": .error(error)])
          words = .broken
          return nil
        }
      }
    }
  }
}
