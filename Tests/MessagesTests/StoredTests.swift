import Base
import Formats
import Testing

@testable import Messages

@Suite("Rows of the inbox and the outbox")
struct StoredTests {
  /// As the first version wrote them, through Swift's own coders.
  static let inboxRows = [
    #"""
    {"chat":"42","content":{"text":{"_0":"வணக்கம்"}},"externalID":"7","from":{"account":"1","door":"telegram","user":"42"},
    "isGroup":false,"kind":"update","senderName":"L","sentAt":1764000000000000,"languageHint":"ta","messageID":"9"}
    """#,
    #"""
    {"chat":"42","content":{"press":{"data":"abc"}},"externalID":"8","from":{"account":"","door":"web","user":"42"},
    "isGroup":false,"kind":"update","senderName":"","scopes":["read","write"],"alias":{"account":"","door":"web","user":"x"}}
    """#,
    #"""
    {"chat":"4","content":{"location":{"_0":{"latitude":13.08,"longitude":80.27},"accuracyMetres":12.5,"isLive":true}},
    "edits":"3","externalID":"9","from":{"account":"1","door":"telegram","user":"4"},"isGroup":true,"kind":"u","senderName":""}
    """#,
    #"""
    {"chat":"4","content":{"media":{"_0":{"bytes":99,"handle":"h","kind":"voice","type":"audio/ogg"}}},"answers":"2",
    "externalID":"10","from":{"account":"1","door":"telegram","user":"4"},"isGroup":false,"kind":"u","senderName":""}
    """#,
    #"""
    {"chat":"4","content":{"contact":{"name":"A","phone":"1"}},"externalID":"11",
    "from":{"account":"1","door":"telegram","user":"4"},"isGroup":false,"kind":"u","senderName":""}
    """#,
    #"""
    {"chat":"4","content":{"unsupported":{"_0":"dice"}},"externalID":"12",
    "from":{"account":"1","door":"telegram","user":"4"},"isGroup":false,"kind":"u","senderName":""}
    """#,
  ]

  @Test("what an older program left waiting is read whole", arguments: inboxRows)
  func oldRows(_ text: String) throws {
    let old = try JSON.parse(text)
    let message = try #require(InboundMessage(json: old))
    #expect(message.json == old)
  }

  @Test("what is not of the shape is no message", arguments: ["", "{}", "[1]", #"{"from":{"door":"a"},"chat":"b"}"#])
  func broken(_ text: String) { #expect(InboundMessage(stored: text) == nil) }

  @Test("a rendered message survives its row")
  func outbound() throws {
    let message = OutboundMessage(
      text: StyledText("Take *it*", runs: [.init(start: 5, length: 4, style: .bold)]),
      buttons: [.init(id: "a1", label: "Taken")], picture: "p", location: Coordinate(latitude: 1.5, longitude: -2))
    #expect(OutboundMessage(stored: message.stored) == message)
    let old =
      #"{"buttons":[{"id":"a","label":"b"}],"text":{"runs":[{"length":1,"start":0,"style":"code"}],"text":"x"}}"#
    #expect(OutboundMessage(stored: old)?.text.runs == [.init(start: 0, length: 1, style: .code)])
    #expect(OutboundMessage(stored: #"{"buttons":[]}"#) == nil)
  }
}
