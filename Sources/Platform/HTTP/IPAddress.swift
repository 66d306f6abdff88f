import CLinux
import Glibc

/// An IPv4 or IPv6 address. A mapped one (`::ffff:1.2.3.4`) is the IPv4 address it carries.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// 4 or 16 bytes, in network order.
  package let bytes: [UInt8]

  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
    self.bytes = isMapped ? Array(bytes[12...]) : bytes
  }

  /// Dotted decimal with four parts and no leading zeros, or IPv6 text without a zone; nothing else.
  package init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      self.init(bytes: withUnsafeBytes(of: &six) { Array($0) })
    } else {
      return nil
    }
  }

  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      self.init(
        bytes: address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
        })
    case AF_INET6:
      self.init(
        bytes: address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
        })
    default: return nil
    }
  }

  package var isIPv6: Bool { bytes.count == 16 }

  package var description: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &buffer, socklen_t(buffer.count))
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether it belongs to the open internet: not us, not our network, not a cloud's metadata, not reserved.
  /// Source: the IANA special-purpose registries (RFC 6890 and after).
  package var isPublic: Bool {
    if !isIPv6 { return !IPAddress.special.contains { $0.contains(self) } }
    // NAT64 (RFC 6052) reaches the IPv4 address in its last four bytes.
    if IPAddress.nat64.contains(self) { return IPAddress(bytes: Array(bytes[12...]))?.isPublic ?? false }
    return IPAddress.global.contains(self) && !IPAddress.special.contains { $0.contains(self) }
  }

  private static let nat64 = IPNetwork(known: [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 12), 96)
  private static let global = IPNetwork(known: [0x20] + [UInt8](repeating: 0, count: 15), 3)
  private static let special: [IPNetwork] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    // Azure's host answers here, outside every reserved range.
    "168.63.129.16/32",
    // Inside 2000::/3: IETF protocols with Teredo and ORCHID, documentation, 6to4.
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
  ].compactMap(IPNetwork.init)
}

/// Addresses with a common beginning: `192.168.1.0/24`, `fd00::/8`.
package struct IPNetwork: Hashable, Sendable {
  package let base: IPAddress
  package let prefix: Int

  /// With a prefix, or a single address.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let base = IPAddress(String(parts[0])) else { return nil }
    let longest = base.bytes.count * 8
    guard let prefix = parts.count > 1 ? Int(parts[1]) : longest, (0...longest).contains(prefix) else { return nil }
    self.base = base
    self.prefix = prefix
  }

  fileprivate init(known bytes: [UInt8], _ prefix: Int) {
    guard let base = IPAddress(bytes: bytes) else { preconditionFailure("a network is 4 or 16 bytes") }
    self.base = base
    self.prefix = prefix
  }

  package func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == base.bytes.count else { return false }
    let whole = prefix / 8
    guard address.bytes[..<whole] == base.bytes[..<whole] else { return false }
    let rest = prefix % 8
    return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> UInt8(8 - rest) == 0
  }
}
