package import Actions
package import Base
package import Formats
import Messages
package import Store

/// What is in the air in one conversation: what we asked, what waits for a yes, what can be undone.
///
/// One row a conversation, written with each turn's transaction; never read by a domain.
package struct Dialogue: Sendable, Hashable {
  /// A parameter that we asked for.
  package struct Question: Sendable, Hashable {
    /// A button that stood under it, so that it can be chosen in words, too.
    struct Option: Sendable, Hashable {
      var label: String
      var call: ActionCall
    }
    package var call: ActionCall
    package var parameter: String
    package var askedAt: Instant
    var options: [Option] = []
    /// How often it was taken up again after something else.
    var resumed = 0
    /// How often it was asked again because what was said answered nothing.
    var unanswered = 0
    /// Undoes what the answer takes the place of: a correction that could not be done without asking.
    var replacing: ActionCall?
    /// So often, and it is let go: whoever says something else for the third time does not want to answer.
    static let mostUnanswered = 2
  }
  /// Calls that wait for a yes to exactly their arguments.
  package struct Confirmation: Sendable, Hashable {
    package var calls: [ActionCall]
    package var askedAt: Instant
    /// It was asked once more behind something that was looked at: the next look lets it go.
    var isRepeated = false
  }
  /// The last thing done, for "no, 9 pm" and "undo".
  package struct Last: Sendable, Hashable {
    package var call: ActionCall
    package var inverse: ActionCall?
    package var at: Instant
    /// What takes back all else that the same message did, the latest first.
    package var besides: [ActionCall] = []
    /// What a correction put it in place of: taking the correction back brings that back.
    package var before: ActionCall?
  }

  /// What was done or looked at last, for words that point back at it.
  struct Recent: Sendable, Hashable {
    var call: ActionCall
    /// Ids of the rows that were made, changed or shown, in their order.
    var things: [String]
    var at: Instant
  }

  /// What the last message offered to do, with the buttons that stood under it.
  struct Offer: Sendable, Hashable {
    var call: ActionCall
    /// The button that does the same: whichever comes first uses it up.
    var button: String
    var buttons: [String]
    var at: Instant
  }

  /// An answer that was given.
  struct Answered: Sendable, Hashable {
    var say: Say
    var action: String
    var at: Instant
  }

  /// The last words of a person that were handled, for a later edit of them.
  struct Heard: Sendable, Hashable {
    var message: String
    var at: Instant
  }
  /// The last file that was answered: the others of the same album, or of the same breath, are not each answered.
  struct Received: Sendable, Hashable {
    var kind: InboundMessage.Media.Kind
    var album: String?
    var at: Instant
  }

  package var question: Question?
  package var confirmation: Confirmation?
  package var last: Last?
  /// What brings back what "cancel it" took; a plain "undo" right behind it does.
  var takenBack: [ActionCall] = []
  /// Questions that wait until something else is done, the latest last.
  var suspended: [Question] = []
  var recent: Recent?
  /// The last list of several things, while what was done since is of the same room: "the second one" is a place in it.
  var listed: Recent?
  /// What "which of these?" offered; only the next message can choose.
  var choices: [Question.Option] = []
  /// Only the next message can take it with a yes.
  var offer: Offer?
  var heard: Heard?
  var received: Received?
  /// What was answered last and by which action, for what is asked about it; never kept.
  var answered: Answered?
  /// What the buttons do under the message that this one answers; never kept.
  var quoted: [ActionCall] = []
  /// The message answers one of ours; never kept.
  var isQuoting = false
  /// What was said last named a medicine that nobody knows: what corrects it is about no other. Never kept.
  var hasMissedMedicine = false

  package init() {}

  /// Questions and confirmations are forgotten after this.
  static let patience: Duration = .minutes(30)

  /// Notes a file. - Returns: whether it belongs to the last one, which was answered.
  mutating func receive(_ media: InboundMessage.Media, at now: Instant) -> Bool {
    let last = received
    received = Received(kind: media.kind, album: media.album, at: now)
    guard let last else { return false }
    if media.album != nil || last.album != nil { return media.album == last.album }
    // several pictures are one sending; each voice note is a sentence of its own
    return media.kind == last.kind && media.kind != .voice && now - last.at < .seconds(10)
  }

  mutating func forgetOld(_ now: Instant) {
    if let question, now - question.askedAt > Self.patience { self.question = nil }
    if let confirmation, now - confirmation.askedAt > Self.patience { self.confirmation = nil }
    suspended.removeAll { now - $0.askedAt > Self.patience }
    if let offer, now - offer.at > Self.patience { self.offer = nil }
    if let recent, now - recent.at > Self.patience { self.recent = nil }
    if let listed, now - listed.at > Self.patience { self.listed = nil }
  }

  mutating func forgetAsked() {
    question = nil
    confirmation = nil
    suspended = []
  }

  /// Notes what was done or looked at. Small talk and help leave what they come between.
  mutating func note(_ call: ActionCall, _ data: JSON, at now: Instant) {
    guard !["smalltalk.", "assistant.", "emergency.", "memory.", "task.assign"].contains(where: call.name.hasPrefix)
    else { return }
    let rows = data.array ?? data.object?.members.compactMap(\.value.array).first ?? [data]
    // a row without an id keeps its place: "the third" of a day's items is the third that is seen
    let ids = rows.prefix(20).map { $0["id"].string ?? "" }
    let isMixed = call.name == "calendar.agenda" && ids.contains { !$0.isEmpty }
    let noted = Recent(call: call, things: isMixed ? ids : ids.filter { !$0.isEmpty }, at: now)
    if noted.things.count > 1 {
      listed = Recent(call: ActionCall(call.name), things: noted.things, at: now)
    } else if listed.map({ !Self.isOfOneRoom($0.call, call) }) ?? false {
      listed = nil
    }
    recent = noted
  }

  private static func isOfOneRoom(_ one: ActionCall, _ other: ActionCall) -> Bool {
    one.name.prefix { $0 != "." } == other.name.prefix { $0 != "." }
  }

  /// What a place is counted in.
  var counted: Recent? {
    guard let recent else { return nil }
    return recent.things.count > 1 ? recent : listed ?? recent
  }

  /// Whom the talk was about last, as the person called them.
  var person: String? {
    for call in [question?.call, confirmation?.calls.first, recent?.call, last?.call] {
      if let person = (call?.arguments["person"] ?? call?.arguments["whose"])?.string { return person }
    }
    return nil
  }

  /// The moment that was spoken of last.
  func moment(_ context: ActionContext) -> WhenValue? {
    for call in [recent?.call, last?.call] {
      for member in call?.arguments.members ?? [] {
        guard member.value.object != nil || member.value.string?.contains("T") == true,
          let when = WhenValue(json: member.value, zone: context.zone, now: context.now), when.isTimeGiven
        else { continue }
        return when
      }
    }
    return nil
  }
}

extension Dialogue: JSONStored {
  package var json: JSON {
    var object = JSONObject()
    object.put("question", question.map(\.json))
    if !suspended.isEmpty { object.put("suspended", .array(suspended.map(\.json))) }
    if !choices.isEmpty { object["choices"] = .array(choices.map(\.json)) }
    object.put("offer", offer.map(\.json))
    object.put("recent", recent?.json)
    if recent.map({ $0.things.count <= 1 }) ?? true { object.put("listed", listed?.json) }
    object.put(
      "confirmation",
      confirmation.map {
        [
          "calls": .array($0.calls.map(\.json)), "askedAt": .integer($0.askedAt.microseconds),
          "repeated": .bool($0.isRepeated),
        ]
      })
    object.put(
      "last",
      last.map { last in
        var object: JSONObject = ["call": last.call.json, "at": .integer(last.at.microseconds)]
        object.put("inverse", last.inverse?.json)
        if !last.besides.isEmpty { object["besides"] = .array(last.besides.map(\.json)) }
        object.put("before", last.before?.json)
        return .object(object)
      })
    if !takenBack.isEmpty { object["takenBack"] = .array(takenBack.map(\.json)) }
    object.put("heard", heard.map { ["message": .string($0.message), "at": .integer($0.at.microseconds)] })
    object.put(
      "received",
      received.map { received in
        var object: JSONObject = ["kind": .string(received.kind.rawValue), "at": .integer(received.at.microseconds)]
        object.put("album", received.album)
        return .object(object)
      })
    return .object(object)
  }

  package init?(json: JSON) {
    guard json.object != nil else { return nil }
    self.init()
    question = Question(json: json["question"])
    suspended = (json["suspended"].array ?? []).compactMap { Question(json: $0) }
    choices = (json["choices"].array ?? []).compactMap { Question.Option(json: $0) }
    offer = Offer(json: json["offer"])
    takenBack = (json["takenBack"].array ?? []).compactMap { ActionCall(json: $0) }
    recent = Recent(json: json["recent"])
    listed = Recent(json: json["listed"]) ?? (recent.map { $0.things.count > 1 } == true ? recent : nil)
    if let calls = json["confirmation"]["calls"].array, let at = json["confirmation"]["askedAt"].int64 {
      confirmation = Confirmation(
        calls: calls.compactMap { ActionCall(json: $0) }, askedAt: Instant(microseconds: at),
        isRepeated: json["confirmation"]["repeated"].bool ?? false)
    }
    if let call = ActionCall(json: json["last"]["call"]), let at = json["last"]["at"].int64 {
      last = Last(
        call: call, inverse: ActionCall(json: json["last"]["inverse"]), at: Instant(microseconds: at),
        besides: (json["last"]["besides"].array ?? []).compactMap { ActionCall(json: $0) },
        before: ActionCall(json: json["last"]["before"]))
    }
    if let message = json["heard"]["message"].string, let at = json["heard"]["at"].int64 {
      heard = Heard(message: message, at: Instant(microseconds: at))
    }
    if let kind = json["received"]["kind"].string.flatMap(InboundMessage.Media.Kind.init(rawValue:)),
      let at = json["received"]["at"].int64
    {
      received = Received(kind: kind, album: json["received"]["album"].string, at: Instant(microseconds: at))
    }
  }
}

extension Dialogue.Question {
  fileprivate var json: JSON {
    var object: JSONObject = [
      "call": call.json, "parameter": .string(parameter), "askedAt": .integer(askedAt.microseconds),
      "resumed": .integer(Int64(resumed)), "unanswered": JSON(unanswered),
      "options": .array(options.map(\.json)),
    ]
    object.put("replacing", replacing?.json)
    return .object(object)
  }

  fileprivate init?(json: JSON) {
    guard let call = ActionCall(json: json["call"]), let parameter = json["parameter"].string,
      let at = json["askedAt"].int64
    else { return nil }
    self.init(call: call, parameter: parameter, askedAt: Instant(microseconds: at))
    resumed = Int(json["resumed"].int64 ?? 0)
    unanswered = json["unanswered"].int ?? 0
    options = (json["options"].array ?? []).compactMap { Option(json: $0) }
    replacing = ActionCall(json: json["replacing"])
  }
}

extension Dialogue.Recent {
  fileprivate var json: JSON {
    ["call": call.json, "things": .array(things.map { .string($0) }), "at": .integer(at.microseconds)]
  }

  fileprivate init?(json: JSON) {
    guard let call = ActionCall(json: json["call"]), let at = json["at"].int64 else { return nil }
    self.init(
      call: call, things: (json["things"].array ?? []).compactMap(\.string), at: Instant(microseconds: at))
  }
}

extension Dialogue.Offer {
  fileprivate var json: JSON {
    [
      "call": call.json, "button": .string(button), "buttons": JSON(buttons), "at": .integer(at.microseconds),
    ]
  }

  fileprivate init?(json: JSON) {
    guard let call = ActionCall(json: json["call"]), let button = json["button"].string, let at = json["at"].int64
    else { return nil }
    self.init(
      call: call, button: button, buttons: (json["buttons"].array ?? []).compactMap(\.string),
      at: Instant(microseconds: at))
  }
}

extension Dialogue.Question.Option {
  fileprivate var json: JSON { ["label": .string(label), "call": call.json] }

  fileprivate init?(json: JSON) {
    guard let label = json["label"].string, let call = ActionCall(json: json["call"]) else { return nil }
    self.init(label: label, call: call)
  }
}

package enum ConversationMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "conversation", number: 1,
      sql: [
        """
        CREATE TABLE dialogues (
          tenant TEXT NOT NULL, conversation TEXT NOT NULL, person TEXT NOT NULL, state TEXT NOT NULL,
          updated_at INTEGER NOT NULL, PRIMARY KEY (tenant, conversation, person)) STRICT
        """,
        """
        CREATE TABLE taught (
          tenant TEXT NOT NULL, id TEXT NOT NULL, language TEXT NOT NULL, intent TEXT NOT NULL, example TEXT NOT NULL,
          taught_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX taught_once ON taught (tenant, language, intent, example)",
      ]),
    Migration(
      room: "conversation", number: 2,
      sql: [
        """
        CREATE TABLE rings (
          tenant TEXT NOT NULL, person TEXT NOT NULL, buttons TEXT NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (tenant, person)) STRICT
        """
      ]),
  ]
}

extension Transaction {
  func save(_ dialogue: Dialogue, conversation: String, person: PersonID) throws {
    try execute(
      """
      INSERT INTO dialogues (tenant, conversation, person, state, updated_at) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, conversation, person) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
      """, conversation, person, dialogue.stored, now)
  }
}

extension TenantStore {
  func dialogue(conversation: String, person: PersonID) async throws -> Dialogue {
    try await read { reader in
      let state = try reader.first(
        "SELECT state FROM dialogues WHERE tenant = :tenant AND conversation = ? AND person = ?", conversation, person
      ) { $0.text(0) }
      // a row from an older program that no longer fits is a fresh dialogue, not an error
      return state.flatMap { Dialogue(stored: $0) } ?? Dialogue()
    }
  }
}
