// What is done about packets that were not captured on Ethernet.
#pragma once

#include <array>
#include <cstdint>

#include "base/words.h"
#include "rewrite/ethernet/to_ethernet.h"

namespace gophercap::jobs {

enum class ToEthernet : uint8_t {
  kAuto,  // convert for interfaces and tunnels; recordings keep what was captured
  kOn,
  kOff
};
constexpr auto words_of(ToEthernet) noexcept {
  return std::to_array<Word<ToEthernet>>(
      {{ToEthernet::kAuto, "auto"}, {ToEthernet::kOn, "on"}, {ToEthernet::kOff, "off"}});
}

struct LinkOptions {
  ToEthernet to_ethernet = ToEthernet::kAuto;
  rewrite::MacChoice macs{};
};

}  // namespace gophercap::jobs
