import Actions
import Base
import Text
import Time

/// Trains a brain from the library: deterministic, on one core.
struct BrainTrainer {
  let library: IntentLibrary
  var epochs = 12
  private let brain: Brain
  private static let zone = Zone.utc

  init(_ library: IntentLibrary) {
    self.library = library
    // Reading values needs the lexicons only.
    brain = Brain(lexiconsOf: library)
  }

  func train() -> Brain.Trained {
    let detector = LanguageDetector.trained(
      library.examples.map { (Sentence($0.text), $0.language) })
    let readings = library.examples.map { reading($0.text, $0.language) }
    let rows = copies(readings).map { $0.map(\.row) }
    let (kept, held) = Self.split(rows)
    var first = LinearTrainer(labels: labels, rows: kept)
    first.train(kept, epochs: max(4, epochs * 2 / 3), seed: 11)
    let temperature = Self.temperature(first.model(), held)

    let all = rows.flatMap { $0 }
    var second = LinearTrainer(labels: labels, rows: all)
    second.train(all, epochs: epochs, seed: 7)
    var classifier = second.model()
    classifier.temperature = temperature
    return Brain.Trained(classifier: classifier, tagger: tagger(readings), detector: detector, common: common(readings))
  }

  /// Names of the classes; "" is out of scope.
  var labels: [String] { [""] + library.intents.keys.sorted() }

  /// A seventh is held out to fit what is measured, then all is used. Which, each sentence says for itself.
  static func split(_ groups: [[LinearTrainer.Row]]) -> (kept: [LinearTrainer.Row], held: [LinearTrainer.Row]) {
    var (kept, held): ([LinearTrainer.Row], [LinearTrainer.Row]) = ([], [])
    for group in groups {
      if group[0].key % 7 == 3 { held.append(group[0]) } else { kept += group }
    }
    return (kept, held)
  }

  /// Words outside of marks that at least three examples share.
  private func common(_ readings: [Reading]) -> HashTable {
    var counts = HashTable(capacity: 8_192)
    for (example, reading) in zip(library.examples, readings) where example.intent != Interpreter.alert {
      for token in reading.sentence.tokens
      where token.kind == .word && !example.marks.contains(where: { $0.span.overlaps(token.span) }) {
        counts.set(token.hash, (counts[token.hash] ?? 0) + 1)
      }
    }
    var common = HashTable(capacity: 2_048)
    for (key, count) in zip(counts.keys, counts.values) where key != 0 && count >= 3 { common.insert(key) }
    return common
  }

  func reading(_ text: String, _ language: Language) -> Reading {
    Reading(Sentence(text), language, brain, preferred: [language], names: [], zone: Self.zone)
  }

  // MARK: Intents

  struct Copy {
    var row: LinearTrainer.Row
    var text: String
    var language: Language
  }

  /// For each example: itself, a copy with slips of the finger, a copy with other words in its slots.
  func copies(_ readings: [Reading]) -> [[Copy]] {
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var pools: [String: [(hash: UInt64, text: String)]] = [:]
    for example in library.examples {
      for mark in example.marks {
        let text = String(decoding: Array(example.text.utf8)[mark.span], as: UTF8.self)
        pools["\(example.language.code)/\(mark.slot)", default: []].append((Hash.text(text), text))
      }
    }
    var extractor = FeatureExtractor()
    return library.examples.indices.map { place in
      let example = library.examples[place]
      let label = example.intent.flatMap { numbers[$0] } ?? 0
      let key = Self.key(example)
      var random = Shuffle(seed: key)
      var group: [Copy] = []
      func add(_ reading: Reading, _ weight: Float) {
        extractor.extract(reading.sentence, kinds: reading.kinds)
        group.append(
          Copy(
            row: .init(
              rows: extractor.rows, values: extractor.values, label: label, weight: weight,
              key: Hash.pair(key, UInt64(group.count))),
            text: reading.sentence.normalised, language: example.language))
      }
      add(readings[place], 1)
      if let slipped = Self.slip(example.text, &random) { add(reading(slipped, example.language), 0.6) }
      if !example.marks.isEmpty, let swapped = Self.swap(example, key, pools) {
        add(reading(swapped, example.language), 0.8)
      }
      return group
    }
  }

  /// One or two letters dropped, doubled, swapped or replaced.
  private static func slip(_ text: String, _ random: inout Shuffle) -> String? {
    var bytes = Array(text.utf8)
    guard bytes.count >= 6 else { return nil }
    for _ in 0..<(bytes.count > 25 ? 2 : 1) {
      let place = 1 + random.below(bytes.count - 2)
      guard (0x61...0x7A).contains(bytes[place]), (0x61...0x7A).contains(bytes[place + 1]) else { continue }
      switch random.below(4) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(bytes[place], at: place)
      case 2: bytes.swapAt(place, place + 1)
      default: bytes[place] = 0x61 + UInt8(random.below(26))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Who takes whose place does not change when another sentence is added, unless it is that sentence's (the least hash).
  private static func swap(
    _ example: IntentLibrary.Example, _ key: UInt64, _ pools: [String: [(hash: UInt64, text: String)]]
  ) -> String? {
    var bytes = Array(example.text.utf8)
    for mark in example.marks.reversed() {
      guard let pool = pools["\(example.language.code)/\(mark.slot)"], pool.count > 1,
        let chosen = pool.min(by: { Hash.pair(key, $0.hash) < Hash.pair(key, $1.hash) })
      else { continue }
      bytes.replaceSubrange(mark.span, with: Array(chosen.text.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What says of an example where chance puts it, whatever other examples there are.
  private static func key(_ example: IntentLibrary.Example) -> UInt64 {
    Hash.pair(Hash.text(example.text), Hash.text(example.language.code + (example.intent ?? "")))
  }

  /// The temperature with the least cross entropy on what was held out.
  static func temperature(_ model: LinearModel, _ held: [LinearTrainer.Row]) -> Float {
    let scored = held.map { (model.scores($0.rows, $0.values), $0.label) }
    var best: (loss: Float, temperature: Float) = (.infinity, 1)
    for step in 0...24 {
      let temperature = 0.2 + Float(step) * 0.06
      var loss: Float = 0
      for (scores, label) in scored {
        let share = LinearModel.softmax(scores, count: model.labels.count, temperature: temperature)[label]
        loss -= Exp.log(max(share, 1e-6))
      }
      if loss < best.loss { best = (loss, temperature) }
    }
    return best.temperature
  }

  // MARK: Slots

  static func isOpen(_ kind: SlotKind) -> Bool {
    switch kind {
    case .text, .place, .entity: true
    default: false
    }
  }

  private func tagger(_ readings: [Reading]) -> SlotTagger {
    let names = Set(library.intents.values.flatMap { $0.filter { Self.isOpen($0.kind) }.map(\.name) }).sorted()
    var tagger = SlotTagger(slots: names)
    var samples: [SlotTagger.Sample] = []
    for (place, example) in library.examples.enumerated() {
      // a call for help is passed on in its own words
      guard let intent = example.intent, intent != Interpreter.alert, let slots = library.intents[intent] else {
        continue
      }
      let open = slots.filter { Self.isOpen($0.kind) }.map(\.name)
      guard !open.isEmpty else { continue }
      let reading = readings[place]
      let sentence = reading.sentence
      // Marks are offsets in the example; examples hold single spaces, so they are the sentence's offsets too.
      var tags = [Int](repeating: 0, count: sentence.tokens.count)
      for mark in example.marks {
        guard let slot = names.firstIndex(of: mark.slot) else { continue }
        var isFirst = true
        for index in sentence.tokens.indices where mark.span.overlaps(sentence.tokens[index].span) {
          tags[index] = 2 * slot + (isFirst ? 1 : 2)
          isFirst = false
        }
      }
      let values = Slots.spans(reading, slots).filter { range in range.allSatisfy { tags[$0] == 0 } }
      let elements = SlotTagger.elements(sentence, values: values)
      samples.append(
        .init(
          elements: elements, tags: elements.map { $0.isValue ? 0 : tags[$0.tokens.lowerBound] }, intent: intent,
          names: open, key: Self.key(example)))
    }
    // Copies in which open words are strangers: what stands around them must do.
    let strangers = samples.filter { $0.tags.contains { $0 > 0 } }.map { sample in
      var copy = sample
      var random = Shuffle(seed: sample.key)
      copy.key = random.next()
      for index in copy.elements.indices where copy.tags[index] > 0 && random.below(10) < 7 {
        copy.elements[index].word = random.next()
      }
      return copy
    }
    tagger.train(samples + strangers, epochs: 6, orders: 8)
    return tagger
  }
}
