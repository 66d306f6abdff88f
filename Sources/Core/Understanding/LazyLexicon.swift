import Base
import Synchronization
import Telemetry
package import Text

/// The concept lexicon, read when the first sentence needs it, so that a house at rest does not hold it.
package final class LazyLexicon: Glossary {
  private let folder: String
  private let state = Mutex<ConceptLexicon?>(nil)
  /// Changes with what the files hold.
  package let identity: UInt64

  /// - Parameter folder: `Intents/lexicon`.
  package init(folder: String) {
    self.folder = folder
    var identity: UInt64 = 0
    for name in IntentFiles.files(folder) {
      guard let bytes = try? IntentFiles.contents(folder + "/" + name) else { continue }
      identity = Hash.pair(identity, bytes.withUnsafeBytes(Hash.long))
    }
    self.identity = identity
  }

  /// A word with a mistake is told once and left out.
  package var words: ConceptLexicon {
    state.withLock { state in
      if let state { return state }
      let lexicon = ConceptLexicon(folder: folder) { error in
        Log("understanding").error("A word of the lexicon is left out until it is mended", ["error": .error(error)])
      }
      state = lexicon
      return lexicon
    }
  }

  package func english(_ text: String, language: Language) -> String {
    words.gloss(text, language: language)
  }

  package func roots(of word: String, language: Language) -> [String] {
    words.roots(of: word, language: language)
  }

  package func knows(_ word: String, language: Language) -> Bool {
    words.read(Sentence(word), language: language).known > 0
  }
}
