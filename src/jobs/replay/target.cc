#include "jobs/replay/target.h"

namespace gophercap::jobs {
namespace {

std::string text_of(const Nowhere&) {
  return "nowhere";
}
std::string text_of(const InterfaceTarget& interface) {
  return "interface " + interface.name;
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
