/// Fixed-width decimal reading and writing for dates and times.
enum Digits {
  static func append(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
    var scale = 1
    for _ in 1..<width { scale *= 10 }
    while scale > 0 {
      bytes.append(UInt8(48 + value / scale % 10))
      scale /= 10
    }
  }

  struct Reader {
    private var bytes: ArraySlice<UInt8>
    init(_ text: some StringProtocol) { bytes = Array(text.utf8.prefix(64))[...] }

    var isAtEnd: Bool { bytes.isEmpty }

    /// Exactly `width` ASCII digits.
    mutating func number(_ width: Int) -> Int? {
      guard bytes.count >= width else { return nil }
      var value = 0
      for byte in bytes.prefix(width) {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      bytes = bytes.dropFirst(width)
      return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard let byte = bytes.first, byte == UInt8(ascii: character) else { return false }
      bytes = bytes.dropFirst()
      return true
    }
  }

  static func decode<T>(_ decoder: any Decoder, _ read: (String) -> T?) throws -> T {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = read(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a \(T.self)")
    }
    return value
  }

  static func encode(_ text: String, _ encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
