import Actions
import Base
import Crypto
import Foundation
import Store

extension House {
  static let keyMissing = "master.key is missing: put it back from your backup."
  static let keyOther =
    "master.key is not the key that this store was written with: put the right one back from your backup."

  static let storeMissing =
    "thinnai.db is missing, although this house has run: restore a backup (./thinnai restore FILE), or empty the folder to begin anew."

  /// Only a house that ran leaves this behind, beside the key that it made.
  static func hasRun(_ home: String) -> Bool {
    ["/underway", "/master.key"].allSatisfy { FileManager.default.fileExists(atPath: home + $0) }
  }

  /// The home's key, made where nothing was written with one yet.
  ///
  /// - Throws: where there is a store already: a new key would open nothing that is sealed in it.
  static func openKey(of home: String) throws -> SecretKey {
    let path = home + "/master.key"
    // a restore that was cut off leaves the second
    let isWritten = ["thinnai.db", "thinnai.db.restored"].contains {
      FileManager.default.fileExists(atPath: home + "/" + $0)
    }
    guard isWritten else {
      guard !hasRun(home) else { throw DataFileError(file: home, line: nil, expected: storeMissing) }
      return try MasterKey.loadOrCreate(at: path)
    }
    try refuseEmptied(home)
    guard let key = try MasterKey.load(at: path) else {
      throw DataFileError(file: home, line: nil, expected: keyMissing)
    }
    return key
  }

  /// A store of no bytes beside what only a house that ran leaves behind has been emptied: it must not pass for a new one.
  private static func refuseEmptied(_ home: String) throws {
    let files = FileManager.default
    let size = (try? files.attributesOfItem(atPath: home + "/thinnai.db"))?[.size] as? Int
    guard size == 0, files.fileExists(atPath: home + "/underway"), !files.fileExists(atPath: home + "/thinnai.db-wal")
    else { return }
    throw DataFileError(
      file: home + "/thinnai.db", line: nil,
      expected:
        "the store is empty, although this house has run: restore a backup (./thinnai restore FILE), or empty the folder to begin anew"
    )
  }

  /// Refuses a key that the store was not written with; a store that does not say it yet says it from now on.
  func checkKey() async throws {
    let key = masterKey
    switch try await store.read({ try KeyCheck.fits(key, $0) }) {
    case true?: break
    case false?:
      await close()
      throw DataFileError(file: home, line: nil, expected: House.keyOther)
    case nil: try await store.write { try KeyCheck.note(key, $0) }
    }
  }
}
