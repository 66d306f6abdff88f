import Glibc
import RoomTesting

extension TestFolder {
  func mode(of file: String) -> UInt32? {
    var status = stat()
    return lstat(file, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  func write(_ text: String, to name: String) {
    guard let file = fopen("\(path)/\(name)", "w") else { return }
    fputs(text, file)
    fclose(file)
  }
}

/// Holds handlers until it is opened, and says when the first has come.
final class Gate: Sendable {
  private let arrived: AsyncStream<Void>
  private let arriving: AsyncStream<Void>.Continuation
  private let opened: AsyncStream<Void>
  private let opening: AsyncStream<Void>.Continuation

  init() {
    (arrived, arriving) = AsyncStream.makeStream()
    (opened, opening) = AsyncStream.makeStream()
  }

  func pass() async {
    arriving.yield()
    for await _ in opened {}
  }

  func arrival() async { for await _ in arrived { break } }
  func open() { opening.finish() }
}

/// The process's resident memory.
func residentKilobytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  guard fgets(&line, 256, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4
}
