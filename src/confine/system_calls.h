// A filter of system calls (seccomp(2)), as an allow-list for each kind of work.
#pragma once

#include <string>

#include "confine/confine.h"

namespace gophercap::confine {

// For the calling thread; sets no_new_privs. What isn't allowed fails with ENOSYS: a newer C
// library that tries a call which is harmless, and not known here, then does without, as on an
// older kernel. Returns what was got, as words: "yes", or "no: why".
std::string filter_system_calls(Calls calls);

}  // namespace gophercap::confine
