// Reads a set once before it is played, for what must be known of it before the first packet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "base/worker_pool.h"
#include "io/parallel/decode_pool.h"
#include "packet/frame.h"
#include "replay/plan/plan.h"

namespace gophercap::jobs {

// Calls `take` for every packet of the file, up to its end or to the first damage. Fails if the
// system lacks memory or another resource.
Result<> take_packets(const replay::Plan& plan, const replay::PlannedFile& file,
                      io::DecodePool& pool, const std::stop_token& stop,
                      const std::function<void(const packet::Frame&, CaptureTime)>& take);

// Returns how many files may be read at once if each has a table of at most `table_bytes`, and so
// has the sum. At least one.
inline unsigned workers_within(uint64_t memory_bytes, uint64_t table_bytes, unsigned workers) {
  const uint64_t tables = std::max<uint64_t>(memory_bytes / table_bytes, 2);
  return static_cast<unsigned>(std::min<uint64_t>(tables - 1, std::max(workers, 1u)));
}

// When and where a packet was captured. Packets of the same time are ordered by their places.
struct Seen {
  CaptureTime time{};
  uint64_t place = 0;
};

// Fills a copy of `empty` from each file by `learn(table, frame, seen)`, several files at once, and
// returns them merged. All packets of all files that are played count, also those outside the
// window: the beginning of a connection may be there. REQUIRES: what a table knows does not depend
// on the order of learn() and merge(). `what` is for the message if it is stopped.
template <class Table, class Learn>
Result<Table> learn_from_set(const replay::Plan& plan, const Table& empty, unsigned workers,
                             std::string_view what, const std::stop_token& stop,
                             const Learn& learn) {
  Table sum = empty;
  Mutex merging;
  std::vector<Result<>> results(plan.files.size());
  io::DecodePool pool(io::DecodePool::spare(workers, plan.files.size()), plan.files.size());
  parallel_for(plan.files.size(), workers, [&](size_t i) {
    Table part = empty;
    uint64_t packets = 0;
    results[i] = take_packets(plan, plan.files[i], pool, stop,
                              [&](const packet::Frame& frame, CaptureTime time) {
                                learn(part, frame, Seen{time, uint64_t{i} << 40 | packets++});
                              });
    const MutexLock lock(merging);
    sum.merge(part);
  });
  for (const Result<>& result : results) TRY_VOID(result);
  if (stop.stop_requested())
    return Error{Errc::kCancelled, 0, "stopped before " + std::string(what) + " were known"};
  return sum;
}

}  // namespace gophercap::jobs
