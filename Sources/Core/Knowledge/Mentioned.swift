import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Text

/// What the rooms of the house keep of something that is to be forgotten, and what becomes of it.
struct Mentioned: Sendable {
  /// With the room that each belongs to.
  private(set) var all: [(room: String, mention: Mention)] = []

  var isEmpty: Bool { all.isEmpty }

  init() {}

  /// - Parameters:
  ///   - names: what is to be forgotten is called; nothing is looked for where there are none.
  ///   - isMedicine: it is known to be one.
  init(
    _ names: [String], of person: PersonID, isMedicine: Bool, _ house: HouseFacts, _ words: KnowledgeWords,
    now: Instant, _ rows: some Querying
  ) throws {
    let sought = Mentions.Sought(names, now: now)
    guard !sought.isEmpty else { return }
    for room in house.rooms { all += try room.mentions.find(person, sought, rows).map { (room.name, $0) } }
    // their keeper takes them away with the messages
    all += try rows.filesNaming(names, of: person).map { ("", Mention(.file, id: $0, words: "")) }
    let isTablet = isMedicine || all.contains { $0.mention.kind == .medicine && sought.stand(in: $0.mention.words) }
    for index in all.indices {
      let one = all[index].mention
      // somebody may rest on being reminded of a tablet, wherever that was written down
      guard one.kind == .reminder, one.isOpen, isTablet || words.speakOfMedicine(one.words) else { continue }
      all[index].mention.fate = .kept
    }
  }

  /// Removes what goes.
  func remove(of person: PersonID, _ house: HouseFacts, _ transaction: inout Transaction) throws {
    for room in house.rooms {
      for one in all where one.room == room.name && one.mention.fate != .kept {
        try room.mentions.remove(one.mention, person, &transaction)
      }
    }
  }

  /// "Also goes …", "stays …": before and after the yes.
  func lines(_ key: String) -> [Say] {
    var lines: [Say] = []
    for (fate, name) in [(Mention.Fate.goes, "goes"), (.unnamed, "unnamed"), (.kept, "kept")] {
      let kinds = counts(fate)
      guard !kinds.isEmpty else { continue }
      lines.append(
        Say(
          "\(key).\(name)",
          [
            "what": .list(
              kinds.map { .say(Say("memory.mention.\($0.kind.rawValue)", ["count": .integer(Int64($0.count))])) })
          ]))
    }
    return lines
  }

  /// How many of each kind went, lost their words, or stayed.
  var json: JSON {
    var object = JSONObject()
    for (fate, name) in [(Mention.Fate.goes, "removed"), (.unnamed, "unnamed"), (.kept, "kept")] {
      var kinds = JSONObject()
      for one in counts(fate) { kinds[one.kind.rawValue] = .integer(Int64(one.count)) }
      if !kinds.members.isEmpty { object[name] = .object(kinds) }
    }
    return .object(object)
  }

  private func counts(_ fate: Mention.Fate) -> [(kind: Mention.Kind, count: Int)] {
    Mention.Kind.allCases.compactMap { kind in
      let count = all.count { $0.mention.kind == kind && $0.mention.fate == fate }
      return count > 0 ? (kind, count) : nil
    }
  }
}

extension FactReader {
  /// Whether a note holds all that somebody asks for: "wifi password" of "the wifi password is rosebud".
  func isNoted(_ asked: String, in note: String) -> Bool {
    let idle = Set(
      words.tongues.values.flatMap { $0.articles.union($0.mine).union($0.cases["of"]?.words.flatMap(\.self) ?? []) })
    let wanted = SaidWord.cut(asked).map(\.folded).filter { !idle.contains($0) }
    guard wanted.contains(where: { $0.unicodeScalars.count > 1 }) else { return false }
    let held = SaidWord.cut(note).map(\.folded)
    return wanted.allSatisfy { word in held.contains { $0 == word || word.count > 3 && $0.hasPrefix(word) } }
  }
}

extension KnowledgeWords {
  /// Whether a text has a word for what somebody takes, in any language.
  func speakOfMedicine(_ text: String) -> Bool {
    let said = SaidWord.cut(text).map(\.folded)
    return tongues.values.contains { tongue in
      said.indices.contains { index in
        tongue.relations[said[index]]?.contains { phrase in
          phrase.relation == "takes" && said[index...].starts(with: phrase.words)
        } == true
      }
    }
  }
}
