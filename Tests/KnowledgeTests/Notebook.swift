import Actions
import Base
import Formats
import Foundation
import Knowledge
import Messages
import People
import RoomTesting
import Store
import Text
import Time
import Understanding

/// A house that knows how people speak of what they know.
struct Notebook {
  let house: RoomHarness

  /// - Parameters:
  ///   - rooms: others that stand beside it.
  ///   - agents: those of a registry, with the actions that each may use.
  init(
    now: String = "2026-11-23T04:30:00Z", rooms: [Room] = [], agents: [(name: String, actions: [String])] = []
  ) async throws {
    house = try await RoomHarness([Knowledge.room] + rooms, now: now)
    if agents.isEmpty {
      house.services.register(try Self.reader.get())
    } else {
      house.services.register(
        FactReader(
          words: try Self.words(), agents: AgentDomains(agents, rooms: rooms),
          understanding: try NativeUnderstanding(folder: TrainedUnderstanding.folder, cache: nil)))
    }
  }

  var owner: Person { house.owner }
  var elder: Person { house.elder }

  /// Times are read as the product reads them; nothing is trained for that.
  static let reader = Result {
    FactReader(
      words: try words(), understanding: try NativeUnderstanding(folder: TrainedUnderstanding.folder, cache: nil))
  }

  static func words() throws -> KnowledgeWords {
    let folder = RoomHarness.share + "/Knowledge"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
    return try KnowledgeWords(
      relations: YAML.load(path: folder + "/relations.yaml"),
      languages: files.filter { $0 != "relations.yaml" }.map { try YAML.load(path: folder + "/" + $0) })
  }

  @discardableResult
  func tell(_ fact: String, as person: Person? = nil, _ more: JSONObject = [:]) async throws -> Outcome {
    var arguments = more
    arguments["fact"] = .string(fact)
    return try await house.run("memory.remember", arguments, as: person)
  }

  /// The answer as the person reads it.
  func ask(_ question: String, as person: Person? = nil, he: String? = nil) async throws -> String {
    var arguments: JSONObject = ["question": .string(question)]
    if let he { arguments["person"] = .string(he) }
    return house.text(try await house.run("memory.ask", arguments, as: person).say, for: person)
  }

  /// The values of the facts that an answer rests on.
  func values(_ question: String, as person: Person? = nil) async throws -> [String] {
    let data = try await house.run("memory.ask", ["question": .string(question)], as: person).data
    return (data["facts"].array ?? []).compactMap { $0["value"].string }
  }

  /// How many versions are believed now.
  func live() async throws -> Int {
    try await house.tenant().read {
      try $0.count("SELECT count(*) FROM knowledge_facts WHERE tenant = :tenant AND superseded_at IS NULL")
    }
  }

  func rows(_ table: String) async throws -> Int {
    try await house.store.read { try $0.count("SELECT count(*) FROM \(table)") }
  }

  func read(_ text: String, _ language: Language = .english) throws -> Reading? {
    try Self.reader.get().read(text, languages: [language], now: house.clock.now, zone: house.owner.zone)
  }
}
