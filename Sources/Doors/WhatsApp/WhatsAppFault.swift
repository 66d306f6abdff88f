import Base
import Delivery
import Formats

/// One error as the platform reports it, in the answer to a call or later in a status. The code counts, not the words.
package struct WhatsAppFault: Sendable, Hashable {
  /// What a code means for us.
  package enum Meaning: String, Sendable {
    /// More than a day since the person wrote: only a template may be sent.
    case windowClosed
    /// Blocked, no WhatsApp, an old client: another way must be found.
    case undeliverable
    /// This message is not wanted or not allowed there; others may be.
    case declined
    case tooFast
    case temporary
    /// The token or its rights; everything waits until the owner mends it.
    case credentials
    /// The account is locked; everything waits until the owner mends it.
    case locked
    /// The account is limited, unpaid or not verified; the owner must look.
    case account
    case template
    case media
    /// The message itself, or our code.
    case invalid
    case other
  }

  /// What is done about it.
  package enum Cure: String, Sendable {
    /// The same once more, later.
    case retry
    /// The same as a template.
    case template
    /// Not by this channel: the next one.
    case stop
    /// The next channel as well, and the owner is told that something must be mended.
    case alert
  }

  /// Of an answer that is not the API's; 0 is a code of its own.
  static let noCode = -1

  package let code: Int
  package let title: String

  package init(code: Int, title: String) {
    self.code = code
    self.title = title
  }

  init(_ json: JSON) {
    let details = json["error_data"]["details"].string ?? json["message"].string ?? json["title"].string ?? ""
    self.init(code: json["code"].int ?? Self.noCode, title: String(details.unicodeScalars.prefix(200)))
  }

  package var cure: Cure {
    switch meaning {
    case .windowClosed: .template
    case .tooFast, .temporary: .retry
    case .undeliverable, .declined, .media, .invalid, .other: .stop
    case .credentials, .locked, .account, .template: .alert
    }
  }

  /// How long to wait before the next try of what failed after it had been taken; `nil` where none can help.
  package var pause: Duration? {
    switch meaning {
    case .windowClosed: .zero
    case .tooFast: .seconds(10)
    case .temporary: .minutes(1)
    default: nil
    }
  }

  /// Whether this person cannot be reached here at all.
  package var isAboutPerson: Bool { meaning == .undeliverable }

  package var sentence: String {
    switch meaning {
    case .windowClosed:
      "The 24-hour window is closed: WhatsApp lets us write only within a day of the person's last message."
    case .undeliverable: "WhatsApp cannot deliver to this person (\(code))."
    default: code == Self.noCode ? "WhatsApp: \(title)" : "WhatsApp \(code): \(title)"
    }
  }
}
