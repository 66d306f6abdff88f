import Base
import Embedding
import Synchronization
package import Text

/// Places sentences of every language we speak with an encoder that knows English: what is not English is put into English
/// words first, as far as the lexicon goes.
///
/// Encoder and lexicon are read when the first sentence needs them, so that a house at rest holds neither.
package final class SentenceMeaning: MeaningEncoder {
  private let models: String
  private let lexicon: String
  private let tools = Mutex<Tools>(.unread)
  package let identity: UInt64

  private enum Tools {
    case unread
    case read(SentenceEncoder, ConceptLexicon)
    case broken
  }

  /// - Parameters:
  ///   - models: the folder of the encoder's weights (`EncoderFiles.find`).
  ///   - lexicon: `Intents/lexicon`.
  package init(models: String, lexicon: String) {
    self.models = models
    self.lexicon = lexicon
    // The launcher checks what the weights hold; here it is enough to tell two versions apart.
    var identity = Hash.text("minilm 1 int8")
    for name in IntentFiles.files(lexicon) {
      guard let bytes = try? IntentFiles.contents(lexicon + "/" + name) else { continue }
      identity = Hash.pair(identity, bytes.withUnsafeBytes(Hash.long))
    }
    self.identity = identity | 1
  }

  package func points(_ texts: [(text: String, language: Language)]) -> [[Float]]? {
    guard case .read(let encoder, let lexicon) = ready() else { return nil }
    let english = texts.map { $0.language == .english ? $0.text : lexicon.gloss($0.text, language: $0.language) }
    return encoder.embed(english).map { $0.middle + $0.final }
  }

  private func ready() -> Tools {
    tools.withLock { tools in
      if case .unread = tools {
        if let encoder = try? SentenceEncoder(folder: models), let words = try? ConceptLexicon(folder: lexicon) {
          tools = .read(encoder, words)
        } else {
          tools = .broken
        }
      }
      return tools
    }
  }
}
