#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast that Swift cannot import: SQLite copies the bytes before the call returns.
static inline sqlite3_destructor_type th_sqlite_transient(void) { return SQLITE_TRANSIENT; }

/// `sqlite3_config` takes a variable number of arguments, which Swift cannot pass. Without its memory statistics, each
/// of the library's allocations takes one process-wide lock less. Before the first connection is opened only.
static inline int th_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// `sqlite3_db_config` is another of those. Closing the last connection then leaves the write-ahead log where it is.
static inline int th_sqlite_keep_log(sqlite3 *db) {
  return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
