// Calls that transfer bytes, and all calls for sockets.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "shim.h"

using namespace faults;

extern "C" {

#define TRANSFER(name, kind, Buffer)                                                     \
  ssize_t name(int fd, Buffer buffer, size_t size) {                                     \
    NEXT(name);                                                                          \
    const Verdict verdict = of_interest(fd) ? judge(kind, nullptr, fd) : Verdict::kPass; \
    if (verdict == Verdict::kFail) return -1;                                            \
    return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size);          \
  }
TRANSFER(read, kRead, void*)
TRANSFER(write, kWrite, const void*)

ssize_t writev(int fd, const iovec* parts, int count) {
  NEXT(writev);
  const Verdict verdict = of_interest(fd) ? judge(kWrite, nullptr, fd) : Verdict::kPass;
  if (verdict == Verdict::kFail) return -1;
  if (verdict == Verdict::kShort && count > 0 && parts->iov_len > 0) {
    const iovec first{parts->iov_base, 1};
    return next(fd, &first, 1);
  }
  return next(fd, parts, count);
}

#define TRANSFER_AT(name, kind, Buffer)                                                 \
  ssize_t name(int fd, Buffer buffer, size_t size, off_t offset) {                      \
    NEXT(name);                                                                         \
    const Verdict verdict = judge(kind, nullptr, fd);                                   \
    if (verdict == Verdict::kFail) return -1;                                           \
    return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size, offset); \
  }
TRANSFER_AT(pread, kPread, void*)
TRANSFER_AT(pread64, kPread, void*)
TRANSFER_AT(pwrite, kPwrite, const void*)
TRANSFER_AT(pwrite64, kPwrite, const void*)

#define SEEK(name)                                              \
  off_t name(int fd, off_t offset, int whence) noexcept {       \
    NEXT(name);                                                 \
    if (judge(kSeek, nullptr, fd) != Verdict::kPass) return -1; \
    return next(fd, offset, whence);                            \
  }
SEEK(lseek)
SEEK(lseek64)

int socket(int domain, int type, int protocol) noexcept {
  NEXT(socket);
  if (judge(kSocket) != Verdict::kPass) return -1;
  const int fd = next(domain, type, protocol);
  if (domain == AF_NETLINK) remember(fd, kNetlink, O_RDONLY);
  return fd;
}

ssize_t send(int fd, const void* buffer, size_t size, int flags) {
  NEXT(send);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail ? next(fd, buffer, size, flags) : -1;
}

ssize_t sendto(int fd, const void* buffer, size_t size, int flags, const sockaddr* to,
               socklen_t to_size) {
  NEXT(sendto);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail
             ? next(fd, buffer, size, flags, to, to_size)
             : -1;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  NEXT(sendmsg);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail ? next(fd, message, flags) : -1;
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  NEXT(sendmmsg);
  const Verdict verdict = judge(send_kind(fd), nullptr, fd);
  if (verdict == Verdict::kFail) return -1;
  return next(fd, messages, verdict == Verdict::kShort && count > 1 ? 1 : count, flags);
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  NEXT(recv);
  return judge(kReceive, nullptr, fd) == Verdict::kPass ? next(fd, buffer, size, flags) : -1;
}

ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, sockaddr* from,
                 socklen_t* from_size) {
  NEXT(recvfrom);
  return judge(kReceive, nullptr, fd) == Verdict::kPass
             ? next(fd, buffer, size, flags, from, from_size)
             : -1;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  NEXT(recvmsg);
  return judge(kReceive, nullptr, fd) == Verdict::kPass ? next(fd, message, flags) : -1;
}

}  // extern "C"
