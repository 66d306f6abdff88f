import Base
import Crypto
import Foundation
import Glibc
import Store

extension Commands {
  static let backup = Command(
    name: "backup", summary: "Writes a copy of the store, also while it serves.",
    usage: """
      backup FILE [--with-key]

        --with-key   puts the master key beside it (FILE.key), sealed by a passphrase that is asked for

      Without its key a backup cannot open the secrets stored in it: keep master.key of the home safe as well.
      """, flags: ["with-key"],
    run: { arguments, home in
      guard arguments.positional.count == 1 else { throw UsageError("Write backup FILE.") }
      let file = URL(fileURLWithPath: arguments.positional[0]).standardizedFileURL.path
      guard FileManager.default.fileExists(atPath: home + "/thinnai.db") else {
        throw DataFileError(file: home, line: nil, expected: "there is no store in this home yet")
      }
      var passphrase: String?
      if arguments.has("with-key") { passphrase = try askPassphrase() }
      // reading beside a running house is safe: the copy is one snapshot, and this side never checkpoints
      try await SQLiteDatabase.copy(from: home + "/thinnai.db", to: file)
      if let passphrase {
        guard let key = try MasterKey.load(at: home + "/master.key") else {
          throw DataFileError(file: home + "/master.key", line: nil, expected: "the master key is missing")
        }
        let sealed = try await KeyDerivation.seal(key, passphrase: passphrase)
        try Data(sealed).write(to: URL(fileURLWithPath: file + ".key"), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file + ".key")
      }
      Program.say("Backed up to \(file)\(passphrase == nil ? "" : " (key: \(file).key)").")
      return 0
    })

  static let restore = Command(
    name: "restore", summary: "Puts a backup in the place of an empty home's store.",
    usage: "restore FILE   (into a home without a store; a key sealed beside it as FILE.key is asked its passphrase)",
    run: { arguments, home in
      guard arguments.positional.count == 1 else { throw UsageError("Write restore FILE.") }
      let file = URL(fileURLWithPath: arguments.positional[0]).standardizedFileURL.path
      try FileManager.default.createDirectory(
        atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let lock = try HomeLock(home: home)
      let target = home + "/thinnai.db"
      guard !FileManager.default.fileExists(atPath: target) else {
        throw DataFileError(
          file: target, line: nil, expected: "there is a store already; move it away, or give --home an empty folder")
      }
      var key: SecretKey?
      if FileManager.default.fileExists(atPath: file + ".key") {
        let sealed = Array(try Data(contentsOf: URL(fileURLWithPath: file + ".key")))
        let passphrase = try askPassphrase()
        key = try await KeyDerivation.open(sealed, passphrase: passphrase)
      }
      try SQLiteDatabase.restore(from: file, to: target)
      if let key { try MasterKey.install(key, at: home + "/master.key") }
      withExtendedLifetime(lock) {}
      Program.say("Restored into \(home).")
      return 0
    })

  /// From the terminal without echo, or the first line of a pipe.
  private static func askPassphrase() throws -> String {
    var passphrase: String?
    if isatty(STDIN_FILENO) == 1 {
      passphrase = getpass("Passphrase: ").map { String(cString: $0) }
    } else {
      passphrase = readLine(strippingNewline: true)
    }
    guard let passphrase, passphrase.count >= KeyDerivation.shortestPassphrase else {
      throw UsageError("The passphrase needs at least \(KeyDerivation.shortestPassphrase) characters.")
    }
    return passphrase
  }
}
