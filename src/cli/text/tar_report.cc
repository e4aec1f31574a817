#include "cli/text/tar_report.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/words.h"
#include "cli/text/escape.h"
#include "cli/text/table.h"
#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

using archive::ExtractCounts;
using archive::Member;
using archive::Refusal;

std::string refusals(const ExtractCounts& counts) {
  std::string text = group_digits(counts.refused_total());
  std::vector<std::string> reasons;
  for (size_t i = 0; i < archive::kRefusals; ++i) {
    if (counts.refused[i] > 0)
      reasons.push_back(fmt::format("{}: {}", archive::reason_of(static_cast<Refusal>(i)),
                                    group_digits(counts.refused[i])));
  }
  return text + fmt::format(" ({})", fmt::join(reasons, "; "));
}

std::string files_text(const ExtractCounts& counts) {
  std::vector<std::string> remarks;
  const auto add = [&](uint64_t n, std::string_view what) {
    if (n > 0) remarks.push_back(fmt::format("{} {}", group_digits(n), what));
  };
  add(counts.resumed, "more already complete");
  add(counts.packed_before, "already compressed");
  add(counts.numbered, "under another name");
  add(counts.absolute, "without the leading /");
  add(counts.set_id, "without their set-id bit");
  std::string text = group_digits(counts.files);
  if (!remarks.empty()) text += fmt::format(" ({})", fmt::join(remarks, ", "));
  return text;
}

}  // namespace

std::string member_titles() {
  return fmt::format("{:<9}  {:>15}  {:<19}  {}\n", "KIND", "BYTES", "MODIFIED (UTC)", "NAME");
}

std::string member_row(const Member& member) {
  const std::optional<CaptureTime> time = archive::modified_at(member);
  std::string row = fmt::format("{:<9}  {:>15}  {:<19}  {}", word_of(member.kind),
                                group_digits(member.size_bytes), time ? human_time(*time) : "-",
                                escape_text(member.path));
  if (!member.link.empty()) row += fmt::format(" -> {}", escape_text(member.link));
  return row + "\n";
}

std::string damage_text(const jobs::TarDamage& damage, bool compressed) {
  const std::string_view what = damage.refused() ? "not read further than" : "breaks at";
  std::string place = compressed ? fmt::format("{} byte {}, at byte {} of the plain archive",
                                               damage.refused() ? what : "breaks before",
                                               damage.file_bytes, damage.archive_bytes)
                                 : fmt::format("{} byte {}", what, damage.archive_bytes);
  if (!damage.member.empty()) place += fmt::format(", in {}", damage.member);
  return fmt::format("{}: {}", place, damage.reason);
}

std::string tar_report(const jobs::TarResult& result, std::string_view out_dir) {
  const ExtractCounts& counts = result.counts;
  std::vector<SummaryLine> lines = {
      {"members", fmt::format("{} read, {} chosen", group_digits(result.members),
                              group_digits(result.matching))},
      {"files", files_text(counts)}};
  if (counts.folders > 0) lines.push_back({"folders", group_digits(counts.folders)});
  if (counts.links > 0) lines.push_back({"links", group_digits(counts.links)});
  if (counts.refused_total() > 0) lines.push_back({"refused", refusals(counts)});
  if (result.losses.count > 0 || result.doubtful > 0) {
    lines.push_back({"damaged", fmt::format("{} passed over, {} with damaged headers",
                                            counted(result.losses.count, "place"),
                                            counted(result.doubtful, "member"))});
  }
  if (counts.left_over > 0) {
    lines.push_back({"removed", fmt::format("{} left unfinished by earlier runs",
                                            counted(counts.left_over, "file"))});
  }
  lines.push_back({"bytes", fmt::format("{} extracted, {} written", human_bytes(counts.plain_bytes),
                                        human_bytes(counts.written_bytes))});
  lines.push_back(
      {"took", fmt::format("{}, {}", human_duration(result.elapsed),
                           human_number(per_second(result.plain_bytes, result.elapsed), "B/s"))});
  lines.push_back({"folder", escape_text(out_dir)});
  return format_summary(lines);
}

}  // namespace gophercap::cli
