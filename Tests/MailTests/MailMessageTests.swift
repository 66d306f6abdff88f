import Base
import CCurl
import Crypto
import Testing

@testable import Mail

@Suite("E-mail, written") struct MailMessageTests {
  @Test(
    "addresses are plain or none",
    arguments: [
      ("ravi@example.org", true), ("r.k+house@mail.example.co.in", true), ("R@Example.ORG", true),
      ("ravi", false), ("ravi@", false), ("@example.org", false), ("ravi@localhost", false),
      ("ravi@example..org", false), ("ravi.@example.org", false), ("ravi@-x.org", false), ("a b@example.org", false),
      ("ravi@example.org>", false), ("<ravi@example.org", false), ("ravi@example.org\r\nRCPT TO:<x@y.z>", false),
      ("ravi@example.org, x@y.zz", false), ("\"a b\"@example.org", false), ("ரவி@example.org", false),
      ("ravi@exämple.org", false), ("ravi@example.org\u{0}", false), ("a@b@example.org", false),
      (String(repeating: "a", count: 65) + "@example.org", false),
    ])
  func addresses(_ text: String, _ isAddress: Bool) {
    #expect((MailAddress(text) != nil) == isAddress)
    if isAddress {
      #expect(MailAddress(text)?.description.hasSuffix(text.lowercased().split(separator: "@")[1]) == true)
    }
  }

  private func message(
    subject: String = "Hello", text: String = "Hello", name: String = "Ravi",
    attachment: MailMessage.Attachment? = nil
  ) throws -> MailMessage {
    MailMessage(
      from: try #require(MailAddress("house@example.org")), fromName: name,
      to: try #require(MailAddress("r@example.org")),
      toName: name, subject: subject, text: text, attachment: attachment, language: "en", id: "0193-ab",
      date: try #require(Instant(iso8601: "2026-11-26T18:30:05Z")))
  }

  private func lines(_ message: MailMessage) -> (head: [String], body: [String]) {
    let text = String(decoding: message.bytes(boundary: "B1"), as: UTF8.self)
    let all = text.replacing("\r\n", with: "\u{1}").split(separator: "\u{1}", omittingEmptySubsequences: false).map(
      String.init)
    let end = all.firstIndex(of: "") ?? all.endIndex
    return (Array(all[..<end]), Array(all[(end + 1)...]))
  }

  @Test(
    "no value becomes a header or a line of its own",
    arguments: [
      "x\r\nBcc: evil@example.org", "x\nBcc: evil@example.org", "x\rBcc: evil@example.org", "x\u{85}Bcc: y",
      "x\u{2028}Bcc: y", "x\u{B}\u{C}\u{0}y", "=?UTF-8?B?DQpCY2M6?=", "\"; name=\"evil", "x\" <evil@example.org>, \"y",
      String(repeating: "அம்மா ", count: 80),
    ])
  func injection(_ evil: String) throws {
    let file = MailMessage.Attachment(type: "\(evil)/\(evil)", name: evil, bytes: [1])
    let message = try message(subject: evil, text: evil + "\r\n.\r\nQUIT", name: evil, attachment: file)
    let (head, body) = lines(message)
    let names = head.filter { !$0.hasPrefix(" ") }.map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Language",
        "Content-Type",
      ])
    #expect(head.filter { $0.hasPrefix("To:") || $0.hasPrefix(" ") }.joined().contains("<r@example.org>"))
    for line in head + body {
      #expect(line.utf8.allSatisfy { 32...126 ~= $0 } && line.utf8.count <= 998, "\(line)")
      #expect(line != "." && !line.hasPrefix("Bcc"))
    }
    #expect(body.count { $0.hasPrefix("--") } == 3)
  }

  /// What RFC 2047 says of encoded words, read back.
  private func decoded(_ header: String) throws -> String {
    var bytes: [UInt8] = []
    for word in header.replacing("\r\n ", with: " ").split(separator: " ") {
      #expect(word.utf8.count <= 75)
      let inner = word.dropFirst("=?UTF-8?B?".count).dropLast(2)
      let piece = try #require(Base64.decode(String(inner)), "\(word)")
      #expect(String(validating: piece, as: UTF8.self) != nil, "a word ends within a character")
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "words of any script come back whole",
    arguments: [
      "மருந்து சாப்பிடும் நேரம் — காலை எட்டு மணி, உணவுக்குப் பின்", "दवा लेने का समय हो गया है, अम्मा",
      "Grüße 👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 and more", String(repeating: "x", count: 150),
    ])
  func subjects(_ text: String) throws {
    #expect(try decoded(MailMessage.words(text)) == MailMessage.flat(text))
  }

  @Test("short ASCII stays readable; names are quoted")
  func plain() throws {
    #expect(MailMessage.words("Time for the tablet") == "Time for the tablet")
    let address = try #require(MailAddress("a@example.org"))
    #expect(MailMessage.mailbox("K. \"Ravi\" \\ R", address) == "\"K. \\\"Ravi\\\" \\\\ R\" <a@example.org>")
    #expect(MailMessage.mailbox("", address) == "<a@example.org>")
    #expect(MailMessage.mailbox("ரவி", address) == "=?UTF-8?B?4K6w4K614K6/?= <a@example.org>")
    let head = lines(try message()).head
    #expect(
      head.contains("Date: Thu, 26 Nov 2026 18:30:05 +0000") && head.contains("Message-ID: <0193-ab@example.org>"))
  }

  @Test("the text and the file come back byte for byte, in lines of 76")
  func bodies() throws {
    let text = String(repeating: "அம்மா\nfell.\n", count: 40)
    let (_, body) = lines(try message(text: text))
    #expect(body.allSatisfy { $0.utf8.count <= 76 })
    #expect(Base64.decode(body.joined()) == Array(text.replacing("\n", with: "\r\n").utf8))
    let bytes = (0..<1_000).map { UInt8($0 & 255) }
    let file = MailMessage.Attachment(type: "application/pdf", name: "வாரம் 48.pdf", bytes: bytes)
    let parts = lines(try message(text: text, attachment: file)).body
    let start = try #require(parts.firstIndex { $0.hasPrefix("Content-Disposition: attachment") })
    #expect(parts[start].contains("filename*=UTF-8''%E0%AE%B5") && parts[start - 2] == "Content-Type: application/pdf")
    let inside = parts[(start + 2)...].prefix { !$0.hasPrefix("--") }
    #expect(Base64.decode(inside.joined()) == bytes)
  }
}

@Suite("Why mail was not taken") struct SMTPFailureTests {
  @Test(
    "the answer tells whether to try again, here or elsewhere",
    arguments: [
      (CURLE_COULDNT_RESOLVE_HOST, 0, "", false, SMTPFailure.Kind.unreachable),
      (CURLE_COULDNT_CONNECT, 0, "", false, .unreachable), (CURLE_OPERATION_TIMEDOUT, 0, "", false, .unreachable),
      (CURLE_OPERATION_TIMEDOUT, 354, "", true, .lost), (CURLE_LOGIN_DENIED, 535, "", false, .credentials),
      (CURLE_USE_SSL_FAILED, 220, "", false, .insecure), (CURLE_PEER_FAILED_VERIFICATION, 0, "", false, .insecure),
      (CURLE_SEND_ERROR, 550, "RCPT failed: 550", false, .recipient),
      (CURLE_SEND_ERROR, 450, "RCPT failed: 450", false, .later),
      (CURLE_SEND_ERROR, 530, "MAIL failed: 530", false, .credentials),
      (CURLE_SEND_ERROR, 552, "MAIL failed: 552", false, .refused),
      (CURLE_WEIRD_SERVER_REPLY, 550, "", true, .refused), (CURLE_WEIRD_SERVER_REPLY, 451, "", true, .later),
      (CURLE_RECV_ERROR, 354, "", true, .lost), (CURLE_RECV_ERROR, 0, "", false, .unreachable),
    ])
  func kinds(_ result: CURLcode, _ code: Int, _ said: String, _ wasGiven: Bool, _ kind: SMTPFailure.Kind) {
    let server = SMTPServer(host: "mail.example.org", port: 587, security: .starttls, user: "u", password: "p")
    let failure = SMTPClient.failure(result, code, said: said, wasGiven: wasGiven, server)
    #expect(failure.kind == kind && failure.sentence.hasPrefix("The mail server mail.example.org:587 "))
  }
}
