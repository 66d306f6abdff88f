import Base
import Benchmarking
import Formats
import Foundation
import RoomTesting

/// A real mail server, Debian's python3-aiosmtpd, that writes down what it takes.
final class MailStandIn: Sendable {
  static let python = "/usr/bin/python3"
  static let isThere = FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/aiosmtpd")

  let port: Int
  let certificate = try? Certificate()
  private let folder: TestFolder
  private let child: ChildProcess

  /// - Parameter mode: `starttls`, `tls` or `none`; all but the last want user and password.
  init(mode: String) async throws {
    folder = try TestFolder("mail")
    port = try Ports.next()
    let script = Porch.share + "/Tests/AcceptanceTests/StandIns/mailserver.py"
    child = try ChildProcess(
      Self.python, [script, "\(port)", folder.path, certificate?.file ?? "", certificate?.key ?? "", mode],
      environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], errors: folder.path + "/errors")
    let port = port
    guard await eventually(20, { !Wire.isFree(port) }) else {
      throw PorchError(text: "the mail server did not start: \(read("errors"))")
    }
  }

  func stop() { child.end(SIGKILL) }

  var mail: [JSON] { read("mail").split(separator: "\n").compactMap { try? JSON.parse(Array($0.utf8)) } }

  private func read(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data(), as: UTF8.self)
  }

  /// Settings with which the program finds it.
  func environment(_ security: String, password: String = "standin-mail-password") -> [String: String?] {
    [
      "THINNAI_EMAIL_HOST": "127.0.0.1", "THINNAI_EMAIL_PORT": "\(port)", "THINNAI_EMAIL_SECURITY": security,
      "THINNAI_EMAIL_USER": security == "none" ? nil : "house",
      "THINNAI_EMAIL_PASSWORD": security == "none" ? nil : password, "THINNAI_EMAIL_FROM": "house@example.org",
      "THINNAI_EMAIL_AUTHORITY": certificate?.file, "THINNAI_EMAIL_PACE_TOTAL_PER_S": "0",
    ]
  }
}
