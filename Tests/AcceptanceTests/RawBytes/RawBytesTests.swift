import Base
import Benchmarking
import Formats
import Foundation
import HTTP
import RoomTesting
import Store
import Testing

extension DoorstepTests {
  /// Everything that breaks programs, at every door of the running one: it never ends, never acts, and says what is wrong.
  @Suite("Raw bytes", .timeLimit(.minutes(5)))
  struct RawBytesTests {
    private func porch() async throws -> (porch: Porch, telegram: TelegramStandIn, whatsApp: WhatsAppStandIn) {
      let telegram = try TelegramStandIn()
      let whatsApp = try WhatsAppStandIn(phoneNumberID: WebhookWay.number)
      let porch = try Porch(telegram: telegram, whatsApp: whatsApp)
      let added = try await porch.run(
        "people", "add", "Anbu", "--persona", "founder", "--telegram", "\(WebhookWay.telegramUser)", "--whatsapp",
        WebhookWay.whatsAppUser)
      #expect(added.code == 0, "\(added)")
      try await porch.start()
      return (porch, telegram, whatsApp)
    }

    /// What the program says of itself: every path and method.
    private func operations(_ porch: Porch) async throws -> [(path: String, method: String, JSON)] {
      let document = try JSON.parse(try await porch.get("/openapi.json").body)
      return (document["paths"].object ?? [:]).flatMap { item in
        (item.value.object ?? [:]).map { (item.key, $0.key.uppercased(), $0.value) }
      }
    }

    /// What was done by anybody: rows that an action leaves.
    private func effects(_ porch: Porch) async throws -> [String] {
      try await porch.rows(
        """
        SELECT 'said ' || said FROM episodes WHERE said <> '' UNION ALL SELECT 'done ' || action FROM audit
        """
      ) { $0.text(0) }
    }

    private static func request(
      _ method: String, _ path: String, _ body: [UInt8], _ headers: [(String, String)], length: Int? = nil
    ) -> [UInt8] {
      var head = "\(method) \(path) HTTP/1.1\r\nHost: x\r\n"
      if !headers.contains(where: { $0.0 == "Content-Type" }) { head += "Content-Type: application/json\r\n" }
      for (name, value) in headers { head += "\(name): \(value)\r\n" }
      return Array("\(head)Content-Length: \(length ?? body.count)\r\n\r\n".utf8) + body
    }

    // MARK: Webhooks

    @Test("a webhook refuses what is not proven, names what is broken, and takes each message once", arguments: [0, 1])
    func webhooks(_ number: Int) async throws {
      let way = try #require(DoorRow.webhooks.dropFirst(number).first)
      #expect(DoorRow.webhooks.count == 2, "a new webhook needs its number in the arguments of this test")
      let (porch, _, _) = try await porch()
      let named = try await operations(porch).filter { $0.2["tags"][0].string == "webhooks" }.map(\.path)
      #expect(Set(named) == Set(DoorRow.webhooks.map(\.path)), "every webhook of the program has a row, and no other")
      let honest = way.deliver([0])[0].bytes()
      let good = way.sign(honest)
      func send(
        _ body: [UInt8], _ headers: [(String, String)], method: String = "POST", length: Int? = nil, seconds: Int = 20
      ) async -> Int {
        let request = Self.request(method, way.path, body, headers, length: length)
        return await Wire.exchange(porch.port, request, seconds: seconds).status
      }

      for forged in way.forged + ["", " ", String(repeating: "a", count: 10_000), "\u{0}", good + " " + good] {
        let status = await send(honest, [(way.proof, forged)])
        #expect((400...403).contains(status) || status == 431, "\(forged.prefix(40)): \(status)")
      }
      #expect((401...403).contains(await send(honest, [])))
      #expect((400...403).contains(await send(honest, [(way.proof, way.forged[0]), (way.proof, good)])))
      let long = [UInt8](repeating: 32, count: 9 << 20)
      #expect(await send(long, [(way.proof, way.sign(long))]) == 413)
      for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let status = await send([], [], method: method)
        #expect((400...405).contains(status) || status == 501, "\(method): \(status)")
        #expect(way.others.contains(method) || status != 200)
      }
      // promised more than came
      #expect([0, 400, 408].contains(await send(honest, [(way.proof, good)], length: honest.count + 10, seconds: 2)))
      for body in HostileBody.all(of: honest) where !body.isTaken {
        let status = await send(body.bytes, [(way.proof, way.sign(body.bytes))])
        #expect(status == 400, "\(body): \(status)")
      }
      let random = SeededRandom(seed: 7)
      let variants = HostileBody.variants(of: way.deliver([9_000])[0])
      for _ in 0..<150 {
        let bytes = variants[random.below(variants.count)].bytes()
        let status = await send(bytes, [(way.proof, way.sign(bytes))])
        #expect([200, 400].contains(status), "\(status) \(String(decoding: bytes.prefix(200), as: UTF8.self))")
      }
      #expect(porch.process?.isRunning == true)

      // replayed, out of order, and batched anew by the platform
      let ids = Array(1...24)
      for round in 0..<5 {
        var rest = ids
        if round > 0 { for index in rest.indices.reversed() { rest.swapAt(index, random.below(index + 1)) } }
        while !rest.isEmpty {
          let batch = Array(rest.prefix(1 + random.below(6)))
          rest.removeFirst(batch.count)
          for delivery in way.deliver(batch) {
            let bytes = delivery.bytes()
            #expect(await send(bytes, [(way.proof, way.sign(bytes))]) == 200)
          }
        }
      }
      #expect(
        try await eventually { try await porch.rows("SELECT count(*) FROM desk_expenses") { $0.integer(0) } != [0] })
      #expect(
        try await eventually {
          try await porch.rows("SELECT count(*) FROM inbox WHERE state = 'waiting'") { $0.integer(0) } == [0]
        })
      #expect(await porch.stop() == 0)
      #expect(!porch.log.contains("A turn failed"), "\(porch.log.suffix(2_000))")
      let amounts = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") {
        $0.integer(0) / 100 % 1_000
      }
      #expect(amounts.filter { (1...24).contains($0) } == ids, "each once: \(amounts)")
    }

    // MARK: Routes

    @Test("every route of the program refuses what is broken, and nothing is done")
    func routes() async throws {
      let (porch, telegram, whatsApp) = try await porch()
      let before = try await effects(porch)
      let all = try await operations(porch).filter { $0.2["tags"][0].string != "webhooks" }
      #expect(all.count > 60)
      var upgrading: Set<String> = []
      let socket = porch.home + "/thinnai.sock"
      for (path, method, operation) in all {
        let isOpen = operation["security"].array?.isEmpty == true || operation["security"][0].object?.isEmpty == true
        let place = path.replacing("{id}", with: "none")
        // over the network, without a proof
        if !isOpen {
          let status = await Wire.exchange(porch.port, Self.request(method, place, Array("{}".utf8), [])).status
          #expect([401, 403, 429].contains(status), "\(method) \(path): \(status)")
        }
        // and from the machine's own socket, where neither proof nor pace stands before the body
        let isAction = operation["x-effect"].string != nil
        let bodies = HostileBody.all(of: Array(#"{"zz":{"a":[1]}}"#.utf8)).filter { !isAction || !$0.bytes.isEmpty }
        for body in bodies where method == "POST" {
          let answer = await Wire.exchange(socket: socket, Self.request(method, place, body.bytes, []))
          #expect((400..<500).contains(answer.status), "\(method) \(path), \(body): \(answer.status)")
        }
        for type in ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-7"] {
          let answer = await Wire.exchange(
            socket: socket, Self.request(method, place, Array("a=b".utf8), [("Content-Type", type)]))
          if method == "POST" { #expect((400..<500).contains(answer.status), "\(path), \(type): \(answer.status)") }
        }
        let long = await Wire.exchange(
          socket: socket, Self.request(method, place, [UInt8](repeating: 32, count: 2 << 20), []))
        // what only a browser may ask is refused before its size is looked at
        #expect([403, 413].contains(long.status), "\(method) \(path), two megabytes: \(long.status)")
        for odd in [
          "%00", "%2e%2e%2f", "?\u{0}", "?confirmed=%FF&confirmed=true", "%", "//",
          "?" + String(repeating: "a", count: 9_000),
        ] {
          let answer = await Wire.exchange(socket: socket, Self.request("GET", place + odd, [], []))
          #expect(answer.status < 500, "\(path)\(odd.prefix(20)): \(answer.status)")
        }
        if method == "GET" {
          let answer = await Wire.exchange(porch.port, Self.request("GET", place, [], [("Cookie", "thinnai=x")]))
          #expect(answer.status < 500 && answer.status > 0, "\(path): \(answer.status)")
          if operation["summary"].string?.contains("WebSocket") == true { upgrading.insert(path) }
        }
      }
      #expect(upgrading == Set(DoorRow.sockets), "every socket of the program has a row, and no other")
      #expect(porch.process?.isRunning == true)
      #expect(telegram.sent.isEmpty && whatsApp.sent.isEmpty)
      #expect(await porch.stop() == 0)
      #expect(!porch.log.contains("nobody named"), "\(porch.log.suffix(2_000))")
      #expect(try await effects(porch) == before)
    }

    @Test("requests that are no HTTP end in a refusal or a closed line")
    func noHTTP() async throws {
      let (porch, _, _) = try await porch()
      let random = SeededRandom(seed: 3)
      let before = try await effects(porch)
      var requests: [[UInt8]] = [
        "\r\n\r\n", "GET", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "\u{0}\u{0}\u{0}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nZZ\r\n",
        "POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        "POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
        String(repeating: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", count: 50),
        "GET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}",
      ].map { Array($0.utf8) }
      for _ in 0..<40 { requests.append((0..<random.below(600)).map { _ in UInt8(random.below(256)) }) }
      // side by side: many wait for the rest of what never was a request
      await withTaskGroup(of: (Int, [UInt8]).self) { group in
        for request in requests {
          group.addTask { (await Wire.exchange(porch.port, request, seconds: 3).status, request) }
        }
        for await (status, request) in group {
          #expect(status < 500 || status == 501 || status == 505, "\(status) to \(request.prefix(60))")
        }
      }
      #expect(try await porch.get("/healthz").status == 200)
      #expect(await porch.stop() == 0)
      #expect(try await effects(porch) == before)
    }

    // MARK: The socket

    @Test("a signed-in page's socket survives every frame, and acts on none that is broken", arguments: DoorRow.sockets)
    func socket(_ path: String) async throws {
      let (porch, _, _) = try await porch()
      let cookie = try await signIn(porch)
      func frame(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true, masked: Bool = true) -> [UInt8] {
        let flag: UInt8 = masked ? 0x80 : 0
        var bytes = [(fin ? 0x80 : 0) | opcode]
        if payload.count < 126 {
          bytes.append(flag | UInt8(payload.count))
        } else {
          bytes.append(flag | 127)
          for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
          }
        }
        return bytes + (masked ? [0, 0, 0, 0] : []) + payload
      }
      func text(_ json: String) -> [UInt8] { frame(1, Array(json.utf8)) }
      let good = #"{"type":"message","id":"raw-bytes-1","text":"add expense 77 for tea"}"#
      var frames: [(String, [UInt8])] = [
        ("unmasked", frame(1, Array(good.utf8), masked: false)), ("reserved bits", [0xF1, 0x80, 0, 0, 0, 0]),
        ("an unknown kind", frame(3, [1])), ("a length of 2^63", [0x81, 0xFF] + Array(repeating: 0xFF, count: 12)),
        ("half a frame", [0x81]), ("bad UTF-8", frame(1, [0xC3, 0x28])), ("bytes", frame(2, [1, 2, 3])),
        ("a part of nothing", frame(0, [1])), ("a ping that is too long", frame(9, Array(repeating: 1, count: 126))),
        ("a ping in parts", frame(9, [1], fin: false)), ("a close of one byte", frame(8, [3])),
        ("a close with a bad code", frame(8, [0, 0])),
        ("a message too long", frame(1, Array(repeating: 32, count: 70_000))),
        (
          "parts without an end",
          (0..<200).flatMap { frame($0 == 0 ? 1 : 0, Array(repeating: 32, count: 1_000), fin: false) }
        ),
        ("not even a frame", Array("GET / HTTP/1.1\r\n\r\n".utf8)), ("nothing", []),
      ]
      for body in HostileBody.all(of: Array(good.utf8)) { frames.append((body.description, frame(1, body.bytes))) }
      for variant in HostileBody.variants(of: try JSON.parse(good)).prefix(120) {
        // a whole message of another text is a message
        if variant["type"] == "message", variant["text"].string != nil, variant["id"].string?.utf8.count ?? 0 > 7 {
          continue
        }
        frames.append(("\(variant.text().prefix(60))", text(variant.text())))
      }
      let handshake = """
        GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(porch.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: \(cookie)\r\n\
        Origin: http://127.0.0.1:\(porch.port)\r\n\r\n
        """
      for (name, bytes) in frames {
        let request = Array(handshake.utf8) + bytes + frame(8, [3, 0xE8])
        // a person may open only so many a second
        let isOpened = await eventually(20) { await Wire.exchange(porch.port, request, seconds: 3).status == 101 }
        #expect(isOpened, "\(name): nobody is let in any more")
      }
      #expect(porch.process?.isRunning == true)
      #expect(await porch.stop() == 0)
      #expect(!porch.log.contains("nobody named"), "\(porch.log.suffix(2_000))")
      let expenses = try await porch.rows("SELECT count(*) FROM desk_expenses") { $0.integer(0) }
      #expect(expenses[0] <= 1, "the same id again has no second effect")
    }

    /// The owner's page. - Returns: its cookie.
    private func signIn(_ porch: Porch) async throws -> String {
      let link = try #require(
        porch.greeting.split(whereSeparator: \.isWhitespace).first { $0.contains("signin#code=") })
      let code = String(try #require(link.split(separator: "=").last))
      let signedIn = try await porch.post("/signin", ["code": .string(code)])
      let cookie = String((signedIn.headers["Set-Cookie"] ?? "").prefix { $0 != ";" })
      try #require(cookie.hasPrefix("thinnai="), "\(signedIn.status)")
      return cookie
    }

    @Test("what a page says again, in any order, has one effect")
    func pageRepeats() async throws {
      let (porch, _, _) = try await porch()
      let headers: HTTPHeaders = ["Cookie": try await signIn(porch), "Origin": porch.url]
      let random = SeededRandom(seed: 5)
      var numbers = Array(1...6)
      for _ in 0..<3 {
        for number in numbers {
          let line: JSON = [
            "type": "message", "id": .string("raw-page-\(number)"), "text": .string("add expense \(number) for tea"),
          ]
          #expect(try await porch.post("/live/messages", line.bytes(), headers: headers).status == 200)
        }
        for index in numbers.indices.reversed() { numbers.swapAt(index, random.below(index + 1)) }
      }
      try await porch.settles()
      #expect(await porch.stop() == 0)
      let amounts = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") { $0.integer(0) / 100 }
      #expect(amounts == Array(1...6))
    }

    // MARK: Lines

    @Test("lines of any bytes are answered or passed over, and the end is the end")
    func lines() async throws {
      let honest = Array(#"{"text":"hello"}"#.utf8)
      var input: [UInt8] = []
      for body in HostileBody.all(of: honest) {
        input += body.bytes.prefix(2_000).map { $0 == 10 ? 32 : $0 } + [10]
      }
      input += [0xFF, 0xFE, 0, 10] + Array(repeating: 97, count: 300_000) + [10] + Array("\u{1B}[2J\u{202E}x".utf8)
      for case .lines(let words) in DoorRow.table.map(\.way) {
        let porch = try Porch()
        let file = porch.folder + "/bytes.in"
        #expect(FileManager.default.createFile(atPath: file, contents: Data(input)))
        let ran = try await porch.run(words, inputFile: file)
        #expect(ran.code == 0, "\(words): \(ran.code) \(ran.err.suffix(500))")
        #expect(!ran.out.contains("\u{1B}["), "a terminal must not be made to do things")
        #expect(try await porch.rows("SELECT action || arguments FROM audit") { $0.text(0) } == [])
      }
    }
  }
}
