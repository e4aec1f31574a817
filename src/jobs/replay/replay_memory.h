// How --memory is shared out between packets on their way and the decoders of their files.
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
  uint64_t decoders_bytes = 0;  // that are likely to be needed; they may take all that is left
  // There is no room for the decoders of all files that are needed at once.
  bool in_turns = false;
  unsigned reader_threads = 1;
};

// Looks into some of the compressed files for what their decoders take, and warns where they have
// to take turns. kInvalidArgument where that would take too long, with the figure that would do.
// The process's bound leaves the rest to decoders. `reader_threads`: wanted. `preload`: packets may
// have all of it, else 128 MiB unless the user gave the number.
Result<ReplayMemory> share_memory(const dataset::DatasetSummary& set, const replay::Plan& plan,
                                  const MemoryLimit& limit, unsigned reader_threads, bool preload,
                                  Reporter& reporter);

}  // namespace gophercap::jobs
