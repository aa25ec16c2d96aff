#include "CJPEG.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

// MARK: libturbojpeg (its API of version 2, which later ones keep)

static struct {
  void *(*start)(void);
  int (*header)(void *, const unsigned char *, unsigned long, int *, int *, int *, int *);
  int (*decompress)(
    void *, const unsigned char *, unsigned long, unsigned char *, int, int, int, int, int);
  int (*end)(void *);
  char *(*message)(void *);
} turbo;

static int open_turbo(void) {
  static const char *const names[] = {
    "libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) continue;
    *(void **)&turbo.start = dlsym(library, "tjInitDecompress");
    *(void **)&turbo.header = dlsym(library, "tjDecompressHeader3");
    *(void **)&turbo.decompress = dlsym(library, "tjDecompress2");
    *(void **)&turbo.end = dlsym(library, "tjDestroy");
    *(void **)&turbo.message = dlsym(library, "tjGetErrorStr2");
    if (turbo.start && turbo.header && turbo.decompress && turbo.end && turbo.message) return 1;
  }
  return 0;
}

static int decode_turbo(
  const uint8_t *bytes, size_t count, int32_t width, int32_t height, int32_t channels, uint8_t *pixels,
  char *message
) {
  enum { RGB = 0, GREY = 6, CMYK = 11 };
  void *handle = turbo.start();
  if (!handle) {
    snprintf(message, APUS_JPEG_MESSAGE_SIZE, "libturbojpeg cannot start");
    return 1;
  }
  int found_width = 0, found_height = 0, subsampling = 0, space = 0;
  int failed = turbo.header(handle, bytes, count, &found_width, &found_height, &subsampling, &space);
  if (failed) {
    snprintf(message, APUS_JPEG_MESSAGE_SIZE, "%s", turbo.message(handle));
  } else if (found_width != width || found_height != height) {
    failed = 1;
    snprintf(message, APUS_JPEG_MESSAGE_SIZE, "its size is %d x %d", found_width, found_height);
  } else {
    const int format = channels == 1 ? GREY : channels == 3 ? RGB : CMYK;
    failed = turbo.decompress(handle, bytes, count, pixels, width, 0, height, format, 0);
    if (failed) {
      snprintf(message, APUS_JPEG_MESSAGE_SIZE, "%s", turbo.message(handle));
      // Bytes that belong to nothing do no harm.
      if (strstr(message, "extraneous bytes")) failed = 0;
    }
  }
  turbo.end(handle);
  return failed != 0;
}

// MARK: libjpeg, of any version: the beginnings of its structures are the same in all of them

struct decompression;

struct error_manager {
  void (*error_exit)(struct decompression *);
  void (*emit_message)(struct decompression *, int);
  void (*output_message)(struct decompression *);
  void (*format_message)(struct decompression *, char *);
  void (*reset)(struct decompression *);
  int code;
  union {
    int numbers[8];
    char text[80];
  } parameters;
  int trace_level;
  long warnings;
  const char *const *messages;
  int last_message;
  const char *const *more_messages;
  int first_more, last_more;
  // Should a version have more.
  char rest[256];
};

struct decompression {
  struct error_manager *errors;
  void *memory, *progress, *client;
  int is_decompressor, state;
  void *source;
  unsigned width, height;
  int components, color_space, output_color_space;
  unsigned scale_numerator, scale_denominator;
  double gamma;
  int buffered, raw, dct, fancy, smooth, quantize, dither, two_pass, colors, pass_1, pass_external, pass_2;
  unsigned output_width, output_height;
  int output_color_components, output_components, buffer_height, actual_colors;
  void *colormap;
  unsigned scanline;
  // What follows differs; the library says how large its structure is.
  char rest[4096];
};

static struct {
  struct error_manager *(*errors)(struct error_manager *);
  void (*create)(struct decompression *, int, size_t);
  void (*destroy)(struct decompression *);
  void (*source)(struct decompression *, const unsigned char *, unsigned long);
  int (*header)(struct decompression *, int);
  int (*start)(struct decompression *);
  unsigned (*read)(struct decompression *, unsigned char **, unsigned);
  int (*finish)(struct decompression *);
  int version;
  size_t size;
} plain;

struct attempt {
  struct decompression decompression;
  struct error_manager errors;
  jmp_buf place;
  char *message;
  int is_damaged;
};

static void fail(struct decompression *decompression) {
  struct attempt *attempt = (struct attempt *)decompression;
  char text[512] = "";
  attempt->errors.format_message(decompression, text);
  snprintf(attempt->message, APUS_JPEG_MESSAGE_SIZE, "%.200s", text);
  longjmp(attempt->place, 1);
}

/// The library mends what is damaged with grey, and warns: that is not what the file held.
static void hear(struct decompression *decompression, int level) {
  struct attempt *attempt = (struct attempt *)decompression;
  if (level >= 0 || attempt->is_damaged) return;
  char text[512] = "";
  attempt->errors.format_message(decompression, text);
  // Bytes that belong to nothing do no harm.
  if (strstr(text, "extraneous bytes")) return;
  attempt->is_damaged = 1;
  snprintf(attempt->message, APUS_JPEG_MESSAGE_SIZE, "%.200s", text);
}

static void keep_silent(struct decompression *decompression) { (void)decompression; }

static void prepare(struct attempt *attempt, char *message) {
  memset(attempt, 0, sizeof *attempt);
  attempt->message = message;
  attempt->decompression.errors = plain.errors(&attempt->errors);
  attempt->errors.error_exit = fail;
  attempt->errors.emit_message = hear;
  attempt->errors.output_message = keep_silent;
}

/// Finds the version and the size of the structure that the library was built with: it refuses others, and says its own.
static int negotiate(void) {
  static struct attempt attempt;
  char message[APUS_JPEG_MESSAGE_SIZE];
  plain.version = 62;
  plain.size = 656;
  for (int tries = 0; tries < 4; tries++) {
    prepare(&attempt, message);
    if (setjmp(attempt.place) == 0) {
      plain.create(&attempt.decompression, plain.version, plain.size);
      plain.destroy(&attempt.decompression);
      return 1;
    }
    const int *numbers = attempt.errors.parameters.numbers;
    if (numbers[1] == plain.version) {
      plain.version = numbers[0];
    } else if (numbers[1] == (int)plain.size && numbers[0] > 0
               && (size_t)numbers[0] <= sizeof(struct decompression)) {
      plain.size = (size_t)numbers[0];
    } else {
      return 0;
    }
  }
  return 0;
}

static int open_plain(void) {
  static const char *const names[] = {
    "libjpeg.so.62", "libjpeg.so.8", "libjpeg.so.9", "libjpeg.so", "libjpeg.dylib"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) continue;
    *(void **)&plain.errors = dlsym(library, "jpeg_std_error");
    *(void **)&plain.create = dlsym(library, "jpeg_CreateDecompress");
    *(void **)&plain.destroy = dlsym(library, "jpeg_destroy_decompress");
    *(void **)&plain.source = dlsym(library, "jpeg_mem_src");
    *(void **)&plain.header = dlsym(library, "jpeg_read_header");
    *(void **)&plain.start = dlsym(library, "jpeg_start_decompress");
    *(void **)&plain.read = dlsym(library, "jpeg_read_scanlines");
    *(void **)&plain.finish = dlsym(library, "jpeg_finish_decompress");
    if (plain.errors && plain.create && plain.destroy && plain.source && plain.header && plain.start
        && plain.read && plain.finish && negotiate()) {
      return 1;
    }
  }
  return 0;
}

static int decode_plain(
  const uint8_t *bytes, size_t count, int32_t width, int32_t height, int32_t channels, uint8_t *pixels,
  char *message
) {
  enum { GREY = 1, RGB = 2, CMYK = 4 };
  struct attempt attempt;
  struct decompression *decompression = &attempt.decompression;
  prepare(&attempt, message);
  if (setjmp(attempt.place)) {
    plain.destroy(decompression);
    return 1;
  }
  plain.create(decompression, plain.version, plain.size);
  plain.source(decompression, bytes, count);
  plain.header(decompression, 1);
  decompression->output_color_space = channels == 1 ? GREY : channels == 3 ? RGB : CMYK;
  plain.start(decompression);
  if (decompression->output_width != (unsigned)width || decompression->output_height != (unsigned)height
      || decompression->output_components != channels) {
    snprintf(
      message, APUS_JPEG_MESSAGE_SIZE, "its size is %u x %u x %d", decompression->output_width,
      decompression->output_height, decompression->output_components);
    plain.destroy(decompression);
    return 1;
  }
  while (decompression->scanline < (unsigned)height) {
    unsigned char *row = pixels + (size_t)decompression->scanline * (size_t)width * (size_t)channels;
    if (plain.read(decompression, &row, 1) == 0) {
      snprintf(message, APUS_JPEG_MESSAGE_SIZE, "it ends too early");
      attempt.is_damaged = 1;
      break;
    }
  }
  if (!attempt.is_damaged) plain.finish(decompression);
  plain.destroy(decompression);
  return attempt.is_damaged;
}

// MARK: Either

static int has_turbo, has_plain;

int apus_jpeg_open(void) {
  has_turbo = open_turbo();
  has_plain = !has_turbo && open_plain();
  return has_turbo || has_plain;
}

int apus_jpeg_decode(
  const uint8_t *bytes, size_t count, int32_t width, int32_t height, int32_t channels, uint8_t *pixels,
  char *message
) {
  if (has_turbo) return decode_turbo(bytes, count, width, height, channels, pixels, message);
  if (has_plain) return decode_plain(bytes, count, width, height, channels, pixels, message);
  snprintf(message, APUS_JPEG_MESSAGE_SIZE, "there is no library for it");
  return 1;
}
