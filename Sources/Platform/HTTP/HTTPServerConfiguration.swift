/// What the server listens on and how much it takes. Every default is here.
package struct HTTPServerConfiguration: Sendable {
  package struct TLS: Sendable {
    /// PEM files: the certificate with its chain, and the key.
    package var certificateFile: String
    package var keyFile: String
    package init(certificateFile: String, keyFile: String) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// Loopback until told otherwise. An address or `localhost`; `::` takes IPv4 as well.
  package var host = "127.0.0.1"
  /// 0 takes any free port.
  package var port = 0
  /// A second door for the owner's own commands, mode 0600; never TLS.
  package var unixSocketPath: String?
  package var tls: TLS?
  package var connectionLimit = 1_024
  /// Connections one address may hold; 0 for no limit (behind a proxy every client has the proxy's address).
  package var perClientConnectionLimit = 0
  /// Requests being answered at a time; more are told 503 with `Retry-After`.
  package var concurrentRequestLimit = 1_024
  /// A connection without any traffic is closed after this.
  package var idleTimeout = Duration.seconds(60)
  /// The whole head must have arrived by then, however steadily it trickles.
  package var headTimeout = Duration.seconds(10)
  /// The whole body must have arrived by then.
  package var bodyTimeout = Duration.seconds(30)
  package var headerLimit = 16_384
  /// No admission goes beyond this.
  package var bodyLimit = 8 << 20
  package var threads = 2
  package var webSocketMessageLimit = 1 << 20
  package var pingInterval = Duration.seconds(30)

  package init() {}
}
