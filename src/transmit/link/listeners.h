// Detects packet sockets that listen on an interface, as tcpdump, Suricata and Zeek use. They see
// frames that pass through the queueing discipline, but not those that bypass it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace gophercap::transmit {

enum class Presence : uint8_t {
  kNobody,
  kSomebody,
  kUnknown,  // the system does not provide the list
};

// Parses the text of /proc/net/packet, in pieces of any size. A socket counts if it receives frames
// from interface `index` or from all interfaces. Sockets that only send, including ours, do not
// count.
class ListenerScan {
 public:
  explicit ListenerScan(unsigned index) noexcept : index_(index) {}
  void take(std::string_view piece) noexcept;
  // Call after the last piece. kUnknown if the text has another format.
  Presence result() noexcept;

 private:
  void end_line() noexcept;

  const unsigned index_;
  std::array<char, 256> line_{};  // longer than any line of the kernel
  size_t length_ = 0;
  bool header_seen_ = false;
  bool malformed_ = false;
  bool found_ = false;
};

// The packet sockets in the network namespace of the calling thread. Not thread-safe.
class Listeners {
 public:
  // Never fails; if there is no list, look() returns kUnknown.
  explicit Listeners(unsigned index);
  // For tests: reads another file instead of the kernel's list.
  Listeners(unsigned index, const std::string& path);

  // Reads the list from its beginning. Does not allocate or open a file and needs no privilege, so
  // a confined thread may call it.
  Presence look() const noexcept;

 private:
  unsigned index_;
  Fd list_;
};

}  // namespace gophercap::transmit
