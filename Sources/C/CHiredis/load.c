#include "CHiredis.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/time.h>

// As hiredis.h 0.14 has them (its soname is its version). Only the start of a connection is looked at.
struct th_redis {
  int err;
  char errstr[128];
};
struct th_reply {
  int type;
  long long integer;
  size_t len;
  char *str;
  size_t elements;
  struct th_reply **element;
};
enum { REPLY_STRING = 1, REPLY_ARRAY = 2, REPLY_INTEGER = 3, REPLY_NIL = 4, REPLY_STATUS = 5, REPLY_ERROR = 6 };

static th_redis *(*connect_tcp)(const char *, int, const struct timeval);
static th_redis *(*connect_unix)(const char *, const struct timeval);
static int (*set_timeout)(th_redis *, const struct timeval);
static void *(*command)(th_redis *, int, const char **, const size_t *);
static void (*free_reply)(void *);
static void (*free_redis)(th_redis *);
static int loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libhiredis.so.0.14", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  connect_tcp = (__typeof__(connect_tcp))dlsym(library, "redisConnectWithTimeout");
  connect_unix = (__typeof__(connect_unix))dlsym(library, "redisConnectUnixWithTimeout");
  set_timeout = (__typeof__(set_timeout))dlsym(library, "redisSetTimeout");
  command = (__typeof__(command))dlsym(library, "redisCommandArgv");
  free_reply = (__typeof__(free_reply))dlsym(library, "freeReplyObject");
  free_redis = (__typeof__(free_redis))dlsym(library, "redisFree");
  loaded = connect_tcp && connect_unix && set_timeout && command && free_reply && free_redis;
}

int th_redis_available(void) {
  pthread_once(&once, load);
  return loaded;
}

th_redis *th_redis_open(const char *host, int port, long timeout_ms) {
  if (!th_redis_available()) return NULL;
  struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
  th_redis *redis = port == 0 ? connect_unix(host, wait) : connect_tcp(host, port, wait);
  if (redis != NULL && redis->err == 0) set_timeout(redis, wait);
  return redis;
}

const char *th_redis_error(const th_redis *redis) { return redis->err == 0 ? NULL : redis->errstr; }
void th_redis_close(th_redis *redis) { free_redis(redis); }

th_reply *th_redis_command(th_redis *redis, int count, const char **words, const size_t *lengths) {
  return command(redis, count, words, lengths);
}
void th_reply_free(th_reply *reply) { free_reply(reply); }

int th_reply_kind(const th_reply *reply) {
  switch (reply->type) {
  case REPLY_STRING:
  case REPLY_STATUS: return TH_REPLY_TEXT;
  case REPLY_ARRAY: return TH_REPLY_LIST;
  case REPLY_INTEGER: return TH_REPLY_INTEGER;
  case REPLY_ERROR: return TH_REPLY_ERROR;
  default: return TH_REPLY_NIL;
  }
}
long long th_reply_integer(const th_reply *reply) { return reply->integer; }
const char *th_reply_text(const th_reply *reply) { return reply->str; }
size_t th_reply_length(const th_reply *reply) { return reply->len; }
size_t th_reply_count(const th_reply *reply) { return reply->elements; }
const th_reply *th_reply_element(const th_reply *reply, size_t index) { return reply->element[index]; }
