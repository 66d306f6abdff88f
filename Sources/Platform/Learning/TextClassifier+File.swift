import Base
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

extension TextClassifier {
  private static let magic: UInt64 = 0x6C63_6E69_6E6E_6874  // "thnnincl"
  /// Raised whenever features or layout change.
  static let fileVersion: UInt64 = 4
  /// Magic, version, length and fingerprint of what follows.
  private static let headBytes = 32

  /// Written beside and renamed, so that a reader sees all or nothing.
  package func write(to path: String) throws {
    var body = DataWriter()
    body.list(intents) { $0.text($1) }
    body.array([trainingSeconds])
    body.array(vectorIdentity.map { [$0] } ?? [])
    body.number(extras)
    grams.write(to: &body)
    repair.write(to: &body)
    body.list(hidden.map { [$0] } ?? []) { $1.write(to: &$0) }
    body.list(sequence.map { [$0] } ?? []) { $1.write(to: &$0) }
    body.list(heads) { $1.write(to: &$0) }
    memory.write(to: &body)
    body.array(mix)
    detector.write(to: &body)
    var head = DataWriter()
    let print = body.bytes.withUnsafeBytes(Fingerprint.long)
    for number in [Self.magic, Self.fileVersion, UInt64(body.bytes.count), print] { head.number(number) }
    let beside = "\(path).\(getpid())"
    do {
      try Data(head.bytes + body.bytes).write(to: URL(fileURLWithPath: beside))
      guard rename(beside, path) == 0 else { throw SystemCallError("rename") }
    } catch {
      unlink(beside)
      throw LearningError(.notWritten, "The model cannot be written to \(path).")
    }
  }

  /// Maps a kept model; its pages are read when they are touched.
  ///
  /// - Throws: `LearningError` when there is no file, it is another kind of file, of another version, or damaged.
  package init(contentsOf path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw LearningError(.noFile, "There is no model \(path).")
    }
    guard let file = MappedFile(path: path), file.bytes.count >= Self.headBytes else {
      throw LearningError(.foreignModel, "\(path) is no model of this program.")
    }
    do {
      var head = DataReader(file, at: 0)
      guard try head.number() == Self.magic else {
        throw LearningError(.foreignModel, "\(path) is no model of this program.")
      }
      guard try head.number() == Self.fileVersion else {
        throw LearningError(.otherVersion, "\(path) was written by another version of this program; train it anew.")
      }
      let body = UnsafeRawBufferPointer(rebasing: file.bytes[Self.headBytes...])
      guard try head.number() == body.count, try head.number() == Fingerprint.long(body) else {
        throw DataReader.Damaged()
      }
      var reader = DataReader(file, at: Self.headBytes)
      try self.init(from: &reader)
    } catch is DataReader.Damaged {
      throw LearningError(.damagedModel, "\(path) is damaged; train it anew.")
    }
  }

  private init(from reader: inout DataReader) throws {
    intents = try reader.list { try $0.text() }
    let seconds: [Double] = try reader.array()
    let identity: [UInt64] = try reader.array()
    extras = try reader.int()
    grams = try NGrams(from: &reader)
    repair = try SpellRepair(from: &reader)
    let classes = intents.count
    let hidden = try reader.list { try HiddenHead(from: &$0, classes: classes) }
    let sequence = try reader.list { try SequenceHead(from: &$0, classes: classes) }
    let heads = try reader.list { try LinearHead(from: &$0, classes: classes) }
    memory = try ExampleMemory(from: &reader, classes: classes)
    let (mix, columns): ([Float], Int) = (try reader.array(), grams.width)
    detector = try OutOfScopeDetector(from: &reader)
    guard classes > 0, seconds.count == 1, identity.count <= 1, hidden.count <= 1, sequence.count <= 1,
      mix.count == hidden.count + sequence.count + heads.count + 1,
      mix.allSatisfy(\.isFinite), !heads.isEmpty, extras >= 0,
      heads.allSatisfy({ $0.columns == 0 || $0.columns == columns }),
      Set(heads.map(\.depth).filter { $0 > 0 }).count <= 1
    else { throw DataReader.Damaged() }
    self.heads = heads
    self.hidden = hidden.first
    self.sequence = sequence.first
    trainingSeconds = seconds[0]
    vectorIdentity = identity.first
    self.mix = mix
  }
}
