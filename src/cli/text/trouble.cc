#include "cli/text/trouble.h"

#include <fmt/format.h>

#include "cli/text/escape.h"
#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

std::string line_of(std::string_view path, const capture::Damage& damage) {
  const std::string name = escape_text(path);
  const std::string reason = escape_text(damage.reason);
  if (damage.refused() && damage.offset_bytes == 0) return fmt::format("{}: {}", name, reason);
  return fmt::format("{}: byte {}: {}", name, damage.offset_bytes, reason);
}

}  // namespace

Troubles::Troubles(const dataset::DatasetSummary& set) {
  for (const dataset::FileSummary& file : set.files) {
    if (file.damage) add(file.path, *file.damage);
  }
}

Troubles::Troubles(const std::vector<replay::DamagedFile>& files) {
  for (const replay::DamagedFile& file : files) add(file.path, file.damage);
}

void Troubles::add(std::string_view path, const capture::Damage& damage) {
  (damage.refused() ? unread_ : damaged_).push_back({path, &damage});
}

std::string Troubles::list(std::string_view of, const TextOptions& options) const {
  std::string out;
  const auto append = [&](const std::vector<Trouble>& files, const std::string& title) {
    if (files.empty()) return;
    out += "\n" + title + ":\n";
    size_t listed = 0;
    for (const Trouble& file : files) {
      if (options.terminal && listed == kMaxDamageShown) {
        out += fmt::format("  … and {} more\n", counted(files.size() - listed, "file"));
        break;
      }
      out += fmt::format("  {}\n", line_of(file.path, *file.damage));
      ++listed;
    }
  };
  append(damaged_, fmt::format("Damage{} (what comes before it is used)", of));
  append(unread_, fmt::format("Not read to the end{} (what was read before is used)", of));
  return out;
}

ExitCode Troubles::warn(std::string_view of, size_t total, Console& console) const {
  if (!damaged_.empty()) {
    const std::string count =
        total > 0 ? fmt::format("{} of {}", group_digits(damaged_.size()), counted(total, "file"))
                  : counted(damaged_.size(), "file");
    console.warning(fmt::format("{}{} damaged; what comes before the damage is used", count, of));
  }
  warn_of_unread(of, console);
  return code();
}

void Troubles::warn_of_unread(std::string_view of, Console& console) const {
  if (unread_.empty()) return;
  const std::string first = line_of(unread_.front().path, *unread_.front().damage);
  if (unread_.size() == 1) {
    console.warning(fmt::format("not read to the end{}: {}", of, first));
  } else {
    console.warning(fmt::format("{}{} not read to the end, the first: {}",
                                counted(unread_.size(), "file"), of, first));
  }
}

}  // namespace gophercap::cli
