package import Text

/// Reads text aloud, into a voice note.
package protocol Voice: Sendable {
  /// - Returns: Opus in OGG.
  func speak(_ text: String, in language: Language) async throws -> [UInt8]
}

/// espeak-ng's voice, encoded by opusenc: two small programs beside us, each within bounds. A machine's voice, but clear,
/// and nothing that is said leaves the house.
package struct EspeakVoice: Voice {
  /// As apt knows them.
  package static let packages = ["espeak-ng", "opus-tools"]
  private static let voices: [Language: String] = [.english: "en-us", .tamil: "ta", .hindi: "hi"]

  private let folder: String

  package init(folder: String = "/usr/bin") { self.folder = folder }

  /// The packages that are missing.
  package var missing: [String] {
    zip(Self.packages, ["espeak-ng", "opusenc"]).filter { !BoundedProgram($0.1, [], folder: folder).isInstalled }.map(
      \.0)
  }

  package func speak(_ text: String, in language: Language) async throws -> [UInt8] {
    guard let voice = Self.voices[language] else {
      throw SpeechError(.refused, "\(language.englishName) cannot be read aloud.")
    }
    // slowly, with pauses: those who ask for it are often old
    var speaking = BoundedProgram(
      "espeak-ng", ["-v", voice, "-s", "135", "-g", "4", "-b", "1", "--stdin", "--stdout"], folder: folder)
    // its sound library makes a buffer of 64 MB, also where no sound is played
    speaking.scratch = 128 << 20
    let sound = try await speaking.run(Array(text.utf8))
    let encoding = BoundedProgram(
      "opusenc", ["--quiet", "--bitrate", "20", "--discard-comments", "--ignorelength", "-", "-"], folder: folder)
    let bytes = try await encoding.run(sound)
    _ = try OpusNote(bytes)
    return bytes
  }
}
