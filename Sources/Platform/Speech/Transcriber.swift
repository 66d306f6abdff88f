import Base
package import Text

/// The words of a voice note.
package struct Transcript: Sendable, Hashable {
  /// Empty when nothing was said.
  package var text: String
  /// From 0 to 1; `nil` where the engine does not tell.
  package var confidence: Double?

  package init(_ text: String, confidence: Double? = nil) {
    self.text = text
    self.confidence = confidence
  }
}

/// Hears words.
package protocol Transcriber: Sendable {
  func understands(_ language: Language) -> Bool
  /// - Throws: `SpeechError`, or what the way to the engine throws.
  func transcribe(_ note: OpusNote, in language: Language) async throws -> Transcript
}

package struct SpeechError: SpeakingError {
  package enum Kind: String, Sendable { case unreadable, unanswered, refused, notInstalled, failed }
  package let kind: Kind
  package let sentence: String
  package var code: String { "speech.\(kind.rawValue)" }
  /// Another try may help.
  package var isPassing: Bool { kind == .unanswered }

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }

  static func unreadable(_ why: String) -> SpeechError {
    SpeechError(.unreadable, "The voice note cannot be read: \(why).")
  }
}
