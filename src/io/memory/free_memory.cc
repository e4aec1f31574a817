#include "io/memory/free_memory.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace gophercap::io {
namespace {

std::optional<uint64_t> number_in(std::string_view text) {
  const size_t begin = text.find_first_of("0123456789");
  if (begin == std::string_view::npos) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<uint64_t> available(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("MemAvailable:")) continue;
    const std::optional<uint64_t> kib = number_in(line);
    if (!kib) return std::nullopt;
    return *kib << 10;
  }
  return std::nullopt;
}

// Returns the smallest limit of the group and its parents. "max", or a missing file, means no
// limit.
uint64_t least_limit(const std::string& mount, std::string group, const std::string& file) {
  uint64_t least = UINT64_MAX;
  while (true) {
    const std::string line = first_line(mount + group + "/" + file);
    least = std::min(least, number_in(line).value_or(UINT64_MAX));
    if (group.empty()) return least;
    group.erase(group.rfind('/'));
  }
}

// Version 2 has lines like "0::/path", version 1 like "4:memory:/path".
uint64_t group_limit(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::string line;
  uint64_t least = UINT64_MAX;
  while (std::getline(file, line)) {
    const size_t path = line.find(":/");
    const size_t names = line.find(':');
    if (path == std::string::npos || names >= path + 1) continue;
    std::string group = line.substr(path + 1);
    while (group.ends_with('/')) group.pop_back();
    if (line.starts_with("0::")) {
      least = std::min(least, least_limit(root + "/sys/fs/cgroup", group, "memory.max"));
    } else if (line.substr(names + 1, path - names - 1) == "memory") {
      least = std::min(least,
                       least_limit(root + "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
  return least;
}

}  // namespace

uint64_t default_memory_bytes(const std::string& root) {
  constexpr uint64_t kAtLeast = uint64_t{256} << 20;
  const uint64_t free = std::min(available(root).value_or(0), group_limit(root));
  return std::max(kAtLeast, free / 4);
}

}  // namespace gophercap::io
