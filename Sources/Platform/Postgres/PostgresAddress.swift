import CPostgres
import Glibc

/// Where the server is and who we are there: `postgres://user:password@host:port/database?sslmode=require`.
struct PostgresAddress: Sendable {
  let text: String

  /// The password as it stands there and as it is meant.
  ///
  /// - Throws: when it is no address. The sentence is ours: libpq's would repeat the address.
  func passwords() throws(PostgresError) -> [String] {
    let mistake = PostgresError(
      .invalid,
      "The address of the PostgreSQL server cannot be read; write postgres://user:password@host:port/database, and in "
        + "names and passwords %40 for @, %2F for /, %3F for ?, %25 for %.")
    let schemes = ["postgres://", "postgresql://"]
    guard let scheme = schemes.first(where: text.hasPrefix), !text.utf8.contains(0) else { throw mistake }
    let rest = text.utf8.dropFirst(scheme.utf8.count)
    // A password with such a character would be taken for the host, and then be named in what libpq says.
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    let signs = rest.lazy.filter { $0 == UInt8(ascii: "@") }.count
    guard signs == authority.lazy.filter({ $0 == UInt8(ascii: "@") }).count, signs <= 1 else { throw mistake }
    var found: [String] = []
    if signs == 1, let user = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).first,
      let colon = user.firstIndex(of: UInt8(ascii: ":"))
    {
      found.append(String(decoding: user[user.index(after: colon)...], as: UTF8.self))
    }
    guard th_pg_available() != 0 else {
      throw PostgresError(.unavailable, "libpq5 is not installed; install it to use PostgreSQL.")
    }
    var password: UnsafeMutablePointer<CChar>?
    guard th_pg_read_address(text, &password) != 0 else { throw mistake }
    if let password {
      found.append(String(cString: password))
      free(password)
    }
    // the longest first: the other may be a part of it
    return found.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
  }
}
