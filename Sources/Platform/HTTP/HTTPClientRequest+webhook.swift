extension HTTPClientRequest {
  /// A signed call to an address that somebody typed in: guarded, so that it reaches no private network but those that the
  /// owner opened, where an address in numbers may be called without TLS.
  ///
  /// - Parameter signatures: one a secret that holds, the newest first.
  /// - Throws: `HTTPClientError` for an address that may not be called.
  package static func webhook(
    to address: String, id: String, timestamp: Int64, signatures: [String], body: [UInt8], openNetworks: [IPNetwork]
  ) throws -> HTTPClientRequest {
    let url = try webhookURL(address, openNetworks: openNetworks)
    var request = HTTPClientRequest.post(
      url.text, json: body,
      headers: [
        "User-Agent": "Thinnai", "webhook-id": id, "webhook-timestamp": "\(timestamp)",
        "webhook-signature": signatures.joined(separator: " "),
      ], reach: .guarded)
    request.timeout = .seconds(15)
    request.maxResponseBytes = 64 << 10
    return request
  }

  /// - Throws: `HTTPClientError` for an address that may not be called.
  @discardableResult
  package static func webhookURL(_ address: String, openNetworks: [IPNetwork]) throws -> GuardedURL {
    let url = try GuardedURL(address)
    var isOpen = false
    if case .address(let address) = url.host { isOpen = openNetworks.contains { $0.contains(address) } }
    guard url.scheme == "https" || isOpen else {
      throw HTTPClientError(kind: .invalid, outcome: .notSent, sentence: "A webhook needs an https address.")
    }
    var reach = ReachGuard()
    reach.permitted = openNetworks
    try reach.check(url)
    return url
  }
}

extension HTTPClientResponse {
  /// How long the server asks to be left alone, at most an hour.
  package var retryAfter: Duration? {
    headers["Retry-After"].flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 3_600)) }
  }
}
