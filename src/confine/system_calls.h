// Filters system calls (seccomp(2)) with an allow-list for each kind of work.
#pragma once

#include <string>

#include "confine/confine.h"

namespace gophercap::confine {

// Applies to the calling thread; sets no_new_privs. A call that is not allowed fails with ENOSYS,
// as on an older kernel, so that a newer C library which tries a harmless call that is not listed
// here falls back. Returns the result as text: "yes", or "no: why".
std::string filter_system_calls(Calls calls);

}  // namespace gophercap::confine
