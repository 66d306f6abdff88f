import Base
import Testing

@testable import Crypto

struct VectorTests {
  @Test("SHA-256 gives FIPS 180-4's values")
  func sha256() {
    #expect(
      Hex.encode(SHA256.hash("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Hex.encode(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  struct Case: CustomTestStringConvertible {
    let number: Int, key: [UInt8], message: [UInt8], mac: String
    var testDescription: String { "RFC 4231 case \(number)" }
  }

  @Test(
    "HMAC-SHA-256 gives RFC 4231's values",
    arguments: [
      Case(
        number: 1, key: Array(repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
        mac: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
      Case(
        number: 2, key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
        mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      Case(
        number: 3, key: Array(repeating: 0xaa, count: 20), message: Array(repeating: 0xdd, count: 50),
        mac: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
      Case(
        number: 4, key: Array(1...25), message: Array(repeating: 0xcd, count: 50),
        mac: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
      Case(
        number: 6, key: Array(repeating: 0xaa, count: 131),
        message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        mac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ])
  func hmac(_ c: Case) {
    #expect(Hex.encode(HMAC.sha256(key: c.key, message: c.message)) == c.mac)
  }

  @Test("an empty key and an empty message are keyed all the same")
  func emptyHMAC() {
    #expect(
      Hex.encode(HMAC.sha256(key: [], message: []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test("AES-256-GCM gives the values of McGrew and Viega's cases 13 to 16 (NIST)")
  func gcm() throws {
    let zero = try #require(SecretKey(Array(repeating: 0, count: 32)))
    let nonce = [UInt8](repeating: 0, count: 12)
    let empty = try AEAD.encrypt([], key: zero, nonce: nonce, associated: [])
    #expect(Hex.encode(empty.tag) == "530f8afbc74536b9a963b4f1c4cb738b")
    let block = try AEAD.encrypt(Array(repeating: 0, count: 16), key: zero, nonce: nonce, associated: [])
    #expect(Hex.encode(block.ciphertext) == "cea7403d4d606b6e074ec5d3baf39d18")
    #expect(Hex.encode(block.tag) == "d0d1c8a799996bf0265b98b5d48ab919")

    let bytes = try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let key = try #require(SecretKey(bytes))
    let iv = try #require(Hex.decode("cafebabefacedbaddecaf888"))
    let plain = try #require(
      Hex.decode(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
      ))
    let associated = try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    let sealed = try AEAD.encrypt(plain, key: key, nonce: iv, associated: associated)
    #expect(
      Hex.encode(sealed.ciphertext)
        == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    )
    #expect(Hex.encode(sealed.tag) == "76fc6ece0f4e1768cddf8853bb2d551b")
    #expect(
      try AEAD.decrypt(sealed.ciphertext, tag: sealed.tag, key: key, nonce: iv, associated: associated) == plain)
  }

  @Test("scrypt gives RFC 7914's value")
  func scrypt() throws {
    let made = try SlowHashing.scrypt(
      Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), cost: 14, r: 8, p: 1, size: 64)
    #expect(
      Hex.encode(made)
        == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
  }

  struct Text: CustomTestStringConvertible {
    let plain: String, coded: String
    var testDescription: String { "RFC 4648: “\(plain)”" }
  }

  @Test(
    "Base64 goes both ways",
    arguments: [
      Text(plain: "", coded: ""), Text(plain: "f", coded: "Zg=="), Text(plain: "fo", coded: "Zm8="),
      Text(plain: "foo", coded: "Zm9v"), Text(plain: "foob", coded: "Zm9vYg=="),
      Text(plain: "fooba", coded: "Zm9vYmE="), Text(plain: "foobar", coded: "Zm9vYmFy"),
    ])
  func base64(_ c: Text) {
    #expect(Base64.encode(Array(c.plain.utf8)) == c.coded)
    #expect(Base64.decode(c.coded) == Array(c.plain.utf8))
    let bare = String(c.coded.prefix { $0 != "=" })
    #expect(Base64URL.encode(Array(c.plain.utf8)) == bare)
    #expect(Base64URL.decode(bare) == Array(c.plain.utf8))
  }

  @Test(
    "sloppy encodings are refused",
    arguments: ["Zg", "Zg=", "Zh==", "Zg===", "Zm9v\n", " Zm9v", "Zm9-", "Z===", "====", "Zg==Zg==", "Zm9vé"])
  func strictBase64(_ text: String) { #expect(Base64.decode(text) == nil) }

  @Test("sloppy URL encodings are refused", arguments: ["Zg==", "Zh", "Z", "Zm9+", "Zm9/"])
  func strictBase64URL(_ text: String) { #expect(Base64URL.decode(text) == nil) }

  @Test("hexadecimal is strict")
  func hex() {
    #expect(Hex.decode("00fFaB") == [0, 255, 171])
    #expect(Hex.decode("0") == nil)
    #expect(Hex.decode("0g") == nil)
    #expect(Hex.decode("0x") == nil)
  }

  @Test("texts compare by content, whatever their lengths")
  func comparing() {
    #expect(constantTimeEqual("secret", "secret"))
    #expect(!constantTimeEqual("secret", "secret "))
    #expect(!constantTimeEqual("sha256=0123456789abcdef0", "sha256=0123456789abcdef1"))
    #expect(!constantTimeEqual("", "x"))
    #expect(constantTimeEqual([UInt8](), []))
  }
}
