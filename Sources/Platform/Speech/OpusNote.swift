import Base

/// A voice note as messengers send it: one stream of Opus in OGG (RFC 3533, 6716, 7845).
///
/// Only the frame is read, nothing is decoded. How long it lasts is counted from the packets themselves: what the pages
/// say of it may be a lie.
package struct OpusNote: Sendable {
  package let bytes: [UInt8]
  package let duration: Duration

  /// - Throws: `speech.unreadable` for anything that is not whole.
  /// - Complexity: O(n) in the bytes.
  package init(_ bytes: [UInt8]) throws {
    var reader = OpusReader()
    var pages = OggPages(bytes)
    while let page = try pages.next() { try reader.take(page, of: bytes) }
    self.bytes = bytes
    duration = .microseconds(try reader.samples() * 1_000 / 48)
  }
}

/// The pages of an OGG file, one after the other, each with its checksum proved.
struct OggPages {
  struct Page {
    let isContinued: Bool
    let isFirst: Bool
    let isLast: Bool
    let serial: UInt32
    let sequence: UInt32
    /// Lengths of the segments; a packet ends with one below 255.
    let lacing: Range<Int>
    let body: Range<Int>
  }

  private static let headerSize = 27
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: `nil` at the end of the file.
  mutating func next() throws -> Page? {
    guard offset < bytes.count else { return nil }
    let start = offset
    guard bytes.count - start >= Self.headerSize, bytes[start..<start + 4].elementsEqual("OggS".utf8),
      bytes[start + 4] == 0
    else { throw SpeechError.unreadable("it is no OGG file, or was cut short") }
    let lacing = start + Self.headerSize..<start + Self.headerSize + Int(bytes[start + 26])
    guard lacing.upperBound <= bytes.count else { throw SpeechError.unreadable("a page was cut short") }
    let length = bytes[lacing].reduce(0) { $0 + Int($1) }
    let body = lacing.upperBound..<lacing.upperBound + length
    guard body.upperBound <= bytes.count else { throw SpeechError.unreadable("a page was cut short") }
    guard checksum(start..<body.upperBound) == number(at: start + 22) else {
      throw SpeechError.unreadable("a page is damaged")
    }
    offset = body.upperBound
    let flags = bytes[start + 5]
    return Page(
      isContinued: flags & 1 != 0, isFirst: flags & 2 != 0, isLast: flags & 4 != 0, serial: number(at: start + 14),
      sequence: number(at: start + 18), lacing: lacing, body: body)
  }

  private func number(at place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  /// CRC-32 without reflection, with the checksum's own field as zero (RFC 3533, 6).
  private func checksum(_ page: Range<Int>) -> UInt32 {
    var sum: UInt32 = 0
    for index in page {
      let isOwn = index >= page.lowerBound + 22 && index < page.lowerBound + 26
      sum = sum << 8 ^ Self.table[Int(sum >> 24 ^ UInt32(isOwn ? 0 : bytes[index]))]
    }
    return sum
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { sum, _ in sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1 }
  }
}

/// Puts the packets of one stream together, as far as their length and first bytes.
struct OpusReader {
  private var serial: UInt32?
  private var sequence: UInt32 = 0
  private var isOver = false
  private var packets = 0
  private var preSkip = 0
  private var sum: Int64 = 0
  /// The packet that is not complete: its first bytes and its length so far.
  private var open: (start: [UInt8], length: Int)?

  mutating func take(_ page: OggPages.Page, of bytes: [UInt8]) throws {
    guard !isOver else { throw SpeechError.unreadable("there is more after its end") }
    if let serial {
      guard page.serial == serial, !page.isFirst, page.sequence == sequence &+ 1 else {
        throw SpeechError.unreadable("a page is missing, or there are two streams")
      }
    } else {
      guard page.isFirst, !page.isContinued else { throw SpeechError.unreadable("its beginning is missing") }
      serial = page.serial
    }
    guard page.isContinued == (open != nil) else { throw SpeechError.unreadable("a packet is not whole") }
    sequence = page.sequence
    isOver = page.isLast
    var place = page.body.lowerBound
    for index in page.lacing {
      let length = Int(bytes[index])
      var packet = open ?? ([], 0)
      // of sound two bytes tell how long it lasts, of the first header nineteen are needed
      packet.start += bytes[place..<place + min(length, max(0, 19 - packet.start.count))]
      packet.length += length
      place += length
      open = length == 255 ? packet : nil
      if length < 255 { try finish(packet.start) }
    }
  }

  private mutating func finish(_ packet: [UInt8]) throws {
    packets += 1
    switch packets {
    case 1:
      guard packet.count == 19, packet[..<8].elementsEqual("OpusHead".utf8), packet[8] >> 4 == 0,
        (1...2).contains(packet[9])
      else { throw SpeechError.unreadable("it is not Opus of one or two channels") }
      preSkip = Int(packet[10]) | Int(packet[11]) << 8
    case 2:
      guard packet.count >= 8, packet[..<8].elementsEqual("OpusTags".utf8) else {
        throw SpeechError.unreadable("its second header is missing")
      }
    default: sum += Int64(try Self.samples(of: packet))
    }
  }

  /// At 48 kHz, from the table of contents (RFC 6716, 3.1 and 3.2).
  static func samples(of packet: [UInt8]) throws -> Int {
    guard let contents = packet.first else { return 0 }
    let configuration = Int(contents >> 3)
    let frame =
      switch configuration {
      case 0..<12: [480, 960, 1_920, 2_880][configuration & 3]
      case 12..<16: [480, 960][configuration & 1]
      default: [120, 240, 480, 960][configuration & 3]
      }
    var count = contents & 3 == 0 ? 1 : 2
    if contents & 3 == 3 {
      guard packet.count > 1 else { throw SpeechError.unreadable("a packet is not whole") }
      count = Int(packet[1] & 0x3F)
    }
    // no packet may last longer than 120 ms
    guard count > 0, frame * count <= 5_760 else { throw SpeechError.unreadable("a packet lasts too long") }
    return frame * count
  }

  /// What is heard in all.
  func samples() throws -> Int64 {
    guard packets >= 2, open == nil else { throw SpeechError.unreadable("it was cut short") }
    return max(0, sum - Int64(preSkip))
  }
}
