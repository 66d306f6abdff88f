#include "CPostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// As libpq-fe.h has them; all of it is part of libpq.so.5, whose numbers do not change.
struct option {
  char *keyword;
  char *envvar;
  char *compiled;
  char *val;
  char *label;
  char *dispchar;
  int dispsize;
};
enum { CONNECTION_BAD = 1 };
enum { TRANSACTION_IDLE = 0 };
enum { VERBOSITY_DEFAULT = 1, VERBOSITY_VERBOSE = 2 };
enum { POLLING_FAILED = 0, POLLING_READING = 1, POLLING_WRITING = 2, POLLING_OK = 3 };
enum {
  RESULT_EMPTY = 0,
  RESULT_COMMAND_OK = 1,
  RESULT_TUPLES_OK = 2,
  RESULT_COPY_OUT = 3,
  RESULT_COPY_IN = 4,
  RESULT_COPY_BOTH = 8,
  RESULT_SINGLE_TUPLE = 9,
};

static struct option *(*parse)(const char *, char **);
static void (*free_options)(struct option *);
static void (*free_memory)(void *);
static th_pg *(*connect_start)(const char *const *, const char *const *, int);
static int (*connect_poll)(th_pg *);
static void (*finish)(th_pg *);
static int (*get_socket)(const th_pg *);
static int (*get_status)(const th_pg *);
static int (*transaction_status)(const th_pg *);
static int (*set_verbosity)(th_pg *, int);
static char *(*error_message)(const th_pg *);
static int (*set_nonblocking)(th_pg *, int);
typedef void notice_receiver(void *, const th_pg_result *);
static notice_receiver *(*set_notice_receiver)(th_pg *, notice_receiver *, void *);
static int (*send_query)(
    th_pg *, const char *, int, const unsigned *, const char *const *, const int *, const int *, int);
static int (*single_row_mode)(th_pg *);
static int (*flush)(th_pg *);
static int (*consume_input)(th_pg *);
static int (*is_busy)(th_pg *);
static th_pg_result *(*get_result)(th_pg *);
static int (*result_status)(const th_pg_result *);
static char *(*error_field)(const th_pg_result *, int);
static void (*clear)(th_pg_result *);
static char *(*command_status)(th_pg_result *);
static char *(*command_tuples)(th_pg_result *);
static int (*tuple_count)(const th_pg_result *);
static int (*field_count)(const th_pg_result *);
static char *(*field_name)(const th_pg_result *, int);
static unsigned (*field_type)(const th_pg_result *, int);
static int (*is_null)(const th_pg_result *, int, int);
static char *(*get_value)(const th_pg_result *, int, int);
static int (*get_length)(const th_pg_result *, int, int);
static th_pg_cancel *(*get_cancel)(th_pg *);
static int (*cancel_request)(th_pg_cancel *, char *, int);
static void (*free_cancel)(th_pg_cancel *);
static int loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int found = 1;
#define FIND(function, name) found &= (function = (__typeof__(function))dlsym(library, name)) != NULL
  FIND(parse, "PQconninfoParse");
  FIND(free_options, "PQconninfoFree");
  FIND(free_memory, "PQfreemem");
  FIND(connect_start, "PQconnectStartParams");
  FIND(connect_poll, "PQconnectPoll");
  FIND(finish, "PQfinish");
  FIND(get_socket, "PQsocket");
  FIND(get_status, "PQstatus");
  FIND(transaction_status, "PQtransactionStatus");
  FIND(set_verbosity, "PQsetErrorVerbosity");
  FIND(error_message, "PQerrorMessage");
  FIND(set_nonblocking, "PQsetnonblocking");
  FIND(set_notice_receiver, "PQsetNoticeReceiver");
  FIND(send_query, "PQsendQueryParams");
  FIND(single_row_mode, "PQsetSingleRowMode");
  FIND(flush, "PQflush");
  FIND(consume_input, "PQconsumeInput");
  FIND(is_busy, "PQisBusy");
  FIND(get_result, "PQgetResult");
  FIND(result_status, "PQresultStatus");
  FIND(error_field, "PQresultErrorField");
  FIND(clear, "PQclear");
  FIND(command_status, "PQcmdStatus");
  FIND(command_tuples, "PQcmdTuples");
  FIND(tuple_count, "PQntuples");
  FIND(field_count, "PQnfields");
  FIND(field_name, "PQfname");
  FIND(field_type, "PQftype");
  FIND(is_null, "PQgetisnull");
  FIND(get_value, "PQgetvalue");
  FIND(get_length, "PQgetlength");
  FIND(get_cancel, "PQgetCancel");
  FIND(cancel_request, "PQcancel");
  FIND(free_cancel, "PQfreeCancel");
#undef FIND
  loaded = found;
}

int th_pg_available(void) {
  pthread_once(&once, load);
  return loaded;
}

int th_pg_read_address(const char *address, char **password) {
  *password = NULL;
  if (!th_pg_available()) return 0;
  char *message = NULL;
  struct option *options = parse(address, &message);
  free_memory(message);
  if (options == NULL) return 0;
  for (struct option *option = options; option->keyword != NULL; option++) {
    if (strcmp(option->keyword, "password") == 0 && option->val != NULL) *password = strdup(option->val);
  }
  free_options(options);
  return 1;
}

// Else libpq writes what the server remarks to standard error.
static void ignore_notice(void *context, const th_pg_result *notice) {
  (void)context;
  (void)notice;
}

th_pg *th_pg_open(const char *address, const char *timeout_ms) {
  if (!th_pg_available()) return NULL;
  // What stands before the address may be set otherwise in it, what stands behind may not.
  const char *const keywords[] = {"application_name", "tcp_user_timeout", "dbname", "client_encoding", NULL};
  const char *const values[] = {"thinnai", timeout_ms, address, "UTF8", NULL};
  th_pg *pg = connect_start(keywords, values, 1);
  if (pg == NULL) return NULL;
  set_notice_receiver(pg, ignore_notice, NULL);
  // There is no other way to the code of a server that lets nobody in.
  set_verbosity(pg, VERBOSITY_VERBOSE);
  return pg;
}

int th_pg_connect(th_pg *pg) {
  switch (connect_poll(pg)) {
  case POLLING_READING: return TH_PG_READING;
  case POLLING_WRITING: return TH_PG_WRITING;
  case POLLING_OK:
    set_verbosity(pg, VERBOSITY_DEFAULT);
    return set_nonblocking(pg, 1) == 0 ? TH_PG_CONNECTED : TH_PG_FAILED;
  default: return TH_PG_FAILED;
  }
}

void th_pg_close(th_pg *pg) { finish(pg); }
int th_pg_socket(const th_pg *pg) { return get_socket(pg); }
int th_pg_is_broken(const th_pg *pg) { return get_status(pg) == CONNECTION_BAD; }
int th_pg_is_idle(const th_pg *pg) { return !th_pg_is_broken(pg) && transaction_status(pg) == TRANSACTION_IDLE; }
const char *th_pg_error(const th_pg *pg) { return error_message(pg); }

int th_pg_send(th_pg *pg, const char *sql, int count, const char *const *values) {
  return send_query(pg, sql, count, NULL, values, NULL, NULL, 0) && single_row_mode(pg);
}
int th_pg_flush(th_pg *pg) { return flush(pg); }
int th_pg_read(th_pg *pg) { return consume_input(pg); }
int th_pg_is_busy(th_pg *pg) { return is_busy(pg); }
th_pg_result *th_pg_next(th_pg *pg) { return get_result(pg); }

int th_pg_result_kind(const th_pg_result *result) {
  switch (result_status(result)) {
  case RESULT_COMMAND_OK: return TH_PG_DONE;
  case RESULT_TUPLES_OK:
  case RESULT_SINGLE_TUPLE: return TH_PG_ROWS;
  case RESULT_EMPTY: return TH_PG_EMPTY;
  case RESULT_COPY_OUT:
  case RESULT_COPY_IN:
  case RESULT_COPY_BOTH: return TH_PG_COPY;
  default: return TH_PG_ERROR;
  }
}
void th_pg_result_free(th_pg_result *result) { clear(result); }
const char *th_pg_result_field(const th_pg_result *result, int field) { return error_field(result, field); }
// Neither changes the result.
const char *th_pg_result_tag(const th_pg_result *result) { return command_status((th_pg_result *)result); }
const char *th_pg_result_changed(const th_pg_result *result) { return command_tuples((th_pg_result *)result); }
int th_pg_row_count(const th_pg_result *result) { return tuple_count(result); }
int th_pg_column_count(const th_pg_result *result) { return field_count(result); }
const char *th_pg_column_name(const th_pg_result *result, int column) { return field_name(result, column); }
unsigned th_pg_column_type(const th_pg_result *result, int column) { return field_type(result, column); }
int th_pg_is_null(const th_pg_result *result, int row, int column) { return is_null(result, row, column); }
const char *th_pg_value(const th_pg_result *result, int row, int column) { return get_value(result, row, column); }
int th_pg_value_length(const th_pg_result *result, int row, int column) { return get_length(result, row, column); }

th_pg_cancel *th_pg_cancel_make(th_pg *pg) { return get_cancel(pg); }
void th_pg_cancel_send(th_pg_cancel *cancel) {
  char message[256];
  cancel_request(cancel, message, sizeof message);
  free_cancel(cancel);
}
void th_pg_cancel_free(th_pg_cancel *cancel) { free_cancel(cancel); }
