import Base
import Formats
import Foundation

/// A sentence and what it means; `nil` when it is out of scope.
package struct LabelledText: Sendable, Hashable {
  package let text: String
  package let intent: String?

  package init(_ text: String, _ intent: String?) {
    self.text = text
    self.intent = intent
  }
}

/// Reads one JSON object a line: `{"text": "…", "intent": "…"}`; other members are left alone, blank lines passed over.
package enum LabelledFile {
  /// The label of sentences that are out of scope.
  package static let outOfScope = "oos"
  private static let longest = 1 << 30

  /// - Throws: `LearningError` naming file and line.
  package static func rows(_ path: String) throws -> [LabelledText] {
    try lines(path).map { number, row in
      guard let label = row["intent"] else {
        throw bad(path, number, "the row has no \"intent\"")
      }
      guard let intent = name(label), !intent.isEmpty else {
        throw bad(path, number, "\"intent\" must be a name")
      }
      return LabelledText(try text(row, path, number), intent == outOfScope ? nil : intent)
    }
  }

  /// The sentences alone; a label, if there is one, is not looked at.
  package static func texts(_ path: String) throws -> [String] {
    try lines(path).map { number, row in try text(row, path, number) }
  }

  private static func lines(_ path: String) throws -> [(number: Int, row: JSONObject)] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LearningError(.noFile, "There is no file \(path).")
    }
    guard !isFolder.boolValue, let data = FileManager.default.contents(atPath: path), data.count < longest else {
      throw LearningError(.noFile, "\(path) cannot be read as a file of sentences.")
    }
    var rows: [(Int, JSONObject)] = []
    // Editors of some systems put a mark in front.
    let bytes = [UInt8](data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do {
        guard let row = try JSON.parse(Array(line)).object else {
          throw bad(path, index + 1, "the row is no object; write {\"text\": …, \"intent\": …}")
        }
        rows.append((index + 1, row))
      } catch let error as JSONError {
        throw bad(path, index + 1, "this is no JSON (\(error.reason.rawValue) at byte \(error.offset))")
      }
    }
    return rows
  }

  private static func text(_ row: JSONObject, _ path: String, _ number: Int) throws -> String {
    guard let text = row["text"] else { throw bad(path, number, "the row has no \"text\"") }
    guard let text = text.string else { throw bad(path, number, "\"text\" must be a text") }
    return text
  }

  /// Labels of public sets are now and then numbers.
  private static func name(_ label: JSON) -> String? {
    switch label {
    case .string(let name): name
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }

  private static func bad(_ path: String, _ number: Int, _ what: String) -> LearningError {
    LearningError(.badRow, "\(path), line \(number): \(what).")
  }
}
