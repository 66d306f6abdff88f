import Base
import Formats

/// A mapped file of named tensors, in the safetensors format: the length of a JSON header, the header, the numbers.
///
/// Strict: the tensors must fill the file without gap or overlap, as the format demands, so that no offset of a hostile or
/// cut file can point outside.
struct SafeTensors {
  private struct Tensor {
    let kind: String
    let shape: [Int]
    let bytes: UnsafeRawBufferPointer
  }

  /// Far above what an encoder's header takes.
  static let headerLimit = 1 << 20
  private static let sizes = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1,
  ]

  let file: MappedFile
  private let path: String
  private var tensors: [String: Tensor] = [:]

  /// - Throws: `EmbeddingError`, whatever the bytes are.
  init(path: String) throws {
    guard let file = MappedFile(path: path) else { throw EmbeddingError.missing(path) }
    self.file = file
    self.path = path
    let bytes = file.bytes
    guard bytes.count >= 8 else { throw EmbeddingError.damaged(path, "it was cut short") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(Self.headerLimit, bytes.count - 8)) else {
      throw EmbeddingError.damaged(path, "its header does not fit")
    }
    let start = 8 + Int(length)
    let header: JSON
    do {
      header = try JSON.parse(
        bytes[8..<start].bindMemory(to: UInt8.self),
        limits: JSONLimits(depth: 4, bytes: Self.headerLimit, values: 50_000))
    } catch { throw EmbeddingError.damaged(path, "its header is no JSON") }
    try read(header, data: UnsafeRawBufferPointer(rebasing: bytes[start...]))
  }

  private mutating func read(_ header: JSON, data: UnsafeRawBufferPointer) throws {
    guard let members = header.object else { throw EmbeddingError.damaged(path, "its header is no object") }
    var ranges: [Range<Int>] = []
    for member in members where member.key != "__metadata__" {
      guard let kind = member.value["dtype"].string, let size = Self.sizes[kind],
        let dimensions = member.value["shape"].array, dimensions.count <= 8,
        let offsets = member.value["data_offsets"].array, offsets.count == 2, let from = offsets[0].int,
        let to = offsets[1].int, 0 <= from, from <= to, to <= data.count
      else { throw EmbeddingError.damaged(path, "a tensor is described wrongly") }
      var (count, shape) = (size, [Int]())
      for dimension in dimensions {
        guard let length = dimension.int, length >= 0 else { throw EmbeddingError.damaged(path, "a shape is wrong") }
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
        guard !isTooLarge else { throw EmbeddingError.damaged(path, "a shape is too large") }
        count = product
        shape.append(length)
      }
      guard count == to - from, tensors[member.key] == nil else {
        throw EmbeddingError.damaged(path, "a tensor has another size than its shape")
      }
      tensors[member.key] = Tensor(kind: kind, shape: shape, bytes: UnsafeRawBufferPointer(rebasing: data[from..<to]))
      ranges.append(from..<to)
    }
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var end = 0
    for range in ranges {
      guard range.lowerBound == end else { throw EmbeddingError.damaged(path, "tensors overlap or leave gaps") }
      end = range.upperBound
    }
    guard end == data.count else { throw EmbeddingError.damaged(path, "bytes belong to no tensor") }
  }

  /// The floats of a tensor, which need not be aligned.
  func floats(_ name: String, _ shape: Int...) throws -> UnsafeRawBufferPointer {
    guard let tensor = tensors[name], tensor.kind == "F32", tensor.shape == shape else {
      throw EmbeddingError.damaged(path, "\(name) is not there in the shape of all-MiniLM-L6-v2")
    }
    return tensor.bytes
  }
}
