#include "jobs/metrics/metrics_server.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace gophercap::jobs {
namespace {

constexpr size_t kLongestRequest = size_t{8} << 10;

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

std::string text_of(const MetricsTarget& target) {
  const bool ipv6 = target.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + target.host + "]" : target.host) + ":" + target.port;
}

Result<Fd> listen_at(const MetricsTarget& target) {
  constexpr int kWaiting = 16;  // connections
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &wanted, &found);
  if (error != 0)
    return Error{Errc::kNotFound, 0, fmt::format("{}: {}", target.host, ::gai_strerror(error))};
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  int first_error = 0;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    Fd socket(::socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    // Otherwise the address is in use for a minute after a run that had clients.
    if (socket.valid() &&
        ::setsockopt(socket.value(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        ::bind(socket.value(), a->ai_addr, a->ai_addrlen) == 0 &&
        ::listen(socket.value(), kWaiting) == 0)
      return socket;
    if (first_error == 0) first_error = errno;
  }
  return errno_error(first_error, text_of(target));
}

std::string response(std::string_view status, std::string_view body, bool with_body = true) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, body.size(), with_body ? body : std::string_view());
}

}  // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const MetricsTarget& target) {
  TRY(Fd socket, listen_at(target));
  std::unique_ptr<MetricsServer> server(new MetricsServer(std::move(socket)));
  Result<std::unique_ptr<SocketServer>> started =
      SocketServer::start(server->socket_.value(), *server);
  if (!started) return started.error().with_context(text_of(target));
  server->server_ = *std::move(started);
  return server;
}

void MetricsServer::update(const ReplayMetrics& metrics) {
  const MutexLock lock(mutex_);
  newest_ = metrics;
}

size_t MetricsServer::longest_request_bytes() const noexcept {
  return kLongestRequest;
}

bool MetricsServer::answer(std::string& in, bool ended, size_t /*enough_bytes*/, std::string& out) {
  const bool whole =
      in.find("\r\n\r\n") != std::string::npos || in.find("\n\n") != std::string::npos;
  if (!whole) return !ended;
  const std::string_view line = std::string_view(in).substr(0, in.find_first_of("\r\n"));
  const size_t space = line.find(' ');
  const std::string_view method = line.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? "" : line.substr(space + 1);
  const std::string_view path = rest.substr(0, rest.find_first_of(" ?"));
  const bool only_head = method == "HEAD";
  if (method != "GET" && !only_head) {
    out += response("405 Method Not Allowed", "only GET and HEAD are known\n");
  } else if (path != "/metrics" && path != "/") {
    out += response("404 Not Found", "the figures are at /metrics\n", !only_head);
  } else {
    ReplayMetrics metrics;
    {
      const MutexLock lock(mutex_);
      metrics = newest_;
    }
    out += response("200 OK", metrics_text(metrics), !only_head);
  }
  return false;
}

std::string MetricsServer::too_long() const {
  return response("431 Request Header Fields Too Large", "the request is too long\n");
}

}  // namespace gophercap::jobs
