import Actions
import Base
import Conversation
import Embedding
import Events
import People
import Redis
import Store
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
    _ words: GoalWords, _ schemas: EventSchemas, _ encoder: LazyEncoder, _ runner: Runner
  ) -> GoalPlanner {
    GoalPlanner(
      words: words, registry: registry, schemas: schemas, encoder: encoder,
      read: { [conversation] in await conversation.read($0, for: $1) }, value: runner.words)
  }
}
