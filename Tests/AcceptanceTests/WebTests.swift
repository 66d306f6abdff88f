import Benchmarking
import Crypto
import Formats
import Foundation
import HTTP
import Store
import Testing

extension DoorstepTests {
  @Suite(
    "The web page in a real browser",
    .enabled(if: Browser.programs != nil, "Chromium and its driver are not installed"),
    .timeLimit(.minutes(3)))
  struct WebTests {
    /// The link that `serve` prints.
    func link(_ porch: Porch) throws -> String {
      try #require(
        porch.greeting.split(whereSeparator: { $0.isWhitespace }).first { $0.contains("http") && $0.contains("signin") }
          .map(String.init), "no link in: \(porch.greeting)")
    }

    func enter(_ link: String, _ browser: Browser) async throws {
      try await browser.open(link)
      let entered = try await browser.waits(for: "!!document.querySelector('textarea')")
      let page = try await browser.text
      try #require(entered, "not signed in: \(page)")
    }

    func said(_ text: String, _ browser: Browser) async throws -> Bool {
      try await browser.waits(30, for: "document.querySelector('[role=log]').innerText.includes('\(text)')")
    }

    @Test("signs in by the printed link, sends a message, shows the answer")
    func chat() async throws {
      let porch = try Porch()
      try await porch.start()
      let link = try link(porch)
      let browser = try await Browser(folder: porch.folder, width: 412, height: 860)
      try await enter(link, browser)
      let url = try await browser.url
      #expect(!url.contains("code"), "the one-time code stays out of the history")
      try await browser.type("add expense 120 rupees for tea\u{E007}", into: "textarea")
      let answered = try await eventually(15) {
        try await browser.run("return document.querySelector('[role=log]').innerText").string?.contains("₹120") == true
      }
      let shown = try await browser.text
      #expect(answered, "\(shown)")
      let picture = try await browser.screenshot()
      #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 5_000)
      if let folder = ProcessInfo.processInfo.environment["THINNAI_TEST_PICTURES"] {
        try Data(picture).write(to: URL(fileURLWithPath: folder + "/web-chat.png"))
      }
      // Nothing is wider than the phone.
      let overflow = try await browser.run(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
      #expect((overflow.int ?? 99) <= 0, "the page scrolls sideways")
      // The server goes and comes back; what was typed meanwhile arrives.
      await porch.kill()
      try await browser.type("add expense 77 rupees for milk\u{E007}", into: "textarea")
      try await porch.start()
      let caughtUp = try await eventually(30) {
        try await browser.run("return document.querySelector('[role=log]').innerText").string?.contains("₹77") == true
      }
      let after = try await browser.text
      #expect(caughtUp, "a message typed while the server was down: \(after)")
      // The link is good once.
      let other = try await porch.get(String(link.dropFirst(porch.url.count)))
      #expect(!other.headers.fields.contains { $0.name.lowercased() == "set-cookie" && $0.value.count > 40 })
      await browser.close()
      #expect(await porch.stop() == 0)
    }

    /// Goes red with paler words (`--soft`), targets of 2 rem, or no outline on what has the focus.
    @Test("every page can be read and used: names, contrast, targets, small screens, keys alone, light and dark")
    func accessible() async throws {
      let porch = try Porch()
      #expect(try await porch.run("people", "add", "Lakshmi", "--persona", "elder", "--language", "ta").code == 0)
      #expect(try await porch.run("people", "link", "Lakshmi", try await owner(porch), "--called", "Amma").code == 0)
      try await porch.start()
      let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
      try await browser.open(porch.url + "/signin")
      #expect(try await browser.waits(for: "document.querySelectorAll('nav button').length === 3"))
      try await inspect("/signin", browser)
      try await enter(try link(porch), browser)
      try await browser.type("remind me to call the printer tomorrow at 11\u{E007}", into: "textarea")
      #expect(try await said("11", browser))
      try await inspect("/", browser)
      // what comes is read aloud: the log is a live region that was there before
      let log = try await browser.run(
        "const log = document.querySelector('[role=log]'); return [log.ariaLive, log.ariaLabel, log.lang]")
      #expect(log == ["polite", "Conversation", "en"], "\(log)")
      for (page, ready) in [
        ("/settings", "document.querySelectorAll('.rows li').length >= 4"),
        ("/family", "document.querySelectorAll('main section').length >= 1 && !document.querySelector('.told.bad')"),
        ("/workflows", "document.querySelectorAll('main details').length >= 1 && !document.querySelector('.told.bad')"),
      ] {
        try await browser.open(porch.url + page)
        let isThere = try await browser.waits(for: ready)
        let text = try await browser.text
        #expect(isThere, "\(page): \(text)")
        try await inspect(page, browser)
      }
      // nothing moves for whoever asks for stillness
      try await browser.prefer(dark: false, stillness: true)
      let moving = try await browser.run(
        "return [...document.querySelectorAll('*')].some((e) => getComputedStyle(e).animationName !== 'none')")
      #expect(moving == false)
      await browser.close()
      await porch.stop()
    }

    func owner(_ porch: Porch) async throws -> String {
      let people = try await porch.run("people", "list", "--json")
      return try #require(people.json.first?["people"].array?.first { $0["owner"] == true }?["name"].string)
    }

    /// Looks at a page that is open: on a phone, at the narrowest that WCAG asks for, on a desk; light and dark.
    func inspect(_ page: String, _ browser: Browser) async throws {
      for (width, height) in [(390, 844), (320, 256), (1_280, 800)] {
        try await browser.resize(width, height)
        for isDark in [false, true] {
          try await browser.prefer(dark: isDark)
          let findings = try await browser.run(PageCheck.script)
          #expect(findings == [], "\(page) at \(width), dark: \(isDark): \(findings.text())")
          if let axe = PageCheck.axe {
            try await browser.run(axe + "; return true")
            let violations = try await browser.runAside(PageCheck.axeRun)
            #expect(violations == [], "\(page) at \(width), dark: \(isDark): \(violations.text())")
          }
        }
      }
      // with the keys alone: everything that can be used is reached, and shows that it is
      try await browser.resize(390, 844)
      let wanted = try await browser.run(PageCheck.focusable).int ?? 0
      try await browser.run(
        "document.activeElement?.blur(); getSelection().removeAllRanges(); window.reached = new Set()")
      for _ in 0..<(wanted + 2) {
        try await browser.press("\u{E004}")
        let isSeen = try await browser.run(PageCheck.focused)
        #expect(isSeen == true, "\(page): \(isSeen.text()) does not show that it has the focus")
      }
      let reached = try await browser.run("return window.reached.size").int ?? 0
      #expect(reached == wanted, "\(page): the Tab key reaches \(reached) of \(wanted)")
    }

    /// Goes red when `setLanguage` knows one language only.
    @Test("the pages speak the language that is chosen on them, and so does the house")
    func languages() async throws {
      let porch = try Porch()
      try await porch.start()
      let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
      try await browser.open(porch.url + "/signin")
      #expect(try await browser.waits(for: "!!document.querySelector('nav button[lang=ta]')"))
      try await browser.run("document.querySelector('nav button[lang=ta]').click()")
      #expect(try await browser.waits(for: "document.documentElement.lang === 'ta'"))
      #expect(try await browser.run("return document.querySelector('h1').innerText") == "நீங்கள் உள்நுழையவில்லை")
      // signed in it is the person's own language
      try await enter(try link(porch), browser)
      #expect(try await browser.waits(for: "document.documentElement.lang === 'en'"))
      try await browser.open(porch.url + "/settings")
      #expect(try await browser.waits(for: "!!document.querySelector('select')"))
      try await browser.run(
        """
        const select = document.querySelector('select')
        select.value = 'hi'
        select.dispatchEvent(new Event('change'))
        """)
      #expect(try await browser.waits(for: "document.documentElement.lang === 'hi'"))
      try await browser.open(porch.url + "/")
      #expect(try await browser.waits(for: "document.querySelector('textarea')?.placeholder === 'संदेश लिखिए'"))
      try await browser.type("धन्यवाद\u{E007}", into: "textarea")
      let answered = try await browser.waits(30, for: "document.querySelectorAll('chat-message.theirs').length > 0")
      let reply = try await browser.run("return document.querySelector('chat-message.theirs .bubble')?.innerText ?? ''")
      #expect(
        answered && reply.string?.unicodeScalars.contains { (0x900...0x97F).contains($0.value) } == true, "\(reply)")
      await browser.close()
      await porch.stop()
    }

    /// Goes red when the worker gives back no copy, or each sending makes a new id.
    @Test("without a line the page opens, says so, keeps what is typed, and sends it once when the line is back")
    func offline() async throws {
      let porch = try Porch()
      try await porch.start()
      let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
      try await enter(try link(porch), browser)
      let ready = try await browser.runAside(
        "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true), (e) => done(String(e)))")
      #expect(ready == true, "\(ready.text())")
      await porch.kill()
      try await browser.open(porch.url + "/")
      let opened = try await browser.waits(for: "!!document.querySelector('textarea')")
      #expect(opened, "the page does not open without a line")
      #expect(try await browser.waits(for: "document.querySelector('[role=status]').innerText === 'No connection'"))
      try await browser.type("add expense 91 rupees for jasmine\u{E007}", into: "textarea")
      #expect(try await said("waiting to be sent", browser))
      // closed and opened again: it is still there
      try await browser.open(porch.url + "/")
      #expect(try await said("jasmine", browser))
      try await porch.start()
      #expect(try await said("₹91", browser))
      #expect(
        try await browser.waits(for: "Object.keys(localStorage).every((key) => !key.includes('unsent'))"),
        "it is kept although it was taken")
      // another page of the same device had it too: one effect all the same
      try await browser.open(porch.url + "/")
      #expect(try await said("₹91", browser))
      let taken = try await porch.rows("SELECT what FROM desk_expenses") { $0.text(0) }
      #expect(taken.count == 1, "\(taken)")
      await browser.close()
      await porch.stop()
    }

    /// Goes red when the page stays after the house refused it.
    @Test("an invitation signs somebody in on their phone in their language; ending that session closes their page")
    func invitation() async throws {
      let porch = try Porch()
      try await porch.start()
      let (owner, guest) = (
        try await Browser(folder: porch.folder, width: 1_280, height: 800, name: "owner"),
        try await Browser(folder: porch.folder, width: 390, height: 844, name: "guest")
      )
      try await enter(try link(porch), owner)
      try await owner.open(porch.url + "/settings")
      let isReady = "!!document.querySelector('input[name=name]') && !!document.querySelector('.rows li')"
      #expect(try await owner.waits(for: isReady))
      try await owner.type("Lakshmi", into: "input[name=name]")
      try await owner.run(
        """
        const form = document.querySelector('input[name=name]').form
        form.querySelectorAll('select')[1].value = 'ta'
        form.requestSubmit()
        """)
      #expect(try await owner.waits(for: "!!document.querySelector('.invitation svg path')"))
      let link = try await owner.run("return document.querySelector('.invitation .link').innerText").string ?? ""
      #expect(link.hasPrefix(porch.url + "/signin#code="), "\(link.prefix(40))")
      try await enter(link, guest)
      #expect(try await guest.waits(for: "document.documentElement.lang === 'ta'"))
      let online = try await guest.waits(for: "document.querySelector('[role=status]').dataset.state === 'online'")
      #expect(online)
      // once
      try await guest.open(porch.url + "/signin")
      let token = try await porch.token(for: "Lakshmi", scope: "read")
      let me = try await porch.post("/api/v1/actions/session.list", [:], token: token)
      let sessions = try JSON.parse(me.body)["data"]["sessions"].array ?? []
      #expect(sessions.count == 1 && sessions[0]["device"].string?.contains("Chrome") == true, "\(me.text)")
      let code = String(link.split(separator: "=")[1])
      #expect(try await porch.post("/signin", ["code": .string(code)]).status == 401)
      // the owner ends it by the shell; the open page leaves at once
      try await guest.open(porch.url + "/")
      #expect(try await guest.waits(for: "document.querySelector('[role=status]')?.dataset.state === 'online'"))
      let id = sessions[0]["id"].string ?? ""
      let ended = try await porch.run("act", "session.revoke", "--id", id)
      #expect(ended.code == 0, "\(ended)")
      #expect(try await guest.waits(10, for: "location.pathname === '/signin'"))
      // no code and no cookie was written down anywhere
      let metrics = try await porch.get("/metrics").text
      let printed = String(try self.link(porch).split(separator: "=")[1])
      for secret in [code, printed] {
        #expect(!porch.log.contains(secret) && !metrics.contains(secret))
      }
      await owner.close()
      await guest.close()
      await porch.stop()
    }

    @Test("no link, cookie or push address is in a log, a metric, a page or an error")
    func canaries() async throws {
      let porch = try Porch(environment: ["THINNAI_LOG_LEVEL": "debug"])
      try await porch.start()
      let printed = String(try link(porch).split(separator: "=")[1])
      let invited = try await porch.run("act", "session.invite", "--person", try await owner(porch), "--json")
      let invitation = try #require(invited.json.first?["link"].string?.split(separator: "=").last.map(String.init))
      var cookies: [String] = []
      var answers: [String] = []
      for code in [printed, invitation] {
        let signedIn = try await porch.post("/signin", ["code": .string(code)])
        let cookie = try #require(signedIn.headers["Set-Cookie"]).prefix { $0 != ";" }
        cookies.append(String(cookie.drop { $0 != "=" }.dropFirst()))
        answers += [signedIn.text, try await porch.post("/signin", ["code": .string(code)]).text]
      }
      let push = "https://push.invalid/CANARY-push-address"
      let key = Base64URL.encode(try P256Key().publicKey)
      for cookie in cookies {
        let headers: HTTPHeaders = ["Cookie": "thinnai=\(cookie)", "Origin": porch.url]
        func post(_ path: String, _ body: JSON) async throws -> String {
          try await porch.post(path, body.bytes(), headers: headers).text
        }
        for path in ["/me", "/", "/settings", "/live", "/nothing", "/api/v1/actions", "/assistant/status"] {
          answers.append(try await porch.get(path, headers: headers).text)
        }
        answers.append(
          try await post(
            "/push/subscription", ["endpoint": .string(push), "key": .string(key), "secret": "BTBZMqHH6r4Tts7J_aSIgg"]))
        answers.append(try await post("/push/subscription", ["endpoint": .string(push), "key": "no", "secret": "no"]))
        answers.append(try await post("/live/messages", ["type": "message", "id": "canary-1", "text": "hello"]))
        answers.append(try await post("/api/v1/actions/session.list", [:]))
        answers.append(try await post("/api/v1/actions/session.revoke", ["id": .string(cookie)]))
        answers.append(try await porch.get("/me", headers: ["Cookie": "thinnai=\(cookie)x"]).text)
      }
      // nobody has the page open: the answer is pushed, and the address leads nowhere
      try await Task.sleep(for: .milliseconds(500))
      answers += [try await porch.get("/metrics").text, try await porch.get("/openapi.json").text]
      let doctor = try await porch.run("doctor")
      answers += [doctor.out + doctor.err]
      await porch.stop()
      let seen = answers.joined(separator: "\n") + porch.log
      #expect(!porch.log.isEmpty)
      for secret in [printed, invitation, "CANARY-push", Hex.encode(SHA256.hash(cookies[0]))] + cookies {
        if seen.contains(secret) { Issue.record("\(secret.prefix(12)) is told") }
      }
    }

    /// Goes red when the worker shows every push.
    @Test("what is pushed is shown while nobody looks at the conversation, and not while somebody does")
    func pushed() async throws {
      let porch = try Porch()
      try await porch.start()
      let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
      try await enter(try link(porch), browser)
      let ready = try await browser.runAside(
        "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true), (e) => done(String(e)))")
      #expect(ready == true)
      let origin = JSON.string(porch.url)
      try await browser.command("Browser.grantPermissions", ["origin": origin, "permissions": ["notifications"]])
      try await browser.command("ServiceWorker.enable", [:])
      let words: JSON = ["title": "Thinnai", "body": "Take the tablet", "lang": "en", "tag": "o1"]
      func push() async throws {
        // the browser counts its workers from nought
        for number in 0..<4 {
          let values: JSON = [
            "origin": origin, "registrationId": .string("\(number)"), "data": .string(words.text()),
          ]
          try await browser.command("ServiceWorker.deliverPushMessage", values)
        }
      }
      let shown = """
        const done = arguments[0]
        navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
          .then((all) => done(all.map((one) => one.body)), (e) => done(String(e)))
        """
      try await push()
      #expect(try await browser.runAside(shown) == [])
      try await browser.open(porch.url + "/settings")
      try await push()
      let isShown = try await eventually(10) { try await browser.runAside(shown) == ["Take the tablet"] }
      #expect(isShown)
      await browser.close()
      await porch.stop()
    }
  }
}
