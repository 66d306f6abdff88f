package import Base
package import Formats
import Text

/// Words that the search of memories treats apart, of all languages at once.
package struct RecallWords: Sendable {
  /// Say nothing about what a turn is about.
  private var stop: Set<UInt32> = []
  /// The speaker's own: “I”, “my”.
  private var own: Set<UInt32> = []

  package init() {}

  /// Reads `Intents/memory/words.yaml`.
  package init(_ node: YAMLNode) throws(DataFileError) {
    for (_, lists) in try node.mapping(expecting: "a language with stop and own") {
      try lists.onlyKeys(["stop", "own"])
      for word in try Self.list(lists["stop"]) { stop.insert(TermReader.hash(word)) }
      for word in try Self.list(lists["own"]) { own.insert(TermReader.hash(word)) }
    }
  }

  private static func list(_ node: YAMLNode?) throws(DataFileError) -> [[UInt8]] {
    guard let node else { return [] }
    return try node.string(expecting: "words with commas between").split(separator: ",").map {
      Normaliser.bytes(String($0)).filter { $0 != UInt8(ascii: " ") }
    }
  }

  func isStop(_ hash: UInt32) -> Bool { stop.contains(hash) }
  func isOwn(_ hash: UInt32) -> Bool { own.contains(hash) }
}
