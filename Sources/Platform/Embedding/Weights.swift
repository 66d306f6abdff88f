import Base
import CEncoder

/// The encoder's numbers in memory, in one precision.
// Sendable: nothing changes after `init`.
final class Weights: @unchecked Sendable {
  let layout: WeightLayout
  private let start: UnsafeRawPointer
  private let words: UnsafeRawPointer
  /// What keeps the pointers' memory.
  private let owners: [AnyObject]

  private init(_ layout: WeightLayout, start: UnsafeRawPointer, words: UnsafeRawPointer, owners: [AnyObject]) {
    (self.layout, self.start, self.words, self.owners) = (layout, start, words, owners)
  }

  /// - Throws: `EmbeddingError` when the folder's files are missing or damaged, or there is no memory.
  static func load(_ folder: String, _ precision: SentenceEncoder.Precision, isReadOnly: Bool) throws -> Weights {
    let source = try SafeTensors(path: folder + "/" + EncoderFiles.weights)
    defer { source.file.release() }
    switch precision {
    case .float:
      let layout = WeightLayout(.float)
      let block = try pack(source, layout)
      // Words stay in the file and are read when a text has them.
      return Weights(layout, start: block.start, words: try WeightPacker.words(source), owners: [block, source.file])
    case .int8: return try bytes(source, folder, isReadOnly: isReadOnly)
    }
  }

  private static func pack(_ source: SafeTensors, _ layout: WeightLayout) throws -> MemoryBlock {
    guard let block = MemoryBlock(byteCount: layout.byteCount) else { throw EmbeddingError.memory }
    try WeightPacker(source: source, layout: layout, block: block.start).pack()
    return block
  }

  /// From the file of bytes, which is made where it is missing or damaged; where it cannot be kept, from memory.
  private static func bytes(_ source: SafeTensors, _ folder: String, isReadOnly: Bool) throws -> Weights {
    let layout = WeightLayout(.int8)
    let identity = WeightFile.identity(of: source.file)
    func load() -> (file: MappedFile, block: UnsafeRawPointer)? {
      WeightFile.load(folder, identity: identity, byteCount: layout.byteCount)
    }
    var kept = load()
    if kept == nil {
      let block = try pack(source, layout)
      if !isReadOnly, WeightFile.save(block.start, byteCount: layout.byteCount, identity: identity, folder) {
        kept = load()
      }
      guard kept != nil else {
        return Weights(layout, start: block.start, words: block.start + layout.words, owners: [block])
      }
    }
    guard let (file, start) = kept, let layers = MemoryBlock(byteCount: layout.words) else {
      throw EmbeddingError.memory
    }
    layers.start.copyMemory(from: start, byteCount: layout.words)
    file.release()
    return Weights(layout, start: layers.start, words: start + layout.words, owners: [layers, file])
  }

  func floats(_ offset: Int) -> UnsafePointer<Float> { (start + offset).assumingMemoryBound(to: Float.self) }

  func matrix(_ matrix: WeightLayout.Matrix) -> th_matrix_i8 {
    th_matrix_i8(
      bytes: (start + matrix.weights).assumingMemoryBound(to: Int8.self), scales: floats(matrix.scales),
      sums: floats(matrix.sums))
  }

  /// The sum of what a piece, its place and the kind of text stand for.
  func sum(_ id: Vocabulary.ID, at position: Int, into out: UnsafeMutablePointer<Float>) {
    let (width, id) = (WeightLayout.width, Int(id))
    let place = floats(layout.positions) + position * width
    switch layout.precision {
    case .float: th_sum_rows(words + id * width * 4, place, floats(layout.type), out)
    case .int8:
      th_sum_rows_i8(
        words.assumingMemoryBound(to: Int8.self) + id * width, floats(layout.wordScales)[id], place,
        floats(layout.type), out)
    }
  }
}
