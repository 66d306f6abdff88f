import Glibc

/// The home folder of whoever runs the program.
package enum LoginHome {
  /// What `HOME` says, as in every shell; without it, or where it is no whole path, what the account says.
  package static func path(_ environment: [String: String]) -> String {
    if let said = environment["HOME"], said.hasPrefix("/") {
      return said.count > 1 && said.hasSuffix("/") ? String(said.dropLast()) : said
    }
    return getpwuid(getuid()).flatMap { $0.pointee.pw_dir.map { String(cString: $0) } } ?? "/"
  }
}
