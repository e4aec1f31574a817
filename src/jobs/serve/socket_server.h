// Answers the clients of a listening socket.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::jobs {

// What the clients of a server say, and what they are answered. Used by the server's thread only.
class SocketProtocol {
 public:
  virtual ~SocketProtocol() = default;
  // The most that a request may have.
  virtual size_t longest_request_bytes() const noexcept = 0;
  // Takes the complete requests from the beginning of `in`, and appends the answers to `out`, until
  // that has more than `enough_bytes`. `ended`: the client says no more. Returns false if the
  // connection ends after these answers.
  virtual bool answer(std::string& in, bool ended, size_t enough_bytes, std::string& out) = 0;
  // The answer to a request that is too long, which ends the connection.
  virtual std::string too_long() const = 0;
};

// One thread serves all clients and never waits for one of them. Each client has buffers of a fixed
// size: a request that is too long ends its connection, and while it does not read its answers, its
// further requests are not read either. If there are too many clients, the one that has been silent
// longest is disconnected.
class SocketServer {
 public:
  // `listening` and `protocol` are borrowed. Call before the job is confined: the thread confines
  // itself.
  static Result<std::unique_ptr<SocketServer>> start(int listening, SocketProtocol& protocol);
  ~SocketServer() { thread_.end(); }
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

 private:
  struct Client {
    explicit Client(Fd socket) : fd(std::move(socket)) {}
    Fd fd;
    std::string in{};      // not carried out yet
    std::string out{};     // answers not taken yet
    bool no_more = false;  // nothing more is read
  };

  SocketServer(int listening, Fd wake, SocketProtocol& protocol)
      : listening_(listening), wake_(std::move(wake)), protocol_(protocol) {}
  void wake() noexcept;
  void run();
  void admit();
  // Returns false if the client is finished.
  bool serve(Client& client, short events);
  bool take(Client& client);
  void answer(Client& client);

  const int listening_;
  Fd wake_;
  SocketProtocol& protocol_;
  std::vector<Client> clients_;  // the one that was silent longest first
  bool short_of_descriptors_ = false;
  std::atomic<bool> begun_{false};  // the thread has confined itself, or has given up
  ThreadGroup thread_{[this] { wake(); }};
};

}  // namespace gophercap::jobs
