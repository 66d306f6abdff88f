package import Base
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Time zones read from a folder of TZif files, and remembered.
package final class ZoneDatabase: Sendable {
  package static let systemFolder = "/usr/share/zoneinfo"
  /// The one the program runs with; `use(folder:)` points it elsewhere at start.
  package static let shared = ZoneDatabase()

  private struct State {
    var folder: String
    var zones: [String: Zone] = [:]
    var identifiers: [String]?
  }
  private let state: Mutex<State>

  package init(folder: String = ZoneDatabase.systemFolder) { state = Mutex(State(folder: folder)) }

  package var folder: String { state.withLock { $0.folder } }

  package func use(folder: String) { state.withLock { $0 = State(folder: folder) } }

  /// Forgets what was read, so that files which changed are read again.
  package func reload() { state.withLock { $0 = State(folder: $0.folder) } }

  /// - Throws: `ZoneError`.
  /// - Complexity: a dictionary lookup after the first time.
  package func zone(_ identifier: String) throws -> Zone {
    if identifier == "UTC" { return .utc }
    if let zone = state.withLock({ $0.zones[identifier] }) { return zone }
    guard Self.isName(identifier) else { throw ZoneError.unknown(identifier) }
    let folder = folder
    guard let bytes = Self.contents("\(folder)/\(identifier)", limit: 1 << 20) else {
      throw ZoneError.unknown(identifier)
    }
    guard bytes.starts(with: "TZif".utf8) else { throw ZoneError.unknown(identifier) }
    let zone: Zone
    do {
      zone = Zone(identifier: identifier, rules: try TZif.parse(bytes))
    } catch let problem as TZif.Problem {
      throw ZoneError.unreadable(identifier, why: problem.description)
    }
    state.withLock { if $0.folder == folder { $0.zones[identifier] = zone } }
    return zone
  }

  package func contains(_ identifier: String) -> Bool { (try? zone(identifier)) != nil }

  /// The data's release, such as `2026f`; `nil` when the folder does not say.
  package var version: String? {
    let folder = folder
    if let bytes = Self.contents("\(folder)/+VERSION", limit: 4_096), let word = Self.word(bytes[...]) { return word }
    let mark = Array("# version ".utf8)
    guard let bytes = Self.contents("\(folder)/tzdata.zi", limit: 1 << 24), bytes.starts(with: mark) else { return nil }
    return Self.word(bytes.dropFirst(mark.count))
  }

  /// Every zone in the folder, sorted.
  package var identifiers: [String] {
    if let known = state.withLock({ $0.identifiers }) { return known }
    let folder = folder
    var found: [String] = []
    Self.walk(folder, "", depth: 0, into: &found)
    found.sort()
    state.withLock { if $0.folder == folder { $0.identifiers = found } }
    return found
  }

  /// The zone the machine is set to: `TZ`, else `/etc/timezone`, else where `/etc/localtime` points; `nil` when unclear.
  package func machineIdentifier() -> String? {
    var candidates: [String] = []
    if let value = getenv("TZ") {
      var name = String(cString: value)
      if name.hasPrefix(":") { name.removeFirst() }
      candidates.append(name)
    }
    if let bytes = Self.contents("/etc/timezone", limit: 4_096), let word = Self.word(bytes[...]) {
      candidates.append(word)
    }
    if let path = realpath("/etc/localtime", nil) {
      let text = String(cString: path)
      free(path)
      if let range = text.firstRange(of: "/zoneinfo/") { candidates.append(String(text[range.upperBound...])) }
    }
    return candidates.first { contains($0) }
  }

  /// The zone of somebody who writes a moment with this offset: the machine's where it has the same then, else India's
  /// for +05:30 or one that keeps the whole hours; `nil` for "Z", for other offsets, and where `TZ` says it.
  package func zone(writing text: String, at instant: Instant) -> Zone? {
    let bytes = Array(text.utf8.suffix(6))
    guard getenv("TZ") == nil, bytes.count == 6, [43, 45].contains(bytes[0]), bytes[3] == 58,
      let hours = Int(String(decoding: bytes[1...2], as: UTF8.self)),
      let minutes = Int(String(decoding: bytes[4...5], as: UTF8.self))
    else { return nil }
    let offset = (bytes[0] == 45 ? -1 : 1) * (hours * 60 + minutes)
    if let own = machineIdentifier().flatMap({ try? zone($0) }), own.offset(at: instant) == offset * 60 { return own }
    if offset == 330 { return try? zone("Asia/Kolkata") }
    // these names count the other way
    return offset % 60 == 0 ? try? zone("Etc/GMT\(offset > 0 ? "-" : "+")\(abs(offset / 60))") : nil
  }

  /// Letters, digits, `_`, `+`, `-` in parts divided by `/`: no dots, so no way out of the folder.
  private static func isName(_ identifier: String) -> Bool {
    let bytes = Array(identifier.utf8)
    guard !bytes.isEmpty, bytes.count <= 100 else { return false }
    var partLength = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "/"):
        guard partLength > 0 else { return false }
        partLength = 0
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
        partLength += 1
      default: return false
      }
    }
    return partLength > 0
  }

  private static func walk(_ root: String, _ prefix: String, depth: Int, into found: inout [String]) {
    guard depth < 4, let folder = opendir(prefix.isEmpty ? root : "\(root)/\(prefix)") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let identifier = prefix.isEmpty ? name : "\(prefix)/\(name)"
      // `posix` repeats every zone and `right` counts leap seconds; the others name no place.
      guard isName(identifier), !["posix", "right", "posixrules", "localtime", "Factory"].contains(identifier),
        found.count < 10_000
      else { continue }
      if contents("\(root)/\(identifier)", limit: 1 << 20)?.starts(with: "TZif".utf8) == true {
        found.append(identifier)
      } else {
        walk(root, identifier, depth: depth + 1, into: &found)
      }
    }
  }

  /// A regular file's bytes; `nil` when it is none, cannot be read or is larger than `limit`.
  private static func contents(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size <= limit else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
    return nil
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> String? {
    let taken = bytes.prefix { $0 > 32 && $0 < 127 }
    return taken.isEmpty || taken.count > 64 ? nil : String(decoding: taken, as: UTF8.self)
  }
}
