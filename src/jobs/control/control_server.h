// Answers the clients of a replay's control socket.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"
#include "jobs/control/control_socket.h"
#include "replay/control.h"

namespace gophercap::jobs {

// One thread serves all clients and never waits for one of them. Each client has buffers of a fixed
// size: a line that is too long ends its connection, and while it does not read its answers, its
// further lines are not read either. If there are too many clients, the one that has been silent
// longest is disconnected.
class ControlServer {
 public:
  // `control` is borrowed. Call before the job is confined: the thread confines itself.
  static Result<std::unique_ptr<ControlServer>> start(const std::string& path,
                                                      replay::Control& control);
  ~ControlServer() { thread_.end(); }
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Client {
    explicit Client(Fd socket) : fd(std::move(socket)) {}
    Fd fd;
    std::string in{};      // not carried out yet
    std::string out{};     // answers not taken yet
    bool no_more = false;  // nothing more is read
  };

  ControlServer(ControlSocket socket, Fd wake, replay::Control& control)
      : socket_(std::move(socket)), wake_(std::move(wake)), control_(control) {}
  void wake() noexcept;
  void run();
  void admit();
  // Returns false if the client is finished.
  bool serve(Client& client, short events);
  bool take_lines(Client& client);
  void answer_lines(Client& client);

  ControlSocket socket_;
  Fd wake_;
  replay::Control& control_;
  std::vector<Client> clients_;  // the one that was silent longest first
  bool short_of_descriptors_ = false;
  std::atomic<bool> begun_{false};  // the thread has confined itself, or has given up
  ThreadGroup thread_{[this] { wake(); }};
};

}  // namespace gophercap::jobs
