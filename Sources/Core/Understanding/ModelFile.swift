import Base
import Text

#if canImport(Glibc)
  import Glibc
#endif

/// A trained brain on disk, named by the hash of the data it was trained on.
enum ModelFile {
  /// Raised whenever features or layout change, so that an old file is not read as a new one.
  static let version: UInt64 = 4
  private static let magic: UInt64 = 0x6E69_616E_6E69_6854  // "Thinnain"

  static func path(_ folder: String, _ hash: UInt64) -> String {
    let name = String(Hash.pair(hash, version), radix: 16)
    return "\(folder)/intents-\(String(repeating: "0", count: 16 - name.count))\(name).model"
  }

  /// `nil` when there is none, or it is damaged: then it is trained anew.
  static func load(_ folder: String, hash: UInt64) -> Brain.Trained? {
    guard let bytes = try? IntentLibrary.contents(path(folder, hash)), bytes.count > 32 else { return nil }
    var reader = Reader(bytes: bytes)
    guard reader.number() == magic, reader.number() == version, reader.number() == hash,
      let check = reader.number(), check == checksum(bytes[32...]),
      let labels = reader.texts(), let width = reader.number().flatMap({ Int(exactly: $0) }),
      let temperature: [Float] = reader.array(), let bias: [Float] = reader.array(),
      let index: [UInt32] = reader.array(),
      let scales: [Float] = reader.array(), let weights: [Int8] = reader.array(), let slots = reader.texts(),
      let tags: [Float] = reader.array(), let table: [Float] = reader.array()
    else { return nil }
    // What the kernels index without looking.
    guard width % 16 == 0, bias.count == width, labels.count <= width, temperature.count == 1,
      index.count == FeatureExtractor.buckets, weights.count == scales.count * width, tags.count == SlotTagger.buckets,
      table.count == 3 << LanguageDetector.bits, index.allSatisfy({ Int($0) < scales.count })
    else { return nil }
    var classifier = LinearModel(
      labels: labels, width: width, index: index, weights: weights, scales: scales, bias: bias)
    classifier.temperature = temperature[0]
    return Brain.Trained(
      classifier: classifier, tagger: SlotTagger(slots: slots, weights: tags), detector: LanguageDetector(table: table))
  }

  /// Written beside and renamed, so that a reader sees all or nothing. Failure costs only the next start some time.
  @discardableResult
  static func save(_ trained: Brain.Trained, _ folder: String, hash: UInt64) -> Bool {
    var body = Writer()
    body.texts(trained.classifier.labels)
    body.number(UInt64(trained.classifier.width))
    body.array([trained.classifier.temperature])
    body.array(trained.classifier.bias)
    body.array(trained.classifier.index)
    body.array(trained.classifier.scales)
    body.array(trained.classifier.weights)
    body.texts(trained.tagger.slots)
    body.array(trained.tagger.weights)
    body.array(trained.detector.table)
    var head = Writer()
    for number in [magic, version, hash, checksum(body.bytes[...])] { head.number(number) }
    mkdir(folder, 0o700)
    let path = path(folder, hash)
    let beside = "\(path).\(getpid())"
    guard let file = fopen(beside, "wb") else { return false }
    let bytes = head.bytes + body.bytes
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count, rename(beside, path) == 0 else {
      unlink(beside)
      return false
    }
    return true
  }

  /// Eight bytes a step: a damaged file must not be believed, nobody forges it.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBytes { raw in
      var sum: UInt64 = UInt64(raw.count)
      var place = 0
      while place + 8 <= raw.count {
        sum = (sum ^ raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* Hash.prime
        sum ^= sum >> 29
        place += 8
      }
      while place < raw.count {
        sum = (sum ^ UInt64(raw[place])) &* Hash.prime
        place += 1
      }
      return sum
    }
  }

  private struct Writer {
    var bytes: [UInt8] = []
    mutating func number(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    mutating func array<T: BitwiseCopyable>(_ values: [T]) {
      number(UInt64(values.count))
      values.withUnsafeBytes { bytes += $0 }
    }
    mutating func texts(_ values: [String]) {
      number(UInt64(values.count))
      for value in values { array(Array(value.utf8)) }
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func number() -> UInt64? {
      guard bytes.count - place >= 8 else { return nil }
      let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
      place += 8
      return UInt64(littleEndian: value)
    }
    mutating func array<T: BitwiseCopyable>() -> [T]? {
      guard let number = number(), let count = Int(exactly: number), count >= 0,
        count <= (bytes.count - place) / MemoryLayout<T>.stride
      else { return nil }
      let start = place
      place += count * MemoryLayout<T>.stride
      return bytes.withUnsafeBytes { raw in
        [T](unsafeUninitializedCapacity: count) { buffer, initialised in
          UnsafeMutableRawBufferPointer(buffer).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: raw[start..<(start + count * MemoryLayout<T>.stride)]))
          initialised = count
        }
      }
    }
    mutating func texts() -> [String]? {
      guard let count = number(), count < 10_000 else { return nil }
      var texts: [String] = []
      for _ in 0..<count {
        guard let bytes: [UInt8] = array() else { return nil }
        texts.append(String(decoding: bytes, as: UTF8.self))
      }
      return texts
    }
  }
}
