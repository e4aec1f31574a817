#include "cli/text/hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/suggest.h"

namespace gophercap::cli {

namespace {

// For failures that have a cause of their own.
std::string hint_for_cause(Cause cause, std::string_view interface_name,
                           std::span<const std::string> interfaces, std::string_view dump) {
  switch (cause) {
    case Cause::kUntrustedOwner:
      return "--trust reads it all the same";
    case Cause::kCaptureAsDump:
      if (dump.empty()) return {};
      return fmt::format(
          "gophercap replay {0} plays it without a dump; gophercap map {0} --dump-json set.json "
          "writes one",
          dump);
    case Cause::kNoDump:
      if (dump.empty()) return {};
      return fmt::format("gophercap map PATH --dump-json {} writes it", dump);
    case Cause::kTooLargeToLoad:
      return "give it more, if the machine has it: --memory 1G";
    case Cause::kThreadLimit:
      return "raise the limit: ulimit -u 4096, or --pids-limit of a container";
    case Cause::kNoRawSockets:
      return "run as root, or once: setcap cap_net_raw+ep \"$(command -v gophercap)\"";
    case Cause::kNoInterface:
      if (std::ranges::find(interfaces, interface_name) != interfaces.end()) return {};
      return did_you_mean(interface_name,
                          std::vector<std::string_view>(interfaces.begin(), interfaces.end()));
    case Cause::kOther:
    case Cause::kMemoryInUse:
    case Cause::kNotATarball:
    case Cause::kIndexMismatch:
      break;
  }
  return {};
}

// For what the errno says alone.
std::string hint_for_errno(int sys, std::string_view interface_name) {
  switch (sys) {
    case EMFILE:
      return "raise the limit of open files: ulimit -n 65536";
    case ENFILE:
      return "the whole system has too many open files: sysctl fs.file-max";
    case ENOSPC:
    case EDQUOT:
      return "free some space, or write elsewhere";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f), or write to a file system that "
             "holds such a file";
    case ENOMEM:
      return "give it more (ulimit -v, memory.max of the cgroup), or let it take less: --memory "
             "64M, fewer workers";
    case ENETDOWN:
      if (interface_name.empty()) return {};
      return fmt::format("bring it up: ip link set dev {} up", interface_name);
    case ENOLINK:
      if (interface_name.empty()) return {};
      return fmt::format("plug it in, or bring up the other end; see: ip link show dev {}",
                         interface_name);
    default:
      return {};
  }
}

}  // namespace

std::string_view interface_of(const Error& error, std::span<const std::string> names) {
  if (names.size() == 1) return names.front();
  constexpr std::string_view kBefore = "interface ";
  std::string_view found;
  const std::string_view text = error.what;
  for (size_t at = text.find(kBefore); at != std::string_view::npos; at = text.find(kBefore, at)) {
    at += kBefore.size();
    // A name contains neither of these.
    const std::string_view name = text.substr(at, text.find_first_of(" :", at) - at);
    const auto named = std::ranges::find(names, name);
    if (named == names.end() || *named == found) continue;
    if (!found.empty()) return {};  // it is about several
    found = *named;
  }
  return found;
}

std::string hint_for(const Error& error, std::string_view interface_name,
                     std::span<const std::string> interfaces, std::string_view dump) {
  if (error.cause != Cause::kOther)
    return hint_for_cause(error.cause, interface_name, interfaces, dump);
  return hint_for_errno(error.sys, interface_name);
}

namespace {

std::string mtu_hint(const replay::InterfaceReport& interface, const replay::MtuNeeded& needed) {
  if (needed.by_all == 0) return {};
  const transmit::InterfaceFacts& near = interface.facts;
  const std::optional<transmit::FarEnd>& far = near.far_end;
  uint64_t most = near.max_mtu == 0 ? UINT32_MAX : near.max_mtu;
  if (far && far->max_mtu != 0) most = std::min<uint64_t>(most, far->max_mtu);
  const uint64_t mtu = std::min(needed.by_all, most);
  if (mtu < needed.by_some) return {};
  std::string hint;
  if (near.mtu < mtu) hint = fmt::format("ip link set dev {} mtu {}", interface.name, mtu);
  if (far && far->mtu < mtu) {
    if (!hint.empty()) hint += "; ";
    hint += fmt::format("ip link set dev {} mtu {}{}", far->name, mtu,
                        far->in_other_namespace ? " (in its network namespace)" : "");
  }
  if (!hint.empty() && mtu < needed.by_all) hint += ", the most that it can have";
  return hint;
}

}  // namespace

std::string mtu_hint(const replay::Report& report) {
  const replay::MtuNeeded& needed = report.accounts.mtu_needed;
  std::string hints;
  for (const replay::InterfaceReport& interface : report.interfaces) {
    if (const std::string hint = mtu_hint(interface, needed); !hint.empty())
      hints += (hints.empty() ? "" : "; ") + hint;
  }
  return hints;
}

}  // namespace gophercap::cli
