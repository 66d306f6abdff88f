import Actions
import Messages
import People

/// Messages of pictures alone: "🙏", "❤️", "😢". They ask for nothing, and somebody who sends one wants no list of what can be asked.
extension Conversation {
  /// Sent back as they came.
  private static let warm = Set(
    "🙏❤️❤💛💚💙💜🧡🥰😍😘😊☺️🙂😀😄😁😇🤗🌹💐🌸🌺🌻🌼🎉🥳👏🙌💪🪔✨🌞☀️🎂😎🤝👋😋")
  private static let amused = Set("😂🤣😆😅😜😝😉")
  private static let sad = Set("😢😭😔😞😟☹️🙁😥😰😩😫💔🤒🤕😷🤢🤮🥺😣😖")

  /// - Returns: `nil` where there are words, or pictures that say nothing of how somebody is.
  func answer(toPictures text: String, _ person: Person) -> Say? {
    let pictures = text.filter { !$0.isWhitespace }
    guard let first = pictures.first, pictures.count <= 12 else { return nil }
    if pictures.allSatisfy(Self.warm.contains) { return Say.words(String(first)) }
    if pictures.allSatisfy({ Self.warm.contains($0) || Self.amused.contains($0) }) { return Say.words("😄") }
    guard pictures.allSatisfy(Self.sad.contains) else { return nil }
    let isCared = isLookedAfter(person) && parts.runner.registry["emergency.alert"] != nil
    return Say(
      "smalltalk.sad", buttons: isCared ? [Say.Button("care.button.help", action: "emergency.alert")] : [])
  }

  /// What is answered to a file without words: nobody is told that it is there when it is not kept.
  func said(of media: InboundMessage.Media, in message: InboundMessage) -> Say {
    Say(
      parts.hearing?.isTooLarge(message) == true ? "dialogue.media.too_large" : "dialogue.media.\(media.kind.rawValue)")
  }
}
