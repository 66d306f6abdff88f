#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast that Swift cannot import: SQLite copies the bytes before the call returns.
static inline sqlite3_destructor_type th_sqlite_transient(void) { return SQLITE_TRANSIENT; }

/// `sqlite3_config` takes a variable number of arguments, which Swift cannot pass. Without its memory statistics, each
/// of the library's allocations takes one process-wide lock less. Before the first connection is opened only.
static inline int th_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
