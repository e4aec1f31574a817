#include "rewrite/network/port_map.h"

#include <numeric>

namespace gophercap::rewrite {
namespace {

constexpr size_t kPorts = 65536;

std::string range_text(unsigned first, unsigned last) {
  return first == last ? std::to_string(first) : std::to_string(first) + '-' + std::to_string(last);
}

Error wrong(const PortPair& pair, const std::string& what) {
  return Error{Errc::kInvalidArgument, 0, to_text(pair) + ": " + what};
}

}  // namespace

std::string to_text(const PortPair& pair) {
  return range_text(pair.first, pair.last) + '=' +
         range_text(pair.target, static_cast<unsigned>(pair.target + (pair.last - pair.first)));
}

Result<PortMap> PortMap::make(std::span<const PortPair> pairs) {
  PortMap map;
  if (pairs.empty()) return map;
  // 0 stands for no port.
  std::vector<uint16_t> target(kPorts, 0);
  std::vector<uint16_t> source(kPorts, 0);
  for (const PortPair& pair : pairs) {
    if (pair.first == 0 || pair.target == 0) return wrong(pair, "there is no port 0");
    if (pair.last < pair.first) return wrong(pair, "the range ends before it begins");
    if (pair.target + size_t{pair.last} - pair.first >= kPorts)
      return wrong(pair, "ports end at 65535");
    for (size_t from = pair.first; from <= pair.last; ++from) {
      const size_t to = pair.target + (from - pair.first);
      if (target[from] != 0)
        return wrong(pair, "port " + std::to_string(from) + " is already in another rule");
      if (source[to] != 0)
        return wrong(pair, "ports " + std::to_string(source[to]) + " and " + std::to_string(from) +
                               " would both become " + std::to_string(to));
      target[from] = static_cast<uint16_t>(to);
      source[to] = static_cast<uint16_t>(from);
    }
  }
  map.ports_.resize(kPorts);
  std::iota(map.ports_.begin(), map.ports_.end(), uint16_t{0});
  for (size_t port = 1; port < kPorts; ++port) {
    if (target[port] != 0) {
      map.ports_[port] = target[port];
    } else if (source[port] != 0) {
      // Another port takes its place; so it takes the first place that becomes free.
      uint16_t place = source[port];
      while (source[place] != 0) place = source[place];
      map.ports_[port] = place;
    }
  }
  return map;
}

}  // namespace gophercap::rewrite
