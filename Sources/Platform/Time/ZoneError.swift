import Base

/// Why a time zone cannot be used. There is never a silent fall-back to UTC.
package enum ZoneError: SpeakingError, Hashable {
  case unknown(String)
  case unreadable(String, why: String)

  package var code: String {
    switch self {
    case .unknown: "zone.unknown"
    case .unreadable: "zone.unreadable"
    }
  }

  package var sentence: String {
    switch self {
    case .unknown(let name):
      "“\(Self.printable(name))” is not a time zone this machine knows; names look like Asia/Kolkata or Europe/Berlin."
    case .unreadable(let name, let why): "The data of time zone \(Self.printable(name)) cannot be read: \(why)."
    }
  }

  package var field: String? { "zone" }

  private static func printable(_ name: String) -> String {
    String(name.unicodeScalars.prefix(64).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
  }
}
