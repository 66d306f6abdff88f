import Foundation
import Glibc
import RoomTesting
import Testing

@testable import Base

@Suite("Bytes as they come")
struct ByteSourceTests {
  private func pieces(_ source: ByteSource) async throws -> [[UInt8]] {
    var all: [[UInt8]] = []
    while let piece = try await source.next() { all.append(piece) }
    return all
  }

  @Test("a file comes in pieces of one size, however long it is")
  func file() async throws {
    let folder = try TestFolder("bytes")
    let path = folder.path + "/file"
    let bytes = (0..<ByteSource.pieceSize * 2 + 5).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let source = try await ByteSource(path: path)
    #expect(try await source.peek()?.count == ByteSource.pieceSize)
    let all = try await pieces(source)
    #expect(all.map(\.count) == [ByteSource.pieceSize, ByteSource.pieceSize, 5])
    #expect(Array(all.joined()) == bytes)
    #expect(try await source.next() == nil)
    #expect(try await ByteSource(path: path).rest(limit: bytes.count) == bytes)
    #expect(try await ByteSource(path: path).rest(limit: bytes.count - 1) == nil)
  }

  @Test("a pipe is read as its other end writes, and holds no task's thread while it does not")
  func pipe() async throws {
    let folder = try TestFolder("bytes")
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    // more readers than there are threads for tasks
    let opening = (0..<16).map { _ in Task { try await ByteSource(path: path) } }
    // Open at both ends until every reader is there: one that came after the last writer would wait forever.
    let writer = open(path, O_RDWR | O_CLOEXEC)
    try #require(writer >= 0)
    var sources: [ByteSource] = []
    for source in opening { sources.append(try await source.value) }
    let readers = sources.map { source in Task { try await source.rest(limit: 1_000) } }
    #expect(Glibc.write(writer, "abc", 3) == 3)
    close(writer)
    var all: [UInt8] = []
    for reader in readers { all += try await reader.value ?? [] }
    #expect(all == Array("abc".utf8))
  }

  @Test("memory is a source, and what is not there is an error")
  func others() async throws {
    #expect(try await pieces(ByteSource([1, 2])) == [[1, 2]])
    #expect(try await pieces(ByteSource([])) == [])
    let error = await #expect(throws: SystemCallError.self) { try await ByteSource(path: "/none") }
    #expect(error?.number == ENOENT)
    await #expect(throws: SystemCallError.self) { try await ByteSource(path: "/").next() }
  }
}
