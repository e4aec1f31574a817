#include "jobs/serve/socket_server.h"

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

Result<std::unique_ptr<SocketServer>> SocketServer::start(int listening, SocketProtocol& protocol) {
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return errno_error(errno, "eventfd");
  std::unique_ptr<SocketServer> server(new SocketServer(listening, std::move(wake), protocol));
  TRY_VOID(server->thread_.start([s = server.get()] { s->run(); }));
  // The thread must not allocate while libseccomp, which does not check its allocations, is at
  // work.
  server->begun_.wait(false);
  TRY_VOID(server->thread_.result());
  return server;
}

void SocketServer::wake() noexcept {
  begun_.store(true);
  begun_.notify_all();
  const uint64_t one = 1;
  (void)!::write(wake_.value(), &one, sizeof one);
}

void SocketServer::run() {
  confine::confine_helper(confine::Calls::kServing);
  begun_.store(true);
  begun_.notify_all();
  std::vector<pollfd> waiting;
  for (;;) {
    waiting.assign(
        {{wake_.value(), POLLIN, 0}, {short_of_descriptors_ ? -1 : listening_, POLLIN, 0}});
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

void SocketServer::admit() {
  Fd fd(::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.valid()) {
    // The client keeps waiting, which poll() would report again and again.
    short_of_descriptors_ = !is_transient(errno) && errno != ECONNABORTED;
    return;
  }
  if (clients_.size() >= kMostClients) clients_.erase(clients_.begin());
  clients_.emplace_back(std::move(fd));
}

bool SocketServer::serve(Client& client, short events) {
  if (events == 0) return true;
  if ((events & POLLERR) != 0) return false;
  if ((events & (POLLIN | POLLHUP)) != 0 && !client.no_more &&
      client.out.size() <= kMostAnswerBytes && !take(client))
    return false;
  // Nothing wakes this thread for a request that has been read, so all are answered unless answers
  // wait to be taken.
  for (bool more = true; more;) {
    if (!flush(client.fd.value(), client.out)) return false;
    if (!client.out.empty()) return true;
    const size_t before = client.in.size();
    answer(client);
    more = client.in.size() < before || !client.out.empty();
  }
  return !client.no_more;
}

// Returns false if the client has gone.
bool SocketServer::take(Client& client) {
  std::array<char, 4096> block;
  const size_t longest = protocol_.longest_request_bytes();
  const size_t room = longest + 1 - std::min(client.in.size(), longest + 1);
  const ssize_t n =
      room == 0 ? 1 : ::recv(client.fd.value(), block.data(), std::min(room, block.size()), 0);
  if (n < 0) return is_transient(errno);
  if (room > 0) client.in.append(block.data(), static_cast<size_t>(n));
  client.no_more = n == 0;
  answer(client);
  if (client.in.size() > longest && client.out.size() <= kMostAnswerBytes) {
    client.out += protocol_.too_long();
    client.in.clear();
    client.no_more = true;
  }
  return true;
}

void SocketServer::answer(Client& client) {
  if (client.in.empty() || client.out.size() > kMostAnswerBytes) return;
  if (!protocol_.answer(client.in, client.no_more, kMostAnswerBytes, client.out)) {
    client.in.clear();
    client.no_more = true;
  }
}

}  // namespace gophercap::jobs
