#include "dataset/scan/mapped_part.h"

#include <tuple>

#include "dataset/scan/scan.h"

namespace gophercap::dataset {
namespace {

auto figures(const MappedPart& part) {
  return std::tie(part.packets, part.captured_bytes, part.wire_bytes, part.out_of_order,
                  part.largest_gap, part.largest_step_back, part.first, part.last, part.min,
                  part.max);
}

}  // namespace

MappedPart mapped_part(const FileSummary& file) {
  MappedPart part{.plain_bytes = file.plain_bytes,
                  .packets = file.packets,
                  .captured_bytes = file.captured_bytes,
                  .wire_bytes = file.wire_bytes,
                  .out_of_order = file.out_of_order,
                  .largest_gap = file.largest_gap,
                  .largest_step_back = file.largest_step_back,
                  .first = file.first,
                  .last = file.last,
                  .min = file.min,
                  .max = file.max};
  if (!file.damage) return part;
  part.cut = file.damage->code == Errc::kTruncated;
  part.damaged = !part.cut;
  // If the system prevented reading, more may be readable the next time.
  if (file.damage->refused()) part.plain_bytes = 0;
  return part;
}

bool still_begins_with(const MappedPart& part, const std::string& path,
                       const std::stop_token& stop) {
  if (part.plain_bytes == 0 || part.packets == 0) return false;
  ScanProgress progress;
  const MappedPart now = mapped_part(scan_beginning(path, part.plain_bytes, progress, stop));
  if (progress.refused() || stop.stop_requested()) return false;
  // If a codec was cut off between two records, the part that can be read now is not cut off.
  return figures(part) == figures(now) && part.damaged == now.damaged && (part.cut || !now.cut);
}

}  // namespace gophercap::dataset
