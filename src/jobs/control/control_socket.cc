#include "jobs/control/control_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gophercap::jobs {
namespace {

constexpr int kBacklog = 16;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const noexcept {
    return static_cast<const sockaddr*>(static_cast<const void*>(&storage));
  }
};

Result<Address> address_of(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: the path of a socket has at most {} bytes", path,
                             sizeof name.sun_path - 1)};
  }
  std::memcpy(name.sun_path, path.data(), path.size());
  Address address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.size = sizeof name;
  return address;
}

Result<Fd> new_socket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return errno_error(errno, "socket");
  return fd;
}

// Removes what a run that has died left at `path`.
Result<> make_way(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return {};
    return errno_error(errno, path);
  }
  if (!S_ISSOCK(facts.st_mode))
    return Error{Errc::kIo, EEXIST, fmt::format("{}: exists, and is not a socket", path)};
  if (facts.st_uid != ::geteuid())
    return Error{Errc::kPermission, EPERM, fmt::format("{}: belongs to another user", path)};
  const Result<Fd> other = connect_control(path);
  if (other || other.error().sys == EAGAIN)
    return Error{Errc::kIo, EADDRINUSE, fmt::format("{}: another process listens there", path)};
  if (other.error().sys != ECONNREFUSED) return other.error();
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error(errno, path);
  return {};
}

}  // namespace

Result<ControlSocket> ControlSocket::listen(const std::string& path) {
  TRY(const Address address, address_of(path));
  TRY_VOID(make_way(path));
  TRY(Fd fd, new_socket());
  // The mode of the file is that of the socket when it is bound, so nobody else can ever open it.
  if (::fchmod(fd.value(), S_IRUSR | S_IWUSR) != 0) return errno_error(errno, path);
  if (::bind(fd.value(), address.get(), address.size) != 0) return errno_error(errno, path);
  ControlSocket result(std::move(fd), path);
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return errno_error(errno, path);
  result.device_ = facts.st_dev;
  result.inode_ = facts.st_ino;
  if (::listen(result.fd(), kBacklog) != 0) return errno_error(errno, path);
  return result;
}

ControlSocket::~ControlSocket() {
  struct stat facts {};
  if (fd_.valid() && ::lstat(path_.c_str(), &facts) == 0 && S_ISSOCK(facts.st_mode) &&
      facts.st_dev == device_ && facts.st_ino == inode_)
    (void)::unlink(path_.c_str());
}

Result<Fd> connect_control(const std::string& path) {
  TRY(const Address address, address_of(path));
  TRY(Fd fd, new_socket());
  if (::connect(fd.value(), address.get(), address.size) != 0) return errno_error(errno, path);
  return fd;
}

}  // namespace gophercap::jobs
