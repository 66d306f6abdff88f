extension WhatsAppFault {
  /// The codes by what they mean for us, as of June 2026:
  /// developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
  ///
  /// One that is in no row is read by its class: the thousand that it stands in, and after that by the HTTP status.
  static let known: [Int: Meaning] = {
    let rows: [(Meaning, [Int])] = [
      // more than 24 hours since the person last wrote
      (.windowClosed, [131047]),
      // not on WhatsApp, an old client, terms not accepted, blocked; a user id that cannot be written to
      (.undeliverable, [131026, 131062]),
      // part of an experiment; wants no marketing; a country that the number may not write to; the sender itself
      (.declined, [130472, 131050, 130497, 131021]),
      // calls of the app, of the account, of the number; one message in six seconds to the same person
      (.tooFast, [4, 80007, 80008, 130429, 131056, 133016]),
      // unknown, down, overloaded, maintenance of the number, try later
      (.temporary, [1, 2, 131000, 131016, 131057, 133004, 133015, 2494100]),
      // token, rights, a number that is not or no more registered, or of another app; certificate, two-step PIN
      (
        .credentials,
        [
          0, 3, 10, 33, 190, 131005, 131045, 133000, 133005, 133006, 133008, 133009, 133010, 133011, 133012,
        ]
      ),
      // locked or blocked for breaking the rules
      (.locked, [131031, 368]),
      // payment, name not approved, spam and messaging limits, limit of marketing, terms of payment
      (.account, [131042, 131037, 131048, 131049, 131064, 134011]),
      // number of parameters, missing, too long, wording, form, paused, disabled, its flow blocked or throttled
      (.template, [132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069]),
      // a type that is not known, a file that cannot be fetched or taken
      (.media, [131051, 131052, 131053]),
      // parameters missing, wrong or too long; a form that cannot be read
      (.invalid, [100, 131008, 131009, 131055, 135000]),
    ]
    var known: [Int: Meaning] = [:]
    for (meaning, codes) in rows { for code in codes { known[code] = meaning } }
    return known
  }()

  package var meaning: Meaning {
    if let meaning = Self.known[code] { return meaning }
    return switch code {
    // rights of the Graph API
    case 200...299: .credentials
    case 132_000...132_999: .template
    case 133_000...133_999: .credentials
    case 134_000...134_999: .account
    // calls, groups, single parameters
    case 135_000...139_999: .invalid
    default: .other
    }
  }
}
