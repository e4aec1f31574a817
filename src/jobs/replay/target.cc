#include "jobs/replay/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gophercap::jobs {
namespace {

std::string text_of(const Nowhere&) {
  return "nowhere";
}
std::string text_of(const InterfaceTarget& interface) {
  const std::vector<std::string>& names = interface.names;
  if (names.size() == 1) return "interface " + names[0];
  if (interface.split)
    return fmt::format("interfaces {} (clients) and {} (servers)", names[0], names[1]);
  return fmt::format("interfaces {}", fmt::join(names, ", "));
}
std::string text_of(const TunnelTarget& target) {
  return transmit::describe(target.tunnel);
}
std::string text_of(const FileTarget& file) {
  return file.is_standard_output() ? "standard output" : "file " + file.path;
}

}  // namespace

TargetTraits traits_of(const Target& target) noexcept {
  return std::visit([](const auto& kind) { return kind.kTraits; }, target);
}

std::string describe(const Target& target) {
  return std::visit([](const auto& kind) { return text_of(kind); }, target);
}

std::string output_of(const Target& target) {
  const auto* file = std::get_if<FileTarget>(&target);
  return file == nullptr ? std::string() : file->path;
}

}  // namespace gophercap::jobs
