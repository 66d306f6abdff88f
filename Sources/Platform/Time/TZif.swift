/// Reads compiled time-zone files, versions 1 to 4 (RFC 9636). Every count is checked against the bytes at hand.
package enum TZif {
  /// Why a file is refused.
  package struct Problem: Error, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
  }

  package static func parse(_ bytes: [UInt8]) throws -> ZoneRules {
    let first = try Header(bytes, at: 0)
    guard first.version >= 2 else {
      return try block(bytes, first, at: Header.size, timeSize: 4, footer: nil)
    }
    let second = Header.size + first.length(timeSize: 4)
    let header = try Header(bytes, at: second)
    let data = second + Header.size
    let end = data + header.length(timeSize: 8)
    guard end <= bytes.count else { throw Problem("it is cut short") }
    return try block(bytes, header, at: data, timeSize: 8, footer: try footer(bytes[end...]))
  }

  private struct Header {
    static let size = 44
    let version: Int
    let utCount, standardCount, leapCount, timeCount, typeCount, nameBytes: Int

    init(_ bytes: [UInt8], at start: Int) throws {
      guard start + Header.size <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
        throw Problem("it is not a TZif file")
      }
      switch bytes[start + 4] {
      case 0: version = 1
      case UInt8(ascii: "2")...UInt8(ascii: "9"): version = Int(bytes[start + 4] - 48)
      default: throw Problem("its version is not known")
      }
      func count(_ index: Int) throws -> Int {
        let value = Int(TZif.integer(bytes, start + 20 + index * 4, 4))
        guard (0...100_000).contains(value) else { throw Problem("it claims too many entries") }
        return value
      }
      utCount = try count(0)
      standardCount = try count(1)
      leapCount = try count(2)
      timeCount = try count(3)
      typeCount = try count(4)
      nameBytes = try count(5)
    }

    func length(timeSize: Int) -> Int {
      timeCount * (timeSize + 1) + typeCount * 6 + nameBytes + leapCount * (timeSize + 4) + standardCount + utCount
    }
  }

  private static func integer(_ bytes: [UInt8], _ start: Int, _ size: Int) -> Int64 {
    var value: UInt64 = bytes[start] & 0x80 != 0 ? UInt64.max : 0
    for byte in bytes[start..<start + size] { value = value << 8 | UInt64(byte) }
    return Int64(bitPattern: value)
  }

  private static func block(
    _ bytes: [UInt8], _ header: Header, at start: Int, timeSize: Int, footer: PosixRule?
  ) throws -> ZoneRules {
    guard start + header.length(timeSize: timeSize) <= bytes.count else { throw Problem("it is cut short") }
    guard header.leapCount == 0 else { throw Problem("it counts leap seconds, which clocks here do not") }
    guard (1...256).contains(header.typeCount), header.nameBytes > 0 else { throw Problem("it has no time types") }
    let indexes = start + header.timeCount * timeSize
    let types = indexes + header.timeCount
    let names = types + header.typeCount * 6
    let kinds = try (0..<header.typeCount).map { type -> ZoneRules.Kind in
      let at = types + type * 6
      let offset = Int(integer(bytes, at, 4))
      guard (-89_999...93_599).contains(offset) else { throw Problem("an offset is more than a day") }
      guard bytes[at + 4] <= 1, Int(bytes[at + 5]) < header.nameBytes else { throw Problem("a time type is wrong") }
      let name = bytes[(names + Int(bytes[at + 5]))..<(names + header.nameBytes)].prefix { $0 != 0 }.prefix(31)
      return .init(
        offset: offset, isDaylightSaving: bytes[at + 4] == 1, abbreviation: String(decoding: name, as: UTF8.self))
    }
    var changes: [(time: Int64, kind: ZoneRules.Kind)] = []
    changes.reserveCapacity(header.timeCount)
    for index in 0..<header.timeCount {
      let time = integer(bytes, start + index * timeSize, timeSize)
      let type = Int(bytes[indexes + index])
      guard type < kinds.count else { throw Problem("a change has no time type") }
      if let last = changes.last, last.time >= time { throw Problem("its changes are not in order") }
      // Some writers begin with a change at the beginning of time; nothing asks about times so far away.
      guard abs(max(time, -Int64.max)) < 1 << 59 else { continue }
      changes.append((time, kinds[type]))
    }
    return ZoneRules(initial: kinds[0], changes: changes, footer: footer)
  }

  private static func footer(_ bytes: ArraySlice<UInt8>) throws -> PosixRule? {
    guard bytes.first == 10, let end = bytes.dropFirst().firstIndex(of: 10) else {
      throw Problem("its last line is missing")
    }
    let text = bytes[(bytes.startIndex + 1)..<end]
    guard !text.isEmpty else { return nil }
    guard let rule = PosixRule(Array(text)) else { throw Problem("its last line is not a rule") }
    return rule
  }
}
