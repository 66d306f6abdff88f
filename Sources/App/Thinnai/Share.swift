import Actions
import Base
import Crews
import Embedding
import Events
import Formats
import Foundation
import Knowledge
import Messages
import People
import Recall
import Telemetry
import Understanding
import Workflows

/// The data files beside the program (`THINNAI_SHARE`, else the folder of the executable or its checkout), overlaid
/// by the home folder: what a person edits there replaces the file of the same name.
struct Share: Sendable {
  let folder: String
  let home: String

  /// - Throws: a sentence that says where the files were looked for.
  static func find(home: String, environment: [String: String]) throws -> Share {
    if let given = environment["THINNAI_SHARE"] {
      guard FileManager.default.fileExists(atPath: given + "/Personas") else {
        throw DataFileError(
          file: given, line: nil, expected: "THINNAI_SHARE must be the folder that holds Personas/ and Intents/")
      }
      return Share(folder: given, home: home)
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    var folder = program
    for _ in 0..<6 {
      if FileManager.default.fileExists(atPath: folder.path + "/Personas") {
        return Share(folder: folder.path, home: home)
      }
      let shared = folder.path + "/share/thinnai"
      if FileManager.default.fileExists(atPath: shared + "/Personas") { return Share(folder: shared, home: home) }
      folder = folder.deletingLastPathComponent()
    }
    throw DataFileError(
      file: program.path, line: nil,
      expected: "Personas/ and Intents/ were not found beside the program; set THINNAI_SHARE")
  }

  /// The YAML files of a folder, sorted; a file of the home replaces the one that is shipped.
  private func files(_ subfolder: String) -> [String] {
    let all = [folder, home].flatMap { Self.yaml($0 + "/" + subfolder) }
    let byName = Dictionary(all.map { ($0.split(separator: "/").last ?? "", $0) }) { $1 }
    return byName.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func yaml(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
      .map { folder + "/" + $0 }
  }

  var intents: String { folder + "/Intents" }

  /// The engine that reads messages, with the encoder where its weights were fetched.
  func understanding(
    _ environment: [String: String], _ encoder: LazyEncoder? = nil, _ lexicon: LazyLexicon? = nil
  ) throws -> NativeUnderstanding {
    let models = EncoderFiles.find(share: folder, home: home, environment: environment)
    return try NativeUnderstanding(
      folder: intents, cache: House.cache(environment),
      encoder: models.map {
        SentenceMeaning(encoder: encoder ?? LazyEncoder(folder: $0), lexicon: lexicon ?? self.lexicon())
      })
  }

  /// What Tamil and Hindi words stand for.
  func lexicon() -> LazyLexicon { LazyLexicon(folder: intents + "/lexicon") }

  /// What the search of memories knows of languages.
  func recallWords() throws -> RecallWords { try RecallWords(YAML.load(path: intents + "/memory/words.yaml")) }

  /// How people speak of what is known; nothing where the folder is older than that.
  func knowledge() throws -> KnowledgeWords {
    let all = files("Knowledge")
    guard let relations = all.first(where: { $0.hasSuffix("/relations.yaml") }) else { return KnowledgeWords() }
    return try KnowledgeWords(
      relations: YAML.load(path: relations),
      languages: all.filter { $0 != relations }.map { try YAML.load(path: $0) })
  }

  /// What reads facts, and knows which of them each agent may read.
  ///
  /// - Throws: `DataFileError` where a relation names a room that there is not.
  static func factReader(
    _ words: KnowledgeWords, _ crews: CrewLibrary, _ rooms: [Room], _ understanding: NativeUnderstanding
  ) throws -> FactReader {
    for relation in words.relations.values.sorted(by: { $0.name < $1.name }) {
      for domain in relation.domains.sorted() where !rooms.contains(where: { $0.name == domain }) {
        throw DataFileError(
          file: "Knowledge/relations.yaml", line: nil,
          expected: "\(relation.name) names the room \(domain), which there is not")
      }
    }
    let agents = crews.agents.values.map { (name: $0.name, actions: $0.actions) }
    return FactReader(words: words, agents: AgentDomains(agents, rooms: rooms), understanding: understanding)
  }

  func personas() throws -> [Persona] { try files("Personas").map { try Persona(YAML.load(path: $0)) } }

  /// Who must agree before something is done; nobody where the folder is older than that.
  func approvals() throws -> ApprovalPolicy {
    try files("Personas/policies").last { $0.hasSuffix("/approvals.yaml") }.map {
      try ApprovalPolicy(YAML.load(path: $0))
    }
      ?? ApprovalPolicy()
  }

  /// What events carry.
  func events() throws -> EventSchemas { try EventSchemas(files("Events").map { try YAML.load(path: $0) }) }

  /// Workflows as they are written, each with its file.
  struct Recipes: Sendable {
    typealias Recipe = (definition: WorkflowDefinition, file: String)
    var shipped: [Recipe] = []
    /// Those that somebody wrote into the home.
    var own: [Recipe] = []
    /// What of the home's could not be read.
    var mistakes: [DataFileError] = []

    /// The workflows, each checked against what there is.
    func library(_ surroundings: WorkflowLibrary.Surroundings) throws -> WorkflowLibrary {
      try WorkflowLibrary(shipped, own: own, swift: House.workflowsInSwift, in: surroundings)
    }
  }

  func workflows() throws -> Recipes {
    var recipes = Recipes()
    for path in files("Workflows") {
      let isOwn = path.hasPrefix(home + "/")
      do {
        guard let source = try? String(contentsOfFile: path, encoding: .utf8) else {
          throw DataFileError(file: path, line: nil, expected: "a file of UTF-8 text that can be read")
        }
        let definition = try WorkflowDefinition(source: source, file: path)
        if isOwn { recipes.own.append((definition, path)) } else { recipes.shipped.append((definition, path)) }
      } catch let error as DataFileError where isOwn {
        recipes.mistakes.append(error)
      }
    }
    return recipes
  }

  /// The workflows, each checked against the actions there are.
  func workflows(actions: ActionRegistry) throws -> WorkflowLibrary {
    try workflows().library(.init(registry: actions))
  }

  /// How people say what shall happen by itself; nothing where the folder is older than that.
  func goalWords() throws -> GoalWords { try GoalWords(files("Workflows/words").map { try YAML.load(path: $0) }) }

  /// What follows from events.
  func reactions() throws -> [ReactionRule] {
    try ReactionRule.read(files("Reactions").map { try YAML.load(path: $0) })
  }

  func emergencyNumbers() throws -> EmergencyNumbers {
    try files("Personas/numbers").last.map { try EmergencyNumbers(YAML.load(path: $0)) } ?? EmergencyNumbers()
  }

  func crews(skills: Set<String>) throws -> CrewLibrary {
    try CrewLibrary(
      crews: files("Personas/crews").map { try Crew(YAML.load(path: $0)) },
      agents: files("Personas/agents").map { try Agent(YAML.load(path: $0)) }, skills: skills)
  }

  func replies(_ personas: [Persona]) throws -> Replies {
    var replies = Replies()
    for language in ["en", "ta", "ta-Latn", "hi", "hi-Latn"] {
      // what somebody words anew in the home stands in for that text alone
      for file in Self.yaml(folder + "/Personas/replies/\(language)") {
        try replies.add(YAML.load(path: file), language: language)
      }
    }
    for language in home == folder ? [] : ["en", "ta", "ta-Latn", "hi", "hi-Latn"] {
      for file in Self.yaml(home + "/Personas/replies/\(language)") {
        try replies.add(YAML.load(path: file), language: language, replaces: true)
      }
    }
    for persona in personas {
      for (language, texts) in persona.replies {
        for (key, text) in texts {
          try replies.add(
            persona: persona.name, language: language, key: key, text: text, file: "Personas/\(persona.name).yaml")
        }
      }
    }
    return replies
  }
}

/// What a house reads from the data files when it starts, side by side.
struct DataFiles: Sendable {
  let personas: PersonaLibrary
  let replies: Replies
  let understanding: NativeUnderstanding
  let lexicon: LazyLexicon
  let knowledge: KnowledgeWords
  let workflows: Share.Recipes
  let goals: GoalWords

  init(_ share: Share, _ environment: [String: String], _ encoder: LazyEncoder) async throws {
    let lexicon = share.lexicon()
    self.lexicon = lexicon
    // the longest begins first; of several mistakes the first in this order is told
    async let engine = share.understanding(environment, encoder, lexicon)
    async let voices = DataFiles.voices(share)
    async let relations = share.knowledge()
    async let recipes = share.workflows()
    async let wishes = share.goalWords()
    understanding = try await engine
    (personas, replies) = try await voices
    knowledge = try await relations
    workflows = try await recipes
    goals = try await wishes
  }

  /// Who answers, and in which words.
  private static func voices(_ share: Share) throws -> (PersonaLibrary, Replies) {
    let all = try share.personas()
    let replies = try share.replies(all)
    for mistake in replies.leftOut { Log("replies").warning("A text was left out", ["error": .error(mistake)]) }
    return (PersonaLibrary(all, emergencyNumbers: try share.emergencyNumbers()), replies)
  }
}
