import Learning

/// A map from hashes to small numbers in two flat arrays: looked up in a few nanoseconds, stored as it is.
struct HashTable: Sendable {
  /// 0 marks a free place; a key of 0 is kept as 1.
  private(set) var keys: [UInt64]
  private(set) var values: [Int32]
  private(set) var count = 0

  init(capacity: Int = 8) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    values = [Int32](repeating: 0, count: size)
  }

  /// - Returns: `nil` when the arrays are no table: a stored one was damaged.
  init?(keys: [UInt64], values: [Int32]) {
    let count = keys.count { $0 != 0 }
    guard keys.count == values.count, keys.count >= 16, keys.count & (keys.count - 1) == 0, count < keys.count else {
      return nil
    }
    (self.keys, self.values, self.count) = (keys, values, count)
  }

  @inline(__always)
  private func place(_ key: UInt64) -> (index: Int, isFound: Bool) {
    let mask = keys.count - 1
    return keys.withUnsafeBufferPointer { keys in
      var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
      while keys[index] != 0 {
        if keys[index] == key { return (index, true) }
        index = (index + 1) & mask
      }
      return (index, false)
    }
  }

  subscript(key: UInt64) -> Int32? {
    let found = place(key == 0 ? 1 : key)
    return found.isFound ? values[found.index] : nil
  }

  func contains(_ key: UInt64) -> Bool { place(key == 0 ? 1 : key).isFound }

  mutating func set(_ key: UInt64, _ value: Int32) {
    let key = key == 0 ? 1 : key
    var found = place(key)
    if !found.isFound {
      if (count + 1) * 2 > keys.count {
        grow()
        found = place(key)
      }
      keys[found.index] = key
      count += 1
    }
    values[found.index] = value
  }

  mutating func insert(_ key: UInt64) { set(key, 0) }

  private mutating func grow() {
    var larger = HashTable(capacity: keys.count)
    for index in keys.indices where keys[index] != 0 { larger.set(keys[index], values[index]) }
    self = larger
  }
}

extension DataWriter {
  mutating func table(_ table: HashTable) {
    array(table.keys)
    array(table.values)
  }
}

extension DataReader {
  mutating func table() throws -> HashTable {
    guard let table = HashTable(keys: try array(), values: try array()) else { throw Damaged() }
    return table
  }
}
