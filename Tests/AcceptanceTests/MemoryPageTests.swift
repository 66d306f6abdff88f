import Formats
import Foundation
import Store
import Testing

extension DoorstepTests.WebTests {
  private static let ready = "document.querySelectorAll('.thing').length >= 3 && !document.querySelector('.told.bad')"

  /// Takes a picture where `THINNAI_TEST_PICTURES` names a folder.
  private func picture(_ name: String, _ browser: Browser) async throws {
    guard let folder = ProcessInfo.processInfo.environment["THINNAI_TEST_PICTURES"] else { return }
    try Data(try await browser.screenshot()).write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
  }

  /// Clicks the first button that says so, in a part of the page.
  private func press(_ label: String, in part: String, _ browser: Browser) async throws -> Bool {
    try await browser.run(
      """
      const button = [...document.querySelectorAll('\(part) button')].find((b) => b.innerText.trim() === '\(label)')
      button?.click()
      return !!button
      """) == true
  }

  /// Goes red when nothing asks before it forgets, the page keeps what is gone, or the history is left out.
  @Test(
    "the memory page shows facts, their history, the picture and the talks; what is corrected or forgotten there is so")
  func memory() async throws {
    let porch = try Porch()
    try await porch.start()
    let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
    try await enter(try link(porch), browser)
    for (sentence, answer) in [
      ("remember that Amma\\'s doctor is Dr. Latha", "Dr. Latha"), ("Amma lives in Chennai", "Chennai"),
      ("Amma moved to Madurai", "Madurai"), ("my daughter\\'s name is Meera", "Meera"),
      ("Meera studies at DAV school", "DAV school"), ("remind me to call Meera tomorrow at 6 pm", "6:00"),
    ] {
      try await browser.type(sentence.replacingOccurrences(of: "\\'", with: "'") + "\u{E007}", into: "textarea")
      let isAnswered = try await browser.waits(
        30, for: "[...document.querySelectorAll('chat-message.theirs')].some((m) => m.innerText.includes('\(answer)'))")
      #expect(isAnswered, "\(sentence)")
    }
    // the way there is in the menu
    try await browser.run("document.querySelector('nav a[href=\"/memory\"]').click()")
    #expect(try await browser.waits(for: Self.ready))
    let shown = try await browser.text
    for part in ["Dr. Latha", "Madurai", "Meera", "DAV school"] { #expect(shown.contains(part), "\(part): \(shown)") }
    #expect(try await browser.waits(for: "document.querySelectorAll('.graph svg .node').length >= 4"))
    #expect(try await browser.waits(for: "document.querySelectorAll('time').length >= 5"))
    try await picture("memory-phone", browser)
    // open, what is on it can be read and used, on every screen
    try await browser.run("[...document.querySelectorAll('.thing')].slice(0, 3).forEach((d) => { d.open = true })")
    try await inspect("/memory", browser)
    try await browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    for (name, width, isDark) in [("phone", 390, false), ("dark", 390, true), ("desk", 1_280, false)] {
      try await browser.resize(width, 2_600)
      try await browser.prefer(dark: isDark)
      try await picture("memory-open-\(name)", browser)
    }
    try await browser.prefer(dark: false)
    try await browser.resize(390, 844)
    let past = "[...document.querySelectorAll('.thing > details li')].some((li) => li.innerText.includes('Chennai'))"
    #expect(try await browser.run("return \(past)") == true, "no history")

    // correct
    try await browser.run(
      """
      const row = [...document.querySelectorAll('.thing li')].find((li) => li.innerText.includes('doctor: Dr. Latha'))
      ;[...row.querySelectorAll('button')].find((b) => b.innerText === 'Correct').click()
      const field = row.querySelector('input')
      field.value = 'Dr. Lalitha'
      field.form.requestSubmit()
      """)
    #expect(try await browser.waits(for: "document.querySelector('.told').innerText.includes('Dr. Lalitha')"))
    let doctors = try await porch.rows(
      "SELECT value FROM knowledge_facts WHERE relation = 'doctor' AND superseded_at IS NULL"
    ) {
      $0.text(0)
    }
    #expect(doctors == ["Dr. Lalitha"])

    // forget, with a yes
    let school = """
      const row = [...document.querySelectorAll('.thing li')].find((li) => li.innerText.includes('school: DAV school'))
      const button = (text) => [...row.querySelectorAll('button')].find((b) => b.innerText === text)
      """
    func schools() async throws -> Int {
      try await porch.rows("SELECT id FROM knowledge_facts WHERE relation = 'school'") { $0.text(0) }.count
    }
    /// The house is asked for the question, which takes its time.
    func asks(_ find: String) async throws -> String {
      try await browser.run(find + "; button('Forget').click()")
      let isAsked = try await browser.waits(for: "(() => { \(find); return button('No') !== undefined })()")
      #expect(isAsked, "no question")
      return try await browser.run(find + "; return row.querySelector('[role=group]').ariaLabel").string ?? ""
    }
    #expect(try await asks(school).contains("DAV school"))
    try await browser.run(school + "; button('No').click()")
    #expect(try await schools() == 1, "forgotten without a yes")
    _ = try await asks(school)
    try await browser.run(school + "; button('Yes, forget it').click()")
    #expect(try await browser.waits(for: "document.querySelector('.told').innerText.startsWith('Forgotten')"))
    #expect(try await schools() == 0)
    #expect(
      try await browser.waits(for: "!document.body.innerText.includes('DAV school')"), "the page shows what is gone")

    // everything about somebody: what else goes stands in the question
    let meera = """
      const row = [...document.querySelectorAll('.thing')].find((d) => d.querySelector('summary').innerText.includes('Meera'))
      row.open = true
      const button = (text) => [...row.querySelectorAll('.foot button')].find((b) => b.innerText.startsWith(text))
      """
    let question = try await asks(meera)
    #expect(question.contains("Meera") && question.contains("1 reminder"), "\(question)")
    try await picture("memory-forget", browser)
    try await browser.run(meera + "; button('No').click()")

    // search
    try await browser.type("Madurai\u{E007}", into: "input[type=search]")
    #expect(
      try await browser.waits(
        for: "document.querySelectorAll('.thing').length === 2 && !document.body.innerText.includes('Meera')"))
    try await picture("memory-search", browser)
    await browser.close()
    await porch.stop()
  }
}
