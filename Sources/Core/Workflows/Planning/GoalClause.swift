import Formats
import Messages

/// One part of a goal, by how it was said; what it means is for the planner to find out.
struct GoalClause: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// "every monday at 9".
    case every(String)
    /// "when a task is overdue".
    case event(String)
    /// "wait 3 days", "until she replies"; or unless it comes.
    case wait(String, signal: String?, isUnless: Bool)
    /// "tomorrow at 6 pm", before what is told or asked then.
    case moment(String)
    /// "2 hours later", with all its words: what follows may take them for its own time.
    case delay(String, said: String)
    /// "ask me whether to pay"; `nil` is whoever wants the plan.
    case approve(who: String?, what: String)
    /// "tell Amma that dinner is ready".
    case tell(who: String?, what: String)
    /// "for each of them": of what came before; or of a list that is named.
    case each(String)
    /// Something to do.
    case act(String)
    /// Words of which it is known what is wrong with them.
    case unclear(String, WorkflowProposal.Mistake)
  }

  indirect enum Condition: Sendable, Hashable {
    case any, none
    case more(Double)
    case less(Double)
    /// Words that only a person can judge.
    case words(String)
    /// By what somebody answered who was asked before.
    case answered(Bool)
    /// What was looked at before is not so.
    case not(Condition)
    /// "otherwise" where nothing was looked at: the answer was no, or what was waited for came.
    case otherwise

    /// Within the line of a plan.
    var say: Say {
      switch self {
      case .any: Say("workflow.if.any")
      case .none: Say("workflow.if.none")
      case .more(let number): Say("workflow.if.more", ["number": Self.value(number)])
      case .less(let number): Say("workflow.if.less", ["number": Self.value(number)])
      case .words(let text): Say("workflow.if.so", ["words": .text(text)])
      case .answered(true): Say("workflow.if.yes")
      case .answered(false): Say("workflow.if.no")
      case .not, .otherwise: Say("workflow.if.otherwise")
      }
    }

    private static func value(_ number: Double) -> Say.Value { .text(Expression.words(Expression.number(number))) }
  }

  var kind: Kind
  /// Holds for this part alone, or, where the sentence began with it, for all that follow in it.
  var condition: Condition?
  /// The first part of a piece that "then" or the end of a sentence parts from those before.
  var beginsPiece = false
  /// A comma, a "then" or the beginning stands before it, and not a bare "and".
  var isParted = false

  /// Nothing is done in it.
  var isPause: Bool {
    switch kind {
    case .wait, .delay, .moment: true
    default: false
    }
  }
}

/// What the readers of messages know of a few words.
struct GoalValues: Sendable {
  /// "3 days", "மூணு நாள்"; a bare number is none.
  let isLength: @Sendable (String) -> Bool
  let number: @Sendable (String) -> Double?
  let isPerson: @Sendable (String) -> Bool
  /// "tomorrow at 6 pm", every word of it; what comes again and again is none.
  var isMoment: @Sendable (String) -> Bool = { _ in false }
}
