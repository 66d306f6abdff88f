import Base
import Glibc

/// The copies of a store that are taken before its schema changes, so that an update can be taken back.
enum UpdateBackups {
  static let kept = 3
  private static let mark = ".before-update-"

  /// Copies the store beside itself as `thinnai.db.before-update-20261126T173005Z` and removes the oldest copies.
  static func take(_ connection: Connection, now: Instant) throws {
    let path = connection.path
    let stamp = Instant(seconds: now.seconds).description.filter { $0 != "-" && $0 != ":" }
    do {
      try Copying.backup(from: connection, to: path + mark + stamp)
    } catch let error as StoreError {
      throw StoreError(
        error.kind, "The store must be updated, but no copy of it could be made first: \(error.sentence)",
        underlying: error.underlying)
    }
    for old in all(of: path).dropLast(kept) { FileCopies.remove(old) }
  }

  /// The copies of a store, the oldest first.
  static func all(of path: String) -> [String] {
    let folder = FileCopies.folder(of: path)
    guard let listing = opendir(folder) else { return [] }
    defer { closedir(listing) }
    let start = (path.split(separator: "/").last.map(String.init) ?? path) + mark
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(start), !name.hasSuffix(".partial") { names.append(folder + "/" + name) }
    }
    return names.sorted()
  }
}
