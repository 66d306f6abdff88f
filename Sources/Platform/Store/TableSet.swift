import Synchronization

/// Some tables, a bit for each: what a commit changed is put together and compared for every message.
struct TableSet: Sendable {
  private static let numbers = Mutex<[String: Int]>([:])
  private static let most = 256
  private var bits = SIMD4<UInt64>()

  init() {}

  /// - Parameter names: lower-case. Numbers are given as names are met; names past the most share the last.
  init(_ names: some Sequence<String>) {
    Self.numbers.withLock { numbers in
      for name in names {
        let number = min(numbers[name] ?? numbers.count, Self.most - 1)
        numbers[name] = number
        bits[number / 64] |= 1 << UInt64(number % 64)
      }
    }
  }

  mutating func formUnion(_ other: TableSet) { bits |= other.bits }
  func isDisjoint(with other: TableSet) -> Bool { bits & other.bits == .zero }
}
