#include "cli/text/hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <vector>

#include "cli/options/suggest.h"
#include "io/file/open_file.h"

namespace gophercap::cli {

std::string hint_for(const Error& error, std::string_view interface_name,
                     std::span<const std::string> interfaces, std::string_view dump) {
  // Only for errors about the interface, since files may be missing or forbidden too.
  const bool about_interface =
      !interface_name.empty() && error.what.find(interface_name) != std::string::npos;
  if (io::is_distrusted(error)) return "--trust reads it all the same";
  if (error.code == Errc::kCorrupt && !dump.empty() &&
      error.what.starts_with(fmt::format("{}: not a dump but ", dump)) &&
      (error.what.ends_with(" capture") || error.what.ends_with(" tarball"))) {
    return fmt::format(
        "gophercap replay {0} plays it without a dump; gophercap map {0} --dump-json "
        "set.json writes one",
        dump);
  }
  switch (error.sys) {
    case EMFILE:
      return "raise the limit of open files: ulimit -n 65536";
    case ENFILE:
      return "the whole system has too many open files: sysctl fs.file-max";
    case ENOSPC:
    case EDQUOT:
      return "free some space, or write elsewhere";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f), or write to a file system that "
             "holds "
             "such a file";
    case ENOMEM:
      return error.what.ends_with("out of memory")
                 ? "give it more (ulimit -v, memory.max of the cgroup), or let it take less: "
                   "--memory "
                   "64M, fewer workers"
                 : "give it more, if the machine has it: --memory 1G";
    case EAGAIN:
      if (error.what.find("thread creation refused") == std::string::npos) return {};
      return "raise the limit: ulimit -u 4096, or --pids-limit of a container";
    case ENETDOWN:
      return interface_name.empty()
                 ? ""
                 : fmt::format("bring it up: ip link set dev {} up", interface_name);
    case ENOLINK:
      return interface_name.empty()
                 ? ""
                 : fmt::format("plug it in, or bring up the other end; see: ip link show dev {}",
                               interface_name);
    case EPERM:
      if (!interface_name.empty()) {
        return "run as root, or once: setcap cap_net_raw+ep \"$(command -v gophercap)\"";
      }
      return {};
    case ENOENT:
      if (!dump.empty() && error.what.starts_with(fmt::format("{}: ", dump)))
        return fmt::format("gophercap map PATH --dump-json {} writes it", dump);
      break;
    default:
      break;
  }
  if (about_interface && (error.code == Errc::kNotFound || error.sys == ENODEV) &&
      std::ranges::find(interfaces, interface_name) == interfaces.end()) {
    const std::vector<std::string_view> names(interfaces.begin(), interfaces.end());
    return did_you_mean(interface_name, names);
  }
  return {};
}

std::string mtu_hint(const replay::Report& report) {
  const replay::MtuNeeded& needed = report.accounts.mtu_needed;
  if (!report.interface || needed.by_all == 0) return {};
  const transmit::InterfaceFacts& near = report.interface->facts;
  const std::optional<transmit::FarEnd>& far = near.far_end;
  uint64_t most = near.max_mtu == 0 ? UINT32_MAX : near.max_mtu;
  if (far && far->max_mtu != 0) most = std::min<uint64_t>(most, far->max_mtu);
  const uint64_t mtu = std::min(needed.by_all, most);
  if (mtu < needed.by_some) return {};
  std::string hint;
  if (near.mtu < mtu) hint = fmt::format("ip link set dev {} mtu {}", report.interface->name, mtu);
  if (far && far->mtu < mtu) {
    if (!hint.empty()) hint += "; ";
    hint += fmt::format("ip link set dev {} mtu {}{}", far->name, mtu,
                        far->in_other_namespace ? " (in its network namespace)" : "");
  }
  if (!hint.empty() && mtu < needed.by_all) hint += ", the most that it can have";
  return hint;
}

}  // namespace gophercap::cli
