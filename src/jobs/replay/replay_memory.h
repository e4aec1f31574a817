// Divides --memory between packets and the decoders of their files.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "dataset/capture_store.h"
#include "dataset/scan/file_summary.h"
#include "jobs/memory_limit.h"
#include "jobs/reporter.h"
#include "replay/plan/plan.h"

namespace gophercap::jobs {

struct ReplayMemory {
  uint64_t packets_bytes = 0;
  uint64_t decoders_bytes = 0;  // likely to be needed; decoders may take everything that is left
  // There is no room for the decoders of all files that are needed at the same time.
  bool in_turns = false;
  unsigned reader_threads = 1;
};

// Inspects some of the compressed files to estimate their decoders, and warns if these have to take
// turns. Fails with kInvalidArgument if that would take too long; the error says how much memory
// would be enough. Sets the limit of the process so that decoders get the rest. `reader_threads` is
// the wanted number. With `preload`, packets may have everything; otherwise 128 MiB unless the user
// has given the number.
Result<ReplayMemory> share_memory(const dataset::DatasetSummary& set, const replay::Plan& plan,
                                  const MemoryLimit& limit, unsigned reader_threads, bool preload,
                                  Reporter& reporter);

}  // namespace gophercap::jobs
