import Base
import Foundation
import RoomTesting
import Testing

@testable import Speech

@Suite("Reading the frame of a voice note") struct OpusNoteTests {
  private static func fixture(_ name: String) throws -> [UInt8] {
    let path = RoomHarness.share + "/Fixtures/voice/" + name
    return Array(try #require(FileManager.default.contents(atPath: path)))
  }

  @Test(
    "what opusenc wrote is read, with its length",
    arguments: [("ta-fell.ogg", 1.0...4.0), ("en-remind.ogg", 2.0...4.5), ("hi-water.ogg", 1.0...4.0)])
  func real(_ name: String, _ seconds: ClosedRange<Double>) throws {
    let note = try OpusNote(try Self.fixture(name))
    #expect(seconds.contains(note.duration.seconds), "\(note.duration)")
  }

  @Test("how long it lasts is counted, not believed")
  func length() throws {
    let note = try OpusNote(SpokenNote.bytes("words", seconds: 90))
    #expect((89.9...90.1).contains(note.duration.seconds), "\(note.duration)")
  }

  @Test(
    "frames of every kind are counted",
    arguments: [
      ([0x00], 480), ([0x18], 2_880), ([0x19], 5_760), ([0x60], 480), ([0x68], 960), ([0x80], 120), ([0xF8], 960),
      ([0xFB, 6], 5_760), ([], 0),
    ] as [([UInt8], Int)])
  func frames(_ packet: [UInt8], _ samples: Int) throws {
    #expect(try OpusReader.samples(of: packet) == samples)
  }

  @Test(
    "a packet that cannot be is refused",
    arguments: [[0xFB], [0xFB, 0], [0xFB, 7], [0x1B, 63], [0x1B, 3]] as [[UInt8]])
  func impossible(_ packet: [UInt8]) {
    #expect(throws: SpeechError.self) { try OpusReader.samples(of: packet) }
  }

  @Test("cut anywhere, or with any bit changed in a header, it is refused, and nothing is worse than that")
  func damaged() throws {
    let whole = SpokenNote.bytes("remind me", seconds: 4)
    // cut where a page ends it is a shorter note: some encoders never say that a stream is over
    let pageEnds = whole.indices.filter { whole[$0...].starts(with: Array("OggS".utf8)) }.dropFirst(2)
    for end in whole.indices where !pageEnds.contains(end) {
      #expect(throws: SpeechError.self) { try OpusNote(Array(whole[..<end])) }
    }
    for index in whole.indices {
      for bit in 0..<8 {
        var changed = whole
        changed[index] ^= 1 << UInt8(bit)
        #expect(throws: SpeechError.self) { try OpusNote(changed) }
      }
    }
  }

  @Test("streams that are not one whole stream of Opus are refused")
  func wrong() throws {
    let head = Array("OpusHead".utf8) + [1, 1, 0, 0, 0x80, 0x3E, 0, 0, 0, 0, 0]
    let tags = Array("OpusTags".utf8) + Array(repeating: UInt8(0), count: 8)
    let sound: [UInt8] = [0x18, 0]
    func page(_ number: Int, _ flags: UInt8, _ packets: [UInt8]..., serial: Int = 7) -> [UInt8] {
      SpokenNote.page(number, flags: flags, packets, serial: serial)
    }
    let good = page(0, 2, head) + page(1, 0, tags) + page(2, 4, sound)
    #expect(throws: Never.self) { try OpusNote(good) }
    let bad: [(String, [UInt8])] = [
      ("nothing", []), ("no beginning", page(0, 0, head) + page(1, 0, tags)),
      ("another codec", page(0, 2, Array("\u{1}vorbis and so on ……".utf8)) + page(1, 0, tags)),
      ("no second header", page(0, 2, head) + page(1, 4, sound)),
      ("a page is missing", page(0, 2, head) + page(1, 0, tags) + page(3, 4, sound)),
      ("two streams", page(0, 2, head) + page(1, 0, tags, serial: 8)),
      ("a second beginning", page(0, 2, head) + page(1, 2, tags)),
      ("after its end", good + page(3, 0, sound)),
      ("goes on with nothing", page(0, 2, head) + page(1, 0, tags) + page(2, 5, sound)),
      (
        "does not go on",
        page(0, 2, head) + page(1, 0, tags) + page(2, 4, Array(repeating: 0x18, count: 255)).dropLast()
      ),
      ("eight channels", page(0, 2, head[..<9] + [8] + head[10...]) + page(1, 0, tags)),
    ]
    for (name, bytes) in bad {
      #expect(throws: SpeechError.self, "\(name)") { try OpusNote(bytes) }
    }
  }

  /// Pages with honest checksums and hostile insides: the parser sees what a random file never reaches.
  @Test("thousands of hostile files end in a refusal or a number, and in no time")
  func hostile() throws {
    let random = SeededRandom(seed: 20_260_101)
    let seeds = [SpokenNote.bytes("a", seconds: 0.2), Array(try Self.fixture("ta-fell.ogg").prefix(700))]
    let started = ContinuousClock.now
    for round in 0..<5_000 {
      var bytes = seeds[round & 1]
      for _ in 0...Int(random.next() % 6) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        default: bytes[place] = [0, 255, 254, 127][Int(random.next() % 4)]
        }
      }
      if round % 3 != 0 { SpokenNote.seal(&bytes) }
      if let note = try? OpusNote(bytes) { #expect(note.duration >= .zero) }
    }
    #expect(ContinuousClock.now - started < .seconds(60))
  }
}
