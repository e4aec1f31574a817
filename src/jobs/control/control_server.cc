#include "jobs/control/control_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "confine/confine.h"
#include "jobs/control/protocol.h"

namespace gophercap::jobs {
namespace {

constexpr size_t kMostClients = 16;
// While more is waiting to be taken by a client, none of its lines is carried out.
constexpr size_t kMostAnswerBytes = size_t{16} << 10;
constexpr int kTryAgainMs = 100;

bool is_transient(int sys) noexcept {
  return sys == EAGAIN || sys == EWOULDBLOCK || sys == EINTR;
}

// Returns false if the client has gone.
bool flush(int fd, std::string& out) {
  while (!out.empty()) {
    const ssize_t n = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    if (n < 0) return is_transient(errno);
    out.erase(0, static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::string& path,
                                                            replay::Control& control) {
  TRY(ControlSocket socket, ControlSocket::listen(path));
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return errno_error(errno, "eventfd");
  std::unique_ptr<ControlServer> server(
      new ControlServer(std::move(socket), std::move(wake), control));
  if (const Result<> started = server->thread_.start([s = server.get()] { s->run(); }); !started)
    return started.error().with_context(path);
  // The thread must not allocate while libseccomp, which does not check its allocations, is at
  // work.
  server->begun_.wait(false);
  TRY_VOID(server->thread_.result());
  return server;
}

void ControlServer::wake() noexcept {
  begun_.store(true);
  begun_.notify_all();
  const uint64_t one = 1;
  (void)!::write(wake_.value(), &one, sizeof one);
}

void ControlServer::run() {
  confine::confine_helper(confine::Calls::kServing);
  begun_.store(true);
  begun_.notify_all();
  std::vector<pollfd> waiting;
  for (;;) {
    waiting.assign(
        {{wake_.value(), POLLIN, 0}, {short_of_descriptors_ ? -1 : socket_.fd(), POLLIN, 0}});
    for (const Client& client : clients_) {
      const bool reads = !client.no_more && client.out.size() <= kMostAnswerBytes;
      waiting.push_back(
          {client.fd.value(),
           static_cast<short>((reads ? POLLIN : 0) | (client.out.empty() ? 0 : POLLOUT)), 0});
    }
    if (::poll(waiting.data(), waiting.size(), short_of_descriptors_ ? kTryAgainMs : -1) < 0)
      continue;  // EINTR
    if (waiting[0].revents != 0) return;
    short_of_descriptors_ = false;
    std::vector<Client> silent;
    std::vector<Client> heard;
    for (size_t i = 0; i < clients_.size(); ++i) {
      const short events = waiting[i + 2].revents;
      if (!serve(clients_[i], events)) continue;
      (events == 0 ? silent : heard).push_back(std::move(clients_[i]));
    }
    clients_ = std::move(silent);
    std::move(heard.begin(), heard.end(), std::back_inserter(clients_));
    if (waiting[1].revents != 0) admit();
  }
}

void ControlServer::admit() {
  Fd fd(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.valid()) {
    // The client keeps waiting, which poll() would report again and again.
    short_of_descriptors_ = !is_transient(errno) && errno != ECONNABORTED;
    return;
  }
  if (clients_.size() >= kMostClients) clients_.erase(clients_.begin());
  clients_.emplace_back(std::move(fd));
}

bool ControlServer::serve(Client& client, short events) {
  if (events == 0) return true;
  if ((events & POLLERR) != 0) return false;
  if ((events & (POLLIN | POLLHUP)) != 0 && !client.no_more &&
      client.out.size() <= kMostAnswerBytes && !take_lines(client))
    return false;
  if (!flush(client.fd.value(), client.out)) return false;
  answer_lines(client);  // those that had to wait until answers were taken
  if (!flush(client.fd.value(), client.out)) return false;
  return !client.no_more || !client.out.empty() || !client.in.empty();
}

// Returns false if the client has gone.
bool ControlServer::take_lines(Client& client) {
  std::array<char, kLongestControlLine> block;
  const size_t room = kLongestControlLine + 1 - std::min(client.in.size(), kLongestControlLine + 1);
  const ssize_t n =
      room == 0 ? 1 : ::recv(client.fd.value(), block.data(), std::min(room, block.size()), 0);
  if (n < 0) return is_transient(errno);
  if (room > 0) client.in.append(block.data(), static_cast<size_t>(n));
  if (n == 0) {  // the last line needs no end
    client.no_more = true;
    if (!client.in.empty() && client.in.back() != '\n') client.in += '\n';
  }
  answer_lines(client);
  if (client.in.size() > kLongestControlLine && client.in.find('\n') == std::string::npos) {
    client.out += control_error("the line is too long");
    client.in.clear();
    client.no_more = true;
  }
  return true;
}

void ControlServer::answer_lines(Client& client) {
  size_t done = 0;
  while (client.out.size() <= kMostAnswerBytes) {
    const size_t end = client.in.find('\n', done);
    if (end == std::string::npos) break;
    const std::string_view line = std::string_view(client.in).substr(done, end - done);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      client.out += answer_control_line(line, control_);
    done = end + 1;
  }
  client.in.erase(0, done);
}

}  // namespace gophercap::jobs
