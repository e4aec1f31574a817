#include "jobs/replay/flow_sampling.h"

#include <utility>

#include "jobs/replay/learn_from_set.h"

namespace gophercap::jobs {
namespace {

constexpr size_t kMostPairs = size_t{1} << 16;  // 5 MiB for each thread, at most

}  // namespace

Result<std::unique_ptr<const packet::FlowSample>> make_sample(Ratio share, const replay::Plan& plan,
                                                              unsigned workers,
                                                              const std::stop_token& stop) {
  using packet::FragmentedPairs;
  TRY(FragmentedPairs fragmented,
      learn_from_set(
          plan, FragmentedPairs(kMostPairs), workers, "the flows with fragments", stop,
          [](FragmentedPairs& pairs, const packet::Frame& frame) { pairs.learn(frame); }));
  return std::make_unique<const packet::FlowSample>(share, std::move(fragmented));
}

}  // namespace gophercap::jobs
