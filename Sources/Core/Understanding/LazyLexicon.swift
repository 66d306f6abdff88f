import Base
import Synchronization
import Telemetry
package import Text

/// The concept lexicon, read when the first sentence needs it, so that a house at rest does not hold it.
package final class LazyLexicon: Glossary {
  private let folder: String
  private let state = Mutex<State>(.unread)
  /// Changes with what the files hold.
  package let identity: UInt64

  private enum State {
    case unread
    case read(ConceptLexicon)
    case broken
  }

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

  /// `nil` when a file has a mistake, which is told once; words have to do then.
  package var words: ConceptLexicon? {
    state.withLock { state in
      switch state {
      case .read(let lexicon): return lexicon
      case .broken: return nil
      case .unread:
        do {
          let lexicon = try ConceptLexicon(folder: folder)
          state = .read(lexicon)
          return lexicon
        } catch {
          Log("understanding").error("The lexicon cannot be used until it is mended", ["error": .error(error)])
          state = .broken
          return nil
        }
      }
    }
  }

  package func english(_ text: String, language: Language) -> String {
    words?.gloss(text, language: language) ?? NoGlossary().english(text, language: language)
  }

  package func roots(of word: String, language: Language) -> [String] {
    words?.roots(of: word, language: language) ?? NoGlossary().roots(of: word, language: language)
  }

  package func knows(_ word: String, language: Language) -> Bool {
    words.map { $0.read(Sentence(word), language: language).known > 0 } ?? false
  }
}
