/// A `multipart/form-data` body (RFC 7578) in memory.
package struct MultipartForm: Sendable {
  private let boundary: String
  private var bytes: [UInt8] = []

  /// - Parameter boundary: must not occur in what is sent: 16 random characters or more.
  package init(boundary: String) { self.boundary = boundary }

  package var contentType: String { "multipart/form-data; boundary=\(boundary)" }

  /// The finished body.
  package var body: [UInt8] { bytes + Array("--\(boundary)--\r\n".utf8) }

  package mutating func add(_ name: String, _ value: String) {
    begin(name)
    bytes.append(contentsOf: "\r\n\r\n\(value)\r\n".utf8)
  }

  package mutating func add(_ name: String, file: String, type: String, _ content: [UInt8]) {
    begin(name)
    bytes.append(contentsOf: "; filename=\"\(Self.quoted(file))\"\r\nContent-Type: ".utf8)
    bytes.append(contentsOf: type.utf8.filter { $0 >= 0x20 && $0 < 0x7F })
    bytes.append(contentsOf: "\r\n\r\n".utf8)
    bytes.append(contentsOf: content)
    bytes.append(contentsOf: "\r\n".utf8)
  }

  private mutating func begin(_ name: String) {
    bytes.append(contentsOf: "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\"".utf8)
  }

  /// As browsers do: a quote and line ends percent-encoded, so that a name cannot end the header.
  private static func quoted(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "%22"
      case "\r": out += "%0D"
      case "\n": out += "%0A"
      case _ where scalar.value < 0x20: continue
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
