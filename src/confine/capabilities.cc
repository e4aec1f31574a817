#include "confine/capabilities.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace gophercap::confine {
namespace {

bool is_permitted(int capability) {
  return capng_have_capability(CAPNG_PERMITTED, static_cast<unsigned>(capability)) == 1;
}

// Sets the capabilities of the thread to `permitted`, with `effective` active.
bool set_capabilities(const std::vector<int>& permitted, const std::vector<int>& effective) {
  capng_clear(CAPNG_SELECT_CAPS);
  for (const int capability : permitted)
    capng_update(CAPNG_ADD, CAPNG_PERMITTED, static_cast<unsigned>(capability));
  for (const int capability : effective)
    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, static_cast<unsigned>(capability));
  return capng_apply(CAPNG_SELECT_CAPS) == 0;
}

// Returns whether root needs CAP_DAC_OVERRIDE to create files there.
bool needs_override(const std::string& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0 && errno == EACCES;
}

// In a sticky folder, only the owner of a file or of the folder can replace the file.
bool needs_owner(const std::string& folder) {
  struct stat facts {};
  return ::stat(folder.c_str(), &facts) == 0 && (facts.st_mode & S_ISVTX) != 0 &&
         facts.st_uid != ::geteuid();
}

std::string names_of(const std::vector<int>& capabilities) {
  std::string text;
  for (const int capability : capabilities) {
    const char* name = capng_capability_to_name(static_cast<unsigned>(capability));
    text += fmt::format("{}CAP_", text.empty() ? "" : ", ");
    for (const char* c = name == nullptr ? "?" : name; *c != '\0'; ++c)
      text += *c >= 'a' && *c <= 'z' ? static_cast<char>(*c - 'a' + 'A') : *c;
  }
  return text.empty() ? "none" : text;
}

}  // namespace

bool has_capabilities(const std::vector<int>& wanted) {
  return capng_get_caps_process() == 0 && std::ranges::all_of(wanted, is_permitted);
}

std::string drop_capabilities(std::vector<int> keep, const std::vector<std::string>& folders) {
  if (capng_get_caps_process() != 0) return "no: they can't be read";
  std::erase_if(keep, [](int capability) { return !is_permitted(capability); });
  // The bounding set is cleared first, because that requires a capability. It limits what executed
  // programs could gain.
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1) {
    capng_clear(CAPNG_SELECT_BOUNDS);
    (void)capng_apply(CAPNG_SELECT_BOUNDS);
  }
  std::vector<int> asked = keep;
  for (const int capability : {CAP_DAC_OVERRIDE, CAP_FOWNER}) {
    if (is_permitted(capability) && std::ranges::count(keep, capability) == 0)
      asked.push_back(capability);
  }
  if (!set_capabilities(asked, keep)) return "no: they can't be dropped";
  if (std::ranges::count(asked, CAP_DAC_OVERRIDE) > std::ranges::count(keep, CAP_DAC_OVERRIDE) &&
      std::ranges::any_of(folders, needs_override))
    keep.push_back(CAP_DAC_OVERRIDE);
  if (std::ranges::count(asked, CAP_FOWNER) > std::ranges::count(keep, CAP_FOWNER) &&
      std::ranges::any_of(folders, needs_owner))
    keep.push_back(CAP_FOWNER);
  if (!set_capabilities(keep, keep)) return "no: they can't be dropped";
  return names_of(keep);
}

}  // namespace gophercap::confine
