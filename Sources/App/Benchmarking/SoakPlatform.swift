import Glibc

/// The platform in a soak: it posts what people write, takes what they are told, and keeps who was told what.
///
/// One thread; while it waits for anything it serves the Bot API as well.
final class SoakPlatform {
  /// Of one reminder: when it is due, and when it was told after that.
  struct Reminder {
    let due: Double
    var told: [Double] = []
    var isConfirmed = false
  }

  private let port: Int
  private let listener: Int32
  private var client: Wire?
  private var servers: [Wire] = []
  private var update = 1_000
  private var messageID = 1
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private(set) var reminders: [Reminder] = []

  init(port: Int, listener: Int32) {
    self.port = port
    self.listener = listener
  }

  deinit {
    hangUp()
    for server in servers { close(server.descriptor) }
    scratch.deallocate()
  }

  /// Closes the connection of people, before the program is restarted.
  func hangUp() {
    if let client { close(client.descriptor) }
    client = nil
  }

  /// Somebody asks to be reminded; returns when that was acknowledged.
  func ask(chat: Int, minutes: Int) throws {
    try ask(chat: chat, when: "in \(minutes) minutes", due: Stopwatch.now + Double(minutes) * 60)
  }

  /// - Parameters:
  ///   - moment: the words for when.
  ///   - due: the same by the stopwatch.
  func ask(chat: Int, when moment: String, due: Double) throws {
    let number = reminders.count
    update += 1
    reminders.append(Reminder(due: due))
    let body = """
      {"update_id":\(update),"message":{"message_id":\(update),"from":{"id":\(chat),"is_bot":false,\
      "first_name":"Person","language_code":"en"},"chat":{"id":\(chat),"first_name":"Person","type":"private"},\
      "date":\(time(nil)),"text":"remind me \(moment) to check pump \(number)"}}
      """
    let request = """
      POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
      X-Telegram-Bot-Api-Secret-Token: \(BenchmarkHome.secret)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
      """
    if client == nil { client = Wire(try Socket.connect(port: port)) }
    guard client?.send(Array(request.utf8)) == true else { throw lost() }
    let end = Stopwatch.now + 30
    while Stopwatch.now < end {
      try serve(seconds: 0.05)
      guard let message = client?.next(), let wire = client else { continue }
      let status = wire.number(from: message.head.lowerBound + 9, to: message.head.upperBound)
      guard (200..<300).contains(status) else { throw BenchmarkError(.failed, "The webhook answered \(status).") }
      return
    }
    throw BenchmarkError(.failed, "The webhook did not answer within 30 s.")
  }

  private func lost() -> BenchmarkError { BenchmarkError(.socket, "The server closed the connection of the people.") }

  /// Serves the Bot API for so long, or until something came.
  func serve(seconds: Double) throws {
    var ready = Waiting()
    if let client { ready.add(client.descriptor, isSending: client.isSending) }
    for server in servers { ready.add(server.descriptor, isSending: server.isSending) }
    ready.add(listener, isSending: false)
    guard ready.wait(seconds: seconds) else { return }
    if let descriptor = client?.descriptor, ready.contains(descriptor) {
      guard client?.flush() == true, client?.receive(into: scratch) == true else { throw lost() }
    }
    var gone: [Int] = []
    for index in servers.indices where ready.contains(servers[index].descriptor) {
      if !answer(index) { gone.append(index) }
    }
    for index in gone.reversed() { close(servers.remove(at: index).descriptor) }
    guard ready.contains(listener) else { return }
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0, descriptor < Waiting.limit else { break }
      Socket.prepare(descriptor)
      servers.append(Wire(descriptor))
    }
  }

  private func answer(_ index: Int) -> Bool {
    guard servers[index].flush(), servers[index].receive(into: scratch) else { return false }
    while let message = servers[index].next() {
      let wire = servers[index]
      let isText =
        wire.find(Array("/sendMessage".utf8), from: message.head.lowerBound, to: message.head.upperBound) != nil
      if isText { note(wire, message.body) }
      messageID += 1
      let result =
        isText
        ? #"{"message_id":\#(messageID),"chat":{"id":1,"type":"private"},"date":\#(time(nil))}"#
        : #"{"id":42,"is_bot":true,"first_name":"Bot","username":"soak_bot"}"#
      let body = #"{"ok":true,"result":\#(result)}"#
      let response =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      guard servers[index].send(Array(response.utf8)) else { return false }
    }
    return true
  }

  /// Every reminder that a message names: the first time as the answer, from then on as told.
  private func note(_ wire: Wire, _ body: Range<Int>) {
    let word = Array("check pump ".utf8)
    var at = body.lowerBound
    while let found = wire.find(word, from: at, to: body.upperBound) {
      at = found + word.count
      let number = wire.number(from: at, to: body.upperBound)
      guard reminders.indices.contains(number) else { continue }
      if reminders[number].isConfirmed {
        reminders[number].told.append(Stopwatch.now)
      } else {
        reminders[number].isConfirmed = true
      }
    }
  }
}
