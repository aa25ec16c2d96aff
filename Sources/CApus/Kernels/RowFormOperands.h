// The operands and results of the computations over rows: the same for every instruction set.

#ifndef APUS_ROW_FORM_OPERANDS_H
#define APUS_ROW_FORM_OPERANDS_H

/// Places in apus_row_run.operands, form by form. GAIN and BIAS may be missing, and in a gradient either NORMAL or X and MEAN.
enum { STANDARDIZED_X, STANDARDIZED_SHARE, STANDARDIZED_EPSILON, STANDARDIZED_GAIN, STANDARDIZED_BIAS };
enum { GRADIENT_UPSTREAM, GRADIENT_GAIN, GRADIENT_SHARE, GRADIENT_FACTOR, GRADIENT_X, GRADIENT_MEAN, GRADIENT_NORMAL };
enum { PRODUCT_UPSTREAM, PRODUCT_X, PRODUCT_MEAN, PRODUCT_FACTOR };
enum { SOFTMAX_X };
enum { SOFTMAX_UPSTREAM, SOFTMAX_Y };

/// Places in apus_row_run.results. The first is a number for each element, the others are one for each row.
enum { ROW_RESULT, ROW_MEAN, ROW_FACTOR };
enum { ROW_LARGEST = ROW_MEAN, ROW_TOTAL };

#endif
