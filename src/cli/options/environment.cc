#include "cli/options/environment.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace gophercap::cli {

bool has_privileges_of_its_own() noexcept {
  return ::getauxval(AT_SECURE) != 0;
}

bool names_path(const OptionSpec& option) noexcept {
  return names_file(option.type) || option.type == ValueType::kPrefixChanges;
}

std::string believed_home(bool privileged) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  struct stat facts {};
  if (privileged && (::stat(home, &facts) != 0 || facts.st_uid != ::getuid())) return {};
  return home;
}

DefaultConfig default_config(const std::string& home) {
  if (home.empty()) return {};
  // The folder may be another user's, or missing (setpriv, su -m, containers): then nothing in it
  // was meant for this run.
  const auto is_there = [](const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0;
  };
  std::string first = home + "/.go-replay.yaml";
  std::string second = home + "/.go-replay.yml";
  if (!is_there(second)) return {is_there(first) ? std::move(first) : std::string(), {}};
  if (!is_there(first)) return {std::move(second), {}};
  return {std::move(first), std::move(second)};
}

}  // namespace gophercap::cli
