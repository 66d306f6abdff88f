import Foundation

/// The files of the house by path from its root, so that a rule can also be tried on a made-up house.
struct SourceTree {
  let files: [String: String]
  /// Swift and C without comments, and with empty string literals: what the compiler acts on, at the same lines.
  let code: [String: [String]]
  /// The texts of all string literals in Swift, by file.
  let literals: [String: [String]]

  init(_ files: [String: String]) {
    self.files = files
    var code: [String: [String]] = [:]
    var literals: [String: [String]] = [:]
    for (path, text) in files where path.hasSuffix(".swift") || path.hasSuffix(".c") || path.hasSuffix(".h") {
      var scanner = CodeScanner(text)
      scanner.run()
      code[path] = String(decoding: scanner.code, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false
      ).map(String.init)
      if path.hasSuffix(".swift") { literals[path] = scanner.literals }
    }
    self.code = code
    self.literals = literals
  }

  /// What this test was built from.
  static let house = SourceTree(read(root))
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent(count: 3)

  func paths(under folder: String, _ ending: String = "") -> [String] {
    files.keys.filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(ending) }.sorted()
  }

  func lines(_ path: String) -> [Substring] {
    files[path, default: ""].split(separator: "\n", omittingEmptySubsequences: false)
  }

  func exists(_ path: String) -> Bool { files[path] != nil || files.keys.contains { $0.hasPrefix(path + "/") } }

  private static func read(_ root: URL) -> [String: String] {
    var texts: [String: String] = [:]
    for path in files(under: root) {
      let file = root.appendingPathComponent(path)
      // Pictures, recordings and large data are known by name only.
      let isText = (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize).flatMap { $0 } ?? 0 < 1_000_000
      texts[path] = isText ? (try? String(contentsOf: file, encoding: .utf8)) ?? "" : ""
    }
    return texts
  }

  /// The paths of all files that belong to the house.
  static func files(under root: URL) -> [String] {
    let skipped: Set = [".build", ".git", ".swiftpm", "node_modules"]
    var files: [String] = []
    var folders = [""]
    while let folder = folders.popLast() {
      let url = root.appendingPathComponent(folder)
      for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] where !skipped.contains(name) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        var isFolder: ObjCBool = false
        guard
          FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path, isDirectory: &isFolder)
        else { continue }
        if isFolder.boolValue { folders.append(path) } else { files.append(path) }
      }
    }
    return files
  }
}

extension URL {
  fileprivate func deletingLastPathComponent(count: Int) -> URL {
    (0..<count).reduce(self) { url, _ in url.deletingLastPathComponent() }
  }
}

/// One breach of a rule: where, and what to do.
struct Finding: CustomStringConvertible, Equatable {
  let file: String
  var line: Int?
  let advice: String

  var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(advice)" }
}
