// JPEG through libturbojpeg or libjpeg, whichever of them the machine has: looked for at run time, so that nothing of
// them is needed to build Apus or to use it without JPEG.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

/// The bytes of a message of an error, with the zero at its end.
enum { APUS_JPEG_MESSAGE_SIZE = 256 };

/// Looks for the libraries. To be called once, before anything else.
///
/// Returns 1 where there is one, else 0.
int apus_jpeg_open(void);

/// Expands a JPEG of known size to `pixels`: `height` × `width` × `channels` bytes, one of grey, three of red, green and
/// blue, or four of cyan, magenta, yellow and black as the file has them.
///
/// Returns 0, or 1 with a message: where the file is damaged, or not of this size. Any thread may call it.
int apus_jpeg_decode(
  const uint8_t *bytes, size_t count, int32_t width, int32_t height, int32_t channels, uint8_t *pixels,
  char *message);

#endif
