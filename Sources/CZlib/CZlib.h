// zlib, for .gz files.
#include <zlib.h>
