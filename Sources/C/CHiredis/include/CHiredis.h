#pragma once

#include <stddef.h>

/// A connection to a Redis server, by libhiredis, which is loaded when the first is opened.
typedef struct th_redis th_redis;
typedef struct th_reply th_reply;

/// Whether the library is there.
int th_redis_available(void);

/// Connects; `port` 0 means that `host` is the path of a Unix socket. NULL without memory or library; otherwise ask
/// th_redis_error whether it worked.
th_redis *th_redis_open(const char *host, int port, long timeout_ms);
/// What went wrong last; NULL when nothing did.
const char *th_redis_error(const th_redis *redis);
void th_redis_close(th_redis *redis);

/// Sends one command and waits for its answer; NULL when the connection failed.
th_reply *th_redis_command(th_redis *redis, int count, const char **words, const size_t *lengths);
void th_reply_free(th_reply *reply);

enum th_reply_kind { TH_REPLY_TEXT, TH_REPLY_LIST, TH_REPLY_INTEGER, TH_REPLY_NIL, TH_REPLY_ERROR };
int th_reply_kind(const th_reply *reply);
long long th_reply_integer(const th_reply *reply);
const char *th_reply_text(const th_reply *reply);
size_t th_reply_length(const th_reply *reply);
size_t th_reply_count(const th_reply *reply);
const th_reply *th_reply_element(const th_reply *reply, size_t index);
