#include "confine/confine.h"

#include <limits.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "confine/capabilities.h"
#include "confine/landlock.h"
#include "confine/system_calls.h"

namespace gophercap::confine {
namespace {

#ifdef GOPHERCAP_WRITES_AT_EXIT
constexpr bool kBuildWritesAtExit = true;
#else
constexpr bool kBuildWritesAtExit = false;
#endif

// Files that the C library and others may read at any time: time zones, character conversions,
// properties of the machine and of this process.
constexpr auto kReadByLibraries = std::to_array<std::string_view>(
    {"/usr", "/lib", "/lib64", "/etc/localtime", "/etc/ld.so.cache", "/proc/self", "/proc/sys",
     "/proc/meminfo", "/proc/stat", "/proc/cpuinfo", "/proc/uptime", "/sys/devices/system",
     "/dev/urandom", "/sys/fs/cgroup"});

// These folders contain many files other than captures, so only individual files in them are
// allowed.
constexpr auto kWideFolders = std::to_array<std::string_view>(
    {"/", "/etc", "/dev", "/proc", "/sys", "/run", "/root", "/boot"});

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real == nullptr ? std::string() : std::string(real.get());
}

// Files of the same folder are mostly adjacent, so one check and one rule cover all of them.
std::vector<std::string> readable(const std::vector<std::string>& files) {
  std::vector<std::string> paths(kReadByLibraries.begin(), kReadByLibraries.end());
  std::unordered_set<std::string> seen;
  std::unordered_set<std::string> wide;
  for (const std::string& file : files) {
    if (file.empty() || file == "-") continue;
    const std::string folder = folder_of(file);
    if (seen.insert(folder).second) {
      const std::string real = resolved(folder);
      if (std::ranges::count(kWideFolders, real) > 0) {
        wide.insert(folder);
      } else {
        paths.push_back(folder);
      }
    }
    struct stat facts {};
    // A symbolic link leads out of its folder, and a path may name a folder.
    if (::lstat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || wide.contains(folder))
      paths.push_back(file);
  }
  return paths;
}

// Returns the folder in which a file of that path is created after following links, whether it
// exists or not. Empty if it is not a regular file.
std::string folder_written(const std::string& path) {
  constexpr int kMostLinks = 40;  // same limit as the kernel
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) return {};
  std::string target = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::array<char, PATH_MAX> text;
    const ssize_t length = ::readlink(target.c_str(), text.data(), text.size());
    if (length < 0) break;
    const std::string link(text.data(), static_cast<size_t>(length));
    target = link.starts_with('/') ? link : folder_of(target) + '/' + link;
  }
  return folder_of(target);
}

std::string forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return "yes";
  return "no: " + std::generic_category().message(errno);
}

// Files that are read to resolve "host example.org" or "port domain".
constexpr auto kReadForNames = std::to_array<std::string_view>(
    {"/etc/ethers", "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/networks",
     "/etc/nsswitch.conf", "/etc/protocols", "/etc/resolv.conf", "/etc/services",
     "/run/systemd/resolve", "/run/resolvconf"});

Paths paths_of(const Files& files) {
  Paths paths{.reads_limited = true,
              .network_closed = !files.names_resolved,
              .read = readable(files.reads),
              .written = files.folders,
              .devices = files.devices,
              .emptied = files.emptied};
  paths.devices.emplace_back("/dev/null");
  if (files.names_resolved)
    paths.read.insert(paths.read.end(), kReadForNames.begin(), kReadForNames.end());
  for (const std::string& output : files.outputs) {
    if (output.empty() || output == "-") continue;
    std::string folder = folder_written(output);
    if (folder.empty()) {
      paths.devices.push_back(output);
    } else {
      paths.written.push_back(std::move(folder));
    }
  }
  return paths;
}

const char* reason_not_to(bool wanted) {
  if (kBuildWritesAtExit) return "no: this build writes files of its own";
  return wanted ? nullptr : "no: --no-sandbox";
}

struct Job {
  std::atomic<bool> confined = false;
  bool complete = false;             // true if nothing more can be restricted
  std::vector<std::string> changed;  // changed folders known so far
  Confinement got{.no_new_privs = "no: not asked for",
                  .capabilities = "no: not asked for",
                  .seccomp = "no: not asked for",
                  .landlock = "no: not asked for"};
};
Job job;

void keep_newer(std::string& text, std::string newer) {
  if (!newer.empty()) text = std::move(newer);
}

// Folders that may require capabilities to be kept.
std::vector<std::string> changed_in(const Paths& paths) {
  std::vector<std::string> folders = paths.written;
  folders.insert(folders.end(), paths.emptied.begin(), paths.emptied.end());
  return folders;
}

// `changed` are the folders from changed_in().
Confinement put_up(const Needs& needs, const std::optional<Paths>& paths,
                   const std::vector<std::string>& changed) {
  std::vector<int> keep = needs.capabilities;
  // Root can read the captures of all users. Landlock limits this to those of the set.
  const bool helper = needs.calls == Calls::kWaiting || needs.calls == Calls::kLink ||
                      needs.calls == Calls::kServing;
  if (!helper && ::geteuid() == 0) keep.push_back(CAP_DAC_READ_SEARCH);
  if (needs.owns_all) keep.insert(keep.end(), {CAP_DAC_OVERRIDE, CAP_FOWNER});

  // Each step needs something that the next one removes.
  Confinement got;
  got.capabilities = drop_capabilities(std::move(keep), changed);
  got.no_new_privs = forbid_new_privileges();
  if (paths) got.landlock = restrict_files(*paths);
  if (needs.calls) got.seccomp = filter_system_calls(*needs.calls);
  return got;
}

}  // namespace

Confinement confine(const Needs& needs) {
  if (!needs.files) return put_up(needs, std::nullopt, {});
  const Paths paths = paths_of(*needs.files);
  return put_up(needs, paths, changed_in(paths));
}

bool holds(const std::vector<int>& capabilities) {
  return has_capabilities(capabilities);
}

void turn_on(bool wanted, const Needs& from_the_beginning) {
  if (const char* why = reason_not_to(wanted); why != nullptr) {
    job.got = {why, why, why, why};
    return;
  }
  job.confined.store(true);
  confine_job(from_the_beginning);
}

void confine_job(const Needs& needs) {
  if (!job.confined.load() || job.complete) return;
  std::optional<Paths> paths;
  if (needs.files) {
    paths = paths_of(*needs.files);
    job.changed = changed_in(*paths);
  }
  Confinement got = put_up(needs, paths, job.changed);
  job.complete = needs.calls && needs.calls != Calls::kPreparing;
  keep_newer(job.got.no_new_privs, std::move(got.no_new_privs));
  keep_newer(job.got.capabilities, std::move(got.capabilities));
  keep_newer(job.got.seccomp, std::move(got.seccomp));
  keep_newer(job.got.landlock, std::move(got.landlock));
}

Confinement job_confinement() {
  return job.got;
}

void confine_helper(Calls calls) {
  if (job.confined.load()) (void)confine({.calls = calls, .files = Files()});
}

}  // namespace gophercap::confine
