import Base
import Foundation
import Recall
import Time

/// Memories made up by chance, the same every time: words as frequent as in life, meanings in clusters.
struct MemorySample {
  struct Query: Sendable {
    let text: String
    let vector: [Float]
  }

  static let width = 384
  private static let topics = 2_000
  private static let vocabulary = 40_000
  /// A door that a hundredth of the memories came by.
  static let rare = "rare"

  private var state: UInt64
  private let centres: [[Float]]

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var chance = Chance(state: state)
    centres = (0..<Self.topics).map { _ in (0..<Self.width).map { _ in chance.symmetric() } }
    state = chance.state
  }

  private struct Chance {
    var state: UInt64
    /// xorshift64*
    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
    mutating func unit() -> Float { Float(next() >> 40) / Float(1 << 24) }
    mutating func symmetric() -> Float { unit() + unit() + unit() - 1.5 }
  }

  /// A memory and the vector that stands for its meaning.
  mutating func memory(_ number: Int) -> (RecallEntry, [Float]) {
    var chance = Chance(state: state)
    defer { state = chance.state }
    let topic = Int(chance.next() % UInt64(Self.topics))
    let text = Self.text(8 + Int(chance.next() % 16), &chance)
    let at = Instant(seconds: 1_600_000_000 + Int64(number) * 60)
    let entry = RecallEntry(
      id: Int64(number), at: at, day: Zone.utc.civil(at).date, session: "\(number / 20)",
      speaker: number % 2 == 0 ? "Asha" : "Ravi", channel: number % 100 == 7 ? Self.rare : "web",
      text: text)
    return (entry, vector(near: topic, &chance))
  }

  mutating func queries(_ count: Int) -> [Query] {
    var chance = Chance(state: state)
    defer { state = chance.state }
    return (0..<count).map { _ in
      let topic = Int(chance.next() % UInt64(Self.topics))
      return Query(text: Self.text(6, &chance), vector: vector(near: topic, &chance))
    }
  }

  /// Words by Zipf's law: the n-th as often as 1/n.
  private static func text(_ words: Int, _ chance: inout Chance) -> String {
    (0..<words).map { _ in
      let rank = Int(Foundation.exp(Double(chance.unit()) * Foundation.log(Double(vocabulary))))
      return "w" + String(rank, radix: 26)
    }.joined(separator: " ")
  }

  private func vector(near topic: Int, _ chance: inout Chance) -> [Float] {
    let centre = centres[topic]
    var vector = centre.map { $0 + 1.2 * chance.symmetric() }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for index in vector.indices { vector[index] /= length }
    return vector
  }
}

/// The ten nearest of all that were shown, by exact floats.
struct NearestTen {
  private var found: [(number: Int, likeness: Float)] = []

  var best: Set<Int> { Set(found.map(\.number)) }

  mutating func take(_ number: Int, _ query: [Float], _ vector: [Float]) {
    var sums = SIMD16<Float>()
    query.withUnsafeBytes { query in
      vector.withUnsafeBytes { vector in
        for index in stride(from: 0, to: query.count, by: 64) {
          sums +=
            query.loadUnaligned(fromByteOffset: index, as: SIMD16<Float>.self)
            * vector.loadUnaligned(fromByteOffset: index, as: SIMD16<Float>.self)
        }
      }
    }
    let likeness = sums.sum()
    guard found.count < 10 || likeness > found[9].likeness else { return }
    found.append((number, likeness))
    found.sort { $0.likeness > $1.likeness }
    if found.count > 10 { found.removeLast() }
  }
}
