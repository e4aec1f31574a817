// A fingerprint of a plan: whether a set is still the one that was replayed.
#pragma once

#include <string>

#include "replay/plan/plan.h"

namespace gophercap::replay {

// 16 hexadecimal digits of everything that decides which packets of which file come when: the
// order of the files, their times and numbers of packets. Not of names, so that a set that was
// moved or compressed meanwhile is the same. Stays the same between versions of this program, as
// reports keep it.
std::string plan_digest(const Plan& plan);

}  // namespace gophercap::replay
