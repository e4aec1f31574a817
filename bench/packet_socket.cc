#include "bench/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>

#include <cerrno>

namespace gophercap::bench {

Result<Fd> open_packet_socket() {
  Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno_error(errno, "packet socket");
  return fd;
}

Result<> bind_packet_socket(const Fd& fd, const std::string& interface, uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  if (address.sll_ifindex == 0) return errno_error(errno, interface);
  // The socket interface requires this cast.
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (::bind(fd.value(), generic, sizeof address) != 0) return errno_error(errno, interface);
  return {};
}

Result<Fd> open_sender(const std::string& interface, bool qdisc_bypass) {
  TRY(Fd fd, open_packet_socket());
  const int on = 1;
  if (qdisc_bypass &&
      ::setsockopt(fd.value(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
    return errno_error(errno, "PACKET_QDISC_BYPASS");
  }
  TRY_VOID(bind_packet_socket(fd, interface, 0));
  return fd;
}

SendList::SendList(std::span<const std::span<const uint8_t>> frames)
    : vectors_(frames.size()), messages_(frames.size()) {
  for (size_t i = 0; i < frames.size(); ++i) {
    // sendmmsg only reads, but iovec has no const.
    vectors_[i] = {const_cast<uint8_t*>(frames[i].data()), frames[i].size()};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

int SendList::send(const Fd& fd, size_t from, size_t count) noexcept {
  for (;;) {
    const int sent =
        ::sendmmsg(fd.value(), messages_.data() + from, static_cast<unsigned>(count), 0);
    if (sent > 0) return sent;
    if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) return -errno;
  }
}

}  // namespace gophercap::bench
