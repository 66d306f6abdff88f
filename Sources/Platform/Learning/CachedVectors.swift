import Base
import Foundation

/// Sentence vectors kept on disk between trainings, by the fingerprints of encoder and text.
///
/// Half-precision, and rounded to it when they are fresh too, so that a second training gives the same classifier. The file
/// grows to a limit and is then begun anew; one that cannot be read or written costs time only.
package final class CachedVectors: SentenceVectors {
  private struct Key: Hashable {
    var low: UInt64
    var high: UInt64
  }

  private static let magic: UInt64 = 0x7363_6576_6E6E_6874  // "thnnvecs"
  private static let headBytes = 32
  private static let mostBytes = 1 << 29

  package let base: any SentenceVectors
  package let path: String

  /// - Parameter folder: made when it is not there.
  package init(_ base: any SentenceVectors, folder: String) {
    self.base = base
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = "\(folder)/vectors-\(String(base.identity, radix: 16)).cache"
  }

  package var identity: UInt64 { base.identity }
  package var blocks: Int { base.blocks }
  package var width: Int { base.width }
  package var knownWords: [String] { base.knownWords }

  private var rowBytes: Int { 16 + depth * 2 }

  package func vectors(_ texts: [String]) throws -> [Float] {
    let file = MappedFile(path: path).flatMap { isOurs($0) ? $0 : nil }
    let known = file.map(places) ?? [:]
    var result = [Float](repeating: 0, count: texts.count * depth)
    var fresh: [Key: [Int]] = [:]
    var order: [(key: Key, text: String)] = []
    for (index, text) in texts.enumerated() {
      let key = Self.key(text)
      if let place = known[key], let file {
        copy(file.bytes, place, into: &result, index)
      } else {
        if fresh[key] == nil { order.append((key, text)) }
        fresh[key, default: []].append(index)
      }
    }
    guard !order.isEmpty else { return result }
    let numbers = try base.vectors(order.map(\.text)).map { Float16($0) }
    for (place, item) in order.enumerated() {
      let row = numbers[(place * depth)..<((place + 1) * depth)]
      for index in fresh[item.key] ?? [] {
        for (column, number) in row.enumerated() { result[index * depth + column] = Float(number) }
      }
    }
    keep(order.map(\.key), numbers, after: file)
    return result
  }

  private static func key(_ text: String) -> Key {
    Key(
      low: Fingerprint("a").adding(text.utf8).value,
      high: Fingerprint("b").adding(text.utf8.reversed()).value)
  }

  private func isOurs(_ file: MappedFile) -> Bool {
    guard file.bytes.count >= Self.headBytes, (file.bytes.count - Self.headBytes) % rowBytes == 0 else { return false }
    let head = (0..<3).map { file.bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    return head == [Self.magic, identity, UInt64(depth)]
  }

  private func places(_ file: MappedFile) -> [Key: Int] {
    var places: [Key: Int] = [:]
    for place in stride(from: Self.headBytes, to: file.bytes.count, by: rowBytes) {
      let key = Key(
        low: file.bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self),
        high: file.bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self))
      places[key] = place + 16
    }
    return places
  }

  private func copy(_ bytes: UnsafeRawBufferPointer, _ place: Int, into result: inout [Float], _ index: Int) {
    for column in 0..<depth {
      result[index * depth + column] = Float(bytes.loadUnaligned(fromByteOffset: place + column * 2, as: Float16.self))
    }
  }

  /// Old rows and new ones, written beside and renamed.
  private func keep(_ keys: [Key], _ numbers: [Float16], after file: MappedFile?) {
    var data = Data()
    let old = file.map { UnsafeRawBufferPointer(rebasing: $0.bytes[Self.headBytes...]) }
    let isTooLong = (old?.count ?? 0) + keys.count * rowBytes > Self.mostBytes
    for number in [Self.magic, identity, UInt64(depth), 0] {
      withUnsafeBytes(of: number) { data.append(contentsOf: $0) }
    }
    if let old, !isTooLong { data.append(contentsOf: old) }
    for (place, key) in keys.enumerated() where data.count + rowBytes <= Self.mostBytes {
      withUnsafeBytes(of: key.low) { data.append(contentsOf: $0) }
      withUnsafeBytes(of: key.high) { data.append(contentsOf: $0) }
      numbers[(place * depth)..<((place + 1) * depth)].withUnsafeBytes { data.append(contentsOf: $0) }
    }
    let beside = "\(path).\(getpid())"
    guard (try? data.write(to: URL(fileURLWithPath: beside))) != nil else { return }
    if rename(beside, path) != 0 { unlink(beside) }
  }
}
