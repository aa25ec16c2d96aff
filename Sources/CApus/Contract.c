// Scratch of the matrix products.

#include "Kernels/ContractPlan.h"

int64_t apus_contract_scratch(const apus_contract *contract) {
  product p = contract_orient(contract);
  int64_t floats = contract_panel_floats(&p) + contract_buffers(&p) * contract_buffer_floats(&p) + contract_rows_floats(&p);
  return contract_ceiling(floats, CONTRACT_UNIT) * CONTRACT_UNIT;
}
