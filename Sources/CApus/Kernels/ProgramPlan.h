// What the steps of a program read: the same for every instruction set.

#ifndef APUS_PROGRAM_PLAN_H
#define APUS_PROGRAM_PLAN_H

#include "CApus.h"

/// How many of a, b, c an operation reads.
static inline int operands_of(uint8_t opcode) {
  if (opcode == APUS_MULTIPLY_ADD || opcode == APUS_SELECT) return 3;
  return opcode <= APUS_OR || (opcode >= APUS_ADD_INT && opcode <= APUS_LESS_EQUAL_INT) ? 2 : 1;
}

/// How often a step reads register `r`.
static inline int reads(const apus_step *step, uint8_t r) {
  const int operands = operands_of(step->opcode);
  return (step->a == r) + (operands > 1 && step->b == r) + (operands > 2 && step->c == r);
}

/// Finds the computations over rows that the steps are made of, whose plan tells how the operands lie.
void apus_find_row_runs(apus_program *program);

#endif
