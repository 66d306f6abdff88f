import Base
import Formats
import HTTP
import People

/// Signing in and out, and the live page.
enum PageRoutes {
  /// Nothing passes on an idle line for longer than this, so that no proxy cuts it.
  static let heartbeat: Duration = .seconds(20)

  static func all(_ door: WebDoor, _ gate: Gate) -> [Route] {
    [signIn(door, gate), signOut(door, gate), me(door), live(door), events(door), work(door), messages(door)]
      + [subscribe(door), unsubscribe(door)]
  }

  private static func signIn(_ door: WebDoor, _ gate: Gate) -> Route {
    Route(
      method: "POST", path: "/signin", summary: "Trades a one-time code for a session cookie.", access: .open,
      body: [.text("code", "From the link.")], result: Route.object(["name": Route.string]), bodyLimit: 2 << 10
    ) { call in
      let head = call.request.head
      // no other site signs a browser in, as somebody else
      if !head.isUnixSocket { try gate.checkOrigin(head, isNeeded: false) }
      let code = try call.fields.required("code")
      let person = try await gate.guess(head) {
        var found = door.codes.redeem(code)
        if found == nil { found = try await Invitation.redeem(code, in: door.parts.store) }
        return found.flatMap { door.parts.people.person($0) }
      }
      let device = DeviceName.read(call.request.headers["User-Agent"] ?? "")
      let cookie = try await door.sessions.open(for: person.id, device: device)
      var response = Route.json(["name": .string(person.name)])
      response.headers.add("Set-Cookie", gate.setCookie(cookie, head))
      return response
    }
  }

  private static func signOut(_ door: WebDoor, _ gate: Gate) -> Route {
    Route(
      method: "POST", path: "/signout", summary: "Ends the page's session everywhere it is open.", access: .page,
      body: [], result: Route.object(["status": Route.string]), bodyLimit: 2 << 10
    ) { call in
      let session = try pageCaller(call).session
      try await door.sessions.close(session)
      door.ended([session])
      var response = Route.json(["status": "signed out"])
      response.headers.add("Set-Cookie", gate.setCookie("", call.request.head))
      response.headers.add("Clear-Site-Data", "\"cache\", \"storage\"")
      return response
    }
  }

  private static func me(_ door: WebDoor) -> Route {
    Route(
      method: "GET", path: "/me", summary: "Who is signed in to the page.", access: .page,
      result: ["type": "object"]
    ) { call in
      let (caller, session) = try pageCaller(call)
      return Route.json(door.hello(caller.person, session: session))
    }
  }

  private static func live(_ door: WebDoor) -> Route {
    Route(
      method: "GET", path: "/live", summary: "The live page's WebSocket: JSON frames both ways.", access: .page
    ) { call in
      let (caller, session) = try pageCaller(call)
      guard call.request.headers.contains("Upgrade", word: "websocket") else {
        throw WebFailure(
          426, "web.upgrade", "This address speaks WebSocket.",
          headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
      }
      return .webSocket { socket in await serve(socket, door, caller.person, session) }
    }
  }

  private static func open(_ door: WebDoor, _ person: PersonID, _ session: String) -> LiveChannel {
    let channel = door.hub.open(person: person, session: session)
    // ended between the check of the request and now: whoever ends it from here on finds the channel
    if !door.sessions.isOpen(session, now: door.parts.clock.now) { channel.close() }
    return channel
  }

  private static func serve(_ socket: WebSocket, _ door: WebDoor, _ person: Person, _ session: String) async {
    let channel = open(door, person.id, session)
    defer { door.hub.remove(channel) }
    await withDiscardingTaskGroup { group in
      group.addTask {
        do {
          for frame in try await door.greeting(person, session: session) { try await socket.send(text: frame.text()) }
          for await frame in channel.frames { try await socket.send(text: frame) }
        } catch {
          // the page went away, or it will connect again
        }
        socket.close()
      }
      for await message in socket.messages {
        guard case .text(let text) = message, text.utf8.count <= 64 << 10 else {
          socket.close(code: 1003, reason: "text frames of at most 64 KB")
          break
        }
        // the session may have ended, the person may be gone
        guard door.sessions.isOpen(session, now: door.parts.clock.now),
          let person = door.parts.people.person(person.id)
        else { break }
        await door.take(text, person, channel)
      }
      channel.close()
      group.cancelAll()
    }
  }

  /// At most so often a page hears that something has changed.
  private static let calm = Duration.milliseconds(250)

  private static func work(_ door: WebDoor) -> Route {
    Route(
      method: "GET", path: "/live/work",
      summary: "Server-sent events, one each time workflows or approvals have changed; actions tell how they stand.",
      access: .page
    ) { call in
      let (_, session) = try pageCaller(call)
      let clock = door.parts.clock
      return .events { writer in
        let (number, changes) = door.work.open(session: session)
        defer { door.work.remove(number) }
        guard door.sessions.isOpen(session, now: clock.now) else { return }
        try await writer.write("data: {\"type\":\"open\"}\n\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
          // a sign of life counts as a change: the page looks again now and then whatever happens
          group.addTask {
            while true {
              try await clock.sleep(for: heartbeat)
              door.work.changed(number)
            }
          }
          for await _ in changes {
            try await writer.write("data: {\"type\":\"changed\"}\n\n")
            try await clock.sleep(for: calm)
          }
          group.cancelAll()
        }
      }
    }
  }

  private static func events(_ door: WebDoor) -> Route {
    Route(
      method: "GET", path: "/live/events", summary: "The same frames as server-sent events.", access: .page
    ) { call in
      let (caller, session) = try pageCaller(call)
      let clock = door.parts.clock
      return .events { writer in
        let channel = open(door, caller.person.id, session)
        defer { door.hub.remove(channel) }
        for frame in try await door.greeting(caller.person, session: session) {
          try await writer.write("data: \(frame.text())\n\n")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            while true {
              try await clock.sleep(for: heartbeat)
              channel.push("")
            }
          }
          for await frame in channel.frames {
            try await writer.write(frame.isEmpty ? ":\n\n" : "data: \(frame)\n\n")
          }
          group.cancelAll()
        }
      }
    }
  }

  private static func messages(_ door: WebDoor) -> Route {
    Route(
      method: "POST", path: "/live/messages", summary: "What a page without a WebSocket says; answers the ack frame.",
      access: .page, body: WebDoor.messageFields,
      result: Route.object(["type": Route.string, "id": Route.string, "at": Route.string])
    ) { call in
      Route.json(try await door.accept(call.fields, from: call.requireCaller().person))
    }
  }

  // MARK: Pushes

  private static func subscribe(_ door: WebDoor) -> Route {
    Route(
      method: "POST", path: "/push/subscription",
      summary: "Tells this page's device of messages while no page is open.",
      access: .page,
      body: [
        .text("endpoint", limit: 1_000, "Address of the browser's push service."),
        .text("key", "The browser's public key (`p256dh`)."), .text("secret", "The browser's secret (`auth`)."),
      ], result: Route.object(["status": Route.string]), bodyLimit: 4 << 10
    ) { call in
      let (caller, session) = try pageCaller(call)
      guard let desk = door.pushDesk else { throw WebFailure(404, "web.no_push", "This house pushes nothing.") }
      let subscription = try PushSubscription(
        endpoint: call.fields.required("endpoint"), key: call.fields.required("key"),
        secret: call.fields.required("secret"))
      try await desk.keep(subscription, for: caller.person.id, session: session)
      return Route.json(["status": "subscribed"])
    }
  }

  private static func unsubscribe(_ door: WebDoor) -> Route {
    Route(
      method: "POST", path: "/push/end", summary: "Tells this page's device nothing more.", access: .page, body: [],
      result: Route.object(["status": Route.string]), bodyLimit: 2 << 10
    ) { call in
      try await door.pushDesk?.drop(try pageCaller(call).session)
      return Route.json(["status": "ended"])
    }
  }

  /// Who asks and by which session; routes of the page let nobody else in.
  private static func pageCaller(_ call: Route.Call) throws -> (caller: Caller, session: String) {
    let caller = try call.requireCaller()
    guard case .session(let session) = caller.proof else { throw WebFailure(403, "web.page_only", "Sign in first.") }
    return (caller, session)
  }
}
