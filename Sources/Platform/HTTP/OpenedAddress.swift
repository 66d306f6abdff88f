/// The beginning of addresses that the owner opened for calls into the house's own network.
///
/// Compared by its parts: scheme, host and port as they are written anew, and the path by its whole segments. As text
/// `http://host` would be the beginning of `http://host.example.org` and of `http://host@elsewhere` as well.
package struct OpenedAddress: Sendable, Hashable {
  private let origin: String
  private let path: String

  /// - Throws: `HTTPClientError` for what is no address.
  package init(_ text: String) throws {
    let url = try GuardedURL(text)
    origin = url.origin
    path = url.target
  }

  /// The address as it is to be called, where it is one of these; `nil` where it is not.
  package func opened(_ address: String) -> String? {
    guard let url = try? GuardedURL(address), url.origin == origin else { return nil }
    let end = url.target.firstIndex { $0 == "?" } ?? url.target.endIndex
    let asked = url.target[..<end]
    // a path that climbs may end up anywhere
    let segments = asked.lowercased().replacing("%2e", with: ".").split(
      separator: "/", omittingEmptySubsequences: false)
    guard !segments.contains("..") && !segments.contains(".") else { return nil }
    let isInside =
      path.contains("?")
      ? url.target.hasPrefix(path) : asked == path || asked.hasPrefix(path.hasSuffix("/") ? path : path + "/")
    return isInside ? url.text : nil
  }
}
