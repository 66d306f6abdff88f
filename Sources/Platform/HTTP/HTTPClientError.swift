import Base

/// Why a request has no answer. Sentences name scheme and host only: paths and queries hold secrets.
package struct HTTPClientError: SpeakingError {
  package enum Kind: String, Sendable {
    case invalid, blocked, refused, unreachable, timeout, tls, tooLarge, broken, cancelled, stopped
  }

  /// Whether the other side may have acted.
  package enum Outcome: String, Sendable { case notSent, unknown }

  package let kind: Kind
  package let outcome: Outcome
  package let sentence: String

  package init(kind: Kind, outcome: Outcome, sentence: String) {
    self.kind = kind
    self.outcome = outcome
    self.sentence = sentence
  }

  package var code: String { "http.\(kind.rawValue)" }

  static func blocked(_ sentence: String) -> HTTPClientError {
    HTTPClientError(kind: .blocked, outcome: .notSent, sentence: sentence)
  }

  static func cancelled(_ place: String, outcome: Outcome) -> HTTPClientError {
    HTTPClientError(kind: .cancelled, outcome: outcome, sentence: "The request to \(place) was cancelled.")
  }

  /// `https://host` of a URL, for people and logs.
  static func place(of url: String) -> String {
    let parts = url.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty, let scheme = String(parts[0]), let authority = String(parts[2]) else {
      return "an address that is not well formed"
    }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return "\(scheme)//\(host.prefix { $0 != "?" && $0 != "#" && $0 != "\\" })"
  }
}
