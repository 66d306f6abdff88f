import Store

enum KnowledgeMigrations {
  static let all: [Migration] = [
    Migration(
      room: "knowledge", number: 1,
      sql: [
        // whoever and whatever facts are about, each in the memory of one person
        """
        CREATE TABLE knowledge_things (
          tenant TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
          person TEXT, merged_into TEXT, created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX knowledge_things_owner ON knowledge_things (tenant, owner, person)",
        "CREATE INDEX knowledge_things_merged ON knowledge_things (tenant, merged_into) WHERE merged_into IS NOT NULL",
        """
        CREATE TABLE knowledge_names (
          tenant TEXT NOT NULL, owner TEXT NOT NULL, folded TEXT NOT NULL, thing TEXT NOT NULL, name TEXT NOT NULL,
          PRIMARY KEY (tenant, owner, folded, thing)) STRICT
        """,
        // a version of a fact: true from … to, believed from learned_at to superseded_at
        """
        CREATE TABLE knowledge_facts (
          tenant TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, subject TEXT NOT NULL, relation TEXT NOT NULL,
          object TEXT, value TEXT NOT NULL, folded TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER,
          told_at INTEGER NOT NULL, door TEXT NOT NULL, learned_at INTEGER NOT NULL, superseded_at INTEGER,
          confidence REAL NOT NULL, origin TEXT NOT NULL, sharing TEXT NOT NULL, is_pinned INTEGER NOT NULL,
          uses INTEGER NOT NULL, used_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX knowledge_facts_subject ON knowledge_facts (tenant, owner, subject, relation)",
        "CREATE INDEX knowledge_facts_object ON knowledge_facts (tenant, owner, object) WHERE object IS NOT NULL",
        "CREATE INDEX knowledge_facts_value ON knowledge_facts (tenant, owner, relation, folded)",
        // the same write again, from a client that heard no answer, is the same row
        """
        CREATE TABLE knowledge_keys (
          tenant TEXT NOT NULL, owner TEXT NOT NULL, idempotency TEXT NOT NULL, fact TEXT NOT NULL,
          PRIMARY KEY (tenant, owner, idempotency)) STRICT
        """,
        // in days; empty: for ever
        """
        CREATE TABLE knowledge_retention (
          tenant TEXT NOT NULL, talks INTEGER, history INTEGER, PRIMARY KEY (tenant)) STRICT
        """,
      ]),
    // how far a model has read each household's turns, and how often it was asked that day; who is not read by one
    Migration(
      room: "knowledge", number: 2,
      sql: [
        """
        CREATE TABLE knowledge_model (
          tenant TEXT NOT NULL, seq INTEGER NOT NULL, day TEXT NOT NULL, calls INTEGER NOT NULL,
          PRIMARY KEY (tenant)) STRICT
        """,
        "CREATE TABLE knowledge_unread (tenant TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (tenant, person)) STRICT",
      ]),
    // whose words a model may read, beside the owner's, who set it
    Migration(
      room: "knowledge", number: 3,
      sql: [
        "CREATE TABLE knowledge_read (tenant TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (tenant, person)) STRICT"
      ]),
  ]
}
