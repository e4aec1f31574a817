#include "jobs/set/packet_selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "packet/link_type.h"

namespace gophercap::jobs {
namespace {

// Link types with their own filter keywords: Ethernet, raw IP, Linux cooked, IEEE 802.11 with
// radiotap, ATM, MTP2. An expression that is valid for none of them is wrong.
constexpr std::array<uint32_t, 6> kLanguages = {packet::kLinkTypeEthernet, 101, 113, 127, 123, 140};

std::string link_type_text(uint32_t link_type) {
  const std::string_view name = packet::link_type_name(link_type);
  return name.empty() ? fmt::format("link type {}", link_type) : std::string(name);
}

Result<std::unique_ptr<const packet::BpfFilter>> compile(
    const std::string& expression, std::span<const dataset::LinkTypeCount> link_types,
    Reporter& reporter, const std::stop_token& stop) {
  std::vector<uint32_t> used;
  for (const dataset::LinkTypeCount& l : link_types) {
    if (l.packets > 0) used.push_back(l.link_type);
  }
  TRY(packet::BpfFilter compiled, packet::BpfFilter::compile(expression, used, stop));
  for (const packet::BpfFilter::Unfit& unfit : compiled.unfit()) {
    const auto count = std::find_if(link_types.begin(), link_types.end(),
                                    [&](const auto& l) { return l.link_type == unfit.link_type; });
    reporter.warning(
        fmt::format("--out-bpf: says nothing about {} ({}); its packets ({}) count as filtered",
                    link_type_text(unfit.link_type), unfit.reason, count->packets));
  }
  return std::make_unique<const packet::BpfFilter>(std::move(compiled));
}

}  // namespace

Result<> check_expression(const std::string& expression, const std::stop_token& stop) {
  if (expression.empty()) return {};
  std::optional<Error> first;
  for (const uint32_t link_type : kLanguages) {
    const auto compiled = packet::BpfFilter::compile(expression, {&link_type, 1}, stop);
    if (compiled) return {};
    const Errc code = compiled.error().code;
    if (code == Errc::kCancelled || code == Errc::kNoMemory) return compiled.error();
    if (!first) first = compiled.error();
  }
  return *first;
}

Result<PacketSelection> select_packets(const SelectOptions& options,
                                       std::span<const dataset::LinkTypeCount> link_types,
                                       Reporter& reporter, const std::stop_token& stop) {
  PacketSelection selection;
  if (!options.expression.empty()) {
    TRY(selection.expression, compile(options.expression, link_types, reporter, stop));
  }
  selection.choice = {.window = options.window,
                      .expression = selection.expression.get(),
                      .skip_out_of_order = options.skip_out_of_order,
                      .longest_frame_bytes = options.longest_frame_bytes,
                      .pad_cut = options.pad_cut};
  return selection;
}

confine::Needs needs_of(const SelectOptions& options) {
  const bool named = !options.expression.empty();
  confine::Needs needs{.files = confine::Files{.names_resolved = named}};
  if (!named) needs.calls = confine::Calls::kFiles;
  return needs;
}

}  // namespace gophercap::jobs
