package import Base
import Delivery
import Formats
package import Messages
package import Speech
import Synchronization
package import Text

/// Writes voice notes for tests: silence in packets of 60 ms, with words in the header for an ear that only reads.
package enum SpokenNote {
  package static func bytes(_ words: String, seconds: Double = 1) -> [UInt8] {
    let head = Array("OpusHead".utf8) + [1, 1, 0x38, 1, 0x80, 0x3E, 0, 0, 0, 0, 0]
    let said = Array(words.utf8)
    let tags = Array("OpusTags".utf8) + little(4, 4) + Array("test".utf8) + little(1, 4) + little(said.count, 4) + said
    var pages = page(0, flags: 2, [head]) + page(1, flags: 0, [tags])
    // one frame of 60 ms, and what was skipped at the start
    var left = Int(seconds / 0.06) + 1
    var number = 2
    repeat {
      let count = min(left, 50)
      left -= count
      pages += page(number, flags: left == 0 ? 4 : 0, Array(repeating: [0x18, 0xFF, 0xFE], count: count))
      number += 1
    } while left > 0
    return pages
  }

  package static func page(_ number: Int, flags: UInt8, _ packets: [[UInt8]], serial: Int = 7) -> [UInt8] {
    var lacing: [UInt8] = []
    for packet in packets {
      lacing += Array(repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
    }
    var bytes = Array("OggS".utf8) + [0, flags] + little(0, 8) + little(serial, 4) + little(number, 4) + little(0, 4)
    bytes += [UInt8(lacing.count)] + lacing + packets.flatMap { $0 }
    bytes.replaceSubrange(22..<26, with: little(Int(sum(bytes)), 4))
    return bytes
  }

  /// With the checksum's field as it stands.
  package static func sum(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte) << 24) { sum, _ in sum >> 31 == 1 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1 }
    }
  }

  /// Gives every page that can be found a checksum that holds.
  package static func seal(_ bytes: inout [UInt8]) {
    var start = 0
    while start + 27 <= bytes.count {
      let lacing = start + 27..<start + 27 + Int(bytes[start + 26])
      guard lacing.upperBound <= bytes.count else { return }
      let end = lacing.upperBound + bytes[lacing].reduce(0) { $0 + Int($1) }
      guard end <= bytes.count else { return }
      for index in start + 22..<start + 26 { bytes[index] = 0 }
      let sum = sum(Array(bytes[start..<end]))
      for index in 0..<4 { bytes[start + 22 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
      start = end
    }
  }

  private static func little(_ number: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}

/// A door whose voice notes say what their handle says, and the engine that hears it.
///
/// `~30 words` takes half a minute, `?words` is heard badly, `!words` breaks the engine, `-words` has no file, `+words` one of
/// too many bytes, `#90` lasts so many seconds.
package final class ScriptedEar: Transcriber, ReceivingDoor {
  package let name = "telegram"
  private let clock: any WallClock
  private let languages: Set<Language>
  private let asked = Mutex<[String]>([])

  package init(clock: any WallClock, languages: Set<Language> = Set(Language.all)) {
    self.clock = clock
    self.languages = languages
  }

  /// What was listened to, in order.
  package var heard: [String] { asked.withLock { $0 } }

  package func heard(_ message: InboundMessage) {}

  package func fetch(_ media: InboundMessage.Media, limit: Int) async throws -> [UInt8] {
    if media.handle.hasPrefix("-") { throw SpeechError(.refused, "The file is gone.") }
    if media.handle.hasPrefix("+") { throw TooLarge() }
    if media.handle.hasPrefix("=") { return Array(media.handle.utf8) }
    let seconds = media.handle.hasPrefix("#") ? Double(media.handle.dropFirst()) : nil
    return SpokenNote.bytes(media.handle, seconds: seconds ?? 1)
  }

  private struct TooLarge: SpeakingError {
    let code = "door.tooLarge"
    let sentence = "The file is too large."
  }

  package func understands(_ language: Language) -> Bool { languages.contains(language) }

  package func transcribe(_ note: OpusNote, in language: Language) async throws -> Transcript {
    let words = Self.words(in: note.bytes)
    asked.withLock { $0.append(words) }
    if words.hasPrefix("~"), let space = words.firstIndex(of: " ") {
      try await clock.sleep(for: .seconds(Int(words[..<space].dropFirst()) ?? 0))
      return Transcript(String(words[words.index(after: space)...]))
    }
    switch words.first {
    case "!": throw SpeechError(.unanswered, "The engine is broken.")
    case "?": return Transcript(String(words.dropFirst()), confidence: 0.2)
    default: return Transcript(words)
    }
  }

  private static func words(in bytes: [UInt8]) -> String {
    let mark = Array("OpusTags".utf8)
    guard let place = (0..<bytes.count - 24).first(where: { bytes[$0..<$0 + 8].elementsEqual(mark) }) else { return "" }
    let length = Int(bytes[place + 20]) | Int(bytes[place + 21]) << 8
    return String(decoding: bytes[place + 24..<min(bytes.count, place + 24 + length)], as: UTF8.self)
  }
}
