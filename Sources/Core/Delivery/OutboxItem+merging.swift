import Messages

/// Words that wait for the pace of a chat leave as one message, each with a row and an outcome of its own.
extension OutboxItem {
  /// UTF-16 units; with its marks the text stays one message on every platform.
  static let mergeLimit = 3_500
  /// The ids of so many fit into what a platform sends back.
  static let mostMerged = 10

  /// Words and nothing else, not sent yet in part or perhaps.
  var mayMerge: Bool {
    version == 0 && urgency != .emergency && !isUncertain && piecesSent == 0 && message.buttons.isEmpty
      && message.picture == nil
      && message.location == nil
  }

  /// One message with the words of all.
  func merged(with others: [OutboxItem]) -> OutboxItem {
    guard !others.isEmpty else { return self }
    let all = [self] + others
    var message = message
    message.text = StyledText.joined(all.map(\.message.text))
    return OutboxItem(
      tenant: tenant, id: all.map(\.id).joined(separator: ","), person: person, address: address, chat: chat,
      message: message, urgency: urgency, dueAt: dueAt, createdAt: createdAt, attempts: attempts)
  }
}
