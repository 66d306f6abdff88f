import Formats
import Testing

extension DoorstepTests.WebTests {
  /// Goes red when nobody tells the page that work has moved on (`web.work.changed()` in `Doors`).
  @Test(
    "a goal in words is planned, kept and carried out on the page, and what others set going is asked there at once")
  func planning() async throws {
    let porch = try Porch()
    try await porch.start()
    let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
    try await enter(try link(porch), browser)
    try await browser.open(porch.url + "/workflows")
    #expect(try await browser.waits(for: "!!document.querySelector('main textarea')"))
    try await browser.type(
      "add a task to call the supplier, then ask me whether to go on, then list my tasks and tell me",
      into: "main textarea")
    try await browser.run("document.querySelector('main textarea').form.requestSubmit()")
    let planned = try await browser.waits(for: "document.querySelectorAll('.plan .steps li').length === 4")
    let plan = try await browser.text
    #expect(planned, "\(plan)")
    try await inspect("/workflows", browser)
    try await browser.run("document.querySelector('.plan .buttons .main').click()")
    #expect(try await browser.waits(for: "!!document.querySelector('.question button')"))
    try await browser.run("document.querySelector('.question button.main').click()")
    let done = try await browser.waits(for: "document.querySelector('.run strong.good')?.innerText === 'done'")
    let after = try await browser.text
    #expect(done, "\(after)")
    // another program sets something going: nobody touches the page
    let source = "workflow: asked\nsteps:\n  - {id: ask, approve: {what: Paint the door?}}\n"
    let kept = try await porch.run("act", "workflow.keep", "--source", source, "--run", "true", "--json")
    #expect(kept.code == 0, "\(kept)")
    let isAsked = try await browser.waits(
      15, for: "document.querySelector('.question')?.innerText.includes('Paint the door?')")
    #expect(isAsked)
    await browser.close()
    await porch.stop()
  }

  /// What is no time is told beside its field before anything begins; a time as people write it begins the run.
  @Test("a form takes a time as a person writes it, and says beside the field what it cannot read")
  func forms() async throws {
    let porch = try Porch()
    try await porch.start()
    let browser = try await Browser(folder: porch.folder, width: 390, height: 844)
    try await enter(try link(porch), browser)
    try await browser.open(porch.url + "/workflows")
    let form =
      "[...document.querySelectorAll('main details')].find((d) => d.firstChild.innerText === 'A bill until it is paid')"
    #expect(try await browser.waits(for: "!!\(form)"))
    func start(_ time: String) async throws {
      try await browser.run(
        """
        const box = \(form)
        box.open = true
        const [what, amount, at] = box.querySelectorAll('input')
        what.value = 'TNEB'
        amount.value = '1200'
        at.value = arguments[0]
        box.querySelector('form').requestSubmit()
        """, [.string(time)])
    }
    try await start("some day")
    let isTold = try await browser.waits(
      for: "\(form)?.querySelector('.bad:not(:empty)')?.innerText.includes('some day')")
    #expect(isTold)
    #expect(try await browser.run("return document.activeElement.getAttribute('aria-invalid')") == "true")
    try await inspect("/workflows", browser)
    try await start("5 December at 6 pm")
    let begun = try await browser.waits(for: "document.querySelectorAll('article.run').length === 1")
    let text = try await browser.text
    #expect(begun && text.contains("A bill until it is paid is under way."), "\(text)")
    await browser.close()
    await porch.stop()
  }
}
