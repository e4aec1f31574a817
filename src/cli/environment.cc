#include "cli/environment.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace gophercap::cli {

bool has_privileges_of_its_own() noexcept {
  return ::getauxval(AT_SECURE) != 0;
}

bool names_path(const OptionSpec& option) noexcept {
  return option.type == ValueType::kPath || option.type == ValueType::kPathList ||
         option.name == "path-prefix";
}

std::string believed_home(bool privileged) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  struct stat facts {};
  if (privileged && (::stat(home, &facts) != 0 || facts.st_uid != ::getuid())) return {};
  return home;
}

}  // namespace gophercap::cli
