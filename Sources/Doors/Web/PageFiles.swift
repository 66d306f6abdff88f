import Base
import Crypto
import Formats
import Foundation
import HTTP

/// The page files, read once at start: nothing that a request names ever reaches the file system.
package struct PageFiles: Sendable {
  struct Page: Sendable {
    let type: String
    let bytes: [UInt8]
    let tag: String

    init(type: String, bytes: [UInt8]) {
      self.type = type
      self.bytes = bytes
      tag = "\"" + Hex.encode(Array(SHA256.hash(bytes).prefix(12))) + "\""
    }
  }
  private let pages: [String: Page]

  static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml", "png": "image/png", "json": "application/json", "woff2": "font/woff2",
    "webmanifest": "application/manifest+json",
  ]

  /// Reads `<folder>/<room>/<file>`; `chat/index.html` is `/`, another room's index is `/<room>`, and every other
  /// file is `/pages/<room>/<file>`.
  ///
  /// - Throws: `DataFileError` when the folder or the chat page is missing.
  package init(folder: String) throws {
    let manager = FileManager.default
    var pages: [String: Page] = [:]
    for room in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] {
      for name in (try? manager.contentsOfDirectory(atPath: "\(folder)/\(room)")) ?? [] {
        guard let type = Self.types[String(name.split(separator: ".").last ?? "")],
          let data = manager.contents(atPath: "\(folder)/\(room)/\(name)")
        else { continue }
        let path = name == "index.html" ? (room == "chat" ? "/" : "/\(room)") : "/pages/\(room)/\(name)"
        pages[path] = Page(type: type, bytes: [UInt8](data))
      }
    }
    guard pages["/"] != nil else {
      throw DataFileError(file: folder, line: nil, expected: "the web pages are missing here (chat/index.html)")
    }
    if let worker = pages[Self.worker] { pages[Self.worker] = Self.complete(worker, pages) }
    self.pages = pages
  }

  /// The service worker: it rules the whole site, so it may say so.
  static let worker = "/pages/page/service-worker.js"

  /// Tells the worker what belongs to this version. Any change of a page changes these bytes, by which a browser
  /// notices that there is a new one.
  private static func complete(_ worker: Page, _ pages: [String: Page]) -> Page {
    let paths = pages.keys.filter { $0 != Self.worker }.sorted()
    let version = SHA256.hash(paths.map { $0 + (pages[$0]?.tag ?? "") }.joined(separator: "\n"))
    let shell: JSON = ["version": .string(Hex.encode(Array(version.prefix(12)))), "files": JSON(paths)]
    return Page(type: worker.type, bytes: Array("const shell = \(shell.text())\n".utf8) + worker.bytes)
  }

  var paths: [String] { pages.keys.sorted() }
  func has(_ path: String) -> Bool { pages[path] != nil }

  /// Scripts, styles and connections of our own only; no page of ours can be framed.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

  func response(_ path: String, _ headers: HTTPHeaders) -> HTTPResponse? {
    guard let page = pages[path] else { return nil }
    var response = HTTPResponse(headers: [
      "Content-Type": page.type, "ETag": page.tag, "Cache-Control": "no-cache",
      "Content-Security-Policy": Self.policy,
    ])
    if path == Self.worker { response.headers.add("Service-Worker-Allowed", "/") }
    let known = headers["If-None-Match"] ?? ""
    if known == "*" || known.split(separator: ",").contains(where: { $0.drop { $0 == " " }.hasSuffix(page.tag) }) {
      response.status = 304
    } else {
      response.body = .bytes(page.bytes)
    }
    return response
  }
}
