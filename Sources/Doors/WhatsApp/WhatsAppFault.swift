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
    case tooFast
    case temporary
    /// The token or its rights; everything waits until the owner mends it.
    case credentials
    /// The account is locked or limited; the owner must look.
    case account
    case template
    case media
    /// The message itself, or our code.
    case invalid
    case other
  }

  package let code: Int
  package let title: String

  package init(code: Int, title: String) {
    self.code = code
    self.title = title
  }

  init(_ json: JSON) {
    let details = json["error_data"]["details"].string ?? json["message"].string ?? json["title"].string ?? ""
    self.init(code: json["code"].int ?? 0, title: String(details.unicodeScalars.prefix(200)))
  }

  package var meaning: Meaning {
    switch code {
    case 131047: .windowClosed
    case 131026, 131062, 130472: .undeliverable
    case 131056, 130429, 4, 80007: .tooFast
    case 1, 2, 131000, 131016, 133004: .temporary
    case 190, 10, 200...299, 131005, 133010: .credentials
    case 131031, 368, 131042, 131048, 131049, 131064: .account
    case 132000...132099: .template
    case 131051, 131052, 131053: .media
    case 100, 131008, 131009, 131021: .invalid
    default: .other
    }
  }

  /// Whether this person cannot be reached here at all; 130472, an experiment of the platform, is about one message.
  package var isAboutPerson: Bool { meaning == .undeliverable && code != 130472 }

  package var sentence: String {
    switch meaning {
    case .windowClosed:
      "The 24-hour window is closed: WhatsApp lets us write only within a day of the person's last message."
    case .undeliverable: "WhatsApp cannot deliver to this person (\(code))."
    default: "WhatsApp \(code): \(title)"
    }
  }
}
