import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers, texts and arrays one after another; arrays lie where they can be used without copying.
struct DataWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
  mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }
  mutating func array<T: BitwiseCopyable>(_ values: [T]) {
    number(values.count)
    while bytes.count % 16 != 0 { bytes.append(0) }
    values.withUnsafeBytes { bytes += $0 }
    while bytes.count % 8 != 0 { bytes.append(0) }
  }
  mutating func text(_ value: String) { array(Array(value.utf8)) }
  mutating func list<T>(_ values: [T], _ write: (inout DataWriter, T) -> Void) {
    number(values.count)
    for value in values { write(&self, value) }
  }
  mutating func table(_ table: HashTable) {
    array(table.keys)
    array(table.values)
  }
}

/// Reads what `DataWriter` wrote; throws at the first thing that cannot be so.
struct DataReader {
  struct Damaged: Error {}

  private let file: MappedFile
  private var place: Int

  init(_ file: MappedFile, at place: Int) { (self.file, self.place) = (file, place) }

  mutating func number() throws -> UInt64 {
    guard file.bytes.count - place >= 8 else { throw Damaged() }
    defer { place += 8 }
    return UInt64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
  mutating func int() throws -> Int { Int(Int64(bitPattern: try number())) }
  /// A stretch of the file itself.
  mutating func numbers<T: BitwiseCopyable & Sendable>() throws -> Numbers<T> {
    let count = try int()
    place = (place + 15) & ~15
    guard let numbers = Numbers<T>(file, offset: place, count: count) else { throw Damaged() }
    place = (place + count * MemoryLayout<T>.stride + 7) & ~7
    return numbers
  }
  mutating func array<T: BitwiseCopyable & Sendable>() throws -> [T] { try (numbers() as Numbers<T>).array }
  mutating func text() throws -> String { String(decoding: try array() as [UInt8], as: UTF8.self) }
  mutating func list<T>(_ read: (inout DataReader) throws -> T) throws -> [T] {
    let count = try int()
    guard (0...1_000_000).contains(count) else { throw Damaged() }
    var values: [T] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
  mutating func table() throws -> HashTable {
    guard let table = HashTable(keys: try array(), values: try array()) else { throw Damaged() }
    return table
  }
}
