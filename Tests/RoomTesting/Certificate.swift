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
    let child = try Spawn.start(
      [
        "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout",
        "\(folder.path)/key.pem", "-out", "\(folder.path)/cert.pem",
      ], environment: ["PATH": "/usr/bin:/bin"], streams: (.nothing, .nowhere, .nowhere))
    var status: Int32 = 0
    waitpid(child, &status, 0)
    guard status == 0 else { throw SystemCallError("openssl", status) }
  }
}
