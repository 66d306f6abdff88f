#pragma once

#include <stddef.h>

/// A connection to a PostgreSQL server, by libpq, which is loaded when the first is opened.
typedef struct th_pg th_pg;
typedef struct th_pg_result th_pg_result;
typedef struct th_pg_cancel th_pg_cancel;

/// Whether the library is there.
int th_pg_available(void);

/// Whether libpq can read the address. `*password` becomes the one in it, to be freed, or NULL.
int th_pg_read_address(const char *address, char **password);

/// Begins to connect; NULL without memory or library. Its socket is to be waited for, first to be written, until
/// th_pg_connect says how it ended.
th_pg *th_pg_open(const char *address, const char *timeout_ms);
enum th_pg_step { TH_PG_FAILED, TH_PG_READING, TH_PG_WRITING, TH_PG_CONNECTED };
int th_pg_connect(th_pg *pg);
void th_pg_close(th_pg *pg);

int th_pg_socket(const th_pg *pg);
int th_pg_is_broken(const th_pg *pg);
/// Whether it stands between two statements, in no transaction.
int th_pg_is_idle(const th_pg *pg);
/// What went wrong last. While it connects, a server's code stands before its words: "FATAL:  28P01: password …", and
/// lines with LOCATION behind.
const char *th_pg_error(const th_pg *pg);

/// Sends one statement, whose rows will come one by one. 0 when it could not begin.
int th_pg_send(th_pg *pg, const char *sql, int count, const char *const *values);
/// 0: all is sent. 1: more is left. -1: failed.
int th_pg_flush(th_pg *pg);
/// Takes what has come, without waiting. 0 when the connection failed.
int th_pg_read(th_pg *pg);
/// Whether th_pg_next would wait.
int th_pg_is_busy(th_pg *pg);
/// NULL when the statement has ended.
th_pg_result *th_pg_next(th_pg *pg);

enum th_pg_kind { TH_PG_DONE, TH_PG_ROWS, TH_PG_EMPTY, TH_PG_COPY, TH_PG_ERROR };
int th_pg_result_kind(const th_pg_result *result);
void th_pg_result_free(th_pg_result *result);
/// A part of an error: 'C' its SQLSTATE, 'M' the message, 'H' a hint, 'V' how bad it is, in English. NULL when not
/// there.
const char *th_pg_result_field(const th_pg_result *result, int field);
/// What was done, such as "INSERT 0 3".
const char *th_pg_result_tag(const th_pg_result *result);
const char *th_pg_result_changed(const th_pg_result *result);
int th_pg_row_count(const th_pg_result *result);
int th_pg_column_count(const th_pg_result *result);
const char *th_pg_column_name(const th_pg_result *result, int column);
/// The object identifier of its type, as the server's catalogue has it.
unsigned th_pg_column_type(const th_pg_result *result, int column);
int th_pg_is_null(const th_pg_result *result, int row, int column);
const char *th_pg_value(const th_pg_result *result, int row, int column);
int th_pg_value_length(const th_pg_result *result, int row, int column);

/// What is needed to stop the statement from another thread; NULL without a connection.
th_pg_cancel *th_pg_cancel_make(th_pg *pg);
/// Asks the server, over a connection of its own, to stop the statement; waits, and frees the request.
void th_pg_cancel_send(th_pg_cancel *cancel);
void th_pg_cancel_free(th_pg_cancel *cancel);
