package import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers, texts and arrays one after another; arrays lie where they can be used without copying.
package struct DataWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func number(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
  package mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }
  package mutating func array<T: BitwiseCopyable>(_ values: [T]) {
    number(values.count)
    while bytes.count % 16 != 0 { bytes.append(0) }
    values.withUnsafeBytes { bytes += $0 }
    while bytes.count % 8 != 0 { bytes.append(0) }
  }
  package mutating func text(_ value: String) { array(Array(value.utf8)) }
  package mutating func list<T>(_ values: [T], _ write: (inout DataWriter, T) -> Void) {
    number(values.count)
    for value in values { write(&self, value) }
  }
}

/// Reads what `DataWriter` wrote; throws at the first thing that cannot be so.
package struct DataReader {
  package struct Damaged: Error {
    package init() {}
  }

  private let file: MappedFile
  private var place: Int

  package init(_ file: MappedFile, at place: Int) { (self.file, self.place) = (file, place) }

  package mutating func number() throws -> UInt64 {
    guard file.bytes.count - place >= 8 else { throw Damaged() }
    defer { place += 8 }
    return UInt64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
  package mutating func int() throws -> Int { Int(Int64(bitPattern: try number())) }
  /// A stretch of the file itself.
  package mutating func numbers<T: BitwiseCopyable & Sendable>() throws -> Numbers<T> {
    let count = try int()
    place = (place + 15) & ~15
    guard let numbers = Numbers<T>(file, offset: place, count: count) else { throw Damaged() }
    place = (place + count * MemoryLayout<T>.stride + 7) & ~7
    return numbers
  }
  package mutating func array<T: BitwiseCopyable & Sendable>() throws -> [T] { try (numbers() as Numbers<T>).array }
  package mutating func text() throws -> String { String(decoding: try array() as [UInt8], as: UTF8.self) }
  package mutating func list<T>(_ read: (inout DataReader) throws -> T) throws -> [T] {
    let count = try int()
    guard (0...1_000_000).contains(count) else { throw Damaged() }
    var values: [T] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
}
