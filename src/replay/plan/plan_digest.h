// A digest of a plan, to find out whether a set is still the one that was replayed.
#pragma once

#include <string>

#include "replay/plan/plan.h"

namespace gophercap::replay {

// Returns 16 hexadecimal digits for everything that decides which packets of which file are due
// when: the order of the files, their times and numbers of packets. Names are not included, so a
// set that was moved or compressed has the same digest. Since reports contain it, it must stay the
// same between versions.
std::string plan_digest(const Plan& plan);

}  // namespace gophercap::replay
