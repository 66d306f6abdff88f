import Base
import Formats
import Foundation

/// What people set, in layers: defaults < `thinnai.yaml` in the home < environment < command line.
struct Configuration: Sendable {
  enum Kind: Sendable { case text, number, flag, secret, url }

  struct Key: Sendable {
    let name: String
    let kind: Kind
    let fallback: String
    let summary: String
    /// `telegram.pace.chat_per_s` is `THINNAI_TELEGRAM_PACE_CHAT_PER_S`.
    var variable: String { "THINNAI_" + name.uppercased().replacing(".", with: "_") }
  }

  static let keys: [Key] = [
    Key(name: "listen", kind: .text, fallback: "127.0.0.1:8080", summary: "Address and port to listen on."),
    Key(
      name: "public_url", kind: .url, fallback: "",
      summary: "The https address under which the internet reaches this house."),
    Key(
      name: "owner.name", kind: .text, fallback: "",
      summary: "Name of the owner made at the first start; the login name otherwise."),
    Key(
      name: "owner.zone", kind: .text, fallback: "",
      summary: "Time zone of the owner made at the first start; the system's otherwise."),
    Key(
      name: "tls.certificate", kind: .text, fallback: "",
      summary: "Certificate file (PEM); with it the server speaks https."),
    Key(name: "tls.key", kind: .text, fallback: "", summary: "Private key file (PEM) of the certificate."),
    Key(name: "zoneinfo", kind: .text, fallback: "/usr/share/zoneinfo", summary: "Folder of the time-zone files."),
    Key(name: "log.level", kind: .text, fallback: "info", summary: "debug, info, notice, warning or error."),
    Key(name: "telegram.token", kind: .secret, fallback: "", summary: "The bot's token from @BotFather."),
    Key(
      name: "telegram.secret", kind: .secret, fallback: "",
      summary: "The secret that Telegram sends with each webhook call."),
    Key(
      name: "telegram.api", kind: .url, fallback: "https://api.telegram.org", summary: "Scheme and host of the Bot API."
    ),
    Key(
      name: "telegram.pace.chat_per_s", kind: .number, fallback: "1",
      summary: "Messages a second to one chat; 0 lifts the limit."),
    Key(
      name: "telegram.pace.total_per_s", kind: .number, fallback: "30",
      summary: "Messages a second in all; 0 lifts the limit."),
    Key(name: "whatsapp.token", kind: .secret, fallback: "", summary: "The system user's permanent token."),
    Key(
      name: "whatsapp.app_secret", kind: .secret, fallback: "", summary: "The app's secret, which signs webhook calls."),
    Key(
      name: "whatsapp.verify_token", kind: .secret, fallback: "",
      summary: "The token you chose for the webhook's verification."),
    Key(
      name: "whatsapp.phone_number_id", kind: .text, fallback: "",
      summary: "The id of the phone number (not the number itself)."),
    Key(
      name: "whatsapp.api", kind: .url, fallback: "https://graph.facebook.com/v23.0",
      summary: "Base address of the Graph API with its version."),
    Key(
      name: "whatsapp.pace.chat_per_s", kind: .number, fallback: "0.17",
      summary: "Messages a second to one person; 0 lifts the limit."),
    Key(
      name: "whatsapp.pace.total_per_s", kind: .number, fallback: "80",
      summary: "Messages a second in all; 0 lifts the limit."),
  ]

  private var values: [String: String] = [:]
  /// Where each value came from, for `doctor`.
  private(set) var sources: [String: String] = [:]

  /// - Throws: `DataFileError` with file, line and the mend.
  static func load(home: String, environment: [String: String]) throws -> Configuration {
    var configuration = Configuration()
    let path = home + "/thinnai.yaml"
    if FileManager.default.fileExists(atPath: path) {
      let node = try YAML.load(path: path)
      if !node.isNull { try configuration.read(node, prefix: "", file: path) }
    }
    for key in keys {
      guard let value = environment[key.variable] else { continue }
      if let mistake = check(value, key) {
        throw DataFileError(file: "the environment", line: nil, expected: "\(key.variable): \(mistake)")
      }
      configuration.values[key.name] = value
      configuration.sources[key.name] = key.variable
    }
    return configuration
  }

  private mutating func read(_ node: YAMLNode, prefix: String, file: String) throws {
    for (keyNode, value) in try node.mapping(expecting: "settings such as \"listen: 127.0.0.1:8080\"") {
      let name = prefix + (try keyNode.string(expecting: "the name of a setting"))
      if value.mapping != nil {
        try read(value, prefix: name + ".", file: file)
        continue
      }
      guard let key = Self.keys.first(where: { $0.name == name }) else {
        let near = EditDistance.nearest(name, in: Self.keys.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw keyNode.error("there is no setting \(name)\(near)")
      }
      if value.isNull { continue }
      guard let text = value.string ?? value.int.map(String.init) else { throw value.error("\(name) takes one value") }
      if let mistake = Self.check(text, key) { throw value.error("\(name): \(mistake)") }
      values[name] = text
      sources[name] = "\(file), line \(value.line)"
    }
  }

  private static func check(_ value: String, _ key: Key) -> String? {
    switch key.kind {
    case .number:
      guard let number = Double(value), number.isFinite, number >= 0 else {
        return "a number of 0 or more was expected"
      }
    case .url where !value.isEmpty:
      guard value.hasPrefix("https://") || value.hasPrefix("http://"), !value.hasSuffix("/") else {
        return "an address such as https://example.org, without a slash at the end, was expected"
      }
    case .text where key.name == "listen":
      guard address(value) != nil else { return "an address and port such as 127.0.0.1:8080 was expected" }
    case .text where key.name == "log.level":
      guard ["debug", "info", "notice", "warning", "error"].contains(value) else {
        return "one of debug, info, notice, warning, error was expected"
      }
    default: break
    }
    return nil
  }

  subscript(_ name: String) -> String { values[name] ?? Self.keys.first { $0.name == name }?.fallback ?? "" }
  func number(_ name: String) -> Double { Double(self[name]) ?? 0 }
  /// The value, or `nil` when it is empty or only white space: a blank secret is no secret.
  func given(_ name: String) -> String? {
    let text = self[name].trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }

  var listen: (host: String, port: Int) { Self.address(self["listen"]) ?? ("127.0.0.1", 8080) }

  static func address(_ text: String) -> (host: String, port: Int)? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return host.isEmpty ? nil : (host, port)
  }

  var secrets: [String] { Self.keys.filter { $0.kind == .secret }.compactMap { given($0.name) } }
}
