/// FNV-1a over 64 bits: the same on every machine and in every run, because models are kept on disk.
struct Fingerprint: Sendable {
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ family: StaticString) {
    family.withUTF8Buffer { for byte in $0 { add(byte) } }
  }

  @inline(__always) mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* Self.prime }

  func adding(_ bytes: some Sequence<UInt8>) -> Fingerprint {
    var print = self
    for byte in bytes { print.add(byte) }
    return print
  }
  func adding(_ number: UInt64) -> Fingerprint { withUnsafeBytes(of: number.littleEndian) { adding($0) } }

  /// Mixed, so that every bit depends on all.
  var bucket: UInt32 {
    let mixed = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }

  /// The same idea eight bytes a step, for whole files.
  static func long(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var value = Fingerprint("long").value
    var place = 0
    while place + 8 <= bytes.count {
      value ^= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      value &*= prime
      value ^= value >> 31
      place += 8
    }
    while place < bytes.count {
      value = (value ^ UInt64(bytes[place])) &* prime
      place += 1
    }
    return value
  }
}
