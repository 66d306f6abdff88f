import CMicrohttpd
import COpenSSL
import Glibc

/// The opening handshake of RFC 6455 §4.2.
enum WebSocketHandshake {
  static let required: HTTPResponse = {
    var response = HTTPResponse.failure(
      426, code: "http.upgradeRequired", sentence: "This address speaks WebSocket version 13.")
    response.headers["Upgrade"] = "websocket"
    response.headers["Sec-WebSocket-Version"] = "13"
    return response
  }()

  /// The value of `Sec-WebSocket-Accept`; `nil` when the request is no proper handshake.
  static func accept(_ handle: OpaquePointer) -> String? {
    var headers = HTTPHeaders()
    for name in ["Upgrade", "Connection", "Sec-WebSocket-Version", "Sec-WebSocket-Key"] {
      guard let value = MHD_lookup_connection_value(handle, .HEADER_KIND, name) else { return nil }
      headers.add(name, String(cString: value))
    }
    guard headers.contains("Upgrade", word: "websocket"), headers.contains("Connection", word: "upgrade"),
      headers["Sec-WebSocket-Version"] == "13", let key = headers["Sec-WebSocket-Key"], isNonce(key)
    else { return nil }
    return accept(key: key)
  }

  /// 16 bytes in base64: 22 letters and two equal signs.
  private static func isNonce(_ key: String) -> Bool {
    let bytes = Array(key.utf8)
    return bytes.count == 24 && bytes.suffix(2) == [61, 61]
      && bytes.prefix(22).allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 43 || byte == 47
      }
  }

  static func accept(key: String) -> String? {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(text, text.count, &digest, &count, EVP_sha1(), nil) == 1 else { return nil }
    var out = [UInt8](repeating: 0, count: 4 * (Int(count) + 2) / 3 + 4)
    let length = EVP_EncodeBlock(&out, digest, Int32(count))
    return String(decoding: out.prefix(Int(length)), as: UTF8.self)
  }
}
