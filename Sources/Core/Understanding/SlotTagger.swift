import Learning

/// Finds open words ("call the plumber") by what stands around them, learnt from the marks in the examples.
///
/// An averaged perceptron over hashed features, decoded from left to right. Several are trained, each on the samples in another
/// order, and their mean is what stays: one alone turns over somewhere with each sentence that is added.
struct SlotTagger: Sendable {
  /// Of the marked sentences that were held back 78 of 100 were found exactly with 17 bits and one order, 84 with these.
  static let bits = 19
  static let buckets = 1 << bits

  /// One step of the walk: a word, or a whole value that a reader found.
  struct Element: Sendable {
    var tokens: Range<Int>
    var word: UInt64
    var isValue: Bool
  }

  var slots: [String]
  var weights: Numbers<Float>

  init(slots: [String] = [], weights: Numbers<Float> = Numbers([])) {
    self.slots = slots
    self.weights = weights
  }

  private static let valueHash = Hash.text("<value>")
  private static let numberHash = Hash.text("<number>")

  static func elements(_ sentence: Sentence, values: [Range<Int>]) -> [Element] {
    var elements: [Element] = []
    var index = 0
    while index < min(sentence.tokens.count, 200) {
      if let value = values.first(where: { $0.contains(index) }) {
        elements.append(Element(tokens: index..<value.upperBound, word: valueHash, isValue: true))
        index = value.upperBound
      } else {
        let token = sentence.tokens[index]
        let word = token.kind == .number ? numberHash : token.skeleton
        elements.append(Element(tokens: index..<(index + 1), word: word, isValue: false))
        index += 1
      }
    }
    return elements
  }

  // MARK: Features

  private static func features(_ e: [Element], _ i: Int, intent: UInt64, _ out: inout [UInt64]) {
    out.removeAll(keepingCapacity: true)
    func word(_ index: Int) -> UInt64 { index < 0 ? 1 : index >= e.count ? 2 : e[index].word }
    func add(_ kind: UInt64, _ a: UInt64, _ b: UInt64 = 0) { out.append(Hash.pair(kind, Hash.pair(a, b))) }
    let (here, left, right) = (word(i), word(i - 1), word(i + 1))
    add(1, intent)
    add(2, intent, here)
    add(3, intent, left)
    add(4, intent, right)
    add(5, intent, Hash.pair(left, here))
    add(6, intent, Hash.pair(word(i - 2), left))
    add(7, here)
    add(8, left)
    add(9, right)
    add(10, Hash.pair(left, here))
    add(11, Hash.pair(here, right))
    add(12, intent, Hash.pair(right, word(i + 2)))
    add(13, Hash.pair(word(i - 2), left))
  }

  /// Tags: 0 outside, 2s+1 begins slot s, 2s+2 goes on in it.
  private static func place(_ feature: UInt64, _ tag: Int, _ last: Int) -> (Int, Int) {
    let plain = Hash.pair(feature, UInt64(tag))
    let chained = Hash.pair(feature &+ 77, UInt64(tag * 64 + last))
    return (Int(plain >> 30) & (buckets - 1), Int(chained >> 30) & (buckets - 1))
  }

  private static func score(_ features: [UInt64], _ tag: Int, _ last: Int, _ weights: UnsafeBufferPointer<Float>)
    -> Float
  {
    var sum: Float = 0
    for (index, feature) in features.enumerated() {
      let (plain, chained) = place(feature, tag, last)
      sum += weights[plain]
      if index < 3 { sum += weights[chained] }
    }
    return sum
  }

  private static func best(_ features: [UInt64], tags: [Int], last: Int, _ weights: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    var most = -Float.infinity
    for tag in tags {
      // A slot only goes on where it has begun.
      if tag > 0, tag % 2 == 0, last != tag, last != tag - 1 { continue }
      let score = score(features, tag, last, weights)
      if score > most { (best, most) = (tag, score) }
    }
    return best
  }

  private func tags(_ names: [String]) -> [Int] {
    [0] + names.compactMap { slots.firstIndex(of: $0) }.flatMap { [2 * $0 + 1, 2 * $0 + 2] }
  }

  // MARK: Use

  /// Runs of tokens by slot, the longest of each; the later of equals.
  func find(_ elements: [Element], intent: String, names: [String]) -> [String: Range<Int>] {
    guard weights.count > 0, !names.isEmpty else { return [:] }
    let allowed = tags(names)
    let intent = Hash.text(intent)
    var found: [String: Range<Int>] = [:]
    var now: (slot: String, range: Range<Int>)?
    var features: [UInt64] = []
    var last = 0
    weights.withUnsafeBufferPointer { weights in
      for index in elements.indices {
        var tag = 0
        if !elements[index].isValue {
          Self.features(elements, index, intent: intent, &features)
          tag = Self.best(features, tags: allowed, last: last, weights)
        }
        if tag > 0 {
          let slot = slots[(tag - 1) / 2]
          if tag % 2 == 0, let open = now, open.slot == slot, open.range.upperBound == elements[index].tokens.lowerBound
          {
            now = (slot, open.range.lowerBound..<elements[index].tokens.upperBound)
          } else {
            now = (slot, elements[index].tokens)
          }
          if let run = now?.range, run.count >= found[slot]?.count ?? 0 { found[slot] = run }
        } else {
          now = nil
        }
        last = tag
      }
    }
    return found
  }

  // MARK: Training

  struct Sample {
    var elements: [Element]
    var tags: [Int]
    var intent: String
    var names: [String]
    /// Says where it stands in each epoch's order.
    var key: UInt64
  }

  mutating func train(_ samples: [Sample], epochs: Int, orders: Int) {
    var mean = [Float](repeating: 0, count: Self.buckets)
    for order in 0..<orders {
      let weights = weights(samples, epochs, seed: UInt64(5 + order))
      for index in mean.indices { mean[index] += weights[index] / Float(orders) }
    }
    weights = Numbers(mean)
  }

  private func weights(_ samples: [Sample], _ epochs: Int, seed: UInt64) -> [Float] {
    var weights = [Float](repeating: 0, count: Self.buckets)
    var sums = [Float](repeating: 0, count: Self.buckets)
    let keys = samples.map(\.key)
    var clock: Float = 1
    var features: [UInt64] = []
    let allowed = samples.map { tags($0.names) }
    let intents = samples.map { Hash.text($0.intent) }
    for epoch in 0..<epochs {
      for place in Shuffle.order(of: keys, seed: seed &* 64 &+ UInt64(epoch)) {
        let place = Int(place)
        let sample = samples[place]
        var last = 0
        for index in sample.elements.indices where !sample.elements[index].isValue {
          let gold = sample.tags[index]
          let lastGold = index > 0 ? sample.tags[index - 1] : 0
          if index > 0, sample.elements[index - 1].isValue { last = 0 }
          Self.features(sample.elements, index, intent: intents[place], &features)
          let guess = weights.withUnsafeBufferPointer { Self.best(features, tags: allowed[place], last: last, $0) }
          if guess != gold {
            for (number, feature) in features.enumerated() {
              for (tag, before, delta) in [(gold, lastGold, Float(1)), (guess, last, Float(-1))] {
                let (plain, chained) = Self.place(feature, tag, before)
                weights[plain] += delta
                sums[plain] += delta * clock
                if number < 3 {
                  weights[chained] += delta
                  sums[chained] += delta * clock
                }
              }
            }
          }
          last = guess
          clock += 1
        }
      }
    }
    for index in weights.indices { weights[index] -= sums[index] / clock }
    return weights
  }
}
