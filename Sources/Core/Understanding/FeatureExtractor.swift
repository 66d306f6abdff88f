/// Turns a sentence into a sparse vector: words, word pairs and letter runs, hashed into buckets.
struct FeatureExtractor {
  static let bits = 16
  static let buckets = 1 << bits

  private(set) var rows: [UInt32] = []
  private(set) var values: [Float] = []

  private static func seed(_ name: String) -> UInt64 { Hash.text(name) }
  private static let word = seed("w"), skeleton = seed("s"), pair = seed("p"), run = seed("c"), entity = seed("e")
  private static let number = seed("#"), edge = seed("^")

  init() {
    rows.reserveCapacity(256)
    values.reserveCapacity(256)
  }

  /// - Parameter kinds: by token, the kind of value it belongs to ("when", "money"), or 0.
  mutating func extract(_ sentence: Sentence, kinds: [UInt64]) {
    rows.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    var last = Self.edge
    var lastKind: UInt64 = 0
    // Long texts are pasted, not said; the beginning carries the wish.
    for index in sentence.tokens.indices.prefix(64) {
      let token = sentence.tokens[index]
      let kind = index < kinds.count ? kinds[index] : 0
      if token.kind == .symbol, token.foldedLength < 3, kind == 0 { continue }
      var name = token.kind == .number ? Self.number : token.skeleton
      if token.kind != .number { add(Self.word, token.hash, 0.6) }
      if token.kind == .word { add(Self.skeleton, token.skeleton, 0.6) }
      if kind != 0 {
        name = kind
        if kind == lastKind { continue }
        add(Self.entity, kind, 0.8)
      } else if token.kind == .word {
        runs(sentence.folded, token.foldedSpan, isASCII: token.script == .latin)
      } else {
        add(Self.word, name, 0.6)
      }
      lastKind = kind
      add(Self.pair, Hash.pair(last, name), 0.8)
      last = name
    }
    add(Self.pair, Hash.pair(last, Self.edge), 0.6)
    var square: Float = 0
    for value in values { square += value * value }
    guard square > 0 else { return }
    let scale = 1 / square.squareRoot()
    for index in values.indices { values[index] *= scale }
  }

  private mutating func add(_ family: UInt64, _ hash: UInt64, _ value: Float) {
    let mixed = Hash.pair(family, hash)
    rows.append(UInt32(truncatingIfNeeded: mixed >> 20) & UInt32(Self.buckets - 1))
    values.append(value)
  }

  /// Runs of 3 to 5 letters with the word's edges (2 to 4 in scripts where a letter says more).
  private mutating func runs(_ bytes: [UInt8], _ span: Range<Int>, isASCII: Bool) {
    // Starts of letters; the edge counts as one.
    var starts: [Int] = []
    starts.reserveCapacity(span.count + 1)
    for index in span where bytes[index] & 0xC0 != 0x80 { starts.append(index) }
    starts.append(span.upperBound)
    let letters = starts.count - 1
    let (shortest, longest) = isASCII ? (3, 5) : (2, 4)
    bytes.withUnsafeBufferPointer { bytes in
      var first = -1
      while first < letters {
        var hash = first < 0 ? (Hash.start ^ 0x3C) &* Hash.prime : Hash.start
        var count = first < 0 ? 1 : 0
        var next = max(first, 0)
        while next <= letters, count < longest {
          if next == letters {
            hash = (hash ^ 0x3E) &* Hash.prime
          } else {
            for index in starts[next]..<starts[next + 1] { hash = (hash ^ UInt64(bytes[index])) &* Hash.prime }
          }
          count += 1
          next += 1
          if count >= shortest { add(Self.run, hash, 0.3) }
        }
        first += 1
      }
    }
  }
}
