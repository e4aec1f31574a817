// Filter expressions as tcpdump takes them (pcap-filter(7)), compiled by libpcap.
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

// One expression, compiled for each link type of a set: where a field stands in a packet depends on
// it. Immutable once made; match() may be called by all threads.
class BpfFilter {
 public:
  // Compiles for all of `link_types`, and for Ethernet if that list is empty. kInvalidArgument: it
  // compiles for none of them, or not for Ethernet where that is one: the expression is wrong; or
  // it is longer than what libpcap compiles in a few seconds. kCancelled once `stop` is asked for.
  static Result<BpfFilter> compile(const std::string& expression,
                                   std::span<const uint32_t> link_types,
                                   const std::stop_token& stop = {});
  ~BpfFilter();
  BpfFilter(BpfFilter&&) noexcept;
  BpfFilter& operator=(BpfFilter&&) noexcept;

  // Packets of a link type that it was not compiled for never match.
  bool matches(const Frame& frame) const noexcept;

  // Link types for which the expression makes no sense ("ether host …" on a serial line), with
  // libpcap's words.
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
