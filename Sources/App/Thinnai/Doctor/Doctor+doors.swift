import Actions
import Base
import Email
import Foundation
import HTTP
import Redis
import Telegram
import WhatsApp

extension Doctor {
  func port(_ configuration: Configuration) -> Result {
    let (host, port) = configuration.listen
    if holder != nil, FileManager.default.fileExists(atPath: home + "/thinnai.sock") {
      return Result("port", .fine("a thinnai is serving this home"))
    }
    do {
      guard try HTTPServer.canBind(host: host, port: port) else {
        return Result(
          "port", .wrong("\(host):\(port) is taken by another program: set THINNAI_LISTEN to another port."))
      }
      let isOpen = !["127.0.0.1", "::1", "localhost"].contains(host)
      if isOpen, configuration.given("tls.certificate") == nil {
        return Result(
          "port", .advice("\(host):\(port) is reachable from outside without TLS: put a proxy with https before it."))
      }
      return Result("port", .fine("\(host):\(port) is free"))
    } catch {
      return Result("port", .wrong(sentence(error)))
    }
  }

  func doors(_ configuration: Configuration) async -> [Result] {
    guard let client = try? HTTPClient() else { return [] }
    var results = await publicAddress(configuration, client)
    results += await telegram(configuration, client)
    results += await whatsapp(configuration, client)
    results.append(watcher(configuration))
    await client.stop()
    results += await email(configuration)
    results += webhook(configuration)
    results += await redis(configuration)
    return results
  }

  /// Where the work on events is shared, and that it answers.
  private func redis(_ configuration: Configuration) async -> [Result] {
    guard let place = configuration.given("events.redis").flatMap(RedisClient.Place.init) else { return [] }
    do {
      try await RedisClient(place).run("PING")
      return [Result("events.redis", .fine("the server answers"))]
    } catch {
      return [Result("events.redis", .wrong("\(sentence(error)) Until then events wait."))]
    }
  }

  /// Not tried from here: a call would tell the watcher that a house is well which may not even run.
  private func watcher(_ configuration: Configuration) -> Result {
    guard let url = configuration.given("deadman.url") else {
      return Result(
        "watcher",
        .advice("nobody outside notices when this machine is off: have one such as healthchecks.io, set deadman.url."))
    }
    let every = Int(configuration.number("deadman.every_s"))
    return Result(
      "watcher",
      url.hasPrefix("https://")
        ? .fine("called every \(every) s, as long as timers and the watch over calls for help work")
        : .advice("called every \(every) s without https: others on the way can see and imitate it."))
  }

  /// Whether the address under which the platforms call us leads here, as far as this side of the router can tell.
  private func publicAddress(_ configuration: Configuration, _ client: HTTPClient) async -> [Result] {
    guard let address = configuration.given("public_url") else { return [] }
    guard address.hasPrefix("https://") else {
      return [Result("public_url", .wrong("Telegram and WhatsApp call https addresses only; \(address) is none."))]
    }
    guard holder != nil else {
      return [Result("public_url", .advice("start ./thinnai serve and ask again: then \(address) is tried from here."))]
    }
    var request = HTTPClientRequest.get(address + "/healthz")
    request.timeout = .seconds(10)
    do {
      let status = try await client.send(request).status
      return [
        Result(
          "public_url",
          status == 200
            ? .fine("\(address) leads to this house")
            : .wrong(
              "\(address)/healthz answers \(status): does the proxy pass requests on to \(configuration["listen"])?"))
      ]
    } catch {
      return [
        Result(
          "public_url",
          .advice(
            "from here \(address) cannot be reached (\(sentence(error))); some routers do not let a house call itself.")
        )
      ]
    }
  }

  private func telegram(_ configuration: Configuration, _ client: HTTPClient) async -> [Result] {
    guard let token = configuration.given("telegram.token") else {
      return [Result("telegram", .advice("closed: get a token from @BotFather and set THINNAI_TELEGRAM_TOKEN."))]
    }
    let secret = configuration.given("telegram.secret")
    let isWebhook = configuration.given("public_url") != nil || secret != nil
    var results = [
      Result(
        "telegram",
        .fine(isWebhook ? "updates come to /telegram/webhook" : "updates are polled; no public address is needed"))
    ]
    let telegram = TelegramConfiguration(
      token: token, secret: secret, publicURL: configuration.given("public_url"), api: configuration["telegram.api"])
    results += await TelegramCheck(configuration: telegram, transport: client).findings().map { Result("telegram", $0) }
    return results + (await clockOf(configuration["telegram.api"], client))
  }

  private func whatsapp(_ configuration: Configuration, _ client: HTTPClient) async -> [Result] {
    let needed = ["whatsapp.token", "whatsapp.app_secret", "whatsapp.verify_token", "whatsapp.phone_number_id"]
    let values = needed.map { configuration.given($0) }
    let missing = zip(needed, values).filter { $0.1 == nil }.map(\.0)
    if missing.count == needed.count {
      return [Result("whatsapp", .advice("closed: set \(needed.joined(separator: ", "))."))]
    }
    guard missing.isEmpty else {
      return [Result("whatsapp", .wrong("stays closed: \(missing.joined(separator: ", ")) is missing."))]
    }
    guard let settings = configuration.whatsapp else { return [] }
    var results = await WhatsAppCheck(configuration: settings, transport: client).findings().map {
      Result("whatsapp", $0)
    }
    if configuration.given("public_url") == nil {
      results.append(
        Result(
          "whatsapp",
          .advice("without public_url nothing can reach /whatsapp/webhook, unless you registered it yourself.")))
    }
    return results
  }

  private func email(_ configuration: Configuration) async -> [Result] {
    guard configuration.given("email.host") != nil else {
      return [Result("email", .advice("closed: set email.host, email.from, email.user and email.password."))]
    }
    guard let settings = configuration.email else {
      return [Result("email", .wrong("stays closed: email.from is missing."))]
    }
    return await EmailCheck(configuration: settings).findings().map { Result("email", $0) }
  }

  private func webhook(_ configuration: Configuration) -> [Result] {
    let networks = configuration.webhookNetworks
    guard configuration.flag("webhook.open") else {
      return networks.isEmpty
        ? []
        : [
          Result(
            "webhook",
            .advice("webhook.networks is set, but webhook.open is no: nobody is told at an address of theirs."))
        ]
    }
    return [
      Result(
        "webhook",
        .fine(
          networks.isEmpty
            ? "open for public https addresses"
            : "open for public https addresses and for \(configuration["webhook.networks"]) within the house"))
    ]
  }

  /// How far this machine's clock is from a platform's: signatures, tokens and reminders need the right time.
  private func clockOf(_ api: String, _ client: HTTPClient) async -> [Result] {
    var request = HTTPClientRequest.get(api + "/")
    request.timeout = .seconds(10)
    guard let date = try? await client.send(request).headers["Date"], let theirs = Instant(httpDate: date) else {
      return []
    }
    let seconds = Int((SystemClock().now - theirs).seconds.rounded())
    guard abs(seconds) > 60 else { return [] }
    return [
      Result(
        "clock",
        .wrong(
          "it is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") the platform's: set the machine's clock."))
    ]
  }
}

extension Instant {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`, the form that servers must send (RFC 9110, 5.6.7).
  init?(httpDate text: String) {
    let words = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    self.init(iso8601: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
  }
}
