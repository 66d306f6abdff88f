import Actions
import Base
import Crypto
import Foundation
import Glibc
import HTTP
import Store
import Telegram
import Time

extension Commands {
  static let doctor = Command(
    name: "doctor", summary: "Checks everything and says what to mend. Changes nothing.", usage: "doctor [--json]",
    run: { _, home in
      let doctor = Doctor(home: home, environment: ProcessInfo.processInfo.environment)
      var worst: Int32 = 0
      for (name, finding) in await doctor.examine() {
        switch finding {
        case .fine(let sentence): Program.say("  ok     \(name): \(sentence)")
        case .advice(let sentence): Program.say("  note   \(name): \(sentence)")
        case .wrong(let sentence):
          worst = 1
          Program.say("  WRONG  \(name): \(sentence)")
        }
      }
      return worst
    })
}

/// Asks every question that can explain a misconfiguration; read-only.
struct Doctor {
  let home: String
  let environment: [String: String]

  typealias Result = (name: String, finding: Check.Finding)

  func examine() async -> [Result] {
    var results: [Result] = []
    var configuration: Configuration?
    do {
      configuration = try Configuration.load(home: home, environment: environment)
      let set = configuration?.sources.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" } ?? []
      results.append(
        ("configuration", .fine(set.isEmpty ? "all defaults" : "set: " + set.joined(separator: ", "))))
    } catch {
      results.append(("configuration", .wrong(sentence(error))))
    }
    results += [dataFiles(), libraries()]
    results += await store()
    results += [clock(), zones(configuration), disk()]
    if let configuration {
      results.append(port(configuration))
      results += await doors(configuration)
    }
    return results
  }

  private func sentence(_ error: any Error) -> String { (error as? any SpeakingError)?.sentence ?? "\(error)" }

  private func dataFiles() -> Result {
    do {
      let share = try Share.find(home: home, environment: environment)
      let personas = try share.personas()
      _ = try share.replies(personas)
      return ("data files", .fine("\(personas.count) personas in \(share.folder)"))
    } catch {
      return ("data files", .wrong(sentence(error)))
    }
  }

  private func libraries() -> Result {
    let missing = [
      ("libcairo.so.2", "libcairo2"), ("libpangocairo-1.0.so.0", "libpangocairo-1.0-0"),
    ].filter { library, _ in
      guard let handle = dlopen(library, RTLD_LAZY) else { return true }
      dlclose(handle)
      return false
    }
    return missing.isEmpty
      ? ("libraries", .fine("all are there"))
      : ("libraries", .advice("pictures need \(missing.map(\.1).joined(separator: " ")): apt-get install them."))
  }

  private func store() async -> [Result] {
    let path = home + "/thinnai.db"
    guard FileManager.default.fileExists(atPath: path) else {
      return [("store", .advice("\(path) is not there yet: the first start makes it."))]
    }
    do {
      let findings = try await SQLiteDatabase.findings(path)
      guard findings.isEmpty else {
        return [("store", .wrong("it is damaged (\(findings[0])). Restore a backup: ./thinnai restore FILE."))]
      }
      var results: [Result] = [("store", .fine("\(path) is whole"))]
      do {
        if try MasterKey.load(at: home + "/master.key") == nil {
          results.append(("master key", .wrong("master.key is missing: put it back from your backup.")))
        }
      } catch {
        results.append(("master key", .wrong(sentence(error))))
      }
      let counts = try await SQLiteDatabase.inspect(path) { house in
        (
          aside: try house.count("SELECT count(*) FROM inbox WHERE state = 'set_aside'"),
          failed: try house.count("SELECT count(*) FROM outbox WHERE state = 'failed'"),
          stuck: try house.count("SELECT count(*) FROM due WHERE attempts > 3")
        )
      }
      if counts.aside > 0 {
        results.append(("inbox", .advice("\(counts.aside) messages were set aside because handling them failed.")))
      }
      if counts.failed > 0 {
        results.append(("outbox", .advice("\(counts.failed) messages could not be delivered; the log says why.")))
      }
      if counts.stuck > 0 { results.append(("schedule", .advice("\(counts.stuck) due items keep failing."))) }
      for check in House.rooms.flatMap(\.checks) {
        results.append((check.name, try await SQLiteDatabase.inspect(path) { try check.run($0) }))
      }
      return results
    } catch {
      return [("store", .wrong(sentence(error)))]
    }
  }

  private func clock() -> Result {
    let now = SystemClock().now
    let built = Instant(seconds: 1_790_000_000)
    return now < built
      ? ("clock", .wrong("it says \(now), which is in the past: set the machine's clock."))
      : ("clock", .fine("\(now)"))
  }

  private func zones(_ configuration: Configuration?) -> Result {
    let database = ZoneDatabase(folder: configuration?["zoneinfo"] ?? ZoneDatabase.systemFolder)
    guard database.contains("Asia/Kolkata") else {
      return ("time zones", .wrong("no zone files in \(database.folder): apt-get install tzdata."))
    }
    guard let version = database.version, let year = Int(version.prefix(4)) else {
      return ("time zones", .advice("the version of the zone files in \(database.folder) is not told."))
    }
    let today = Zone.utc.date(SystemClock().now)
    return today.year - year > 1 || (today.year - year == 1 && today.month > 6)
      ? ("time zones", .advice("the zone data \(version) is older than a year: apt-get install --only-upgrade tzdata."))
      : ("time zones", .fine("zone data \(version)"))
  }

  private func disk() -> Result {
    var info = statvfs()
    var folder = home
    while !FileManager.default.fileExists(atPath: folder), folder != "/" {
      folder = (folder as NSString).deletingLastPathComponent
    }
    guard statvfs(folder, &info) == 0 else { return ("disk", .advice("the free space of \(folder) cannot be read.")) }
    let megabytes = (Int(info.f_bavail) * Int(info.f_frsize)) >> 20
    return megabytes < 200
      ? ("disk", .wrong("only \(megabytes) MB are free: make room.")) : ("disk", .fine("\(megabytes) MB free"))
  }

  private func port(_ configuration: Configuration) -> Result {
    let (host, port) = configuration.listen
    if FileManager.default.fileExists(atPath: home + "/thinnai.sock"), (try? HomeLock(home: home)) == nil {
      return ("port", .fine("a thinnai is serving this home"))
    }
    do {
      let isFree = try HTTPServer.canBind(host: host, port: port)
      let isOpen = !["127.0.0.1", "::1", "localhost"].contains(host)
      if isFree, isOpen, configuration.given("tls.certificate") == nil {
        return (
          "port", .advice("\(host):\(port) is reachable from outside without TLS: put a proxy with https before it.")
        )
      }
      return isFree
        ? ("port", .fine("\(host):\(port) is free"))
        : ("port", .wrong("\(host):\(port) is taken by another program: set THINNAI_LISTEN to another port."))
    } catch {
      return ("port", .wrong(sentence(error)))
    }
  }

  private func doors(_ configuration: Configuration) async -> [Result] {
    var results: [Result] = []
    let publicURL = configuration.given("public_url")
    if let publicURL, !publicURL.hasPrefix("https://") {
      results.append(("public_url", .wrong("Telegram and WhatsApp call https addresses only; \(publicURL) is none.")))
    }
    if configuration.given("telegram.token") == nil {
      results.append(("telegram", .advice("closed: get a token from @BotFather and set THINNAI_TELEGRAM_TOKEN.")))
    } else {
      let way =
        publicURL != nil || configuration.given("telegram.secret") != nil
        ? "updates come to /telegram/webhook" : "updates are polled; no public address is needed"
      results.append(("telegram", .fine(way)))
    }
    let needed = ["whatsapp.token", "whatsapp.app_secret", "whatsapp.verify_token", "whatsapp.phone_number_id"]
    let missing = needed.filter { configuration.given($0) == nil }
    if missing.count == needed.count {
      results.append(("whatsapp", .advice("closed: set \(needed.joined(separator: ", ")).")))
    } else if missing.isEmpty {
      results.append(("whatsapp", .fine("notifications come to /whatsapp/webhook")))
    } else {
      results.append(("whatsapp", .wrong("stays closed: \(missing.joined(separator: ", ")) is missing.")))
    }
    results += await credentials(configuration)
    return results
  }

  /// Asks the platforms whether they know us. Their answers come within a few seconds or not at all.
  private func credentials(_ configuration: Configuration) async -> [Result] {
    guard let client = try? HTTPClient() else { return [] }
    var results: [Result] = []
    if let token = configuration.given("telegram.token") {
      let check = TelegramCheck(
        configuration: TelegramConfiguration(
          token: token, secret: configuration.given("telegram.secret"), publicURL: configuration.given("public_url"),
          api: configuration["telegram.api"]), transport: client)
      results += await check.findings().map { ("telegram", $0) }
    }
    await client.stop()
    return results
  }
}
