#include <curl/curl.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic and cannot be called from Swift: one function
// a value shape. The parentheses keep curl's type-checking macros out of the way.
static inline CURLcode th_curl_set_long(CURL *h, CURLoption o, long v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode th_curl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode th_curl_set_text(CURL *h, CURLoption o, const char *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode th_curl_set_pointer(CURL *h, CURLoption o, void *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode th_curl_set_list(CURL *h, CURLoption o, struct curl_slist *v) {
  return (curl_easy_setopt)(h, o, v);
}
typedef size_t (*th_curl_data)(char *bytes, size_t size, size_t count, void *context);
/// For CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION, which share their shape.
static inline CURLcode th_curl_set_data(CURL *h, CURLoption o, th_curl_data v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode th_curl_set_opensocket(CURL *h, curl_opensocket_callback v) {
  return (curl_easy_setopt)(h, CURLOPT_OPENSOCKETFUNCTION, v);
}
static inline CURLcode th_curl_set_progress(CURL *h, curl_xferinfo_callback v) {
  return (curl_easy_setopt)(h, CURLOPT_XFERINFOFUNCTION, v);
}
static inline CURLcode th_curl_set_closesocket(CURL *h, curl_closesocket_callback v) {
  return (curl_easy_setopt)(h, CURLOPT_CLOSESOCKETFUNCTION, v);
}
static inline CURLcode th_curl_set_prereq(CURL *h, curl_prereq_callback v) {
  return (curl_easy_setopt)(h, CURLOPT_PREREQFUNCTION, v);
}
static inline CURLcode th_curl_info_long(CURL *h, CURLINFO i, long *v) { return (curl_easy_getinfo)(h, i, v); }
static inline CURLcode th_curl_info_offset(CURL *h, CURLINFO i, curl_off_t *v) { return (curl_easy_getinfo)(h, i, v); }
static inline CURLcode th_curl_info_pointer(CURL *h, CURLINFO i, void **v) { return (curl_easy_getinfo)(h, i, v); }

static inline CURLMcode th_curl_multi_set_long(CURLM *m, CURLMoption o, long v) { return (curl_multi_setopt)(m, o, v); }
static inline CURLMcode th_curl_multi_set_pointer(CURLM *m, CURLMoption o, void *v) {
  return (curl_multi_setopt)(m, o, v);
}
static inline CURLMcode th_curl_multi_set_socket(CURLM *m, curl_socket_callback v) {
  return (curl_multi_setopt)(m, CURLMOPT_SOCKETFUNCTION, v);
}
static inline CURLMcode th_curl_multi_set_timer(CURLM *m, curl_multi_timer_callback v) {
  return (curl_multi_setopt)(m, CURLMOPT_TIMERFUNCTION, v);
}
/// CURLMsg holds a union that Swift reads awkwardly.
static inline CURLcode th_curl_message_result(const CURLMsg *m) { return m->data.result; }
/// A macro with a cast.
static inline size_t th_curl_write_pause(void) { return CURL_WRITEFUNC_PAUSE; }
