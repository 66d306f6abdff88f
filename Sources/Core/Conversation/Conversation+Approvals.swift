import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Text
import Synchronization
import Understanding

/// What somebody types while a request waits for their yes at the approval desk. Words never agree: the request comes again with
/// its buttons.
extension Conversation {
  static let decision = "approval.decide"
  private static let requests = "approval.list"

  /// - Returns: the requests that wait for this person, where a short answer can only be about them.
  func requestsAgain(_ text: String, _ context: ActionContext, _ dialogue: Dialogue) async -> Runner.Prepared? {
    guard text.utf8.count <= 120, dialogue.question == nil, dialogue.confirmation == nil, dialogue.choices.isEmpty,
      context.authority.agent == nil, parts.runner.registry[Self.requests] != nil
    else { return nil }
    let words = Self.plainWords(text)
    let isDecision = Self.decisions.contains(words) || isLabel(words, context)
    guard isDecision || Self.answers.contains(words) && isAbout(context, dialogue),
      let waiting = try? await context.call(Self.requests).array,
      waiting.contains(where: { $0["may_decide"] == true })
    else { return nil }
    return await prepare(ActionCall(Self.requests), context)
  }

  /// Whether a mere yes or no is about a request: it was told or looked at last, or nothing else was done of late.
  private func isAbout(_ context: ActionContext, _ dialogue: Dialogue) -> Bool {
    guard dialogue.offer == nil, ring(for: context.actor, dialogue) == nil else { return false }
    if let asked = toldQuestion(context, dialogue) { return asked.buttons.contains { $0.action == Self.decision } }
    if let recent = dialogue.recent, recent.at >= dialogue.last?.at ?? .epoch {
      if recent.call.name == Self.requests { return true }
    }
    let latest = max(dialogue.recent?.at ?? .epoch, dialogue.last?.at ?? .epoch)
    return context.now - latest > .minutes(10)
  }

  /// The words of one of its buttons.
  private func isLabel(_ words: String, _ context: ActionContext) -> Bool {
    let key = context.persona.name + " " + context.language.code
    if let known = labels.withLock({ $0[key] }) { return known.contains(words) }
    var reader = parts.delivery.reader(context.actor)
    reader.language = context.language
    let made = Set(
      ["yes", "no", "always"].map { kind in
        let button = Say.Button("approval.button.\(kind)", action: Self.decision)
        return Self.plainWords(parts.delivery.replies.label(of: button, for: reader, now: context.now))
      })
    labels.withLock { $0[key] = made }
    return made.contains(words)
  }

  static func plainWords(_ text: String) -> String {
    let normal = Normaliser.normalise(text)
    if normal.utf8.allSatisfy({ $0 < 0x80 }) {
      return String(unsafeUninitializedCapacity: normal.utf8.count + 1) { buffer in
        var count = 0
        for byte in normal.utf8 {
          if (48...57).contains(byte) || (97...122).contains(byte) {
            buffer[count] = byte
            count += 1
          } else if count > 0, buffer[count - 1] != 32 {
            buffer[count] = 32
            count += 1
          }
        }
        return count > 0 && buffer[count - 1] == 32 ? count - 1 : count
      }
    }
    let kept = normal.unicodeScalars.map { scalar -> Character in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .spacingMark
        ? Character(scalar) : " "
    }
    return String(kept).split(separator: " ").joined(separator: " ")
  }

  private static func phrases(_ text: String) -> Set<String> {
    Set(text.split { $0 == "," || $0 == "\n" }.map { plainWords(String($0)) })
  }

  /// Words that decide a request and mean nothing else.
  private static let decisions = phrases(
    """
    agree, agreed, i agree, agree to it, agree to this, agree to all, agree to all of them, agree for 30 days, i do not agree
    refuse, refused, i refuse, refuse it, refuse this, refuse all, refuse all of them, reject, reject it, reject this, reject all
    deny, deny it, deny this, deny all, decline, decline it, allow, allow it, allow this, allow all, allow this for 30 days
    always allow, always allow it, always allow this, always agree, not this one, approve, approve it, approve this, approve all
    சம்மதம், சம்மதிக்கிறேன், ஒப்புக்கொள்கிறேன், அனுமதி, அனுமதிக்கிறேன், மறுக்கிறேன், மறு, இது வேண்டாம், எல்லாத்துக்கும் சரி, சம்மதமில்லை
    sammadham, sammatham, sammadhikiren, othukkaren, anumadhi, anumathi, marukkiren, idhu venam, idhu vendam, ellathukkum seri
    मंज़ूर, मंज़ूर है, मंजूर, मंजूर है, सहमत, सहमत हूँ, अनुमति है, इनकार, नामंज़ूर, नामंजूर, यह नहीं, ये वाला नहीं, सब मंज़ूर, सब मंजूर
    manzoor, manzoor hai, manjoor, manjoor hai, sahmat, sahmat hoon, anumati hai, inkaar, namanzoor, yeh nahi, ye wala nahi, sab manzoor
    """)

  /// Words that answer whatever was asked last.
  private static let answers = phrases(
    """
    yes, yes please, yes do it, yes to all, yeah, yep, ok, okay, ok do it, okay do it, do it, do it now, go ahead, sure, fine, always
    no, no thanks, no thank you, nope, not now, do not, don't, do not do it, don't do it, no to all, stop, cancel, cancel it
    சரி, ஆமா, ஆமாம், ஆம், சரி செய், செய், செய்யுங்க, செய்யுங்கள், வேண்டாம், வேணாம், இல்லை, இப்போ வேண்டாம், செய்யாதே
    seri, sari, aama, aamaa, aamam, aam, seri pannu, ok pannu, pannu, pannunga, venam, venaam, vendam, vendaam, illa, illai, ippo venam
    हाँ, हां, जी, जी हाँ, जी हां, ठीक है, कर दो, हाँ कर दो, हां कर दो, करो, नहीं, नही, मत करो, अभी नहीं, रहने दो
    haan, han, haa, ji, ji haan, theek hai, thik hai, kar do, haan kar do, karo, nahi, nahin, nai, mat karo, abhi nahi, rehne do, rahne do
    """)
}
