import Glibc

/// One connection of the load generator or its stand-in: what came in and what has not gone out yet.
struct Wire {
  let descriptor: Int32
  private(set) var input: [UInt8] = []
  private var start = 0
  private var output: [UInt8] = []
  private var sent = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  var isSending: Bool { sent < output.count }

  /// - Returns: false when the other side has gone.
  mutating func send(_ bytes: [UInt8]) -> Bool {
    if !isSending {
      // Nearly always the whole message leaves at once, and nothing is copied.
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count == bytes.count { return true }
      guard count >= 0 || errno == EAGAIN else { return false }
      output = bytes
      sent = max(0, count)
      return true
    }
    output += bytes
    return true
  }

  mutating func flush() -> Bool {
    while isSending {
      let count = output[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return errno == EAGAIN }
      sent += count
    }
    output.removeAll(keepingCapacity: true)
    sent = 0
    return true
  }

  /// - Returns: false when the other side has gone.
  mutating func receive(into scratch: UnsafeMutableRawBufferPointer) -> Bool {
    while true {
      let count = recv(descriptor, scratch.baseAddress, scratch.count, 0)
      if count == 0 { return false }
      guard count > 0 else { return errno == EAGAIN }
      input.append(contentsOf: scratch[..<count])
      if count < scratch.count { return true }
    }
  }

  struct Message {
    /// The first line and the fields.
    var head: Range<Int>
    var body: Range<Int>
  }

  /// The next whole HTTP message; its ranges point into `input` until the next call of `receive`.
  mutating func next() -> Message? {
    if start == input.count, start > 0 {
      input.removeAll(keepingCapacity: true)
      start = 0
    }
    guard let end = find([13, 10, 13, 10], from: start, to: input.count) else { return nil }
    let bodyStart = end + 4
    let length = contentLength(start..<end)
    guard bodyStart + length <= input.count else { return nil }
    defer { start = bodyStart + length }
    return Message(head: start..<end, body: bodyStart..<bodyStart + length)
  }

  func find(_ needle: [UInt8], from: Int, to: Int) -> Int? {
    guard to - from >= needle.count else { return nil }
    let first = needle[0]
    return input.withUnsafeBufferPointer { bytes in
      var at = from
      while at <= to - needle.count {
        if bytes[at] == first, (1..<needle.count).allSatisfy({ bytes[at + $0] == needle[$0] }) { return at }
        at += 1
      }
      return nil
    }
  }

  private func contentLength(_ head: Range<Int>) -> Int {
    let name = Array("\ncontent-length:".utf8)
    var at = head.lowerBound
    scan: while at + name.count < head.upperBound {
      defer { at += 1 }
      guard input[at] == 10 else { continue }
      // The hyphen and the colon have the bit of small letters already.
      for offset in 1..<name.count where input[at + offset] | 0x20 != name[offset] { continue scan }
      return number(from: at + name.count, to: head.upperBound)
    }
    return 0
  }

  /// The first number there; blanks and quotes before it are passed over.
  func number(from: Int, to: Int) -> Int {
    var value = 0
    var isInside = false
    for index in from..<to {
      let byte = input[index]
      if byte >= 48, byte <= 57 {
        value = value &* 10 &+ Int(byte - 48)
        isInside = true
      } else if isInside {
        break
      }
    }
    return value
  }
}
