// Answers the clients of a replay's control socket.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "jobs/control/control_socket.h"
#include "jobs/serve/socket_server.h"
#include "replay/control.h"

namespace gophercap::jobs {

class ControlServer final : private SocketProtocol {
 public:
  // `control` is borrowed. Call before the job is confined: the server's thread confines itself.
  static Result<std::unique_ptr<ControlServer>> start(const std::string& path,
                                                      replay::Control& control);

 private:
  ControlServer(ControlSocket socket, replay::Control& control)
      : socket_(std::move(socket)), control_(control) {}
  size_t longest_request_bytes() const noexcept override;
  bool answer(std::string& in, bool ended, size_t enough_bytes, std::string& out) override;
  std::string too_long() const override;

  ControlSocket socket_;
  replay::Control& control_;
  std::unique_ptr<SocketServer> server_;  // last, since it uses the others
};

}  // namespace gophercap::jobs
