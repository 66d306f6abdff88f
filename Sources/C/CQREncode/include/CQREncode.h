#pragma once

/// Draws bytes as a QR code of middling redundancy, by libqrencode, which is loaded when the first is drawn.
///
/// - out: width × width bytes, one a square, 1 for dark.
/// Returns the width; 0 when the bytes do not fit into capacity, -1 when the library is missing.
int th_qr_encode(const unsigned char *bytes, int count, unsigned char *out, int capacity);
