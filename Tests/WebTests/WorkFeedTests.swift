import Testing

@testable import Web

@Suite struct WorkFeedTests {
  @Test func oneSignForManyChanges() async {
    let feed = WorkFeed()
    let (number, changes) = feed.open(session: "a")
    for _ in 0..<1_000 { feed.changed() }
    feed.remove(number)
    var signs = 0
    for await _ in changes { signs += 1 }
    #expect(signs == 1)
  }

  @Test func endsWithItsSession() async {
    let feed = WorkFeed()
    let (_, mine) = feed.open(session: "a")
    let (number, other) = feed.open(session: "b")
    feed.close(session: "a")
    for await _ in mine { Issue.record("nothing had changed") }
    feed.changed(number)
    feed.closeAll()
    var signs = 0
    for await _ in other { signs += 1 }
    #expect(signs == 1)
    // after the end nobody waits for ever
    for await _ in feed.open(session: "c").1 { Issue.record("it is closed") }
  }

  @Test func oneSessionHoldsAFewPages() async {
    let feed = WorkFeed()
    let first = feed.open(session: "a").1
    for _ in 0..<WorkFeed.perSession { _ = feed.open(session: "a") }
    for await _ in first { Issue.record("nothing had changed") }
  }
}
