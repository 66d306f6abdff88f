import Base
import Text

#if canImport(Glibc)
  import Glibc
#endif

/// A trained brain on disk, named by the hash of the data it was made of: the compiled library, then the weights.
///
/// It is mapped, not read: a start costs what the library takes, and weights nobody asks for stay on disk.
enum ModelFile {
  /// Raised whenever features or layout change, so that an old file is not read as a new one.
  static let version: UInt64 = 9
  private static let magic: UInt64 = 0x6E69_616E_6E69_6854  // "Thinnain"
  private static let headBytes = 32

  static func path(_ folder: String, _ hash: UInt64) -> String {
    let name = String(Hash.pair(hash, version), radix: 16)
    return "\(folder)/intents-\(String(repeating: "0", count: 16 - name.count))\(name).model"
  }

  /// `nil` when there is none, or it is damaged: then it is trained anew.
  static func load(_ folder: String, hash: UInt64) -> Brain? {
    guard let file = MappedFile(path: path(folder, hash)), file.bytes.count > headBytes else { return nil }
    defer { file.release() }
    guard let brain = try? read(file, hash: hash) else { return nil }
    return brain
  }

  private static func read(_ file: MappedFile, hash: UInt64) throws -> Brain {
    var reader = DataReader(file, at: 0)
    guard try reader.number() == magic, try reader.number() == version, try reader.number() == hash,
      try reader.number() == Hash.long(UnsafeRawBufferPointer(rebasing: file.bytes[headBytes...]))
    else { throw DataReader.Damaged() }
    let library = try IntentLibrary(compiled: &reader, hash: hash)
    let labels = try reader.list { try $0.text() }
    let width = try reader.int()
    let temperature: [Float] = try reader.array()
    let bias: [Float] = try reader.array()
    let index: Numbers<UInt32> = try reader.numbers()
    let scales: Numbers<Float> = try reader.numbers()
    let weights: Numbers<Int8> = try reader.numbers()
    let slots = try reader.list { try $0.text() }
    let tags: Numbers<Float> = try reader.numbers()
    let table: Numbers<Float> = try reader.numbers()
    let common = try reader.table()
    // What the kernels index without looking.
    guard width % 16 == 0, bias.count == width, labels.count <= width, temperature.count == 1,
      index.count == FeatureExtractor.buckets, weights.count == scales.count * width, tags.count == SlotTagger.buckets,
      table.count == 3 << LanguageDetector.bits,
      index.withUnsafeBufferPointer({ $0.allSatisfy { Int($0) < scales.count } })
    else { throw DataReader.Damaged() }
    var classifier = LinearModel(
      labels: labels, width: width, index: index, weights: weights, scales: scales, bias: bias)
    classifier.temperature = temperature[0]
    return Brain(
      library: library,
      trained: .init(
        classifier: classifier, tagger: SlotTagger(slots: slots, weights: tags),
        detector: LanguageDetector(table: table), common: common))
  }

  /// Written beside and renamed, so that a reader sees all or nothing. Failure costs only the next start some time.
  @discardableResult static func save(_ library: IntentLibrary, _ trained: Brain.Trained, _ folder: String) -> Bool {
    var body = DataWriter()
    library.compile(into: &body)
    body.list(trained.classifier.labels) { $0.text($1) }
    body.number(trained.classifier.width)
    body.array([trained.classifier.temperature])
    body.array(trained.classifier.bias)
    body.array(trained.classifier.index.array)
    body.array(trained.classifier.scales.array)
    body.array(trained.classifier.weights.array)
    body.list(trained.tagger.slots) { $0.text($1) }
    body.array(trained.tagger.weights.array)
    body.array(trained.detector.table.array)
    body.table(trained.common)
    var head = DataWriter()
    for number in [magic, version, library.hash, body.bytes.withUnsafeBytes(Hash.long)] { head.number(number) }
    mkdir(folder, 0o700)
    let path = path(folder, library.hash)
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
}
