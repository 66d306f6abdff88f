/// Pictures that call for help where nothing else is said.
extension EmergencyDetector {
  /// A picture that calls by itself (🆘), and its group.
  struct Sign: Sendable {
    var hash: UInt64
    var group: Int
  }

  /// "🆘", "🆘 amma": beside a picture that calls stand at most small words.
  func sign(in sentence: Sentence) -> EmergencyMatch? {
    for (index, token) in sentence.tokens.enumerated() where token.kind == .symbol && token.foldedLength > 2 {
      guard let sign = signs.first(where: { $0.hash == token.hash }),
        sentence.tokens.allSatisfy({ $0.kind == .symbol || fillers.contains($0.skeleton) })
      else { continue }
      let group = groups[sign.group]
      return EmergencyMatch(
        what: group.what, language: group.language, span: sentence.span(of: index..<(index + 1)),
        text: sentence.text(of: index..<(index + 1)))
    }
    return nil
  }
}
