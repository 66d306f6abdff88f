import Actions
import Formats
import Messages
import People
import Understanding

/// What begins with a slash. A messenger sends `/start` when somebody opens the chat, with whatever code stood in the link
/// that led there; it greets, asks for nothing and proves nothing.
extension Conversation {
  /// The actions of a command whose words mean something else, or nothing, as a sentence.
  static func intents(of text: String) -> [String]? {
    guard text.utf8.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "/") else { return nil }
    return switch text.split(whereSeparator: \.isWhitespace).first?.lowercased() {
    case "/start": ["smalltalk.greet", "assistant.help"]
    case "/help": ["assistant.help"]
    // a messenger's own words for leaving take nothing back
    case "/stop", "/quit", "/exit": ["smalltalk.bye"]
    case "/testalarm": ["emergency.test"]
    case "/devices": ["session.list"]
    case "/doors": ["doors.health"]
    case "/family": ["care.family"]
    default: nil
    }
  }

  /// Any other command as the words it is made of: `/list_reminders` is "list reminders".
  static func words(of text: String) -> String {
    guard text.hasPrefix("/"), let command = text.split(whereSeparator: \.isWhitespace).first,
      command.dropFirst().allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else { return text }
    return command.dropFirst().replacing("_", with: " ") + String(text.dropFirst(command.count))
  }

  /// `/nope` is no "no", and `/lunch` asks for nothing: a command that is none of ours, and whose words mean nothing either.
  func isUnknownCommand(_ text: String, _ understood: Understood, _ dialogue: Dialogue) -> Bool {
    guard text.hasPrefix("/"), dialogue.question == nil, dialogue.confirmation == nil, dialogue.choices.isEmpty else {
      return false
    }
    return [.affirm, .deny, .again, .outOfScope].contains(understood.kind)
  }

  func unknownCommand(_ text: String, _ context: ActionContext) -> Say {
    var say = outOfScope(context)
    say.key = "dialogue.unknown_command"
    say.values["command"] = .text(String(text.prefix { !$0.isWhitespace }.prefix(40)))
    return say
  }

  /// "make a workflow that …": the goal goes to the planner whole, whatever requests it is made of.
  func draftPlan(
    _ goal: String, _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority
  ) async -> Draft {
    let intent = "workflow.plan"
    var draft = Draft(dialogue: dialogue, intent: intent, language: person.language)
    guard let context = context(for: person, door: conversation.door, conversation: conversation, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    guard context.persona.allows(intent) else {
      draft.say = outOfScope(context)
      return draft
    }
    let call = ActionCall(intent, goal.isEmpty ? [:] : ["goal": .string(goal)])
    // a yes that is said next must not be one to what was asked before
    setAside(for: intent, &draft)
    draft.prepared.append(await parts.runner.prepare(call, in: context))
    await resume(context, &draft)
    return draft
  }

  /// "approve 2X8TA5R3", "let TWYHXECX in as elder", or the code alone: the owner lets somebody in. A code is read as what
  /// it is before anything else could take it for a number or a name.
  static func pairing(_ text: String, personas: some Collection<String>) -> ActionCall? {
    // cheap, because each of the owner's messages is looked at
    guard mayHoldCode(text) else { return nil }
    let words = text.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let codes = words.filter { word in
      word.utf8.count == Pairing.codeLength
        && word.uppercased().allSatisfy("ABCDEFGHJKMNPQRSTUVWXYZ23456789".contains)
        && (word == word.uppercased() || word.contains(where: \.isNumber))
    }
    guard let code = codes.first, codes.count == 1, words.count <= 8 else { return nil }
    let others = words.filter { $0 != code }.map { $0.lowercased() }
    // alone, a word in capitals may be shouted
    guard others.isEmpty ? code.contains(where: \.isNumber) : letting.contains(others[0]) else { return nil }
    var call = ActionCall(ApprovePairing.name, ["code": .string(code.uppercased())])
    if let persona = others.first(where: personas.contains) { call.arguments["persona"] = .string(persona) }
    // "approve 2X8TA5R3 as me", "… it's me"
    if others.count > 1, others.last == "me" { call.arguments["person"] = "me" }
    return call
  }

  /// Some word of plain letters and digits as long as a code, with a digit or all in capitals.
  private static func mayHoldCode(_ text: String) -> Bool {
    var (length, small, digits) = (0, 0, 0)
    func isCode() -> Bool { length == Pairing.codeLength && (small == 0 || digits > 0) }
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39: (length, digits) = (length + 1, digits + 1)
      case 0x41...0x5A: length += 1
      case 0x61...0x7A: (length, small) = (length + 1, small + 1)
      default:
        if isCode() { return true }
        (length, small, digits) = (0, 0, 0)
      }
    }
    return isCode()
  }

  private static let letting: Set<String> = ["approve", "approved", "allow", "let", "accept", "admit", "pair", "code"]

  func draftCommand(
    _ calls: [ActionCall], _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority
  ) async -> Draft {
    var draft = Draft(dialogue: dialogue, intent: calls.first?.name, language: person.language)
    guard let context = context(for: person, door: conversation.door, conversation: conversation, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    for call in calls where context.persona.allows(call.name) {
      draft.prepared.append(await parts.runner.prepare(call, in: context))
    }
    if draft.prepared.isEmpty { draft.say = outOfScope(context) }
    return draft
  }
}
