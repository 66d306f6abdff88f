import Glibc

/// The platform and its users in one thread: 64 connections that post messages, and the Bot API that takes the answers.
///
/// It shares two cores with the program it measures, so it does little: prebuilt requests, one `select` a round.
final class LoadLoop {
  struct Results {
    var accepted = 0
    /// Told 503, and sent again.
    var refused = 0
    var answered = 0
    /// More answers than messages: none in an honest run.
    var unexpected = 0
    /// Bot API calls other than answers (typing, say).
    var otherCalls = 0
    var acknowledged: [Double] = []
    var answers: [Double] = []
    var firstSent = 0.0
    var lastAcknowledged = 0.0
    var lastAnswered = 0.0
  }

  private struct Client {
    var wire: Wire
    let chat: Int
    /// The message under way, since when, and what it says on the wire.
    var since: Double?
    var request: [UInt8] = []
    /// Moments of messages that wait for this connection or for another try.
    var queue: [Double] = []
    var notBefore = 0.0
    /// When each message without an answer was due, oldest first.
    var unanswered: [Double] = []
    var head = 0
  }

  static let firstChat = 5_000_001
  private static let hourglass = Array("⏳".utf8)
  private let texts: [String]
  private let path: String
  private let secret: String
  private let port: Int
  private let listener: Int32
  private var clients: [Client] = []
  private var servers: [Wire] = []
  private var update = 1_000
  private var messageID = 1
  private var waiting = 0
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private(set) var results = Results()

  /// - Parameter listener: where the program reaches the Bot API; already listening.
  init(port: Int, listener: Int32, path: String, secret: String, chats: Int, texts: [String]) throws {
    self.port = port
    self.listener = listener
    self.path = path
    self.secret = secret
    self.texts = texts
    for index in 0..<chats {
      clients.append(Client(wire: Wire(try Socket.connect(port: port)), chat: Self.firstChat + index))
    }
  }

  deinit {
    for client in clients { close(client.wire.descriptor) }
    for server in servers { close(server.descriptor) }
    scratch.deallocate()
  }

  func reset() { results = Results() }

  // MARK: Phases

  /// Every connection posts its next message as soon as the last was acknowledged.
  func saturate(seconds: Double) throws {
    let start = Stopwatch.now
    results.firstSent = start
    let end = start + seconds
    for index in clients.indices { clients[index].queue.append(start) }
    while true {
      let now = Stopwatch.now
      if now >= end, clients.allSatisfy({ $0.since == nil }) { break }
      if now >= end { for index in clients.indices { clients[index].queue = [] } }
      try round(until: min(now + 0.05, end)) { index, now in
        if now < end { self.clients[index].queue.append(now) }
      }
    }
    for index in clients.indices { clients[index].queue = [] }
  }

  /// Messages leave at their time, whether or not earlier ones were acknowledged: waiting counts as latency.
  func pace(perSecond: Double, seconds: Double) throws {
    let start = Stopwatch.now
    results.firstSent = start
    let count = Int(perSecond * seconds)
    var next = 0
    while next < count || clients.contains(where: { $0.since != nil || !$0.queue.isEmpty }) {
      let now = Stopwatch.now
      while next < count, start + Double(next) / perSecond <= now {
        clients[next % clients.count].queue.append(start + Double(next) / perSecond)
        next += 1
      }
      let due = next < count ? start + Double(next) / perSecond : now + 0.01
      try round(until: due) { _, _ in }
    }
  }

  /// Takes answers until none is missing or none came for a while.
  ///
  /// - Returns: how many never came.
  func drain(patience: Double) throws -> Int {
    var last = Stopwatch.now
    var seen = results.answered
    while waiting > 0, Stopwatch.now - last < patience {
      try round(until: Stopwatch.now + 0.05) { _, _ in }
      if results.answered != seen { (seen, last) = (results.answered, Stopwatch.now) }
    }
    let missing = waiting
    for index in clients.indices { (clients[index].unanswered, clients[index].head) = ([], 0) }
    waiting = 0
    return missing
  }

  // MARK: One round

  private func round(until deadline: Double, acknowledged: (Int, Double) -> Void) throws {
    let now = Stopwatch.now
    for index in clients.indices where clients[index].since == nil { try post(index, now) }
    var ready = Waiting()
    for client in clients { ready.add(client.wire.descriptor, isSending: client.wire.isSending) }
    for server in servers { ready.add(server.descriptor, isSending: server.isSending) }
    ready.add(listener, isSending: false)
    guard ready.wait(seconds: max(0, deadline - Stopwatch.now)) else { return }
    for index in clients.indices where ready.contains(clients[index].wire.descriptor) {
      try serveClient(index, acknowledged)
    }
    var gone: [Int] = []
    for index in servers.indices where ready.contains(servers[index].descriptor) {
      if !serveAPI(index) { gone.append(index) }
    }
    for index in gone.reversed() {
      close(servers[index].descriptor)
      servers.remove(at: index)
    }
    if ready.contains(listener) {
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        guard descriptor < Waiting.limit else {
          close(descriptor)
          break
        }
        Socket.prepare(descriptor)
        servers.append(Wire(descriptor))
      }
    }
  }

  private func post(_ index: Int, _ now: Double) throws {
    guard let due = clients[index].queue.first, clients[index].notBefore <= now else { return }
    clients[index].queue.removeFirst()
    clients[index].since = due
    if clients[index].request.isEmpty { clients[index].request = request(for: clients[index].chat) }
    // Before it is sent: the answer may overtake the acknowledgement.
    clients[index].unanswered.append(due)
    waiting += 1
    guard clients[index].wire.send(clients[index].request) else {
      throw BenchmarkError(.socket, "The server closed a connection of the load generator.")
    }
  }

  private func request(for chat: Int) -> [UInt8] {
    update += 1
    let text = texts[update % texts.count]
    let body = """
      {"update_id":\(update),"message":{"message_id":\(update),"from":{"id":\(chat),"is_bot":false,\
      "first_name":"Person","language_code":"en"},"chat":{"id":\(chat),"first_name":"Person","type":"private"},\
      "date":\(time(nil)),"text":"\(text)"}}
      """
    return Array(
      """
      POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
      X-Telegram-Bot-Api-Secret-Token: \(secret)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
      """.utf8)
  }

  private func serveClient(_ index: Int, _ acknowledged: (Int, Double) -> Void) throws {
    guard clients[index].wire.flush(), clients[index].wire.receive(into: scratch) else {
      throw BenchmarkError(.socket, "The server closed a connection of the load generator.")
    }
    while let message = clients[index].wire.next() {
      let now = Stopwatch.now
      let line = clients[index].wire.input[message.head]
      let status = clients[index].wire.number(from: line.startIndex + 9, to: line.endIndex)
      guard let due = clients[index].since else { continue }
      clients[index].since = nil
      if (200..<300).contains(status) {
        results.accepted += 1
        results.acknowledged.append(now - due)
        results.lastAcknowledged = now
        clients[index].request = []
        acknowledged(index, now)
      } else if status == 503 || status == 429 {
        results.refused += 1
        clients[index].unanswered.removeLast()
        waiting -= 1
        clients[index].queue.insert(due, at: 0)
        clients[index].notBefore = now + 0.1
      } else {
        throw BenchmarkError(.failed, "The webhook answered \(status).")
      }
      try post(index, now)
    }
  }

  private func serveAPI(_ index: Int) -> Bool {
    guard servers[index].flush(), servers[index].receive(into: scratch) else { return false }
    while let message = servers[index].next() {
      let wire = servers[index]
      let answer: String
      if wire.find(Array("/sendMessage".utf8), from: message.head.lowerBound, to: message.head.upperBound) != nil {
        var chat = 0
        if let at = wire.find(Array("chat_id".utf8), from: message.body.lowerBound, to: message.body.upperBound) {
          chat = wire.number(from: at, to: message.body.upperBound)
        }
        // An hourglass tells how long an answer takes; it is taken back and answers nothing.
        let isProgress =
          wire.find(Self.hourglass, from: message.body.lowerBound, to: message.body.upperBound) != nil
        if isProgress { results.otherCalls += 1 } else { answered(chat) }
        messageID += 1
        answer = """
          {"ok":true,"result":{"message_id":\(messageID),"from":{"id":42,"is_bot":true,"first_name":"Bot"},\
          "chat":{"id":\(chat),"first_name":"Person","type":"private"},"date":\(time(nil)),"text":"."}}
          """
      } else if wire.find(Array("/getMe".utf8), from: message.head.lowerBound, to: message.head.upperBound) != nil {
        answer = #"{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Bot","username":"bench_bot"}}"#
      } else {
        results.otherCalls += 1
        answer = #"{"ok":true,"result":true}"#
      }
      let response =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"
      guard servers[index].send(Array(response.utf8)) else { return false }
    }
    return true
  }

  private func answered(_ chat: Int) {
    let now = Stopwatch.now
    let index = chat - Self.firstChat
    guard clients.indices.contains(index), clients[index].head < clients[index].unanswered.count else {
      results.unexpected += 1
      return
    }
    results.answers.append(now - clients[index].unanswered[clients[index].head])
    results.answered += 1
    results.lastAnswered = now
    waiting -= 1
    clients[index].head += 1
    if clients[index].head == clients[index].unanswered.count {
      clients[index].unanswered.removeAll(keepingCapacity: true)
      clients[index].head = 0
    }
  }
}
