package import Base
package import Formats
package import Messages
package import Store

/// One thing the assistant can do, declared once; every door derives its form from the declaration.
///
/// Parameters are `@Parameter` properties with names in lower camel case. `perform` is async and writes nothing: it
/// reads and computes, and returns a synchronous change that the `Runner` applies in the turn's transaction.
package protocol Action: Sendable, Decodable {
  /// `room.verb`, stable: scripts, intents and audit lines use it.
  static var name: String { get }
  /// One plain sentence, as help texts and tool schemas show it.
  static var summary: String { get }
  static var effect: Effect { get }
  /// Whether people and models may find it in the catalogue; inverses used only by undo are hidden.
  static var isHidden: Bool { get }
  /// Of which of the tenant's lists (`EntityList.name`) its data has rows, each with an `id`: what needs one of them can
  /// follow it in a plan.
  static var gives: String? { get }

  init()
  func perform(in context: ActionContext) async throws -> ActionResult
  /// What to ask before it is done, where the policy wants a yes; it may refuse what could not be done anyway.
  ///
  /// Whether only a person may do it, never an agent or a workflow on somebody's behalf: it gives access or consent, or hands
  /// out what is private.
  static var isForPeopleAlone: Bool { get }
  /// - Returns: `nil` for the standard question made of the arguments.
  func confirmation(in context: ActionContext) async throws -> Say?
  /// How much money it is about, where somebody must agree to it; it may refuse what could not be done anyway.
  func worth(in context: ActionContext) async throws -> Worth
}

/// How much money a call is about.
package enum Worth: Sendable, Hashable {
  /// The largest amount among its arguments, where it costs money and nothing among them multiplies that.
  case stated
  case money(Money)
  /// Known only when it is done.
  case unknown
}

extension Action {
  package static var isHidden: Bool { false }
  package static var isForPeopleAlone: Bool { false }
  package static var gives: String? { nil }
  package func confirmation(in context: ActionContext) async throws -> Say? { nil }
  package func worth(in context: ActionContext) async throws -> Worth { .stated }
}

/// What running an action does to the world; the persona's policy decides by it what must be confirmed.
package enum Effect: String, Sendable, Codable, CaseIterable {
  case read, write
  /// Reaches a third party.
  case outbound
  /// Costs or moves money (paper money too: the habit matters).
  case money
}

/// A call of an action by name, as a button, an undo, a workflow step or an agent's proposal holds it.
package struct ActionCall: Sendable, Hashable {
  package var name: String
  package var arguments: JSONObject
  package init(_ name: String, _ arguments: JSONObject = [:]) {
    self.name = name
    self.arguments = arguments
  }
}

extension ActionCall: JSONStored {
  package var json: JSON { ["name": .string(name), "arguments": .object(arguments)] }

  package init?(json: JSON) {
    guard let name = json["name"].string else { return nil }
    self.init(name, json["arguments"].object ?? [:])
  }
}

/// What a committed change tells: the words, the data for programs, and the call that undoes it.
package struct Outcome: Sendable {
  package var say: Say
  package var data: JSON
  package var inverse: ActionCall?
  /// The change commits and the call has failed all the same: a wrong code must count.
  package var refusal: ActionError?
  /// Nothing was done yet: the approval that was asked for. `approval.settled` tells what became of it.
  package var awaiting: String?
  /// What the audit log keeps instead of the call, where the call itself names what must not be kept.
  package var audited: ActionCall?
  /// Names that are forgotten with it: the words of the turn that asked for it are not kept where they hold one.
  package var unsaid: [String] = []

  package init(_ say: Say, data: JSON = .null, inverse: ActionCall? = nil, audited: ActionCall? = nil) {
    self.say = say
    self.data = data
    self.inverse = inverse
    self.audited = audited
  }

  /// What the change wrote is kept, and the person is told the error.
  package static func refused(_ error: ActionError) -> Outcome {
    var outcome = Outcome(error.say)
    outcome.refusal = error
    return outcome
  }
}

/// What `perform` returns.
package struct ActionResult: Sendable {
  package typealias Change = @Sendable (inout Transaction) throws -> Outcome

  package enum Kind: Sendable {
    case answer(Outcome)
    case change(Change)
    /// More is needed from the person before it can be done (which of two, a missing detail).
    case ask(Say, parameter: String)
  }
  package let kind: Kind

  /// Nothing changes; here is the answer.
  package static func answer(_ say: Say, data: JSON = .null) -> ActionResult {
    ActionResult(kind: .answer(Outcome(say, data: data)))
  }
  /// To be applied in the turn's transaction; checks that decide stand inside. A throw undoes the whole turn.
  package static func change(_ change: @escaping Change) -> ActionResult { ActionResult(kind: .change(change)) }
  /// Asks the person for a parameter, with a question more telling than the standard one.
  package static func ask(_ say: Say, parameter: String) -> ActionResult {
    ActionResult(kind: .ask(say, parameter: parameter))
  }
}

/// Why an action could not be done. The `say` is what a person reads, in their language.
package struct ActionError: SpeakingError {
  package let code: String
  /// In the words of the code, unless the action has better ones.
  package var say: Say
  package let field: String?
  package let sentence: String
  /// What a yes would answer, where that is all that is missing.
  package var question: Say?

  /// - Parameters:
  ///   - code: `room.fact`; also the key of the reply files (`errors.room.fact` is not needed: the code is the key).
  ///   - sentence: English, for programs, logs and as the fallback.
  package init(_ code: String, _ values: [String: Say.Value] = [:], sentence: String, field: String? = nil) {
    self.code = code
    self.say = Say(code, values)
    self.sentence = sentence
    self.field = field
  }
}
