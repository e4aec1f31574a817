// Who listens on an interface through packet sockets, as tcpdump, Suricata and Zeek do. They are
// shown what leaves by the queueing discipline, and nothing of what passes by it.
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
  kUnknown,  // the system does not tell
};

// Reads the text of /proc/net/packet in pieces of any size. A socket listens where it receives (of
// ours none does, nor any that is there for sending alone) on interface `index` or on all of them.
class ListenerScan {
 public:
  explicit ListenerScan(unsigned index) noexcept : index_(index) {}
  void take(std::string_view piece) noexcept;
  // After the last piece. kUnknown: it is no such text.
  Presence result() noexcept;

 private:
  void end_line() noexcept;

  const unsigned index_;
  std::array<char, 256> line_{};  // longer than any that the kernel writes
  size_t length_ = 0;
  bool header_seen_ = false;
  bool malformed_ = false;
  bool found_ = false;
};

// The packet sockets of the calling thread's network namespace. One thread at a time.
class Listeners {
 public:
  // Never fails: where there is no list, look() says so.
  explicit Listeners(unsigned index);
  // Only for tests: a list that is not the kernel's.
  Listeners(unsigned index, const std::string& path);

  // Reads the list, again from its beginning. Allocates nothing, needs no privilege and no file
  // that is not open yet: a confined thread may do it.
  Presence look() const noexcept;

 private:
  unsigned index_;
  Fd list_;
};

}  // namespace gophercap::transmit
