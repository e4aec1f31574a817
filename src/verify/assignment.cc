#include "verify/assignment.h"

#include <algorithm>
#include <limits>

#include "base/saturating.h"

namespace gophercap::verify {
namespace {

// Maximum number of cells in the table that finds the best pairing; 8 MiB.
constexpr size_t kMostCells = size_t{2} << 20;

// Returns for each of `few` the index in `many` that it is paired with, in ascending order.
// REQUIRES: few.size() <= many.size().
std::vector<uint32_t> best_places(std::span<const int64_t> few, std::span<const int64_t> many) {
  // At most `spare` places are skipped in total: the i-th of the few is paired with place i + k, 0
  // <= k <= spare. cost[k] is the smallest sum up to i with at most k skipped, and back[i][k] its
  // own k.
  const size_t spare = many.size() - few.size();
  std::vector<double> cost(spare + 1, 0);
  std::vector<uint32_t> back(few.size() * (spare + 1));
  for (size_t i = 0; i < few.size(); ++i) {
    uint32_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (size_t k = 0; k <= spare; ++k) {
      const double sum = cost[k] + static_cast<double>(absolute_difference(few[i], many[i + k]));
      if (sum < least) {
        least = sum;
        best = static_cast<uint32_t>(k);
      }
      cost[k] = least;
      back[i * (spare + 1) + k] = best;
    }
  }
  std::vector<uint32_t> places(few.size());
  size_t k = spare;
  for (size_t i = few.size(); i-- > 0;) {
    k = back[i * (spare + 1) + k];
    places[i] = static_cast<uint32_t>(i + k);
  }
  return places;
}

std::vector<uint32_t> near_places(std::span<const int64_t> few, std::span<const int64_t> many) {
  std::vector<uint32_t> places(few.size());
  size_t spare = many.size() - few.size();
  size_t at = 0;
  for (size_t i = 0; i < few.size(); ++i, ++at) {
    for (; spare > 0 &&
           absolute_difference(few[i], many[at + 1]) < absolute_difference(few[i], many[at]);
         --spare)
      ++at;
    places[i] = static_cast<uint32_t>(at);
  }
  return places;
}

std::vector<uint32_t> places_of(std::span<const int64_t> few, std::span<const int64_t> many) {
  const size_t spare = many.size() - few.size();
  return few.size() <= kMostCells / (spare + 1) ? best_places(few, many) : near_places(few, many);
}

// Packets and arrivals that are close together: due[first_due, last_due), came[first_came,
// last_came).
struct Cluster {
  size_t first_due, last_due, first_came, last_came;
};

void assign_cluster(std::span<const int64_t> due, std::span<const int64_t> came, const Cluster& c,
                    std::vector<uint32_t>& taken) {
  if (c.first_due == c.last_due || c.first_came == c.last_came) return;
  const std::span<const int64_t> d = due.subspan(c.first_due, c.last_due - c.first_due);
  const std::span<const int64_t> a = came.subspan(c.first_came, c.last_came - c.first_came);
  if (a.size() <= d.size()) {
    const std::vector<uint32_t> places = places_of(a, d);
    for (size_t i = 0; i < places.size(); ++i)
      taken[c.first_came + i] = static_cast<uint32_t>(c.first_due + places[i]);
  } else {
    const std::vector<uint32_t> places = places_of(d, a);
    for (size_t i = 0; i < places.size(); ++i)
      taken[c.first_came + places[i]] = static_cast<uint32_t>(c.first_due + i);
  }
}

}  // namespace

std::vector<uint32_t> assign(std::span<const int64_t> due, std::span<const int64_t> came,
                             int64_t horizon_ns) {
  // Time stamps from several queues may step back a little; the order of arrival counts.
  std::vector<int64_t> rising(came.begin(), came.end());
  for (size_t j = 1; j < rising.size(); ++j) rising[j] = std::max(rising[j], rising[j - 1]);

  std::vector<uint32_t> taken(came.size(), kNobody);
  size_t d = 0;
  size_t a = 0;
  while (d < due.size() && a < rising.size()) {
    Cluster cluster{d, d, a, a};
    int64_t latest = std::min(due[d], rising[a]);
    for (;;) {  // add the next one of either side while it is near
      const bool is_due = d < due.size() && (a == rising.size() || due[d] <= rising[a]);
      if (!is_due && a == rising.size()) break;
      const int64_t next = is_due ? due[d] : rising[a];
      if (absolute_difference(next, latest) > horizon_ns) break;
      latest = next;
      ++(is_due ? d : a);
    }
    cluster.last_due = d;
    cluster.last_came = a;
    assign_cluster(due, rising, cluster, taken);
  }
  return taken;
}

}  // namespace gophercap::verify
