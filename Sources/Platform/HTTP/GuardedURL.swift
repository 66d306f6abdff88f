/// A URL from outside, read strictly and written anew, so that no later reader can take it differently.
package struct GuardedURL: Sendable {
  package enum Host: Hashable, Sendable {
    case name(String)
    case address(IPAddress)
  }

  package let scheme: String
  package let host: Host
  package let port: Int
  /// Path and query, beginning with a slash, in ASCII; the fragment is gone.
  package let target: String

  /// Throws `http.blocked` with what is wrong.
  package init(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard bytes.count <= 8_192 else { throw HTTPClientError.blocked("The address is too long.") }
    guard let mark = GuardedURL.find("://", in: bytes) else {
      throw HTTPClientError.blocked("The address must begin with http:// or https://.")
    }
    scheme = String(decoding: bytes[..<mark], as: UTF8.self).lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw HTTPClientError.blocked("Only http and https addresses can be opened.")
    }
    let rest = bytes[(mark + 3)...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? rest.endIndex
    (host, port) = try GuardedURL.authority(rest[..<end], standard: scheme == "https" ? 443 : 80)
    target = try GuardedURL.target(rest[end...])
  }

  private init(scheme: String, host: Host, port: Int, target: String) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.target = target
  }

  package var hostText: String {
    switch host {
    case .name(let name): name
    case .address(let address): address.isIPv6 ? "[\(address)]" : "\(address)"
    }
  }

  package var origin: String { "\(scheme)://\(hostText):\(port)" }
  package var text: String {
    port == (scheme == "https" ? 443 : 80)
      ? "\(scheme)://\(hostText)\(target)" : "\(scheme)://\(hostText):\(port)\(target)"
  }
  var place: String { "\(scheme)://\(hostText)" }

  /// Where a `Location` field leads (RFC 3986 §5.2, without dot segments: the library removes those).
  package func following(_ location: String) throws -> GuardedURL {
    let bytes = Array(location.utf8)
    if let mark = GuardedURL.find("://", in: bytes),
      bytes[..<mark].allSatisfy({ $0 != 0x2F && $0 != 0x3F && $0 != 0x23 })
    {
      return try GuardedURL(location)
    }
    if location.hasPrefix("//") { return try GuardedURL("\(scheme):\(location)") }
    var path: [UInt8]
    if bytes.first == 0x2F {
      path = bytes
    } else {
      // A colon before the first slash would be another scheme.
      guard !bytes.prefix(while: { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }).contains(0x3A) else {
        throw HTTPClientError.blocked("Only http and https addresses can be opened.")
      }
      let own = Array(target.utf8.prefix { $0 != 0x3F })
      let kept = bytes.first == 0x3F ? own : Array(own[...(own.lastIndex(of: 0x2F) ?? 0)])
      path = kept + bytes
    }
    if path.isEmpty { path = [0x2F] }
    return GuardedURL(scheme: scheme, host: host, port: port, target: try GuardedURL.target(path[...]))
  }

  private static func authority(_ bytes: ArraySlice<UInt8>, standard: Int) throws -> (Host, Int) {
    guard !bytes.contains(UInt8(ascii: "@")) else {
      throw HTTPClientError.blocked("An address with a user name or password in it is not opened.")
    }
    var hostBytes = bytes
    var port = standard
    let afterBracket = bytes.lastIndex(of: UInt8(ascii: "]")) ?? bytes.startIndex
    if let colon = bytes[afterBracket...].lastIndex(of: UInt8(ascii: ":")) {
      hostBytes = bytes[..<colon]
      let digits = bytes[(colon + 1)...]
      if !digits.isEmpty {
        guard digits.count <= 5, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }),
          let number = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(number)
        else { throw HTTPClientError.blocked("The port in the address is not a number between 1 and 65535.") }
        port = number
      }
    }
    return (try host(hostBytes), port)
  }

  private static func host(_ bytes: ArraySlice<UInt8>) throws -> Host {
    if bytes.first == UInt8(ascii: "[") {
      let inner = String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
      guard bytes.last == UInt8(ascii: "]"), inner.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(inner)
      else { throw HTTPClientError.blocked("The address in brackets is not IPv6.") }
      return .address(address)
    }
    var name = String(decoding: bytes, as: UTF8.self)
    guard
      bytes.allSatisfy({ byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 46
          || byte == 95
      })
    else {
      // Letters of other scripts must come in their xn-- form: look-alike digits and dots hide addresses.
      throw HTTPClientError.blocked("The host in the address holds characters that are not allowed.")
    }
    name = name.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, let last = labels.last, labels.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
      throw HTTPClientError.blocked("The host in the address is not a name.")
    }
    // A last label that is a number makes the whole an IPv4 address for some readers: only the plain form counts.
    if last.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) || last.hasPrefix("0x") {
      guard let address = IPAddress(name), !address.isIPv6 else {
        throw HTTPClientError.blocked("Addresses are written with four decimal numbers.")
      }
      return .address(address)
    }
    guard last != "localhost" else { throw HTTPClientError.blocked("This machine is not opened from outside.") }
    return .name(name)
  }

  private static func target(_ bytes: ArraySlice<UInt8>) throws -> String {
    var out: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: "#") { break }
      guard byte >= 0x20, byte != 0x7F, byte != UInt8(ascii: "\\") else {
        throw HTTPClientError.blocked("The address holds control characters or backslashes.")
      }
      let digits = Array("0123456789ABCDEF".utf8)
      switch byte {
      case 0x80..., 0x20, 0x22, 0x3C, 0x3E, 0x5E, 0x60, 0x7B, 0x7C, 0x7D:
        out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    if out.first != 0x2F { out.insert(0x2F, at: 0) }
    return String(decoding: out, as: UTF8.self)
  }

  private static func find(_ mark: String, in bytes: [UInt8]) -> Int? {
    let wanted = Array(mark.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
