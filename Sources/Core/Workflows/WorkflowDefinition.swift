import Base
package import Formats
package import Time

/// A workflow as its file describes it: what starts it, what it is given, and its steps. See Docs/workflows.md.
package struct WorkflowDefinition: Sendable {
  package enum Start: Sendable {
    /// By a person, a button or another workflow only.
    case manual
    /// At each time of a rule (RFC 5545), in the owner's zone.
    case every(RecurrenceRule, at: CivilTime)
    /// When something happened in the house; the event's payload is `event`.
    case event(String, when: Expression?)
  }

  package struct Input: Sendable {
    /// What a person may write for it; text where neither its file nor its usual value says more.
    package enum Kind: String, Sendable, CaseIterable { case text, number, time, duration, yes, list, object }

    package let name: String
    package let summary: String
    package let isRequired: Bool
    package let initial: JSON
    package let kind: Kind
  }

  package let name: String
  package let version: Int
  package let title: String
  package let summary: String
  /// Which personas may start it; all when empty.
  package let personas: [String]
  package let starts: [Start]
  /// What each of the starts gives the run, in the same order.
  package let startInputs: [JSONObject]
  package let inputs: [Input]
  package let steps: [WorkflowStep]
  /// The steps whose answer in words another one quotes as `said.ID`.
  package let quoted: Set<String>
  /// How long a run may take in all.
  package let deadline: Duration?
  /// SHA-256 of the source, hexadecimal: a run keeps the definition that it began with.
  package let hash: String
  /// As it was written.
  package let source: String

  /// The step of a key such as `ask`, `each[2]/tell` or `choose.1/stop`.
  package func step(at key: String) -> WorkflowStep? {
    var steps = steps
    var found: WorkflowStep?
    for part in key.split(separator: "/") {
      let id = part.prefix { $0 != "[" && $0 != "." }
      guard let step = steps.first(where: { $0.id == id }) else { return nil }
      found = step
      switch step.kind {
      case .each(let loop): steps = loop.steps
      case .choose(let branches):
        let index = part.lastIndex(of: ".").flatMap { Int(part[part.index(after: $0)...]) }
        steps = index.flatMap { branches.indices.contains($0) ? branches[$0].steps : nil } ?? []
      default: steps = []
      }
    }
    return found
  }
}

/// One step.
package struct WorkflowStep: Sendable {
  /// A loop goes over no more: a longer list is an error, not cut short.
  static let longestList = 10_000

  package indirect enum Kind: Sendable {
    /// Calls an action of the house, by the one `Runner`: policy, confirmation and audit are as everywhere.
    case action(String, Template)
    case http(HTTPCall)
    /// Something else outside of the house that no action does.
    case call(OutsideCall)
    /// Swift code of the program, by its name.
    case compute(String, Template)
    /// Writes to a person of the house.
    case tell(to: Template?, text: Wording)
    case wait(Wait)
    /// Asks a person for a yes.
    case approve(Approval)
    /// For each element of a list.
    case each(Loop)
    /// The first branch whose condition holds.
    case choose([Branch])
    /// Another workflow, waited for.
    case workflow(String, Template)
    /// Values, for later steps.
    case set(Template)
    /// Ends the run here; a failure where it says so.
    case stop(reason: Template?, fails: Bool)
  }

  package struct HTTPCall: Sendable {
    package let method: String
    /// Whose address and credential are used; `url` is then a path there.
    package let connector: String?
    package let url: Template
    package let headers: [(String, Template)]
    package let body: Template?
    /// An answer of 404 or 500 is a result like any other, and no failure.
    package let takesAnyStatus: Bool
  }

  package struct OutsideCall: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
      /// An e-mail to any address: `to`, `subject`, `text`.
      case mail
      /// A question to the language model: `rules`, `text`.
      case model
      /// One statement to a database: `connector`, `query`, `values`.
      case sql
    }
    package let kind: Kind
    package let fields: [(name: String, value: Template)]
  }

  package struct Wait: Sendable {
    /// How long at most; for ever where neither is given.
    package let duration: Template?
    package let until: Template?
    /// A signal that ends it before.
    package let signal: Template?
  }

  package struct Approval: Sendable {
    package let what: Wording
    /// The person to ask; who the run is for when left out.
    package let who: Template?
    /// How long the question stands; then the answer is no.
    package let duration: Duration
    /// Whether a no ends the run (by itself), or is a value for later steps.
    package let stopsOnNo: Bool
  }

  package struct Loop: Sendable {
    package let list: Expression
    /// What an element is called in the steps inside.
    package let name: String
    package let sideBySide: Int
    package let steps: [WorkflowStep]
  }

  package struct Branch: Sendable {
    /// `nil` is otherwise.
    package let condition: Expression?
    package let steps: [WorkflowStep]
  }

  package enum Compensation: Sendable {
    case action(String, Template)
    case http(HTTPCall)
  }

  package struct Retry: Sendable, Hashable {
    /// Tries in all.
    package var times: Int
    package var pause: Duration
    package var factor: Double
    package var longest: Duration
    /// How long after the first try another may begin.
    package var budget: Duration?
    package static let none = Retry(times: 1, pause: .seconds(5), factor: 2, longest: .hours(1))
    package static let network = Retry(times: 5, pause: .seconds(5), factor: 3, longest: .hours(1))

    /// The pause after the given number of tries.
    package func pause(after tries: Int) -> Duration {
      let seconds = (1..<max(tries, 1)).reduce(pause.seconds) { pause, _ in pause * factor }
      return min(longest, .microseconds(Int64(min(seconds, longest.seconds) * 1e6)))
    }
  }

  package let id: String
  /// What people read in its place.
  package let title: String?
  /// What must be settled before; the step before it where the file does not say.
  package let needs: [String]
  package let condition: Expression?
  package let kind: Kind
  package let retry: Retry
  /// How long one try may take.
  package let deadline: Duration?
  /// What takes it back when a later step fails.
  package let compensation: Compensation?
  /// How often it may begin, over all runs.
  package let rate: WorkflowRate?
  /// Who decides about the call that it makes.
  package let crew: String?
  /// A failure is a value for later steps and does not end the run.
  package let goesOn: Bool
  package let line: Int

  /// The values that it keeps or hands on.
  var given: Template? {
    switch kind {
    case .set(let values): values
    case .action(_, let arguments): arguments
    case .compute(_, let values): values
    case .workflow(_, let inputs): inputs
    case .http(let call): call.body
    default: nil
    }
  }

  /// Whether something is done about it when a later step fails: what it names, and in a workflow inside whatever that does.
  var isTakenBack: Bool {
    if case .workflow = kind { return true }
    return compensation != nil
  }

  /// What is handed to the action that it calls.
  var arguments: Template? { if case .action(_, let arguments) = kind { arguments } else { nil } }
}
