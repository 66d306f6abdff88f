import CCurl
import CLinux
import Glibc
import Synchronization

/// One request under way.
///
/// @unchecked Sendable: `cancelled` is atomic, `request`, `pin`, `sink` and `id` never change; everything else is
/// touched only on the engine's thread, where libcurl's callbacks run too.
final class Transfer: @unchecked Sendable {
  enum Sink: Sendable {
    case whole(OneAnswer<HTTPClientResponse>)
    case parts(PartQueue)
  }

  let id: UInt64
  let request: HTTPClientRequest
  /// The address a guarded request must connect to.
  let pin: IPAddress?
  let sink: Sink
  let cancelled = Atomic<Bool>(false)

  var handle: UnsafeMutableRawPointer?
  /// Hears of sockets that are opened.
  weak var engine: TransferEngine?
  var fields: UnsafeMutablePointer<curl_slist>?
  var route: UnsafeMutablePointer<curl_slist>?
  private var status = 0
  private var headers = HTTPHeaders()
  private var body: [UInt8] = []
  private(set) var isTooLarge = false
  private var headGiven = false
  /// How often libcurl was about to send the request.
  private(set) var attempts = 0
  /// libcurl calls an answer whole whose connection ended within the head; we do not.
  private(set) var headEnded = false

  init(id: UInt64, request: HTTPClientRequest, pin: IPAddress?, sink: Sink) {
    self.id = id
    self.request = request
    self.pin = pin
    self.sink = sink
  }

  func fail(_ error: HTTPClientError) {
    switch sink {
    case .whole(let answer): answer.give(.failure(error))
    case .parts(let queue): queue.finish(error)
    }
  }

  func succeed() {
    switch sink {
    case .whole(let answer): answer.give(.success(HTTPClientResponse(status: status, headers: headers, body: body)))
    case .parts(let queue):
      giveHead(queue)
      queue.finish(nil)
    }
  }

  private func giveHead(_ queue: PartQueue) {
    guard !headGiven else { return }
    headGiven = true
    _ = queue.put(.head(HTTPClientResponse(status: status, headers: headers)), size: 0)
  }

  // MARK: libcurl's callbacks

  fileprivate func headerLine(_ line: UnsafeRawBufferPointer) {
    if line.starts(with: "HTTP/".utf8) {
      // A new head: what came before was 100 Continue or the like.
      headers = HTTPHeaders()
      headers.reserve(12)
      headEnded = false
      let code = line.drop { $0 != 32 }.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
      status = code.reduce(0) { ($0 * 10 + Int($1 - 48)) % 1_000 }
      return
    }
    if line.first == 13 || line.first == 10 {
      headEnded = true
      return
    }
    guard headers.fields.count < 256, let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return }
    var value = line[(colon + 1)...]
    while let byte = value.first, byte == 32 || byte == 9 { value = value.dropFirst() }
    while let byte = value.last, byte == 13 || byte == 10 || byte == 32 || byte == 9 { value = value.dropLast() }
    headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
  }

  /// How many bytes were taken; libcurl's pause value to be asked again later.
  fileprivate func data(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch sink {
    case .whole:
      guard body.count + bytes.count <= request.maxResponseBytes else {
        isTooLarge = true
        return 0
      }
      if body.isEmpty, let text = headers["Content-Length"], let length = Int(text), length <= request.maxResponseBytes
      {
        body.reserveCapacity(length)
      }
      body.append(contentsOf: bytes)
    case .parts(let queue):
      giveHead(queue)
      guard queue.put(.bytes(Array(bytes)), size: bytes.count) else { return th_curl_write_pause() }
    }
    return bytes.count
  }

  /// Whether the request may go out: once.
  fileprivate func attempt() -> Bool {
    attempts += 1
    return attempts == 1
  }

  /// Only the address that was checked is ever connected to.
  fileprivate func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    if let pin {
      let wanted = withUnsafePointer(to: &address.pointee.addr) { IPAddress($0) }
      guard wanted == pin else { return -1 }
    }
    let opened = socket(
      address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    engine?.opened(opened)
    return opened
  }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

func transferHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  transfer(context)?.headerLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
  return size * count
}

func transferData(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  transfer(context)?.data(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

func transferAttempt(
  _ context: UnsafeMutableRawPointer?, _ address: UnsafeMutablePointer<CChar>?, _ own: UnsafeMutablePointer<CChar>?,
  _ port: Int32, _ ownPort: Int32
) -> Int32 {
  transfer(context)?.attempt() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func transferSocket(
  _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let address, let transfer = transfer(context) else { return -1 }
  return transfer.openSocket(address)
}

/// The parts of a streamed answer between libcurl's thread and one reader.
final class PartQueue: Sendable {
  private struct State {
    var parts: [(part: HTTPStreamPart, size: Int)] = []
    var bytes = 0
    var isPaused = false
    var end: Result<Void, HTTPClientError>?
    var reader: CheckedContinuation<HTTPStreamPart?, any Error>?
    var resume: (@Sendable () -> Void)?
    var abandon: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  private static let capacity = 256 << 10

  /// `resume` asks libcurl to go on, `abandon` ends the transfer.
  func connect(resume: @escaping @Sendable () -> Void, abandon: @escaping @Sendable () -> Void) {
    state.withLock { ($0.resume, $0.abandon) = (resume, abandon) }
  }

  /// `false`: full; libcurl offers the same bytes again after `resume`.
  func put(_ part: HTTPStreamPart, size: Int) -> Bool {
    let (taken, reader) = state.withLock { state -> (Bool, CheckedContinuation<HTTPStreamPart?, any Error>?) in
      if let reader = state.reader {
        state.reader = nil
        return (true, reader)
      }
      guard state.bytes + size <= PartQueue.capacity || state.bytes == 0 else {
        state.isPaused = true
        return (false, nil)
      }
      state.parts.append((part, size))
      state.bytes += size
      return (true, nil)
    }
    reader?.resume(returning: part)
    return taken
  }

  func finish(_ error: HTTPClientError?) {
    let reader = state.withLock { state in
      if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
      (state.resume, state.abandon) = (nil, nil)
      defer { state.reader = nil }
      return state.reader
    }
    if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
  }

  func next() async throws -> HTTPStreamPart? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<HTTPStreamPart?, any Error>) in
        enum Now { case part(HTTPStreamPart), end(Result<Void, HTTPClientError>), wait }
        var resume: (@Sendable () -> Void)?
        let now = state.withLock { state -> Now in
          if !state.parts.isEmpty {
            let (part, size) = state.parts.removeFirst()
            state.bytes -= size
            if state.isPaused, state.bytes < PartQueue.capacity / 2 {
              state.isPaused = false
              resume = state.resume
            }
            return .part(part)
          }
          if let end = state.end { return .end(end) }
          state.reader = continuation
          return .wait
        }
        resume?()
        switch now {
        case .part(let part): continuation.resume(returning: part)
        case .end(.success): continuation.resume(returning: nil)
        case .end(.failure(let error)): continuation.resume(throwing: error)
        case .wait: break
        }
      }
    } onCancel: {
      abandon()
    }
  }

  func abandon() { state.withLock { $0.abandon }?() }
}

/// Held by the stream: when nobody reads any more, the transfer ends.
final class PartReader: Sendable {
  let queue: PartQueue
  init(_ queue: PartQueue) { self.queue = queue }
  deinit { queue.abandon() }
}
