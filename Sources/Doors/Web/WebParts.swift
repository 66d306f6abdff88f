package import Actions
package import Base
package import Delivery
package import Formats
package import HTTP
package import Messages
package import People
package import Store
package import Telemetry

/// What the web door needs of the house. The App fills it; a test scripts it.
package struct WebParts: Sendable {
  package var store: HouseStore
  package var people: PeopleBook
  package var delivery: Delivery
  package var registry: ActionRegistry
  package var clock: any WallClock
  package var ids: IDGenerator
  package var random: any RandomSource
  package var metrics: Metrics
  package var talk: WebTalk
  package var site: WebSite
  package var house: WebHouse
  package var limits = WebLimits()
  /// `nil`: nobody is told while no page is open.
  package var push: PushParts?
  /// Microseconds that only go up, for the rate limits.
  package var monotonic: @Sendable () -> Int64 = RateLimiter.monotonic

  package init(
    store: HouseStore, people: PeopleBook, delivery: Delivery, registry: ActionRegistry, clock: any WallClock,
    ids: IDGenerator, random: any RandomSource, metrics: Metrics, talk: WebTalk, site: WebSite, house: WebHouse
  ) {
    self.store = store
    self.people = people
    self.delivery = delivery
    self.registry = registry
    self.clock = clock
    self.ids = ids
    self.random = random
    self.metrics = metrics
    self.talk = talk
    self.site = site
    self.house = house
  }
}

/// The ways into the conversation.
package struct WebTalk: Sendable {
  /// Makes a message durable; the answer comes by the outbox. - Returns: false for a repeat.
  package var accept: @Sendable (InboundMessage) async throws -> Bool
  /// Makes a message durable and waits for its report; `nil` when there is none.
  package var invoke: @Sendable (InboundMessage) async throws -> JSON?
  /// Last comes the origin: `shell` through the Unix socket, `rest` else.
  package var act: @Sendable (ActionCall, Person, ActionContext.Authority, String) async throws -> Outcome
  /// Teaches an intent new examples. - Returns: how many it has, and the accuracy measured after.
  package var train: @Sendable (Training) async throws -> (examples: Int, accuracy: Double)

  package struct Training: Sendable {
    package let language: String
    package let intent: String
    package let examples: [String]
    package let person: Person
  }

  package init(
    accept: @escaping @Sendable (InboundMessage) async throws -> Bool,
    invoke: @escaping @Sendable (InboundMessage) async throws -> JSON?,
    act: @escaping @Sendable (ActionCall, Person, ActionContext.Authority, String) async throws -> Outcome,
    train: @escaping @Sendable (Training) async throws -> (examples: Int, accuracy: Double)
  ) {
    self.accept = accept
    self.invoke = invoke
    self.act = act
    self.train = train
  }
}

/// Where the page is and how it is reached.
package struct WebSite: Sendable {
  package var pages: PageFiles
  /// Scheme and host under which the house is known outside, such as `https://thinnai.example`.
  package var publicURL: String?
  package var isTLS: Bool
  /// Proxies whose `X-Forwarded-For` is believed.
  package var trustedProxies: [IPNetwork]

  package init(pages: PageFiles, publicURL: String? = nil, isTLS: Bool = false, trustedProxies: [IPNetwork] = []) {
    self.pages = pages
    self.publicURL = publicURL
    self.isTLS = isTLS
    self.trustedProxies = trustedProxies
  }
}

/// What the door tells about the house.
package struct WebHouse: Sendable {
  package var version: String
  package var zoneData: String
  /// Why the house is not ready, in sentences; empty when it is.
  package var reasonsNotReady: @Sendable () -> [String]
  /// Doors and their state, such as `("telegram", "open")`.
  package var doors: @Sendable () -> [(name: String, state: String)]
  package var queues: @Sendable () async -> [(name: String, depth: Int)]
  /// Tenant whose owner speaks through the Unix socket.
  package var tenant: TenantID

  package init(
    version: String, zoneData: String, tenant: TenantID = TenantID("home"),
    reasonsNotReady: @escaping @Sendable () -> [String] = { [] },
    doors: @escaping @Sendable () -> [(name: String, state: String)] = { [] },
    queues: @escaping @Sendable () async -> [(name: String, depth: Int)] = { [] }
  ) {
    self.version = version
    self.zoneData = zoneData
    self.tenant = tenant
    self.reasonsNotReady = reasonsNotReady
    self.doors = doors
    self.queues = queues
  }
}

/// A path that another door answers itself, secrets and limits included.
package struct Webhook: Sendable {
  package let path: String
  package let methods: [String]
  package let summary: String
  package let handler: any HTTPHandler

  package init(path: String, methods: [String] = ["POST"], summary: String, handler: any HTTPHandler) {
    self.path = path
    self.methods = methods
    self.summary = summary
    self.handler = handler
  }
}
