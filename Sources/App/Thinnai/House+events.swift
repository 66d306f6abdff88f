import Actions
import Base
import Conversation
import Crews
import Crypto
import Desk
import Events
import People
import Redis
import Store
import Telemetry
import Time
import Understanding
import Workflows

extension House {
  /// The engine that events go through.
  static func eventLog(_ configuration: Configuration, _ store: HouseStore, _ ids: IDGenerator) -> any EventLog {
    guard let place = configuration.given("events.redis").flatMap(RedisClient.Place.init) else {
      return StoreEventLog(store: store)
    }
    return RedisEventLog(redis: RedisClient(place), store: store, node: ids.next())
  }

  /// What is done because of events: the rules of the data files, and what somebody agreed to.
  func consumeEvents(_ rules: [ReactionRule], _ runner: Runner) {
    let (conversation, people, store) = (conversation, people, store)
    // a rule for what this house cannot do has nobody to hear it
    for rule in rules where registry[rule.call] != nil {
      events.add(
        rule.consumer(runner) { tenant, authority in
          people.owner(of: tenant).flatMap {
            conversation.context(for: $0, door: "reaction", conversation: nil, authority: authority)
          }
        })
    }
    events.add(
      runner.approvals.consumer(
        runner, context: { conversation.context(for: $0, door: $1, conversation: nil, authority: $2) }, people: people
      ) { id, tenant in try await store.tenant(tenant).read { try Approval.find(id, $0) } })
  }
}

extension House {
  /// What makes workflows of goals in words.
  func planner(
    _ words: GoalWords, _ schemas: EventSchemas, _ points: MeaningPoints, _ runner: Runner
  ) -> GoalPlanner {
    GoalPlanner(
      words: words, registry: registry, schemas: schemas, points: points,
      read: { [conversation] in await conversation.read($0, for: $1) }, value: runner.words)
  }

  /// Makes what is made of the data files once, where an earlier run of this program has not.
  func prepare() async {
    await understanding.prepare()
    let points = goalPoints
    _ = try? await BlockingCall.run("meaning") { points.prepare() }
  }
}

extension House {
  /// The owner's zone at the first start.
  static func zone(_ configuration: Configuration, _ meant: Zone?) -> Zone {
    let given = configuration.given("owner.zone")
    if given == nil, let meant { return meant }
    return (try? ZoneDatabase.shared.zone(given ?? ZoneDatabase.shared.machineIdentifier() ?? "UTC")) ?? .utc
  }

  /// A key for one purpose.
  static func key(_ masterKey: SecretKey, _ purpose: String) -> SecretKey? {
    SecretKey(masterKey.withBytes { HMAC.sha256(key: $0, message: Array(purpose.utf8)) })
  }

  /// Somebody stops the program: no message and no step that is under way from now on is taken for what ended it.
  func endIsAskedFor() {
    marks.retire()
    workflows.endIsAskedFor()
  }

  /// What agents may think with.
  static let skills = [Skill.direct]

  /// Those that are written in Swift.
  static let workflowsInSwift: [any Workflow.Type] = [MonthReview.self]

  /// The workflows there are. One that somebody wrote here wrongly is said and left out: the doors open all the same.
  static func library(_ files: DataFiles, _ registry: ActionRegistry, _ schemas: EventSchemas) throws -> WorkflowLibrary
  {
    let library = try files.workflows.library(
      .init(registry: registry, events: schemas, personas: Set(files.personas.names)))
    for mistake in files.workflows.mistakes + library.leftOut {
      Log("workflows").error("A workflow was left out", ["error": .error(mistake)])
    }
    return library
  }

  /// The engine of workflows, which acts at a door of its own.
  static func workflows(
    _ store: HouseStore, _ people: PeopleBook, _ runner: Runner, _ library: WorkflowLibrary,
    _ configuration: Configuration,
    _ masterKey: SecretKey, _ clock: any WallClock, _ ids: IDGenerator, _ metrics: Metrics,
    _ conversation: Conversation, _ crews: CrewRunner,
    _ marks: CrashMarks
  ) -> WorkflowEngine {
    var parts = WorkflowEngine.Parts(
      store: store, people: people, runner: runner, library: library, http: LazyTransport(),
      trusted: configuration.trustedByWorkflows,
      secretKey: key(masterKey, "workflow secrets"), clock: clock,
      ids: ids,
      metrics: metrics
    ) { person, authority in
      conversation.context(for: person, door: "workflow", conversation: nil, authority: authority)
    }
    parts.marks = marks
    parts.crews = crews
    parts.outside = outside(configuration, clock)
    let seconds = configuration.number("workflows.step_deadline_s")
    // a run holds whole seconds
    if seconds > 0 { parts.stepDeadline = .seconds(Int64(min(max(seconds, 1), 3e8))) }
    return WorkflowEngine(parts)
  }
}
