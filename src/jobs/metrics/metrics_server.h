// Serves the figures of a running replay over HTTP.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "jobs/metrics/metrics_target.h"
#include "jobs/metrics/metrics_text.h"
#include "jobs/serve/socket_server.h"

namespace gophercap::jobs {

// Answers `GET /metrics`, closes the connection after each answer, and knows nothing else of HTTP
// (RFC 9112).
class MetricsServer final : private SocketProtocol {
 public:
  // Call before the job is confined: the server's thread confines itself. REQUIRES:
  // !target.is_file().
  static Result<std::unique_ptr<MetricsServer>> start(const MetricsTarget& target);

  void update(const ReplayMetrics& metrics);

 private:
  explicit MetricsServer(Fd socket) : socket_(std::move(socket)) {}
  size_t longest_request_bytes() const noexcept override;
  bool answer(std::string& in, bool ended, size_t enough_bytes, std::string& out) override;
  std::string too_long() const override;

  const Fd socket_;
  Mutex mutex_;
  ReplayMetrics newest_ GUARDED_BY(mutex_);
  std::unique_ptr<SocketServer> server_;  // last, since it uses the others
};

}  // namespace gophercap::jobs
