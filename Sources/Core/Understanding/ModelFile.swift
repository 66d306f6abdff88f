import Base
import Foundation
import Learning
import Text

#if canImport(Glibc)
  import Glibc
#endif

/// A trained brain on disk, named by the hash of the data it was made of: the compiled library, then the weights.
///
/// It is mapped, not read: a start costs what the library takes, and weights nobody asks for stay on disk.
enum ModelFile {
  /// Raised whenever features or layout change, so that an old file is not read as a new one.
  static let version: UInt64 = 25
  private static let magic: UInt64 = 0x6E69_616E_6E69_6854  // "Thinnain"
  private static let headBytes = 32

  /// - Parameter encoder: identity of what the meaning was trained with; 0 where there is none.
  static func path(_ folder: String, _ hash: UInt64, encoder: UInt64) -> String {
    let name = String(Hash.pair(Hash.pair(hash, version), encoder), radix: 16)
    return "\(folder)/intents-\(String(repeating: "0", count: 16 - name.count))\(name).model"
  }

  /// The best there is: with the meaning where there is an encoder, else by words alone. `nil` when there is none, or it is
  /// damaged: then it is trained anew.
  static func load(_ folder: String, hash: UInt64, encoder: (any MeaningEncoder)?) -> Brain? {
    let identities: [UInt64] = encoder.map { [$0.identity, 0] } ?? [0]
    for identity in identities {
      guard let file = MappedFile(path: path(folder, hash, encoder: identity)), file.bytes.count > headBytes else {
        continue
      }
      defer { file.release() }
      if let brain = try? read(file, hash: hash, encoder: encoder) { return brain }
    }
    return nil
  }

  private static func read(_ file: MappedFile, hash: UInt64, encoder: (any MeaningEncoder)?) throws -> Brain {
    var reader = DataReader(file, at: 0)
    guard try reader.number() == magic, try reader.number() == version, try reader.number() == hash,
      try reader.number() == Hash.long(UnsafeRawBufferPointer(rebasing: file.bytes[headBytes...]))
    else { throw DataReader.Damaged() }
    let library = try IntentLibrary(compiled: &reader, hash: hash)
    let classifier = try LinearModel(&reader, features: FeatureExtractor.buckets)
    let slots = try reader.list { try $0.text() }
    let tags: Numbers<Float> = try reader.numbers()
    let table: Numbers<Float> = try reader.numbers()
    let common = try reader.table()
    // What the kernels index without looking.
    guard tags.count == SlotTagger.buckets, table.count == 3 << LanguageDetector.bits else {
      throw DataReader.Damaged()
    }
    var trained = Brain.Trained(
      classifier: classifier, tagger: SlotTagger(slots: slots, weights: tags),
      detector: LanguageDetector(table: table), common: common)
    let identity = try reader.number()
    if identity != 0 {
      let surety: [Float] = try reader.array()
      let classifier = try LinearModel(&reader, features: Meaning.rows)
      guard surety.count == 1, classifier.labels == trained.classifier.labels else { throw DataReader.Damaged() }
      trained.meaning = Meaning(classifier: classifier, identity: identity, surety: surety[0])
    }
    return Brain(library: library, trained: trained, encoder: encoder)
  }

  /// Written beside and renamed, so that a reader sees all or nothing. Failure costs only the next start some time.
  @discardableResult static func save(_ library: IntentLibrary, _ trained: Brain.Trained, _ folder: String) -> Bool {
    var body = DataWriter()
    library.compile(into: &body)
    trained.classifier.write(to: &body)
    body.list(trained.tagger.slots) { $0.text($1) }
    body.array(trained.tagger.weights.array)
    body.array(trained.detector.table.array)
    body.table(trained.common)
    body.number(trained.meaning?.identity ?? 0)
    if let meaning = trained.meaning {
      body.array([meaning.surety])
      meaning.classifier.write(to: &body)
    }
    var head = DataWriter()
    for number in [magic, version, library.hash, body.bytes.withUnsafeBytes(Hash.long)] { head.number(number) }
    mkdir(folder, 0o700)
    let path = path(folder, library.hash, encoder: trained.meaning?.identity ?? 0)
    let beside = "\(path).\(getpid())"
    guard let file = fopen(beside, "wb") else { return false }
    let bytes = head.bytes + body.bytes
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count, rename(beside, path) == 0 else {
      unlink(beside)
      return false
    }
    forgetOld(folder)
    return true
  }

  /// Models of several versions and of edited files may be wanted again; of more than these only the latest.
  private static let kept = 12

  private static func forgetOld(_ folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let models = names.filter { $0.hasPrefix("intents-") && $0.hasSuffix(".model") }.compactMap { name in
      var facts = stat()
      return stat(folder + "/" + name, &facts) == 0 ? (name: name, at: facts.st_mtim.tv_sec) : nil
    }
    for old in models.sorted(by: { $0.at > $1.at }).dropFirst(kept) { unlink(folder + "/" + old.name) }
  }
}

extension LinearModel {
  /// - Parameter features: how many the rows are chosen from.
  fileprivate init(_ reader: inout DataReader, features: Int) throws {
    labels = try reader.list { try $0.text() }
    width = try reader.int()
    let temperature: [Float] = try reader.array()
    bias = try reader.array()
    index = try reader.numbers()
    scales = try reader.numbers()
    weights = try reader.numbers()
    let rows = scales.count
    // What the kernels index without looking.
    guard width % 16 == 0, bias.count == width, labels.count <= width, temperature.count == 1, index.count == features,
      weights.count == rows * width, index.withUnsafeBufferPointer({ $0.allSatisfy { Int($0) < rows } })
    else { throw DataReader.Damaged() }
    self.temperature = temperature[0]
  }

  fileprivate func write(to body: inout DataWriter) {
    body.list(labels) { $0.text($1) }
    body.number(width)
    body.array([temperature])
    body.array(bias)
    body.array(index.array)
    body.array(scales.array)
    body.array(weights.array)
  }
}
