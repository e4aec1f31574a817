#include "dataset/scan/pauses.h"

#include <algorithm>
#include <tuple>

namespace gophercap::dataset {

Nanos Pause::length() const noexcept {
  return saturating_distance(from, to);
}

Pauses find_pauses(std::vector<Stretch> stretches, Nanos longer_than, size_t most) {
  std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) {
    return std::tie(a.from, a.file) < std::tie(b.from, b.file);
  });
  Pauses pauses;
  const Stretch* reaching = nullptr;  // the earlier stretch that ends last
  for (const Stretch& stretch : stretches) {
    if (reaching != nullptr && stretch.from > reaching->to) {
      const Pause pause{reaching->to, stretch.from, reaching->file, stretch.file};
      if (pause.length() > longer_than) {
        ++pauses.count;
        pauses.sum = saturating_sum(pauses.sum, pause.length());
        pauses.longest.push_back(pause);
      }
    }
    // Of equal ends the later stretch is used: in a sequence, a file begins when the previous one
    // ends.
    if (reaching == nullptr || stretch.to >= reaching->to) reaching = &stretch;
  }
  std::stable_sort(pauses.longest.begin(), pauses.longest.end(),
                   [](const Pause& a, const Pause& b) { return a.length() > b.length(); });
  if (pauses.longest.size() > most) pauses.longest.resize(most);
  return pauses;
}

void add_stretches(std::vector<Stretch>& stretches, const Stretch& whole, CaptureTime gap_from,
                   Nanos gap) {
  const bool inside = gap > Nanos{0} && gap_from >= whole.from && gap_from < whole.to &&
                      saturating_distance(gap_from, whole.to) >= gap;
  if (!inside) {
    stretches.push_back(whole);
    return;
  }
  stretches.push_back({whole.from, gap_from, whole.file});
  stretches.push_back({capture_time(ns_of(gap_from) + gap.count()), whole.to, whole.file});
}

}  // namespace gophercap::dataset
