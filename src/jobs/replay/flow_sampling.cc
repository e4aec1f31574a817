#include "jobs/replay/flow_sampling.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "jobs/replay/learn_from_set.h"

namespace gophercap::jobs {
namespace {

constexpr size_t kMostPairs = size_t{1} << 16;
constexpr uint64_t kTableBytes = uint64_t{4} << 20;

}  // namespace

Result<std::unique_ptr<const packet::FlowSample>> make_sample(Ratio share, const replay::Plan& plan,
                                                              unsigned workers,
                                                              uint64_t memory_bytes,
                                                              const std::stop_token& stop) {
  using packet::FragmentedPairs;
  TRY(FragmentedPairs fragmented,
      learn_from_set(plan, FragmentedPairs(kMostPairs),
                     workers_within(memory_bytes, kTableBytes, workers), "the flows with fragments",
                     stop, [](FragmentedPairs& pairs, const packet::Frame& frame, const Seen&) {
                       pairs.learn(frame);
                     }));
  return std::make_unique<const packet::FlowSample>(share, std::move(fragmented));
}

}  // namespace gophercap::jobs
