import Foundation
import Synchronization

/// A copy of the sources in which promises are broken on purpose, one at a time.
struct Broken {
  static let house = Mutex(Broken())

  /// What `THINNAI_BREAK` names, by promise; all of them in a long run.
  static let wanted: [Promises.Break] = {
    let environment = ProcessInfo.processInfo.environment
    let ids = environment["THINNAI_BREAK"] ?? (environment["THINNAI_TEST_LONG"] == nil ? "" : "all")
    let all = (try? Promises.all.get()) ?? []
    return ids == "all" ? all : all.filter { ids.split(separator: ",").map(String.init).contains($0.promise) }
  }()

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Beside the build, so that what was compiled serves the next time.
  private let folder = SourceTree.root.appendingPathComponent(".build/broken")
  private var isCopied = false

  /// Breaks one promise, runs its test, and mends it again.
  mutating func turnsRed(_ item: Promises.Break) throws -> Bool {
    if !isCopied { try copy() }
    let file = folder.appendingPathComponent(item.file)
    let whole = try String(contentsOf: file, encoding: .utf8)
    defer { try? whole.write(to: file, atomically: true, encoding: .utf8) }
    try whole.replacingOccurrences(of: item.from, with: item.to).write(to: file, atomically: true, encoding: .utf8)
    let built = try swift("build", "--build-tests")
    guard built.code == 0 else {
      throw Failure(description: "\(item.promise): the break does not build\n\(built.tail)")
    }
    let ran = try swift(
      "test", "--skip-build", "--disable-xctest", "--filter", "^\(item.target)\\..*\\b\(item.function)\\(")
    guard !ran.text.contains("Test run with 0 tests") else {
      throw Failure(description: "\(item.promise): no test is named \(item.test)")
    }
    return ran.code != 0
  }

  /// Only what changed is written, so that little is built again.
  private mutating func copy() throws {
    let files = FileManager.default
    var kept: Set<String> = []
    for path in SourceTree.house.files.keys {
      kept.insert(path)
      let place = folder.appendingPathComponent(path)
      let bytes = try Data(contentsOf: SourceTree.root.appendingPathComponent(path))
      guard (try? Data(contentsOf: place)) != bytes else { continue }
      try files.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try bytes.write(to: place)
    }
    for path in SourceTree.files(under: folder) where !kept.contains(path) {
      try files.removeItem(at: folder.appendingPathComponent(path))
    }
    isCopied = true
  }

  private struct Outcome {
    let code: Int32
    let text: String
    var tail: String { String(text.suffix(2_000)) }
  }

  private func swift(_ arguments: String...) throws -> Outcome {
    let path = folder.path
    return try run("/usr/bin/env", ["swift", arguments[0], "--package-path", path] + arguments.dropFirst())
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, text: text)
  }
}
