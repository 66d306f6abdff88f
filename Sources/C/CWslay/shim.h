#include <wslay/wslay.h>
#include <string.h>

/// The callback record, with only what a server without extensions needs.
static inline struct wslay_event_callbacks th_wslay_callbacks(wslay_event_recv_callback receive,
                                                              wslay_event_send_callback send,
                                                              wslay_event_on_msg_recv_callback message) {
  struct wslay_event_callbacks callbacks;
  memset(&callbacks, 0, sizeof callbacks);
  callbacks.recv_callback = receive;
  callbacks.send_callback = send;
  callbacks.on_msg_recv_callback = message;
  return callbacks;
}
