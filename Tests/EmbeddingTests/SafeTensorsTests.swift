import Base
import Formats
import Foundation
import RoomTesting
import Testing

@testable import Embedding

@Suite("Files of weights")
struct SafeTensorsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func read(_ header: String, length: Int? = nil, data: [UInt8] = []) throws -> SafeTensors {
    try read(bytes: littleEndian(UInt64(length ?? header.utf8.count)) + Array(header.utf8) + data)
  }

  private func read(bytes: [UInt8]) throws -> SafeTensors {
    let path = folder.path + "/model.safetensors"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try SafeTensors(path: path)
  }

  private func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static let whole = """
    {"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},
     "a":{"dtype":"I16","shape":[2,1],"data_offsets":[0,4]}}
    """

  @Test("gives a tensor by name and shape")
  func whole() throws {
    let file = try read(Self.whole, data: [1, 0, 2, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    let floats = try file.floats("b", 2)
    #expect(floats.loadUnaligned(as: Float.self) == 1)
    #expect(floats.loadUnaligned(fromByteOffset: 4, as: Float.self) == 2)
    #expect(throws: EmbeddingError.self) { try file.floats("b", 1, 2) }
    #expect(throws: EmbeddingError.self) { try file.floats("a", 2, 1) }
    #expect(throws: EmbeddingError.self) { try file.floats("c", 2) }
  }

  @Test(
    "refuses what is not whole",
    arguments: [
      "", "[]", "{", "null",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
      #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}"#, #"{"a":7}"#,
    ])
  func refused(_ header: String) {
    #expect(throws: EmbeddingError.self) { try read(header, data: [UInt8](repeating: 0, count: 8)) }
  }

  @Test("refuses a header longer than the file, however long it says it is", arguments: [9, 1 << 20, 1 << 62, Int.max])
  func longHeaders(_ length: Int) {
    #expect(throws: EmbeddingError.self) { try read("{}", length: length) }
    #expect(throws: EmbeddingError.self) { try read(bytes: [UInt8](repeating: 255, count: 8)) }
  }

  @Test("refuses every beginning of a file, and survives any bytes")
  func fuzz() throws {
    let data: [UInt8] = [1, 0, 2, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
    let bytes = littleEndian(UInt64(Self.whole.utf8.count)) + Array(Self.whole.utf8) + data
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: EmbeddingError.self) { try read(bytes: Array(bytes.prefix(count))) }
    }
    let random = SeededRandom(seed: 7)
    for _ in 0..<150 {
      var changed = bytes
      for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      // Whatever is read lies inside the file.
      if let file = try? read(bytes: changed), let floats = try? file.floats("b", 2) {
        #expect(floats.count == 8)
        _ = floats.reduce(0) { $0 &+ Int($1) }
      }
    }
  }

  @Test("a file that is not there is said so")
  func missing() {
    let error = #expect(throws: EmbeddingError.self) { try SafeTensors(path: folder.path + "/nothing") }
    #expect(error?.code == "embedding.missing")
    #expect(throws: EmbeddingError.self) { try SentenceEncoder(folder: folder.path) }
  }
}
