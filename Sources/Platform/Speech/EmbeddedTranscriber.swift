import Base
import Foundation
import Synchronization
package import Text

/// pocketsphinx with its American English: hears something without any server. It is told which sentences are said here;
/// with those it hears most of a clear voice, without them next to nothing. Two small programs, each within bounds. Its
/// words are never sure, so that nothing is changed on them without a yes.
package final class EmbeddedTranscriber: Transcriber {
  /// As apt knows them.
  package static let packages = ["opus-tools", "pocketsphinx", "pocketsphinx-en-us"]
  /// For the caller to doubt.
  static let confidence = 0.3
  private static let model = "/usr/share/pocketsphinx/model/en-us"
  private static let dictionary = model + "/cmudict-en-us.dict"

  private let sentences: @Sendable () throws -> [String]
  private let folder: String
  /// The file of the sentences, once it is made.
  private let made = Mutex<String?>(nil)

  /// - Parameters:
  ///   - sentences: what is said here, in English; asked for once, when the first note comes.
  ///   - folder: where the model made of them is kept.
  package init(sentences: @escaping @Sendable () throws -> [String], folder: String) {
    self.sentences = sentences
    self.folder = folder
  }

  /// The packages that are missing.
  package static var missing: [String] {
    [
      ("opus-tools", BoundedProgram("opusdec", []).isInstalled),
      ("pocketsphinx", BoundedProgram("pocketsphinx_batch", []).isInstalled),
      ("pocketsphinx-en-us", FileManager.default.isReadableFile(atPath: dictionary)),
    ].filter { !$0.1 }.map(\.0)
  }

  package func understands(_ language: Language) -> Bool { language == .english && Self.missing.isEmpty }

  package func transcribe(_ note: OpusNote, in language: Language) async throws -> Transcript {
    let sentences = try await BlockingCall.run("speech") { try self.prepare() }
    var decoding = BoundedProgram("opusdec", ["--quiet", "--rate", "16000", "-", "-"])
    // 16 bits, 16,000 times a second
    decoding.output = Int(note.duration.seconds * 32_000) + 65_536
    let sound = try await decoding.run(note.bytes)
    // of a whole file it takes the loudness as a whole: of a stream it would hear the first seconds badly
    var listening = BoundedProgram(
      "pocketsphinx_batch",
      [
        "-adcin", "yes", "-adchdr", "0", "-cepdir", "/dev", "-cepext", "", "-ctl", folder + "/stdin.ctl", "-hmm",
        Self.model + "/en-us", "-dict", Self.dictionary, "-lm", sentences, "-hyp", "/dev/stdout", "-logfn", "/dev/null",
      ])
    listening.seconds = 60
    listening.mayBeSilent = true
    let heard = String(decoding: try await listening.run(sound), as: UTF8.self)
    // the words, then the name of the file and a figure in brackets
    let words = heard.prefix { $0 != "(" }.split(whereSeparator: \.isWhitespace)
    return Transcript(words.joined(separator: " "), confidence: Self.confidence)
  }

  /// Makes the model of the sentences unless it is there. - Returns: its file.
  private func prepare() throws -> String {
    if let made = made.withLock({ $0 }) { return made }
    let known = try Self.knownWords(of: sentences().map(SentenceModel.words))
    let arpa = SentenceModel(SentenceModel.withAllNumbers(known)).arpa
    let path = folder + "/sentences.lm"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try arpa.write(toFile: path, atomically: true, encoding: .utf8)
    try "stdin\n".write(toFile: folder + "/stdin.ctl", atomically: true, encoding: .utf8)
    made.withLock { $0 = path }
    return path
  }

  /// Those sentences of which the dictionary knows every sound.
  private static func knownWords(of sentences: [[String]]) throws -> [[String]] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: dictionary)))
    let wanted = Set(sentences.joined())
    var known: Set<String> = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let word = String(decoding: line.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }, as: UTF8.self)
      if wanted.contains(word) { known.insert(word) }
    }
    return sentences.filter { $0.allSatisfy(known.contains) }
  }
}
