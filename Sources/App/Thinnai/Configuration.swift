import Base
import Conversation
import Delivery
import Email
import Formats
import FoundationEssentials
import Glibc
import HTTP
import Mail
import Models
import Redis
import Speech
import Time
import WhatsApp

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
    Key(
      name: "web.trusted_proxies", kind: .text, fallback: "",
      summary: "Addresses or networks of reverse proxies whose X-Forwarded-For is believed, with commas between."),
    Key(
      name: "media.max_mb", kind: .number, fallback: "20",
      summary: "Larger pictures, voice notes and files that people send are not kept; 0 keeps none."),
    Key(name: "media.keep_days", kind: .number, fallback: "30", summary: "Days that kept files are there."),
    Key(
      name: "media.person_mb", kind: .number, fallback: "500",
      summary: "Of one person's files no more is kept; the oldest go first."),
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
      name: "deadman.url", kind: .url, fallback: "",
      summary:
        "Address of a watcher outside that is called as long as all is well here; it raises the alarm when it is not."
    ),
    Key(name: "deadman.every_s", kind: .number, fallback: "60", summary: "Seconds between two such calls."),
    Key(
      name: "voice.transcribe.url", kind: .url, fallback: "",
      summary:
        "Base address of a server that hears voice notes (POST /audio/transcriptions), such as http://127.0.0.1:8000/v1."
    ),
    Key(name: "voice.transcribe.key", kind: .secret, fallback: "", summary: "The key that it wants, if it wants one."),
    Key(name: "voice.transcribe.model", kind: .text, fallback: "whisper-1", summary: "The model that it is asked for."),
    Key(
      name: "voice.transcribe.timeout_s", kind: .number, fallback: "60",
      summary: "Seconds for one voice note; then the person is told that it was not heard."),
    Key(name: "voice.longest_s", kind: .number, fallback: "300", summary: "Longer voice notes are kept and not heard."),
    Key(
      name: "voice.day_min", kind: .number, fallback: "60",
      summary: "Minutes of one person's voice notes that are heard in a day; more is kept and not heard."),
    Key(
      name: "model.url", kind: .url, fallback: "",
      summary:
        "Base address of a language model (POST /chat/completions) that reads what people tell for facts; none by default."
    ),
    Key(name: "model.key", kind: .secret, fallback: "", summary: "The key that it wants, if it wants one."),
    Key(name: "model.name", kind: .text, fallback: "gpt-4o-mini", summary: "The model that it is asked for."),
    Key(
      name: "model.timeout_s", kind: .number, fallback: "30", summary: "Seconds for one answer; nobody waits for it."),
    Key(
      name: "model.day_calls", kind: .number, fallback: "200",
      summary: "How often it is asked in a day, for the whole house; what was said after that is read the next day."),
    Key(
      name: "outbox.patience_h", kind: .number, fallback: "24",
      summary: "Hours for which a message is tried when nothing gets through."),
    Key(
      name: "whatsapp.pace.total_per_s", kind: .number, fallback: "80",
      summary: "Messages a second in all; 0 lifts the limit."),
    Key(
      name: "email.host", kind: .text, fallback: "", summary: "The server that takes our mail; with it e-mail is open."),
    Key(name: "email.port", kind: .number, fallback: "587", summary: "Its port: 587 with starttls, 465 with tls."),
    Key(
      name: "email.security", kind: .text, fallback: "starttls",
      summary: "starttls, tls, or none for a server of this machine."),
    Key(name: "email.user", kind: .text, fallback: "", summary: "The user at that server, if it wants one."),
    Key(
      name: "email.password", kind: .secret, fallback: "", summary: "The user's password, best one made for programs."),
    Key(name: "email.from", kind: .text, fallback: "", summary: "The address that the mail is from."),
    Key(name: "email.name", kind: .text, fallback: "Thinnai", summary: "The name beside it."),
    Key(
      name: "email.authority", kind: .text, fallback: "",
      summary: "A file (PEM) of the authority that the server's certificate is from; the system's otherwise."),
    Key(
      name: "email.pace.total_per_s", kind: .number, fallback: "1",
      summary: "Mails a second in all; 0 lifts the limit."),
    Key(
      name: "events.keep_days", kind: .number, fallback: "30",
      summary: "Days for which events that were written can be looked up and replayed."),
    Key(
      name: "workflows.keep_days", kind: .number, fallback: "90",
      summary: "Days for which runs of workflows that are over can be looked up."),
    Key(
      name: "workflows.step_deadline_s", kind: .number, fallback: "300",
      summary: "Seconds that one try of an action may take in workflows, unless its step says; 0 lifts the limit."),
    Key(
      name: "workflows.trusted", kind: .text, fallback: "",
      summary: "Beginnings of addresses that workflows may call in the own network, with commas between."),
    Key(
      name: "events.redis", kind: .secret, fallback: "",
      summary: "Address of a Redis server through which houses of one store share the work on events."),
    Key(
      name: "webhook.open", kind: .flag, fallback: "no",
      summary: "Whether people may be told things at an https address of theirs."),
    Key(
      name: "webhook.networks", kind: .text, fallback: "",
      summary: "Private addresses or networks where webhooks may be called, with commas between."),
  ]

  private var values: [String: String] = [:]
  /// By purpose; in the file only, because each has settings of its own.
  private(set) var whatsappTemplates: [String: WhatsAppTemplate] = [:]
  private var places: [String: Place] = [:]

  /// Where a value was set.
  private enum Place {
    case file(String, line: Int)
    case variable(String)

    func mistake(_ what: String) -> DataFileError {
      switch self {
      case .file(let path, let line): DataFileError(file: path, line: line, expected: what)
      case .variable(let name): DataFileError(file: "the environment", line: nil, expected: "\(name): \(what)")
      }
    }
  }

  /// Where each value came from, for `doctor`.
  var sources: [String: String] {
    places.mapValues { place in
      switch place {
      case .file(let path, let line): "\(path), line \(line)"
      case .variable(let name): name
      }
    }
  }

  /// - Throws: `DataFileError` with file, line and the mend.
  static func load(home: String, environment: [String: String]) throws -> Configuration {
    var configuration = Configuration()
    let path = home + "/thinnai.yaml"
    if access(path, F_OK) == 0 {
      let node = try YAML.load(path: path)
      if !node.isNull { try configuration.read(node, prefix: "", file: path) }
    }
    for key in keys {
      // an empty variable is an unset one
      guard let value = environment[key.variable], !value.isEmpty else { continue }
      try configuration.set(key, value, .variable(key.variable))
    }
    try configuration.checkTogether()
    return configuration
  }

  private mutating func read(_ node: YAMLNode, prefix: String, file: String) throws {
    for (keyNode, value) in try node.mapping(expecting: "settings such as \"listen: 127.0.0.1:8080\"") {
      let name = prefix + (try keyNode.string(expecting: "the name of a setting"))
      if name == "whatsapp.templates" {
        try readTemplates(value, file: file)
        continue
      }
      let inner = Self.keys.map(\.name).filter { $0.hasPrefix(name + ".") }.map { $0.dropFirst(name.count + 1) }
      if value.mapping != nil, Self.keys.contains(where: { $0.name == name }) {
        throw value.error("\(name) takes one value, not settings of its own")
      } else if value.mapping != nil, !inner.isEmpty {
        try read(value, prefix: name + ".", file: file)
        continue
      }
      guard let key = Self.keys.first(where: { $0.name == name }) else {
        guard inner.isEmpty else {
          if value.isNull { continue }
          throw value.error("\(name) is a group; put settings of it below, indented: \(inner.joined(separator: ", "))")
        }
        let near = EditDistance.nearest(name, in: Self.keys.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw keyNode.error("there is no setting \(name)\(near)")
      }
      if places[name] != nil { throw keyNode.error("\(name) is set twice; keep one of them") }
      if value.isNull { continue }
      guard let text = value.string ?? value.int.map(String.init) else { throw value.error("\(name) takes one value") }
      try set(key, text, .file(file, line: value.line))
    }
  }

  private mutating func readTemplates(_ node: YAMLNode, file: String) throws {
    guard !node.isNull else { return }
    try node.onlyKeys(WhatsAppConfiguration.purposeNames)
    for (keyNode, value) in try node.mapping() {
      let purpose = try keyNode.string()
      whatsappTemplates[purpose] = try WhatsAppTemplate(value)
      places["whatsapp.templates.\(purpose)"] = .file(file, line: keyNode.line)
    }
  }

  private mutating func set(_ key: Key, _ value: String, _ place: Place) throws {
    if let mistake = Self.check(value, key) {
      if case .file = place { throw place.mistake("\(key.name): \(mistake)") }
      throw place.mistake(mistake)
    }
    values[key.name] = value
    places[key.name] = place
  }

  /// What shows only when all is read.
  private func checkTogether() throws {
    func fail(_ name: String, _ what: String) throws { if let place = places[name] { throw place.mistake(what) } }
    let zones = ZoneDatabase(folder: self["zoneinfo"])
    if !zones.contains("Asia/Kolkata") {
      try fail("zoneinfo", "zoneinfo: there are no time-zone files in \(zones.folder)")
    }
    if let zone = given("owner.zone"), !zones.contains(zone) {
      try fail("owner.zone", "owner.zone: \(zone) is no time zone of this machine; give one such as Asia/Kolkata")
    }
    for (one, other) in [("tls.certificate", "tls.key"), ("tls.key", "tls.certificate")] {
      guard let file = given(one) else { continue }
      if given(other) == nil { try fail(one, "\(one) needs \(other) as well") }
      if access(file, R_OK) != 0 {
        try fail(one, "\(one): \(file) cannot be read (\(String(cString: strerror(errno))))")
      }
      let mark = one == "tls.key" ? "PRIVATE KEY-----" : "-----BEGIN CERTIFICATE-----"
      if (try? String(contentsOfFile: file, encoding: .utf8))?.contains(mark) != true {
        try fail(one, "\(one): \(file) is no PEM file of a \(one == "tls.key" ? "private key" : "certificate")")
      }
    }
  }

  private static func check(_ value: String, _ key: Key) -> String? {
    switch key.kind {
    case .number:
      // what is longer or more than anybody means is a slip, and no arithmetic is made for it
      let most = key.name.hasSuffix(".port") ? 65_535.0 : 1_000_000
      guard let number = Double(value), number.isFinite, (0...most).contains(number) else {
        return "a number from 0 to \(Int(most)) was expected"
      }
    case .url where !value.isEmpty:
      let host = value.hasPrefix("https://") ? value.dropFirst(8) : value.hasPrefix("http://") ? value.dropFirst(7) : ""
      guard let first = host.first, first != "/", !value.hasSuffix("/"), !value.contains(where: \.isWhitespace) else {
        return "an address such as https://example.org, without a slash at the end, was expected"
      }
      guard !host.contains(where: { "?#@".contains($0) }) else {
        return "an address such as https://example.org, without a user, a question mark or a #, was expected"
      }
    case .text where key.name == "listen":
      guard address(value) != nil else { return "an address and port such as 127.0.0.1:8080 was expected" }
    case .flag where flags[value.lowercased()] == nil: return "yes or no was expected"
    case .secret where key.name == "events.redis":
      guard RedisClient.Place(value) != nil else {
        return "an address such as redis://127.0.0.1:6379 or unix:///run/redis.sock was expected"
      }
    case .secret where key.name == "telegram.secret":
      // what Telegram takes and no more: with another the webhook is never registered
      let isTaken = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
      let isBlank = value.allSatisfy(\.isWhitespace)
      guard isBlank || isTaken && value.utf8.count <= 256 else {
        return "up to 256 letters, digits, _ and - were expected"
      }
    case .text where key.name == "email.security":
      guard SMTPServer.Security(rawValue: value) != nil else { return "starttls, tls or none was expected" }
    case .text where key.name == "email.from":
      guard MailAddress(value) != nil else { return "an address such as thinnai@example.org was expected" }
    case .text where key.name == "web.trusted_proxies" || key.name == "webhook.networks":
      guard let wrong = networks(value).first(where: { $0.network == nil }) else { return nil }
      return "\(wrong.text) is no address or network such as 127.0.0.1 or 10.0.0.0/8"
    case .text where key.name == "workflows.trusted":
      for address in addresses(value) where (try? OpenedAddress(address)) == nil {
        return "\(address) is no beginning of an address such as http://127.0.0.1:8000/ or https://erp.example.org/api"
      }
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
  private static let flags = ["yes": true, "true": true, "on": true, "no": false, "false": false, "off": false]
  func flag(_ name: String) -> Bool { Self.flags[self[name].lowercased()] ?? false }
  /// The value, or `nil` when it is empty or only white space: a blank secret is no secret.
  func given(_ name: String) -> String? {
    let text = self[name].drop { $0.isWhitespace }
    let end = text.lastIndex { !$0.isWhitespace }
    return end.map { String(text[...$0]) }
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

  var trustedProxies: [IPNetwork] { Self.networks(self["web.trusted_proxies"]).compactMap(\.network) }

  var mediaLimits: Reception.Limits {
    func bytes(_ key: String) -> Int { Int(min(number(key), 1_000_000) * 1_048_576) }
    return Reception.Limits(
      bytes: bytes("media.max_mb"), lifetime: .days(Int(min(max(number("media.keep_days"), 0), 36_500))),
      bytesPerPerson: bytes("media.person_mb"))
  }

  var voiceLimits: Hearing.Limits {
    Hearing.Limits(
      longest: .seconds(Int(min(number("voice.longest_s"), 86_400))),
      perDay: .seconds(Int(min(number("voice.day_min"), 1_440) * 60)))
  }

  /// `nil` where none is set.
  var voiceEngine: RemoteTranscriber.Settings? {
    guard let url = given("voice.transcribe.url") else { return nil }
    return RemoteTranscriber.Settings(
      url: url, key: given("voice.transcribe.key"), model: self["voice.transcribe.model"],
      timeout: .milliseconds(Int(min(max(number("voice.transcribe.timeout_s"), 1), 3_600) * 1_000)))
  }

  /// `nil` where none is set: then nothing that people say leaves the house for it.
  var languageModel: RemoteChatModel.Settings? {
    guard let url = given("model.url") else { return nil }
    return RemoteChatModel.Settings(
      url: url, key: given("model.key"), name: self["model.name"],
      timeout: .milliseconds(Int(min(max(number("model.timeout_s"), 1), 600) * 1_000)))
  }

  /// `nil` while one of its settings is missing.
  var whatsapp: WhatsAppConfiguration? {
    guard let token = given("whatsapp.token"), let appSecret = given("whatsapp.app_secret"),
      let verifyToken = given("whatsapp.verify_token"), let number = given("whatsapp.phone_number_id")
    else { return nil }
    return WhatsAppConfiguration(
      token: token, appSecret: appSecret, verifyToken: verifyToken, phoneNumberID: number, api: self["whatsapp.api"],
      pace: Pace(
        perChat: self.number("whatsapp.pace.chat_per_s"), chatBurst: 4,
        total: self.number("whatsapp.pace.total_per_s")),
      templates: whatsappTemplates)
  }

  /// `nil` while the server or the sender is missing.
  var email: EmailConfiguration? {
    guard let host = given("email.host"), let from = given("email.from").flatMap({ MailAddress($0) }) else {
      return nil
    }
    return EmailConfiguration(
      server: SMTPServer(
        host: host, port: Int(min(number("email.port"), 65_535)),
        security: SMTPServer.Security(rawValue: self["email.security"]) ?? .starttls, user: given("email.user"),
        password: given("email.password"), authorityFile: given("email.authority")),
      from: from, name: self["email.name"], publicURL: given("public_url"),
      pace: Pace(total: number("email.pace.total_per_s")))
  }

  var webhookNetworks: [IPNetwork] { Self.networks(self["webhook.networks"]).compactMap(\.network) }

  var trustedByWorkflows: [OpenedAddress] {
    Self.addresses(self["workflows.trusted"]).compactMap { try? OpenedAddress($0) }
  }

  private static func addresses(_ text: String) -> [String] {
    text.split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  private static func networks(_ text: String) -> [(text: String, network: IPNetwork?)] {
    addresses(text).map { ($0, IPNetwork($0)) }
  }

  var secrets: [String] { Self.keys.filter { $0.kind == .secret }.compactMap { given($0.name) } }
}
