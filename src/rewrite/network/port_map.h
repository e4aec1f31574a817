// Gives services other ports.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace gophercap::rewrite {

// The ports from `first` to `last` become those from `target` on.
struct PortPair {
  uint16_t first = 0;
  uint16_t last = 0;
  uint16_t target = 0;
};

// "80=8080", "8000-8010=9000-9010"
std::string to_text(const PortPair& pair);

// A map from ports to ports, for TCP, UDP, UDP-Lite, SCTP and DCCP alike. It is completed to a
// permutation as AddressMap is: with 80=8080, what was on 8080 is on 80. Port 0 stays. Immutable,
// so several threads may use it.
class PortMap {
 public:
  PortMap() = default;  // all ports stay

  // Fails (kInvalidArgument) if the ranges of a pair are empty, contain 0 or end above 65535, if
  // the first ranges of two pairs overlap, or the second ones.
  static Result<PortMap> make(std::span<const PortPair> pairs);

  bool empty() const noexcept { return ports_.empty(); }
  uint16_t port(uint16_t port) const noexcept { return ports_.empty() ? port : ports_[port]; }

 private:
  std::vector<uint16_t> ports_;  // for each port, its new one; or none at all
};

}  // namespace gophercap::rewrite
