import Base
import Formats
import Foundation
import HTTP
import RoomTesting
import Testing

@testable import Web

@Suite("The files of the pages")
struct PageFileTests {
  private static let folder = RoomHarness.share + "/Sources/Doors/Web/Pages"

  private func read(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.folder + "/" + path)))
  }

  private func words(_ language: String) throws -> [String: String] {
    let object = try #require(try JSON.parse(read("words/\(language).json")).object)
    return Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value.string ?? "") })
  }

  /// `{name}`s of a text.
  private func holes(_ text: String) -> [String] {
    text.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
      .map { String($0.prefix { $0 != "}" }) }.sorted()
  }

  @Test("every language says everything, with the same holes", arguments: ["ta", "hi"])
  func languages(_ language: String) throws {
    let (english, other) = (try words("en"), try words(language))
    #expect(Set(english.keys) == Set(other.keys))
    for (key, text) in english {
      let said = other[key] ?? ""
      #expect(!said.isEmpty && holes(said) == holes(text), "\(language) \(key)")
      #expect(!said.unicodeScalars.contains { ("A"..."Z").contains($0) }, "\(language) \(key): \(said)")
    }
  }

  @Test("what the scripts say has words, and no word is left over")
  func used() throws {
    var scripts = ""
    for room in try FileManager.default.contentsOfDirectory(atPath: Self.folder) {
      for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/" + room)
      where name.hasSuffix(".js") {
        scripts += String(decoding: try read(room + "/" + name), as: UTF8.self)
      }
    }
    let english = try words("en")
    for key in english.keys { #expect(scripts.contains("'\(key)'"), "\(key) is said nowhere") }
    for call in scripts.split(separator: "say('").dropFirst() {
      let key = String(call.prefix { $0 != "'" })
      #expect(english[key] != nil, "say('\(key)') has no words")
    }
  }

  @Test("nothing inline, nothing from elsewhere: the policy would refuse it")
  func strict() throws {
    for room in try FileManager.default.contentsOfDirectory(atPath: Self.folder) {
      for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/" + room)
      where !name.hasSuffix(".png") {
        let text = String(decoding: try read(room + "/" + name), as: UTF8.self)
        for word in ["http://", "https://", "innerHTML", "insertAdjacent", "eval(", "document.write", "<script>"] {
          let isNamespace = text.contains("http://www.w3.org/") && word == "http://"
          #expect(!text.contains(word) || isNamespace, "\(room)/\(name): \(word)")
        }
        #expect(!text.contains(" style=") && !text.contains(" onclick="), "\(room)/\(name)")
      }
    }
    let policy = PageFiles.policy
    #expect(policy.hasPrefix("default-src 'none'") && policy.contains("worker-src 'self'"))
    #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
  }

  @Test("the manifest's pictures are there, in the sizes that it says")
  func manifest() throws {
    let pages = try PageFiles(folder: Self.folder)
    let manifest = try JSON.parse(read("page/manifest.webmanifest"))
    #expect(manifest["start_url"] == "/" && manifest["scope"] == "/" && manifest["display"] == "standalone")
    let icons = manifest["icons"].array ?? []
    #expect(icons.contains { $0["purpose"] == "maskable" } && icons.contains { $0["sizes"] == "192x192" })
    for icon in icons where icon["type"] == "image/png" {
      let path = try #require(icon["src"].string)
      #expect(pages.has(path))
      let bytes = try read(String(path.dropFirst("/pages/".count)))
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      func number(_ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
      #expect(icon["sizes"].string == "\(number(16))x\(number(20))", "\(path)")
    }
    let response = try #require(pages.response("/pages/page/manifest.webmanifest", [:]))
    #expect(response.headers["Content-Type"] == "application/manifest+json")
  }

  /// Goes red when the version is of the names alone.
  @Test("the worker knows every page of its version, and any change of one makes it a new one")
  func worker() throws {
    let folder = try TestFolder()
    let copy = folder.path + "/pages"
    try FileManager.default.copyItem(atPath: Self.folder, toPath: copy)
    func shell() throws -> (JSON, HTTPResponse) {
      let response = try #require(try PageFiles(folder: copy).response(PageFiles.worker, [:]))
      guard case .bytes(let bytes) = response.body else { return (.null, response) }
      let line = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
      return (try JSON.parse(Array(line.dropFirst("const shell = ".count).utf8)), response)
    }
    let (first, response) = try shell()
    let files = Set(first["files"].array?.compactMap(\.string) ?? [])
    #expect(
      files.isSuperset(of: ["/", "/signin", "/settings", "/family", "/pages/chat/live.js", "/pages/words/ta.json"]))
    #expect(!files.contains(PageFiles.worker))
    #expect(response.headers["Service-Worker-Allowed"] == "/" && response.headers["Cache-Control"] == "no-cache")
    #expect(try shell().0 == first)
    let changed = URL(fileURLWithPath: copy + "/words/hi.json")
    try (Data(contentsOf: changed) + Data("\n".utf8)).write(to: changed)
    let (second, later) = try shell()
    #expect(second["version"] != first["version"] && later.headers["ETag"] != response.headers["ETag"])
  }
}
