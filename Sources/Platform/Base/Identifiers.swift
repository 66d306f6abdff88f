import Synchronization

/// A text id with the kind of its subject in the type, so that a person's id cannot be passed for a tenant's.
package struct ID<Subject>: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package let text: String
  package init(_ text: String) { self.text = text }
  package var description: String { text }
  package static func < (a: ID, b: ID) -> Bool { a.text < b.text }

  package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

package enum TenantSubject {}
package enum PersonSubject {}
/// A household or a company. The first one is `home`.
package typealias TenantID = ID<TenantSubject>
package typealias PersonID = ID<PersonSubject>

/// Makes UUIDv7 texts (RFC 9562 §5.7): sortable by time, and increasing within one generator.
package final class IDGenerator: Sendable {
  private let clock: any WallClock
  private let random: any RandomSource
  private let last = Mutex<(ms: Int64, counter: UInt16)>((0, 0))

  package init(clock: any WallClock, random: any RandomSource) {
    self.clock = clock
    self.random = random
  }

  package func next() -> String {
    let now = clock.now.microseconds / 1_000
    let (ms, counter): (Int64, UInt16) = last.withLock { last in
      if now > last.ms {
        last = (now, 0)
      } else if last.counter == 0x0FFF {
        last = (last.ms + 1, 0)
      } else {
        last.counter += 1
      }
      return (last.ms, last.counter)
    }
    let tail = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let head = UInt64(bitPattern: ms) << 16 | 0x7000 | UInt64(counter)
    return Self.text(head, tail)
  }

  private static func text(_ head: UInt64, _ tail: UInt64) -> String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      var index = 0
      func put(_ value: UInt64, _ digits: Int, from shift: Int) {
        for digit in 0..<digits {
          let nibble = UInt8(truncatingIfNeeded: value >> UInt64(shift - digit * 4)) & 0xF
          buffer[index] = nibble < 10 ? 48 + nibble : 87 + nibble
          index += 1
        }
      }
      func dash() {
        buffer[index] = UInt8(ascii: "-")
        index += 1
      }
      put(head, 8, from: 60)
      dash()
      put(head, 4, from: 28)
      dash()
      put(head, 4, from: 12)
      dash()
      put(tail, 4, from: 60)
      dash()
      put(tail, 12, from: 44)
      return 36
    }
  }
}
