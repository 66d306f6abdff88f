import Actions
import Base
import Crypto
import Foundation
import Glibc
import Store

extension Commands {
  static let backup = Command(
    name: "backup", summary: "Writes a copy of the store, also while it serves.",
    forms: ["backup FILE [--with-key]"],
    notes: """
        --with-key   puts the master key beside it (FILE.key), sealed by a passphrase that is asked for (from a pipe:
                     its first line)

      Without its key a backup cannot open the secrets stored in it: keep master.key of the home safe as well.
      """, flags: ["with-key"], words: 1,
    run: { arguments, home in
      guard let given = arguments.positional.first else { throw UsageError("Write backup FILE.") }
      let (file, store) = (absolute(given), home + "/thinnai.db")
      guard FileManager.default.fileExists(atPath: store) else {
        throw DataFileError(file: home, line: nil, expected: "there is no store in this home yet")
      }
      try await requireRoom(for: file, beside: home)
      var passphrase: String?
      var key: SecretKey?
      if arguments.has("with-key") {
        key = try MasterKey.load(at: home + "/master.key")
        guard key != nil else {
          throw DataFileError(file: home + "/master.key", line: nil, expected: "the master key is missing")
        }
        passphrase = try askPassphrase(twice: true)
      }
      // reading beside a running house is safe: the copy is one snapshot, and this side never checkpoints
      try await SQLiteDatabase.copy(from: store, to: file)
      if let passphrase, let key {
        let sealed = try await KeyDerivation.seal(key, passphrase: passphrase)
        try Data(sealed).write(to: URL(fileURLWithPath: file + ".key"), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file + ".key")
      }
      Program.say("Backed up to \(file)\(passphrase == nil ? "" : " (key: \(file).key)").")
      return 0
    })

  static let restore = Command(
    name: "restore", summary: "Puts a backup in the place of the home's store.", forms: ["restore FILE"],
    notes: """
      A store that is there stays beside the restored one as thinnai.db.replaced. A key sealed beside the backup
      (FILE.key) is asked its passphrase. Stop the house first.
      """, words: 1,
    run: { arguments, home in
      guard let given = arguments.positional.first else { throw UsageError("Write restore FILE.") }
      let (file, store) = (absolute(given), home + "/thinnai.db")
      try requireFile(file)
      try House.makeFolder(home)
      let lock = try HomeLock(home: home)
      defer { withExtendedLifetime(lock) {} }
      try await requireUsable(backup: file)
      var key: SecretKey?
      if FileManager.default.fileExists(atPath: file + ".key") {
        let sealed = Array(try Data(contentsOf: URL(fileURLWithPath: file + ".key")))
        key = try await KeyDerivation.open(sealed, passphrase: try askPassphrase(twice: false))
        guard let key, try await fits(key, file) else {
          throw DataFileError(
            file: file + ".key", line: nil, expected: "this is not the key that the backup was written with")
        }
      }
      let isOther: Bool
      if key == nil, let own = try MasterKey.load(at: home + "/master.key") {
        isOther = try await !fits(own, file)
      } else {
        isOther = false
      }
      var kept: [String] = []
      if FileManager.default.fileExists(atPath: store) {
        try setAside(store + ".replaced")
        kept.append(store + ".replaced")
      }
      try SQLiteDatabase.restore(from: file, to: store)
      if let key { kept += try install(key, in: home) }
      if isOther { kept += try setKeyAside(in: home) }
      Program.say(
        "Restored into \(home).\(kept.isEmpty ? "" : " What was there is kept: \(kept.joined(separator: ", ")).")")
      if isOther {
        Program.complain(
          "the backup was written with another key than that of this home: put its master.key into \(home); nothing "
            + "starts before.")
      } else if key == nil, !FileManager.default.fileExists(atPath: home + "/master.key") {
        Program.complain(
          "the backup came without its key: put your copy of master.key into \(home); nothing starts before.")
      }
      return 0
    })

  /// Refuses to write a copy over the home itself or over a file that is no backup.
  private static func requireRoom(for file: String, beside home: String) async throws {
    func fail(_ what: String) -> DataFileError { DataFileError(file: file, line: nil, expected: what) }
    let folder = (file as NSString).deletingLastPathComponent
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw fail("there is no folder \(folder)")
    }
    if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
      throw fail("this is a folder; name the file to write")
    }
    func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    guard real(folder) != real(home) else { throw fail("a backup does not belong into the home itself") }
    guard FileManager.default.fileExists(atPath: file) else { return }
    guard (try? await SQLiteDatabase.inspect(file, { try $0.count("SELECT count(*) FROM migrations") })) != nil else {
      throw fail("there is another file already, which is no backup of Thinnai; choose another name")
    }
  }

  /// Refuses what is damaged, from another program or from a newer version, before anything is touched.
  private static func requireUsable(backup file: String) async throws {
    func fail(_ what: String) -> DataFileError { DataFileError(file: file, line: nil, expected: what) }
    let newer: String?
    do {
      guard try await SQLiteDatabase.findings(file).isEmpty else { throw StoreError(.corrupt, "") }
      newer = try await SQLiteDatabase.inspect(file) { try House.newerThanThisProgram($0) }
    } catch let error as StoreError where error.kind == .corrupt {
      throw fail("this backup is damaged, or no backup of Thinnai; try an older one")
    } catch let error as StoreError where error.kind == .misuse {
      throw fail("this is no backup of Thinnai")
    }
    if let newer { throw fail("this backup was written by a newer Thinnai (\(newer)); update the program first") }
  }

  /// Makes room for a file of that name by numbering the one that has it; a store keeps its log beside it.
  private static func setAside(_ path: String) throws {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return }
    var number = 1
    while files.fileExists(atPath: "\(path).\(number)") { number += 1 }
    for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
      try files.moveItem(atPath: path + suffix, toPath: "\(path).\(number)\(suffix)")
    }
  }

  /// Puts a key in place; another one that was there is kept.
  ///
  /// - Returns: where what was there is kept.
  private static func install(_ key: SecretKey, in home: String) throws -> [String] {
    let path = home + "/master.key"
    if let old = try? MasterKey.load(at: path), old.withBytes({ $0 }) == key.withBytes({ $0 }) { return [] }
    let kept = try setKeyAside(in: home)
    try MasterKey.install(key, at: path)
    return kept
  }

  /// Keeps the home's key under another name, with what only it opens: that is made anew.
  private static func setKeyAside(in home: String) throws -> [String] {
    let sealed = try FileManager.default.contentsOfDirectory(atPath: home).filter { $0.hasSuffix(".sealed") }
    var kept: [String] = []
    for file in ["master.key"] + sealed where FileManager.default.fileExists(atPath: home + "/" + file) {
      let path = home + "/" + file
      try setAside(path + ".replaced")
      try FileManager.default.moveItem(atPath: path, toPath: path + ".replaced")
      kept.append(path + ".replaced")
    }
    return kept
  }

  /// Whether a backup was written with a key, as far as it says so.
  private static func fits(_ key: SecretKey, _ file: String) async throws -> Bool {
    try await SQLiteDatabase.inspect(file) { try KeyCheck.fits(key, $0) } ?? true
  }

  /// From the terminal without echo, or the first line of a pipe.
  private static func askPassphrase(twice: Bool) throws -> String {
    var passphrase: String?
    if isatty(STDIN_FILENO) == 1 {
      passphrase = getpass("Passphrase: ").map { String(cString: $0) }
      if twice, passphrase != getpass("Once more: ").map({ String(cString: $0) }) {
        throw UsageError("The two passphrases differ.")
      }
    } else {
      passphrase = readLine(strippingNewline: true)
    }
    guard let passphrase, passphrase.count >= KeyDerivation.shortestPassphrase else {
      throw UsageError("The passphrase needs at least \(KeyDerivation.shortestPassphrase) characters.")
    }
    return passphrase
  }
}
