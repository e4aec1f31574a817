// Filter expressions in the syntax of tcpdump (pcap-filter(7)), compiled by libpcap.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace gophercap::packet {

// One expression, compiled for each link type of a set, because the position of a field in a packet
// depends on it. Immutable; several threads may call matches() at once.
class BpfFilter {
 public:
  // Compiles for all of `link_types`, or for Ethernet if that list is empty. Fails with
  // kInvalidArgument if the expression compiles for none of them, if Ethernet is among them and it
  // does not compile for that, or if it is too long for libpcap to compile it in a few seconds;
  // with kCancelled after a stop was requested.
  static Result<BpfFilter> compile(const std::string& expression,
                                   std::span<const uint32_t> link_types,
                                   const std::stop_token& stop = {});
  ~BpfFilter();
  BpfFilter(BpfFilter&&) noexcept;
  BpfFilter& operator=(BpfFilter&&) noexcept;

  // Packets of a link type for which it was not compiled never match.
  bool matches(const Frame& frame) const noexcept;

  // The link types for which the expression is meaningless ("ether host …" on a serial line), with
  // the reason from libpcap.
  struct Unfit {
    uint32_t link_type;
    std::string reason;
  };
  const std::vector<Unfit>& unfit() const noexcept;
  const std::string& expression() const noexcept;

 private:
  struct State;
  explicit BpfFilter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gophercap::packet
