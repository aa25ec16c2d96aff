// Scratch of the convolutions.

#include "Kernels/ConvolutionPlan.h"

int64_t apus_convolution_scratch(const apus_windowed *x, int32_t parts) {
  (void)parts;
  const convolution_pass p = convolution_forward_pass(x);
  return convolution_forward_band(x, &p).floats;
}

int64_t apus_convolution_data_scratch(const apus_windowed *x, int32_t parts) {
  (void)parts;
  return convolution_turned_floats(x) + convolution_backward_band(x).floats;
}

int64_t apus_convolution_weights_scratch(const apus_windowed *x, int32_t parts) {
  return convolution_weights_floats(x, parts);
}
