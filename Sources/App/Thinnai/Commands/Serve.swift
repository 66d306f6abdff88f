import Base
import Conversation
import Delivery
import Foundation
import Glibc
import HTTP
import Telemetry
import Web

extension Commands {
  static let serve = Command(
    name: "serve", summary: "Opens the doors: Telegram, WhatsApp, the web page and the REST API.",
    forms: ["serve"],
    notes: """
        Listens on THINNAI_LISTEN (127.0.0.1:8080) and on the socket thinnai.sock in the home. Prints a one-time
        link to the web page for the owner. Ctrl-C or SIGTERM stops it: what was accepted is finished first.
      """,
    run: { _, home in
      let signals = Signals()
      // curl and its libraries take some milliseconds to get ready, too
      async let client = HTTPClient()
      let house = try await House.open(.init(home: home))
      do {
        try await house.restoreTaught()
        let transport = try await client
        // before anything runs: what is due at once goes by the doors, too
        let doors = try await Doors(house, transport: transport)
        try await house.run(timers: true) { house in try await serve(house, signals, transport, doors) }
        await house.close()
      } catch {
        await house.close()
        throw error
      }
      if let failure = house.failure { throw failure }
      return 0
    })

  /// A host as it stands before a port: of an IPv6 address nobody could tell where it ends.
  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

  private static func serve(
    _ house: House, _ signals: Signals, _ client: HTTPClient, _ doors: Doors
  ) async throws {
    let log = Log("serve")
    try await house.recover()
    let listen = house.configuration.listen
    var configuration = HTTPServerConfiguration()
    configuration.host = listen.host
    configuration.port = listen.port
    configuration.unixSocketPath = house.home + "/thinnai.sock"
    if let certificate = house.configuration.given("tls.certificate"), let key = house.configuration.given("tls.key") {
      configuration.tls = .init(certificateFile: certificate, keyFile: key)
    }
    let server = try HTTPServer(configuration: configuration, handler: doors.router)
    let port = try server.start()
    let scheme = configuration.tls == nil ? "http" : "https"
    let host = listen.host == "0.0.0.0" || listen.host == "::" ? "127.0.0.1" : listen.host
    let base = house.configuration.given("public_url") ?? "\(scheme)://\(bracketed(host)):\(port)"
    doors.web.opened(at: base)
    Program.say(
      """
      Thinnai \(Program.version) listens on \(bracketed(listen.host)):\(port).
      Your chat page, this link once, for ten minutes:
        \(doors.web.makeSignInLink(for: house.owner, base: base))
      """)
    for (name, isOpen) in [("Telegram", doors.telegram != nil), ("WhatsApp", doors.whatsapp != nil)] where !isOpen {
      Program.say("\(name) is closed: ./thinnai doctor tells how to open it.")
    }
    log.notice("Ready", ["listen": .text("\(bracketed(listen.host)):\(port)")])
    let running = Task { await doors.run() }
    await signals.wait()
    house.endIsAskedFor()
    log.notice("Stopping: what was accepted is finished first")
    running.cancel()
    await server.stop()
    doors.web.close()
    await running.value
    await house.conversation.drain(for: .seconds(5))
    await house.outbox.drain(for: .seconds(2))
    await client.stop()
  }
}
