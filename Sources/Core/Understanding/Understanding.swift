package import Actions
package import Base
package import Text
package import Time
import Synchronization

/// What a person means: the seam behind which engines are exchanged.
package protocol Understanding: Sendable {
  /// Reads one message. Never throws and never waits for training; text past 4,096 bytes is not looked at.
  func understand(_ request: UnderstandingRequest) async -> Understood

  /// Reads an answer to one question, such as "8 pm" or "tomorrow morning"; `nil` when it is no such value.
  func read(_ text: String, as kind: SlotKind, _ request: UnderstandingRequest) -> SlotValue?

  /// The slots of each value of the body that is named in a call for help.
  func measured(_ request: UnderstandingRequest) -> [[String: SlotValue]]

  /// Which of some things a message names by a few of their words ("the fssai one"), and those words; `nil` where none fits.
  func meant(_ request: UnderstandingRequest, among things: [EntityEntry]) -> (things: [EntityEntry], words: String)?
  /// The words of a message that may name a thing: no values, no verbs that do something to it.
  func telling(_ request: UnderstandingRequest) -> [String]
}

extension Understanding {
  package func telling(_ request: UnderstandingRequest) -> [String] { [] }
  package func meant(
    _ request: UnderstandingRequest, among things: [EntityEntry]
  ) -> (things: [EntityEntry], words: String)? { nil }

  package func measured(_ request: UnderstandingRequest) -> [[String: SlotValue]] { [] }
}

/// Teaches an intent new sentences while the house runs.
package protocol IntentTrainer: Sendable {
  /// Takes effect for this tenant with the next message, and survives retraining of the shared model.
  ///
  /// - Returns: the share (0…1) of held-out sentences of the intent that are now recognised.
  /// - Throws: `UnderstandingError` when the intent is unknown or no example holds a word.
  func add(tenant: TenantID, language: Language, intent: String, examples: [String]) async throws -> Double
}

/// The question that was asked last: which slot of which intent an answer fills.
package struct ExpectedSlot: Sendable, Hashable {
  package var intent: String
  package var slot: String
  package var kind: SlotKind
  /// One of a few things that were offered is asked for: even words of a text are no whole sentence then.
  package var hasChoices = false

  package init(intent: String, slot: String, kind: SlotKind) {
    self.intent = intent
    self.slot = slot
    self.kind = kind
  }
}

/// One row of a tenant's own list: a medicine, a brand, a building, a ticker.
package struct EntityEntry: Sendable, Hashable {
  package var id: String
  package var name: String
  package var aliases: [String]

  package init(id: String, name: String, aliases: [String] = []) {
    self.id = id
    self.name = name
    self.aliases = aliases
  }

  /// What stands for one of these rows, of which it is to be asked: their ids, each with "|" behind it.
  static func oneOf(_ rows: [EntityEntry]) -> String { rows.map { $0.id + "|" }.joined() }
}

/// A message with what is known about the person and the moment.
package struct UnderstandingRequest: Sendable {
  package var text: String
  package var now: Instant
  package var zone: Zone
  /// The person's own first.
  package var languages: [Language]
  /// What the persona may do; `nil` allows every intent.
  package var allowedIntents: Set<String>?
  /// What the persona does for what it may not do.
  package var insteads: [String: String] = [:]
  /// Intents that only look at something; `nil` where nobody says which do.
  package var looking: Set<String>?
  /// Intents of rooms that hold nothing for the person: another that is nearly as likely is meant rather.
  package var quiet: Set<String> = []
  package var expectedSlot: ExpectedSlot?
  /// Somebody would come if the speaker called for help.
  package var isLookedAfter = false
  /// A yes is waited for: "forget it" means that.
  package var isConfirming = false
  /// The intent under discussion, so that "no, 9 pm" finds its slot.
  package var currentIntent: String?
  /// What was under discussion before a mere look at something.
  package var earlierIntent: String?
  /// Whom the talk was about last: who "her" is.
  package var person: String?
  /// How many things the last answer showed: what "2 is done" may count.
  package var shown = 0
  /// Names of linked people; family words are known in every language.
  package var names: [String]
  /// The tenant's lists by name ("symbol", "building", "medicine").
  package var entities: [String: NameList]
  /// Lists that exist and were not read; which of them a sentence would have needed is noted there.
  package var unread: UnreadLists?
  package var tenant: TenantID?

  package init(
    text: String, now: Instant, zone: Zone, languages: [Language] = [.english], allowedIntents: Set<String>? = nil,
    expectedSlot: ExpectedSlot? = nil, currentIntent: String? = nil, names: [String] = [],
    entities: [String: NameList] = [:], tenant: TenantID? = nil
  ) {
    self.text = text
    self.now = now
    self.zone = zone
    self.languages = languages
    self.allowedIntents = allowedIntents
    self.expectedSlot = expectedSlot
    self.currentIntent = currentIntent
    self.names = names
    self.entities = entities
    self.tenant = tenant
  }

  /// A list by the name that a slot gives it: `projects` and `project` are one.
  package func list(_ name: String) -> NameList? {
    let single = name.hasSuffix("s") ? String(name.dropLast()) : name
    if let list = entities[name] ?? entities[single] { return list }
    unread?.note(name, or: single)
    return nil
  }
}

/// Lists that were left unread because few sentences need them, and those that one did need: whoever asked reads these
/// and asks again.
package final class UnreadLists: Sendable {
  private let names: [String]
  private let noted = Mutex<[String]>([])

  package init(_ names: [String]) { self.names = names }

  package var wanted: [String] { noted.withLock { $0 } }

  func note(_ name: String, or other: String) {
    guard let known = names.first(where: { $0 == name || $0 == other }) else { return }
    noted.withLock { if !$0.contains(known) { $0.append(known) } }
  }
}

/// Which of some things is meant, where words do not name it: a place in the list that was shown, or what was spoken of.
package enum Pointer: Sendable, Hashable { case it, last, place(Int) }

/// What was understood.
package struct Understood: Sendable {
  package struct Candidate: Sendable, Hashable {
    package var intent: String
    package var confidence: Double
    package init(intent: String, confidence: Double) {
      self.intent = intent
      self.confidence = confidence
    }
  }

  /// Nothing was understood, but it may be a call for help: whoever is looked after is asked.
  package var mayBeCall = false
  /// What was meant instead: values for slots of the current intent, and what stood for no slot.
  package struct Correction: Sendable, Hashable {
    package var slots: [String: SlotValue]
    /// The corrected part as the person wrote it.
    package var text: String
    /// "the same for Appa": wanted besides, not instead.
    package var isAddition = false
    /// `text` holds more than values, and these are left out of it: it may stand for words that were there before.
    package var hasOwnWords = false
    /// Slots whose words say no half of the day: the other reading.
    package var others: [String: SlotValue] = [:]
    /// "only on weekdays", "until 30 april", "starting monday": what repeats goes on with these days, or between these.
    package var rule: AddedRule?
    /// It says that something was not so: "not yet", "I said it wrong".
    package var denies = false
    package init(slots: [String: SlotValue], text: String) {
      self.slots = slots
      self.text = text
    }
  }

  /// What is added to something that repeats.
  package enum AddedRule: Sendable, Hashable {
    case days([Weekday])
    case until(CivilDate)
    case from(CivilDate)
    /// "not this sunday": but for one day.
    case without(CivilDate)
  }

  package enum Kind: Sendable, Hashable {
    case intent, affirm, deny, cancel, undo, outOfScope
    /// "do it again": what was done last, once more.
    case again
    /// "no, 9 pm": the rest of the message, read against `currentIntent`.
    case correction(Correction)
  }

  package var language: Language
  /// `nil`: out of scope, or a word of the dialogue (`kind` tells).
  package var intent: String?
  /// Calibrated probability of `intent`, or of being out of scope.
  package var confidence: Double
  /// The best few, most probable first; two close ones are a reason to ask.
  package var candidates: [Candidate]
  package var slots: [String: SlotValue]
  package var entities: [Entity]
  package var kind: Kind
  /// While a question is open: the message asks anew for the same intent instead of answering.
  package var isNewRequest: Bool
  /// While a question is open: something that the person asks, and no answer, whatever value it holds ("who won the match
  /// yesterday").
  package var isAside = false
  /// It asks whether to do it: "should I stop ecosprin?"
  package var isDoubtful = false
  /// Words of a day or an hour that there is none of: "31 november".
  package var impossible: String?
  /// It begins with a verb that asks the house for something: "add", "remind".
  package var isRequest = false
  /// It says that something is not to be ended: "do not stop ecosprin". Nothing is done.
  package var isForbidden = false
  /// Something was eaten, and no tablet: it says nothing of a dose that is due.
  package var isMeal = false
  /// It says that the speaker is well.
  package var isWell = false
  /// It asks what is the matter, or whether it is over.
  package var asksWhatIsUp = false
  /// What the message asks for besides: "remind me at 8 to call Ravi and what's on today".
  package var also: [Understood] = []
  /// What is wanted again and again, where the message says how often it is to be sent.
  package var repeated: [Understood] = []
  /// What answers it where what it was understood as finds nothing; one at most.
  package var otherwise: [Understood] = []
  /// The words it was read from, where they are a part of the message.
  package var part: String?
  /// "the second one", "it", and the words that said so.
  package var pointer: Pointer?
  package var pointed: String?
  /// Of a word that takes back: "cancel it" ends what was spoken of, "keep it" leaves it; "never mind" says neither.
  package var endsThing = false
  package var keepsThing = false
  /// The time of the day is the one that was spoken of before.
  package var hasSameTime = false

  package init(
    language: Language, intent: String?, confidence: Double, candidates: [Candidate] = [],
    slots: [String: SlotValue] = [:], entities: [Entity] = [], kind: Kind, isNewRequest: Bool = false
  ) {
    self.language = language
    self.intent = intent
    self.confidence = confidence
    self.candidates = candidates
    self.slots = slots
    self.entities = entities
    self.kind = kind
    self.isNewRequest = isNewRequest
  }

  /// True when the two best are too close to choose without asking.
  package var isNearTie: Bool {
    guard kind == .intent, candidates.count > 1 else { return false }
    return candidates[0].confidence - candidates[1].confidence < 0.15
  }
}
