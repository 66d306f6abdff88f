import Base
import Formats
import Foundation
import Time

/// A conversation with questions whose answers are known: a line of a file in the format of Docs/decisions/0024-recall.md.
struct RetrievalConversation: Sendable {
  struct Turn: Sendable {
    let id: String
    let speaker: String
    let at: CivilDateTime
    let text: String
    /// Turns whose ids begin alike (`D3:`) were one sitting.
    var session: String { id.split(separator: ":").first.map(String.init) ?? "" }
  }

  struct Question: Sendable {
    let text: String
    let category: String
    /// Where the turns stand that hold the answer.
    let evidence: Set<Int>
  }

  let name: String
  let turns: [Turn]
  let questions: [Question]

  /// - Throws: `BenchmarkError` that says which line is not understood.
  static func read(_ path: String) throws -> [RetrievalConversation] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw BenchmarkError(.failed, "\(path) cannot be read.")
    }
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let conversations = try lines.enumerated().filter { !$1.allSatisfy { $0 <= 0x20 } }.map { number, line in
      do { return try RetrievalConversation(JSON.parse(Array(line), limits: JSONLimits(bytes: 256 << 20))) } catch {
        let what = (error as? Fault)?.what ?? "\(error)"
        throw BenchmarkError(.failed, "Line \(number + 1) of \(path) is no conversation: \(what).")
      }
    }
    guard !conversations.isEmpty else { throw BenchmarkError(.failed, "\(path) holds no conversation.") }
    return conversations
  }

  private struct Fault: Error { let what: String }

  private init(_ json: JSON) throws {
    func text(_ json: JSON, _ key: String, _ place: String) throws -> String {
      guard let text = json[key].string else { throw Fault(what: "\(place) has no “\(key)”") }
      return text
    }
    name = try text(json, "conversation", "it")
    guard let turns = json["turns"].array, let queries = json["queries"].array else {
      throw Fault(what: "it needs lists of turns and queries")
    }
    var places: [String: Int] = [:]
    self.turns = try turns.enumerated().map { index, turn in
      let place = "turn \(index + 1)"
      let id = try text(turn, "id", place)
      guard places.updateValue(index, forKey: id) == nil else { throw Fault(what: "the id \(id) stands twice") }
      let date = try text(turn, "date", place)
      guard let at = CivilDateTime(date) ?? CivilDateTime(String(date.prefix(16))) ?? Self.midnight(date) else {
        throw Fault(what: "\(place) has the date \(date)")
      }
      return Turn(
        id: id, speaker: try text(turn, "speaker", place), at: at, text: try text(turn, "text", place))
    }
    questions = try queries.enumerated().map { index, query in
      let place = "query \(index + 1)"
      let evidence = (query["evidence"].array ?? []).compactMap { $0.string.flatMap { places[$0] } }
      return Question(
        text: try text(query, "q", place), category: try text(query, "category", place), evidence: Set(evidence))
    }
  }

  private static func midnight(_ text: String) -> CivilDateTime? {
    CivilDate(text).map { CivilDateTime(wallSeconds: Int64($0.dayNumber) * 86_400) }
  }
}
