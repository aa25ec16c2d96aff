// Plans of the matrix products, and their scratch.

#include "Kernels/ContractPlan.h"

void apus_contract_prepare(apus_contract *contract, int64_t strip) { contract->plan = contract_plan(contract, strip); }

int64_t apus_contract_scratch(const apus_contract *contract) {
  int64_t most = 0;
  for (int64_t strip = CONTRACT_NARROWEST_STRIP; strip <= CONTRACT_WIDEST_STRIP; strip *= 2) {
    const product p = contract_plan(contract, strip);
    const int64_t floats =
      contract_panel_floats(&p) + contract_buffers(&p) * contract_buffer_floats(&p) + contract_rows_floats(&p);
    if (floats > most) most = floats;
  }
  return contract_ceiling(most, CONTRACT_UNIT) * CONTRACT_UNIT;
}
