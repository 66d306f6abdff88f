import Formats
import Testing

extension AcceptanceTests.WebTests {
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
}
