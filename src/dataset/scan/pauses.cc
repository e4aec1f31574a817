#include "dataset/scan/pauses.h"

#include <algorithm>
#include <tuple>

namespace gophercap::dataset {

Nanos Pause::length() const noexcept {
  return saturating_distance(from, to);
}

Pauses find_pauses(std::vector<BusyTime> busy, Nanos longer_than, size_t most) {
  std::sort(busy.begin(), busy.end(), [](const BusyTime& a, const BusyTime& b) {
    return std::tie(a.from, a.file) < std::tie(b.from, b.file);
  });
  Pauses pauses;
  const BusyTime* reaching = nullptr;  // the earlier one that ends last
  for (const BusyTime& busy_time : busy) {
    if (reaching != nullptr && busy_time.from > reaching->to) {
      const Pause pause{reaching->to, busy_time.from, reaching->file, busy_time.file};
      if (pause.length() > longer_than) {
        ++pauses.count;
        pauses.sum = saturating_sum(pauses.sum, pause.length());
        pauses.longest.push_back(pause);
      }
    }
    // Of equal ends the later one is used: in a sequence, a file begins when the previous one
    // ends.
    if (reaching == nullptr || busy_time.to >= reaching->to) reaching = &busy_time;
  }
  std::stable_sort(pauses.longest.begin(), pauses.longest.end(),
                   [](const Pause& a, const Pause& b) { return a.length() > b.length(); });
  if (pauses.longest.size() > most) pauses.longest.resize(most);
  return pauses;
}

void add_busy_times(std::vector<BusyTime>& busy, const BusyTime& whole, CaptureTime gap_from,
                    Nanos gap) {
  const bool inside = gap > Nanos{0} && gap_from >= whole.from && gap_from < whole.to &&
                      saturating_distance(gap_from, whole.to) >= gap;
  if (!inside) {
    busy.push_back(whole);
    return;
  }
  busy.push_back({whole.from, gap_from, whole.file});
  busy.push_back({capture_time(ns_of(gap_from) + gap.count()), whole.to, whole.file});
}

}  // namespace gophercap::dataset
