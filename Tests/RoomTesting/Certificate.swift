import Base
import Glibc

/// A certificate for 127.0.0.1, made on the spot by the openssl command.
package struct Certificate {
  package static let canBeMade = access("/usr/bin/openssl", X_OK) == 0

  private let folder: TestFolder
  package var file: String { "\(folder.path)/cert.pem" }
  package var key: String { "\(folder.path)/key.pem" }

  package init() throws {
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
      throw SystemCallError("openssl")
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    guard status == 0 else { throw SystemCallError("openssl", status) }
  }
}
