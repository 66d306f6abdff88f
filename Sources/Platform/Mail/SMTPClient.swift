import Base
import CCurl
import Synchronization

/// Hands mail in by libcurl: one connection a message, on a thread of its own, because the call waits.
package struct SMTPClient: Sendable {
  private let server: SMTPServer
  package init(_ server: SMTPServer) { self.server = server }

  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// - Throws: `SMTPFailure`.
  package func send(_ message: [UInt8], from: MailAddress, to: MailAddress) async throws {
    try await run(SMTPTransfer(message: message), from: from, to: to)
  }

  /// Connects and signs in, and sends nothing.
  ///
  /// - Throws: `SMTPFailure`.
  package func check() async throws { try await run(SMTPTransfer(message: nil), from: nil, to: nil) }

  private func run(_ transfer: SMTPTransfer, from: MailAddress?, to: MailAddress?) async throws {
    let server = server
    try await withTaskCancellationHandler {
      try await BlockingCall.run("smtp") { try Self.perform(transfer, server, from, to) }
    } onCancel: {
      transfer.isCancelled.store(true, ordering: .relaxed)
    }
  }

  private static func perform(
    _ transfer: SMTPTransfer, _ server: SMTPServer, _ from: MailAddress?, _ to: MailAddress?
  ) throws {
    guard isReady, let handle = curl_easy_init() else {
      throw SMTPFailure(kind: .unreachable, sentence: "The mail library is not ready.")
    }
    defer { curl_easy_cleanup(handle) }
    let scheme = server.security == .tls ? "smtps" : "smtp"
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    th_curl_set_text(handle, CURLOPT_URL, "\(scheme)://\(host):\(server.port)/\(from?.domain ?? "localhost")")
    th_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    th_curl_set_text(handle, CURLOPT_PROXY, "")
    th_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    th_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, 15_000)
    th_curl_set_long(handle, CURLOPT_TIMEOUT_MS, 90_000)
    if server.security != .none { th_curl_set_long(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
    if let file = server.authorityFile { th_curl_set_text(handle, CURLOPT_CAINFO, file) }
    if let user = server.user, let password = server.password {
      th_curl_set_text(handle, CURLOPT_USERNAME, user)
      th_curl_set_text(handle, CURLOPT_PASSWORD, password)
    }
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    th_curl_set_long(handle, CURLOPT_NOPROGRESS, 0)
    th_curl_set_progress(handle, smtpProgress)
    th_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
    var recipients: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(recipients) }
    if let from, let to {
      th_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(from)>")
      recipients = curl_slist_append(nil, "<\(to)>")
      th_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
      th_curl_set_long(handle, CURLOPT_UPLOAD, 1)
      th_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(transfer.message.count))
      th_curl_set_data(handle, CURLOPT_READFUNCTION, smtpBody)
      th_curl_set_pointer(handle, CURLOPT_READDATA, context)
    } else {
      th_curl_set_long(handle, CURLOPT_CONNECT_ONLY, 1)
    }
    var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let result = words.withUnsafeMutableBufferPointer { buffer -> CURLcode in
      th_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
      defer { th_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
      return withExtendedLifetime(transfer) { curl_easy_perform(handle) }
    }
    guard result != CURLE_OK else { return }
    var code = 0
    th_curl_info_long(handle, CURLINFO_RESPONSE_CODE, &code)
    let said = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    throw failure(result, code, said: said, wasGiven: transfer.wasGiven, server)
  }

  /// - Parameters:
  ///   - code: the server's last answer; 0 when there was none.
  ///   - said: the library's words, of which only the command's name is used.
  ///   - wasGiven: all of the message had left.
  static func failure(
    _ result: CURLcode, _ code: Int, said: String, wasGiven: Bool, _ server: SMTPServer
  ) -> SMTPFailure {
    let place = "The mail server \(server.host):\(server.port)"
    func failure(_ kind: SMTPFailure.Kind, _ what: String) -> SMTPFailure {
      SMTPFailure(kind: kind, sentence: "\(place) \(what)")
    }
    switch result {
    case CURLE_COULDNT_RESOLVE_HOST: return failure(.unreachable, "was not found.")
    case CURLE_COULDNT_CONNECT: return failure(.unreachable, "cannot be reached.")
    case CURLE_LOGIN_DENIED: return failure(.credentials, "does not take the user and password (\(code)).")
    case CURLE_USE_SSL_FAILED:
      return failure(.insecure, "offers no secure connection; nothing was sent. Look at email.security and email.port.")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      return failure(.insecure, "cannot be trusted: \(String(cString: curl_easy_strerror(result))).")
    case CURLE_OPERATION_TIMEDOUT: return failure(wasGiven ? .lost : .unreachable, "did not answer in time.")
    case CURLE_ABORTED_BY_CALLBACK: return failure(wasGiven ? .lost : .unreachable, "was not waited for.")
    default: break
    }
    switch code {
    case 400..<500: return failure(.later, "says not now (\(code)).")
    case 530, 535, 534, 538: return failure(.credentials, "wants another sign-in (\(code)).")
    // 550 is also "no spam here": only said of the recipient it is about them
    case 500..<600 where said.hasPrefix("RCPT"): return failure(.recipient, "knows no such recipient (\(code)).")
    case 500..<600: return failure(.refused, "does not take the message (\(code)).")
    default: return failure(wasGiven ? .lost : .unreachable, "broke the connection off.")
    }
  }
}

/// A message on its way, as the library's callbacks see it.
///
/// @unchecked Sendable: `message` never changes and `isCancelled` is atomic; `sent` is touched only on the thread that
/// performs the call, where the callbacks run too, and read there after it.
final class SMTPTransfer: @unchecked Sendable {
  let message: [UInt8]
  let isCancelled = Atomic<Bool>(false)
  private var sent = 0

  init(message: [UInt8]?) { self.message = message ?? [] }

  var wasGiven: Bool { !message.isEmpty && sent == message.count }

  func give(_ space: UnsafeMutableRawBufferPointer) -> Int {
    let rest = message[sent...].prefix(space.count)
    space.copyBytes(from: rest)
    sent += rest.count
    return rest.count
  }
}

func smtpBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  return Unmanaged<SMTPTransfer>.fromOpaque(context).takeUnretainedValue()
    .give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

func smtpProgress(
  _ context: UnsafeMutableRawPointer?, _ toGet: curl_off_t, _ got: curl_off_t, _ toSend: curl_off_t, _ sent: curl_off_t
) -> Int32 {
  guard let context else { return 0 }
  let transfer = Unmanaged<SMTPTransfer>.fromOpaque(context).takeUnretainedValue()
  return transfer.isCancelled.load(ordering: .relaxed) ? 1 : 0
}
