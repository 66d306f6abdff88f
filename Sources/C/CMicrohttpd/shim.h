#include <microhttpd.h>

/// MHD_start_daemon is variadic; every option travels in one array that ends with MHD_OPTION_END.
static inline struct MHD_Daemon *th_mhd_start(unsigned int flags, uint16_t port, MHD_AccessHandlerCallback handler,
                                              void *context, struct MHD_OptionItem *options) {
  return MHD_start_daemon(flags, port, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}
/// MHD_get_connection_info is variadic and answers with a union: one function a fact.
static inline void *th_mhd_socket_context(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}
static inline int th_mhd_socket(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}
static inline const struct sockaddr *th_mhd_client_address(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}
static inline size_t th_mhd_header_size(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}
/// MHD_upgrade_action is variadic.
static inline enum MHD_Result th_mhd_upgrade_close(struct MHD_UpgradeResponseHandle *h) {
  return MHD_upgrade_action(h, MHD_UPGRADE_ACTION_CLOSE);
}
