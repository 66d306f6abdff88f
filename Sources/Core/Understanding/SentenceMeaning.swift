import Base
package import Embedding
package import Text

/// Places sentences of every language we speak with an encoder that knows English: what is not English is put into English
/// words first, as far as the lexicon goes.
///
/// The encoder is read when the first sentence needs it, so that a house at rest holds none.
package final class SentenceMeaning: MeaningEncoder {
  private let encoder: LazyEncoder
  private let lexicon: LazyLexicon
  package let identity: UInt64

  /// - Parameter encoder: the house has one for all who place texts.
  package init(encoder: LazyEncoder, lexicon: LazyLexicon) {
    self.encoder = encoder
    self.lexicon = lexicon
    // The launcher checks what the weights hold; here it is enough to tell two versions apart.
    identity = Hash.pair(Hash.text("minilm 1 int8"), lexicon.identity) | 1
  }

  package func points(_ texts: [(text: String, language: Language)]) -> [[Float]]? {
    guard let encoder = encoder.encoder else { return nil }
    let words = lexicon.words
    let english = texts.map { $0.language == .english ? $0.text : words.gloss($0.text, language: $0.language) }
    return encoder.embed(english).map { $0.middle + $0.final }
  }
}
