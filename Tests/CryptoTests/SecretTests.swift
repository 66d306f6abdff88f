import Base
import Foundation
import RoomTesting
import Testing

@testable import Crypto

struct SecretTests {
  private let home = TenantID("home")

  @Test("every flipped bit and every shorter box is noticed")
  func flips() throws {
    let key = SecretKey(random: SeededRandom(seed: 1))
    let sealed = try AEAD.seal(Array("a token".utf8), key: key, associated: [1, 2])
    #expect(try AEAD.open(sealed, key: key, associated: [1, 2]) == Array("a token".utf8))
    for index in sealed.indices {
      for bit in 0..<8 {
        var changed = sealed
        changed[index] ^= 1 << UInt8(bit)
        #expect(throws: CryptoError.self) { try AEAD.open(changed, key: key, associated: [1, 2]) }
      }
    }
    for count in 0..<sealed.count {
      #expect(throws: CryptoError.self) { try AEAD.open(Array(sealed.prefix(count)), key: key, associated: [1, 2]) }
    }
    #expect(throws: CryptoError.self) { try AEAD.open(sealed, key: key, associated: [1]) }
    #expect(throws: CryptoError.self) { try AEAD.open(sealed, key: SecretKey(), associated: [1, 2]) }
  }

  @Test("the same text sealed twice gives two boxes")
  func nonces() throws {
    let key = SecretKey()
    #expect(try AEAD.seal([1], key: key, associated: []) != AEAD.seal([1], key: key, associated: []))
  }

  @Test("a value moved to another tenant, table, row or column does not open")
  func moved() throws {
    let box = SecretBox(master: SecretKey())
    let wrapped = try box.newDataKey(tenant: home)
    let key = try box.openDataKey(wrapped, tenant: home)
    let sealed = try key.seal("12345:token", table: "doors", row: "1", column: "token")
    #expect(try key.openText(sealed, table: "doors", row: "1", column: "token") == "12345:token")
    #expect(throws: CryptoError.self) { try key.open(sealed, table: "door", row: "1", column: "token") }
    #expect(throws: CryptoError.self) { try key.open(sealed, table: "doors", row: "2", column: "token") }
    #expect(throws: CryptoError.self) { try key.open(sealed, table: "doors", row: "1", column: "secret") }
    // the border between two names may not move either
    #expect(throws: CryptoError.self) { try key.open(sealed, table: "doors1", row: "", column: "token") }
    #expect(throws: CryptoError.self) { try box.openDataKey(wrapped, tenant: TenantID("other")) }
    #expect(throws: CryptoError.self) { try box.openDataKey(wrapped, tenant: home, version: 2) }
  }

  @Test("after a rotation the old values open with the old version and the new ones say theirs")
  func rotation() throws {
    let box = SecretBox(master: SecretKey())
    let old = try box.openDataKey(box.newDataKey(tenant: home), tenant: home)
    let new = try box.openDataKey(box.newDataKey(tenant: home, version: 2), tenant: home, version: 2)
    let first = try old.seal("a", table: "t", row: "r", column: "c")
    let second = try new.seal("a", table: "t", row: "r", column: "c")
    #expect(DataKey.version(of: first) == 1)
    #expect(DataKey.version(of: second) == 2)
    #expect(try old.openText(first, table: "t", row: "r", column: "c") == "a")
    #expect(throws: CryptoError.self) { try new.open(first, table: "t", row: "r", column: "c") }
  }

  @Test("a wrong master key is named, and a changed one carries the data keys over")
  func masters() throws {
    let (first, second) = (SecretKey(), SecretKey())
    let wrapped = try SecretBox(master: first).newDataKey(tenant: home)
    let error = #expect(throws: CryptoError.self) {
      try SecretBox(master: second).openDataKey(wrapped, tenant: home)
    }
    #expect(error?.sentence.contains(second.fingerprint) == true)
    let rewrapped = try SecretBox(master: first).rewrap(wrapped, tenant: home, version: 1, to: second)
    let (a, b) = (
      try SecretBox(master: first).openDataKey(wrapped, tenant: home),
      try SecretBox(master: second).openDataKey(rewrapped, tenant: home)
    )
    let sealed = try a.seal("x", table: "t", row: "r", column: "c")
    #expect(try b.openText(sealed, table: "t", row: "r", column: "c") == "x")
  }

  @Test("a key shows itself nowhere")
  func hidden() {
    let key = SecretKey()
    var dumped = ""
    dump(key, to: &dumped)
    let hex = Hex.encode(key.withBytes { $0 })
    #expect("\(key)" == "SecretKey(hidden)")
    #expect(!dumped.contains(hex) && !dumped.contains("bytes"))
    #expect(!String(reflecting: key).contains("bytes"))
  }

  @Test("passwords verify, salts differ, other formats are refused")
  func passwords() async throws {
    let first = try await PasswordHash.scrypt("correct horse")
    let second = try await PasswordHash.scrypt("correct horse")
    #expect(first != second && first.hasPrefix("$scrypt$ln=15,r=8,p=1$"))
    #expect(try await PasswordHash.verify("correct horse", against: first))
    #expect(try await !PasswordHash.verify("correct hors", against: first))
    for text in ["", "$scrypt$", "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "plain"] {
      await #expect(throws: CryptoError.self) { try await PasswordHash.verify("x", against: text) }
    }
  }

  @Test("a master key travels under a passphrase")
  func passphrase() async throws {
    let key = SecretKey()
    let sealed = try await KeyDerivation.seal(key, passphrase: "neem and tamarind")
    #expect(try await KeyDerivation.open(sealed, passphrase: "neem and tamarind").fingerprint == key.fingerprint)
    await #expect(throws: CryptoError.self) { try await KeyDerivation.open(sealed, passphrase: "neem and tamarin") }
    var cheaper = sealed
    cheaper[5] = 15
    let changed = cheaper
    await #expect(throws: CryptoError.self) { try await KeyDerivation.open(changed, passphrase: "neem and tamarind") }
    await #expect(throws: CryptoError.self) { try await KeyDerivation.seal(key, passphrase: "short") }
  }

  @Test("the master key file is made once, for its owner only, and a readable or damaged one is refused")
  func file() throws {
    let folder = try TestFolder("crypto")
    let path = folder.path + "/master.key"
    #expect(try MasterKey.load(at: path) == nil)
    let first = try MasterKey.loadOrCreate(at: path)
    #expect(try MasterKey.loadOrCreate(at: path).fingerprint == first.fingerprint)
    let facts = try FileManager.default.attributesOfItem(atPath: path)
    #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["master.key"])

    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let open = #expect(throws: CryptoError.self) { try MasterKey.loadOrCreate(at: path) }
    #expect(open?.sentence.contains("chmod 600") == true)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(throws: CryptoError.self) { try MasterKey.loadOrCreate(at: path) }
  }
}
