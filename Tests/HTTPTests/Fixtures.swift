import Glibc
import RoomTesting

/// A certificate for 127.0.0.1, made on the spot by the openssl command.
struct Certificate {
  static let canBeMade = access("/usr/bin/openssl", X_OK) == 0

  private let folder: TestFolder
  var file: String { "\(folder.path)/cert.pem" }
  var key: String { "\(folder.path)/key.pem" }

  init() throws {
    folder = try TestFolder("http")
    let arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout",
      "\(folder.path)/key.pem", "-out", "\(folder.path)/cert.pem",
    ]
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for text in list { free(text) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var child: pid_t = 0
    guard posix_spawn(&child, "/usr/bin/openssl", &actions, nil, &list, environ) == 0 else {
      throw WireError(text: "openssl did not start")
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    guard status == 0 else { throw WireError(text: "openssl failed") }
  }
}

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
