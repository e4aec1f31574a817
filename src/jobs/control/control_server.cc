#include "jobs/control/control_server.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include "jobs/control/protocol.h"

namespace gophercap::jobs {

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::string& path,
                                                            replay::Control& control) {
  TRY(ControlSocket socket, ControlSocket::listen(path));
  std::unique_ptr<ControlServer> server(new ControlServer(std::move(socket), control));
  Result<std::unique_ptr<SocketServer>> started =
      SocketServer::start(server->socket_.fd(), *server);
  if (!started) return started.error().with_context(path);
  server->server_ = *std::move(started);
  return server;
}

size_t ControlServer::longest_request_bytes() const noexcept {
  return kLongestControlLine;
}

bool ControlServer::answer(std::string& in, bool ended, size_t enough_bytes, std::string& out) {
  if (ended && !in.empty() && in.back() != '\n') in += '\n';  // the last line needs no end
  size_t done = 0;
  while (out.size() <= enough_bytes) {
    const size_t end = in.find('\n', done);
    if (end == std::string::npos) break;
    const std::string_view line = std::string_view(in).substr(done, end - done);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      out += answer_control_line(line, control_);
    done = end + 1;
  }
  in.erase(0, done);
  return true;
}

std::string ControlServer::too_long() const {
  return control_error("the line is too long");
}

}  // namespace gophercap::jobs
